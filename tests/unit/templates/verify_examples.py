"""What the pages behind a verification link show: the case of the shared examples, read by a verifier."""

from datetime import UTC, date, datetime

_DAY = date(2026, 11, 20)
_TEXT: dict[str, object] = {
    "language": "es",
    "headline": "Amenazas de muerte contra dos defensoras de la tierra en San Aurelio",
    "summary": "Dos defensoras fueron amenazadas de muerte tras el allanamiento de su oficina.",
    "body": "**Luna** y **Rosaura Pineda Luis** acompañan a las mujeres de San Aurelio.",
    "background": "Desde marzo de 2026 la Red ha documentado cuatro agresiones en la región.",
    "demands": ["Investigar de inmediato el allanamiento y las amenazas."],
    "approved": True,
}
_TEXT_IN_ENGLISH = _TEXT | {
    "language": "en",
    "headline": "Death threats",
    "background": None,
    "approved": False,
}
_NOTICE = _TEXT | {
    "headline": "Esta acción urgente terminó; por favor, no la siga difundiendo",
    "summary": "Esta acción urgente terminó; por favor, no la siga difundiendo",
    "body": "La acción urgente UA-2026-014 terminó el 24 de noviembre de 2026.",
    "background": None,
    "demands": [],
    "approved": False,
}


def consent(name: str, use: str, state: str, **changes: object) -> dict[str, object]:
    """Make a consent as the page shows it."""
    given = {
        "given_by": "herself",
        "method": "in_person",
        "given_on": _DAY,
        "valid_until": None,
        "reason": None,
    }
    return {"name": name, "use": use, "state": state, **given, **changes}


def passage(because: str) -> dict[str, object]:
    """Make the passing of consent to a family as the page shows it."""
    family = {"name": "Nayeli Robles Canseco", "relation": "hermana", "note": "Por teléfono, de noche."}
    return {"because": because, "happened_on": _DAY, **family}


def person(**changes: object) -> dict[str, object]:
    """Make a person at risk as the page shows her."""
    unknown: dict[str, object] = {
        "kind": "person",
        "roles": {},
        "told_as": None,
        "passed": None,
    }
    return {**unknown, "consents": [], **changes}


_PEOPLE = [
    person(
        visibility="pseudonym",
        shown_as="Luna",
        roles={"es": "defensora comunitaria", "en": "community defender"},
        told_as="Itzel Robles Canseco",
        consents=[
            consent("0:name_to_authorities", "name_to_authorities", "live", valid_until=date(2027, 11, 20)),
            consent("0:name_in_public", "name_in_public", "refused"),
        ],
    ),
    person(
        kind="family",
        visibility="withheld",
        shown_as=None,
        roles={"es": "su familia"},
        passed=passage("disappearance"),
        consents=[
            consent(
                "1:mechanisms",
                "mechanisms",
                "live",
                given_by="not_obtainable",
                reason="Está incomunicada desde el 19 de noviembre.",
            ),
            consent("1:photograph", "photograph", "revoked"),
        ],
    ),
]
_FORM: dict[str, object] = {
    "form_token": "dG9rZW4",
    "digest": "3f2a9c817be011d4" * 4,
    "seen": "9c817be011d43f2a" * 4,
    "expires": "29917890",
    "until": datetime(2026, 11, 21, 15, 30, tzinfo=UTC),
    "time_zone": "America/Mexico_City",
    "ticked": [],
    "problems": {},
    "leaks": [],
    "is_hers": False,
    "index": "UA-2026-014/1",
}

EDITORIAL: dict[str, object] = {
    "version": 1,
    "why": "El nombre del cerro estaba mal escrito.",
    "languages": [
        {
            "language": "es",
            "lines": [
                [
                    {"change": "unchanged", "text": "Cerro de "},
                    {"change": "removed", "text": "Sta."},
                    {"change": "added", "text": "Santa"},
                ]
            ],
        }
    ],
}

VERIFY_EXAMPLES: dict[str, dict[str, object]] = {
    "web/verify_pin": {"form_token": "dG9rZW4", "problems": {}, "values": {}},
    "web/verify_refused": {"outcome": "locked"},
    "web/verify_unusable": {},
    "web/verify_answered": {"answer": "attest"},
    "web/verify_case": _FORM
    | {
        "values": {},
        "revoked": False,
        "answers": ["attest", "return", "reject"],
        "confirmable": ["facts", "consent", "text:es", "text:en"],
        "revocable": [
            {"name": "0:name_to_authorities", "use": "name_to_authorities", "shown_as": "Luna", "number": 1},
            {"name": "1:mechanisms", "use": "mechanisms", "shown_as": None, "number": 2},
        ],
        "reference": "UA-2026-014",
        "title": _TEXT["headline"],
        "case_language": "es",
        "urgency": "immediate",
        "concerns": ["death_threat", "break_in"],
        "country": "MX",
        "region": "Oaxaca",
        "occurred_on": "2026-11-19",
        "facts": "El 19 de noviembre, dos personas entraron a la oficina.\n\nDejaron una nota de amenaza.",
        "people": _PEOPLE,
        "sources": [
            {
                "kind": "direct_testimony",
                "received_on": _DAY,
                "name": "Rosaura Pineda Luis",
                "note": "Llamada",
            },
            {"kind": "media", "received_on": _DAY, "name": "Semanario Ejemplo", "note": None},
        ],
        "risk": {"level": "high", "note": "La publicación de la dirección aumentaría el riesgo."},
        "texts": [_TEXT, _TEXT_IN_ENGLISH],
        "attested": {"people": 1, "required": 2},
        "editorial": None,
        "alike": [{"reference": "UA-2026-009", "similarity": 93}],
        "objections": [
            {
                "kind": "returned",
                "raised_at": datetime(2026, 11, 20, 5, 0, tzinfo=UTC),
                "reason": "Falta una segunda fuente.",
            }
        ],
    },
    "web/verify_notice": _FORM
    | {
        "index": "UA-2026-014/2",
        "answers": ["attest"],
        "confirmable": ["text:es"],
        "revocable": [],
        "texts": [_NOTICE],
    },
}
