"""One example context for each template: a new template without one fails the tests."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from tests.unit.templates.side_examples import (
    ACTED,
    ANSWER_WAITS,
    APPROVAL_ENDED,
    APPROVE,
    APPROVER,
    CHECK_IN,
    COORDINATOR_MAILS,
    DETAILS,
    LOGGING,
    OVERDUE,
    QUESTIONS,
)
from tests.unit.templates.verify_examples import VERIFY_EXAMPLES

TEMPLATES = Path(__file__).parents[3] / "templates"
DIGEST = "3f2a9c817be011d4" * 4
NATIVE_LANGUAGES = [
    ("en", "English", "?lang=en"),
    ("es", "Español", "?lang=es"),
    ("fr", "Français", "?lang=fr"),
    ("pt", "Português", "?lang=pt"),
]

STATEMENT: dict[str, object] = {
    "index": "UA-2026-014/1",
    "title": "Amenazas de muerte contra dos defensoras de la tierra en San Aurelio",
    "summary": "Dos defensoras fueron amenazadas de muerte tras el allanamiento de su oficina.",
    "body": (
        "**Luna** y **Rosaura Pineda Luis** acompañan a las mujeres de San Aurelio en la defensa\n"
        "de su territorio. El 19 de noviembre, dos personas entraron a su oficina, se llevaron tres\n"
        "computadoras y dejaron una nota de amenaza.\n\n"
        "Desde entonces:\n\n"
        "- han recibido cuatro llamadas de números desconocidos;\n"
        "- una camioneta sin placas vigila la oficina;\n"
        "- *ninguna* autoridad ha acudido.\n\n"
        "La [cronología de los hechos](https://red.example/cronologia) está disponible en línea."
    ),
    "background": "Desde marzo de 2026 la Red ha documentado cuatro agresiones en la región.",
    "demands": [
        "Investigar de inmediato el allanamiento y las amenazas.",
        "Garantizar medidas de protección acordadas con ellas.",
    ],
    "statement_language": "es",
}
SIGNATORIES: dict[str, object] = {
    "signatories": [
        {"name": "Colectiva Luz de Agua", "country": "GT"},
        {"name": "Women of the Northern Rivers", "country": "CA"},
        {"name": "Tejedoras del Valle", "country": "MX"},
    ],
    "unnamed_signatories": 2,
    "organisations": 17,
}
ASKED_TO_SIGN: dict[str, object] = {
    "partner_name": "Tejedoras del Valle",
    "closes_at": datetime(2026, 11, 22, 20, 30, tzinfo=UTC),
    "time_zone": "America/Mexico_City",
}
WINDOW = ASKED_TO_SIGN | {"recipient_name": "Amaranta Solís"}
IDENTIFIED: dict[str, object] = {
    "identified": [
        {"shown_as": "Luna", "name": "Itzel Robles Canseco", "role": "defensora comunitaria"},
        {"shown_as": None, "name": "Nayeli Robles Canseco", "role": ""},
    ]
}
ADDRESSED: dict[str, object] = {
    "salutation": "Señor Fiscal:",
    "recipient_name": "Lic. Ramón Ejemplo",
    "addressee": ["Lic. Ramón Ejemplo", "Fiscalía General del Estado"],
}
LISTED: dict[str, object] = {"unsubscribe_url": "https://red.example/u/Zm9vYmFyYmF6cXV4?lang=es"}
NOTICE: dict[str, object] = {
    "index": "UA-2026-014/2",
    "title": "Esta acción urgente terminó; por favor, no la siga difundiendo",
    "summary": "Esta acción urgente terminó; por favor, no la siga difundiendo",
    "body": (
        "La acción urgente UA-2026-014 terminó el 24 de noviembre de 2026.\n\n"
        "A partir de ahora, le pedimos:\n\n"
        "- no seguir difundiéndola."
    ),
    "background": None,
    "demands": [],
    "statement_language": "es",
}
ENDED: dict[str, object] = {
    "reference": "UA-2026-014",
    "ended_at": datetime(2026, 11, 25, 4, 0, tzinfo=UTC),
    "time_zone": "America/Mexico_City",
}
ASKED: dict[str, object] = {
    "recipient_name": "Amaranta Solís",
    # As long as the address of a network's own server usually is: 75 characters.
    "verify_url": "https://accion.red.example/v/" + "Zm9vYmFyYmF6cXV4X2Zvb2Jhcl9iYXpxdXhfZm9vYmFyXw",
}
COORDINATOR: dict[str, object] = {
    "recipient_name": "Citlali Vera",
    "reference": "UA-2026-014",
    "released_at": datetime(2026, 11, 20, 5, 0, tzinfo=UTC),
    "number": 2,
    "time_zone": "America/Mexico_City",
}
RECEIPT: dict[str, object] = {
    "index": "UA-2026-014/1",
    "partner_name": "Tejedoras del Valle",
    "answer": "signed",
    "disowned": False,
    "doubted": False,
    "signer_name": "Amaranta Solís",
    "signer_role": "Coordinadora",
    "visibility": "public",
    "answered_at": datetime(2026, 11, 21, 15, 5, tzinfo=UTC),
    "time_zone": "America/Mexico_City",
    "digest": DIGEST,
}
MISSED: dict[str, object] = {
    "recipient_name": "Citlali Vera",
    "reference": "UA-2026-014",
    "document": 1,
    "partners": 3,
    "lost": 1,
}
UNRELEASED = COORDINATOR | {"released_at": None}
INVITATION = STATEMENT | WINDOW | {"sign_url": "https://red.example/s/Zm9vYmFyYmF6cXV4"}
TIMES = {"closes_at", "time_zone"}
PAGE: dict[str, object] = {"csp_nonce": "bm9uY2U", "languages": NATIVE_LANGUAGES, "logo": None}

ANSWERING: dict[str, object] = {
    "digest": DIGEST,
    "form_token": "dG9rZW4",
    "is_late": False,
    "changes": None,
    "problems": {},
    "values": {},
    "may_sign": True,
    "page_path": "/sign/1",
    "questions_answered": 1,
    "has_signed": True,
}
ANSWERED: dict[str, object] = {
    "answer": "signed",
    "answered_on": "sábado, 21 de noviembre de 2026, 9:05 (Ciudad de México)",
    "visibility": "public",
    "late": False,
    "for_earlier_text": True,
    "answered_digest": DIGEST,
    "follows": "5f" * 16,
    "may_withdraw": True,
    "withdraw_token": "dG9rZW4",
    "doubted": False,
    "confirm_token": "dG9rZW4",
    "given_by": "Amaranta Solís, Coordinadora",
}
CHANGED: dict[str, object] = {
    "in_this_language": {
        "fields": [
            {"field": "headline", "lines": [[{"change": "added", "text": "Nuevas amenazas"}]]},
            {
                "field": "body",
                "lines": [
                    [
                        {"change": "unchanged", "text": "Han recibido "},
                        {"change": "added", "text": "nueve llamadas"},
                        {"change": "removed", "text": ""},
                    ]
                ],
            },
        ],
        "whole": False,
    },
    "language": "es",
}

EXAMPLES: Mapping[str, Mapping[str, object]] = {
    "email/invitation": INVITATION,
    "email/sign_on_reminder": INVITATION,
    "email/approval_request": INVITATION | {"proposer_name": "Amparo Ficticia Ruiz"},
    "email/address_changed": {"partner_name": "Tejedoras del Valle"},
    "email/question": COORDINATOR,
    "email/approval_declined": ANSWER_WAITS,
    "email/question_answered": ANSWER_WAITS,
    "email/addendum": {name: STATEMENT[name] for name in ("index", "title", "statement_language")}
    | ADDRESSED
    | LISTED
    | {"added": SIGNATORIES["signatories"], "gone": [{"name": "Red Ejemplo", "country": "PE"}]},
    "email/sign_again": {name: value for name, value in INVITATION.items() if name not in TIMES}
    | {"changes": {"lines": ["Hubo otra llamada."], "something_gone": True, "whole": False}},
    "email/sign_link": {
        name: INVITATION[name] for name in ("index", "partner_name", "recipient_name", "sign_url")
    },
    "email/statement": STATEMENT | SIGNATORIES | ADDRESSED | IDENTIFIED | LISTED,
    "email/answer_receipt": RECEIPT
    | {"followed": "Red de los Ríos", "answer_url": "https://red.example/r/Zm9vYmFyYmF6cXV4"},
    "email/disowned_alarm": UNRELEASED,
    "email/check_in": COORDINATOR | {"answer_url": "https://red.example/c/Zm9vYmFyYmF6cXV4"},
    **COORDINATOR_MAILS,
    "email/expiry_warning": {
        "recipient_name": COORDINATOR["recipient_name"],
        "reference": COORDINATOR["reference"],
        "expires_at": COORDINATOR["released_at"],
        "time_zone": COORDINATOR["time_zone"],
    },
    "email/verification": ASKED,
    "email/verification_reminder": ASKED,
    "email/verification_alarm": UNRELEASED,
    "email/leak_alarm": COORDINATOR,
    "email/invitation_alarm": MISSED,
    "email/reply_overdue": COORDINATOR | {"answer_url": "https://red.example/c/Zm9vYmFyYmF6cXV4"},
    "email/reply_reminder": OVERDUE | ADDRESSED,
    "email/stop_notice": NOTICE | ADDRESSED | LISTED,
    "notices/stop": ENDED,
    "notices/withdraw": ENDED,
    "notices/partner_actions": {"called": 12, "wrote": 1, "posted": 0, "visited": 0, "met": 2},
    "sms/statement": {"index": STATEMENT["index"], "title": STATEMENT["title"], "link": None},
    "sms/verification": ASKED,
    "sms/verification_reminder": ASKED,
    "sms/stop_notice": {"index": NOTICE["index"], "title": NOTICE["title"]},
    "web/receipt": PAGE
    | RECEIPT
    | {"confirmed": False, "by_mandate": True, "about": "9f" * 16, "form_token": "dG9rZW4"}
    | {"problems": {}, "values": {}},
    "web/check_in": PAGE | CHECK_IN,
    "web/sign": PAGE | STATEMENT | WINDOW | SIGNATORIES | ANSWERING,
    "web/answered": PAGE | STATEMENT | ASKED_TO_SIGN | SIGNATORIES | ANSWERING | ANSWERED,
    "web/questions": PAGE | QUESTIONS,
    "web/response": PAGE | LOGGING,
    "web/actions": PAGE | ACTED,
    "web/details": PAGE | DETAILS,
    "web/approver": PAGE | APPROVER,
    "web/approve": PAGE | STATEMENT | SIGNATORIES | WINDOW | APPROVE,
    "web/approval_ended": PAGE | APPROVAL_ENDED,
    "web/public_list": PAGE
    | {
        "index": STATEMENT["index"],
        "signatories": [
            {
                "name": "Colectiva Luz de Agua",
                "country": "GT",
                "website": "https://luz.example/",
                "logo": None,
            },
            {"name": "Tejedoras del Valle", "country": "MX", "website": None, "logo": None},
        ],
        "total": 102,
        "organisations": 117,
        "unnamed": 5,
        "page": 1,
        "pages": [(1, "?lang=es&page=1"), (2, "?lang=es&page=2")],
    },
    "web/no_public_list": PAGE,
    "web/screen": PAGE
    | {
        "state": "shown",
        "index": STATEMENT["index"],
        "signed": 3,
        "organisations": 17,
        "quorum": 10,
        "invited": 24,
        "unanswered": 20,
        "closes_at": datetime(2026, 11, 22, 20, 30, tzinfo=UTC),
        "hours_left": 27,
        "minutes_left": 5,
        "signatories": SIGNATORIES["signatories"],
        "updated_at": datetime(2026, 11, 21, 17, 25, tzinfo=UTC),
        "time_zone": "America/Mexico_City",
        "paused": False,
        "seconds": 15,
    },
    "web/screen_unusable": PAGE,
    "web/waiting": PAGE | {"changing": True},
    **{f"web/{name}": PAGE for name in ("enrolled", "unusable", "unsubscribe", "unsubscribed")},
    "web/error": PAGE | {"status": 404},
    "web/enrol": PAGE
    | {
        "expires_at": datetime(2026, 11, 24, 3, 30, tzinfo=UTC),
        "time_zone": "America/Guatemala",
        "form_token": "dG9rZW4",
        "problems": {},
    },
    "web/enrol_unusable": PAGE,
    **{name: PAGE | example for name, example in VERIFY_EXAMPLES.items()},
}


def template_names() -> list[str]:
    """Discover every message, notice and page, without layouts and parts (`base.html`, names with `_`)."""
    emails = [f"email/{path.parent.name}" for path in TEMPLATES.glob("email/*/subject.txt")]
    notices = [f"notices/{path.parent.name}" for path in TEMPLATES.glob("notices/*/headline.txt")]
    texts = [f"sms/{path.stem}" for path in TEMPLATES.glob("sms/*.txt")]
    pages = [f"web/{path.stem}" for path in TEMPLATES.glob("web/*.html")]
    everything = emails + notices + texts + pages
    return sorted(name for name in everything if not name.startswith(("web/_", "web/base")))
