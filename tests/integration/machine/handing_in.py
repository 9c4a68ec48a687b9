"""A random case as the API takes it, and as the model knows it."""

from typing import Any

from tests.integration.machine.cast import AT_RISK, OFFICES
from tests.integration.machine.model import PSEUDONYM, AtRisk, Case, Document, Text, Version
from tests.integration.machine.plans import (
    CasePlan,
    PersonPlan,
    consent_known,
    consent_tree,
    shown_as,
    written,
)


def people_of(plan: CasePlan) -> list[AtRisk]:
    """Return the people of a case as the model knows them."""
    return [
        AtRisk(
            who=AT_RISK[one.who],
            visibility=one.visibility,
            shown=shown_as(one.who, one.visibility),
            consents={use: consent_known(consent, 0) for use, consent in one.consents.items()},
        )
        for one in plan.people
    ]


def texts_of(plan: CasePlan) -> dict[str, Text]:
    """Write the first document: only in its own language it has a headline of its own."""
    texts = written(plan.languages, people_of(plan), plan.leak)
    for language in plan.languages[1:]:
        texts[language].headline = texts[language].summary
    return texts


def case_tree(plan: CasePlan, texts: dict[str, Text]) -> dict[str, Any]:
    """Write a case as the API takes it."""
    first, *_ = plan.languages
    tree: dict[str, Any] = {
        "title": texts[first].headline,
        "concerns": ["death_threat"],
        "urgency": plan.urgency,
        "languages": list(plan.languages),
        "event": {"occurred_on": "2026-10-28", "country": "MX", "facts": "Recibieron amenazas."},
        "people_at_risk": [_person_tree(plan, one) for one in plan.people],
        "sources": [
            {"kind": kind, "name": f"Fuente {number}", "received_on": "2026-10-29"}
            for number, kind in enumerate(plan.sources)
        ],
        "risk_assessment": {"level": "high", "note": "Publicar de más aumentaría el riesgo."},
        "demands": [{language: texts[language].demands[0] for language in plan.languages}],
        "texts": {language: _text_tree(text) for language, text in texts.items()},
        "targets": [_target_tree(plan, kind, language) for kind, language in plan.offices.items()],
        "release": {"audiences": sorted(plan.audiences)},
        "follow_up": {
            "expires_after": plan.expires_after,
            "check_ins": ["PT1S", "PT2S"] if plan.check_ins else [],
        },
    }
    return tree | ({"sign_on": _sign_on_tree(plan)} if plan.partners else {})


def case_known(plan: CasePlan, texts: dict[str, Text], reference: str, author: str) -> Case:
    """Return a case as the model knows it once it was taken."""
    case = Case(
        reference=reference,
        author=author,
        urgency=plan.urgency,
        languages=plan.languages,
        audiences=plan.audiences,
        offices=dict(plan.offices),
        partners=plan.partners,
        people=people_of(plan),
        sources=list(plan.sources),
        documents=[],
        sign_on=bool(plan.partners),
    )
    version = Version(1, texts, author, case.to_be_told())
    case.documents.append(Document(1, is_notice=False, versions=[version]))
    return case


def _person_tree(plan: CasePlan, one: PersonPlan) -> dict[str, Any]:
    somebody = AT_RISK[one.who]
    tree: dict[str, Any] = {
        "kind": "person",
        "name": somebody.name,
        "aliases": [somebody.alias],
        "role": dict.fromkeys(plan.languages, "defensora"),
        "visibility": one.visibility,
        "private": {"phone": somebody.phone, "place": somebody.place},
        "consents": [consent_tree(use, consent) for use, consent in one.consents.items()],
    }
    return tree | ({"pseudonym": somebody.pseudonym} if one.visibility == PSEUDONYM else {})


def _text_tree(text: Text) -> dict[str, Any]:
    tree: dict[str, Any] = {"summary": text.summary, "body": text.body}
    return tree | ({"background": text.background} if text.background else {})


def _target_tree(plan: CasePlan, kind: str, language: str) -> dict[str, Any]:
    address = {"channel": "email", "value": OFFICES[kind], "source": "sitio oficial"}
    return {
        "office": dict.fromkeys(plan.languages, f"Oficina {kind}"),
        "salutation": dict.fromkeys(plan.languages, "A quien corresponda:"),
        "kind": kind,
        "language": language,
        "addresses": [{**address, "checked_on": "2026-10-15", "valid_until": "2036-10-15"}],
    }


def _sign_on_tree(plan: CasePlan) -> dict[str, Any]:
    return {
        "partners": {"ids": list(plan.partners)},
        "quorum": plan.quorum,
        "closes_after": plan.closes_after,
        "release": plan.release,
        "remind_after": ["PT1S"],
    }
