"""The verifiers' page: without the PIN it says and changes nothing, and with it no more than she needs."""

from typing import Any

import httpx
import pytest

from tests import factories
from tests.integration.outbox_cases import execute, make_case
from tests.integration.verification_links import ask, verification_link
from tests.integration.web.sign_visits import (
    assert_is_kept_by_nobody,
    garbage_like,
    visited_by_scanners,
    without_nonce,
)
from tests.integration.web.site import Site
from tests.integration.web.snapshots import contents_of
from tests.integration.web.verification_visits import (
    EVERYTHING,
    PIN,
    WRONG,
    VerificationVisit,
    two_asked,
    visit_of,
    words_of,
)

LARGEST_PAGE_BYTES = 40 * 1024
SHOWN = ("Canario Título", "canario-resumen", "canario-cuerpo", "canario-antecedente", "canario-exigencia")
OPENED = (
    "canario-hechos",
    "canario-fuente",
    "canario-nota",
    "canario-riesgo",
    "canario-region",
    "Pseudónima Canaria",
    "Verdadera Canaria",
)
NEVER_SHOWN = ("Oculta Canaria", "canario-alias", "canario-privado", "5550101")


def canary_tree() -> dict[str, Any]:
    """Make a case in which each private word is known by its canary."""
    tree = factories.case_tree()
    tree["title"], tree["event"]["facts"] = "Canario Título", "canario-hechos"
    tree["event"]["region"] = "canario-region"
    first, second, third = tree["people_at_risk"]
    first |= {"name": "Verdadera Canaria", "pseudonym": "Pseudónima Canaria", "aliases": ["canario-alias"]}
    first["private"] = {"phone": "+52 967 555 0101", "place": "canario-privado"}
    third["name"] = "Oculta Canaria"
    tree["people_at_risk"] = [first, second, third]
    tree["sources"][0] |= {"name": "canario-fuente", "note": "canario-nota"}
    tree["risk_assessment"]["note"] = "canario-riesgo"
    for text in tree["texts"].values():
        text |= {"summary": "canario-resumen", "body": "canario-cuerpo", "background": "canario-antecedente"}
    tree["demands"] = [{"es": "canario-exigencia", "en": "canario-exigencia"}]
    return tree


@pytest.fixture
async def canaries(site: Site) -> VerificationVisit:
    case = await make_case(site.services.database, canary_tree(), attested=False)
    return (await two_asked(site, case, site.client()))[0]


def heard_in(*pages: httpx.Response) -> list[str]:
    words = (*SHOWN, *OPENED, *NEVER_SHOWN, "UA-20", "anari")
    return [word for page in pages for word in words if word in page.text]


async def test_a_hundred_visits_of_scanners_change_nothing(
    site: Site, verification: VerificationVisit
) -> None:
    before = await contents_of(site.services.database)
    tempting = f"{verification.path}?lang=en&step=pin&pin={PIN}&answer=attest&confirms=facts"
    assert await visited_by_scanners(verification.browser, verification.path, tempting) == {200}
    assert await contents_of(site.services.database) == before


async def test_posts_without_the_page_and_its_pin_change_nothing(
    site: Site, verification: VerificationVisit
) -> None:
    before = await contents_of(site.services.database)
    forms: list[dict[str, Any]] = [
        {},
        {"step": "pin"},
        {"step": "pin", "pin": PIN},
        {"step": "pin", "pin": WRONG, "form_token": "0" * 64},
        {"step": "answer", "answer": "attest", "confirms": EVERYTHING},
        {"step": "answer", "answer": "revoke", "revoke": "1:name_in_public", "expires": "9" * 20},
        {"answer": "reject", "why": "No.", "digest": "0" * 64, "seen": "0" * 64, "form_token": "ñ"},
    ]
    for form in forms:
        page = await verification.browser.post(verification.path, data=form)
        assert page.status_code == 422, form
        assert 'name="pin"' in page.text, form
        assert await contents_of(site.services.database) == before, form


async def test_the_page_is_kept_by_nobody_before_and_after_the_pin(verification: VerificationVisit) -> None:
    for page in (await verification.browser.get(verification.path), await verification.type_pin()):
        assert_is_kept_by_nobody(page)
        assert verification.token not in page.text
        assert len(page.content) < LARGEST_PAGE_BYTES
        assert "<script" not in page.text
        assert "set-cookie" not in page.headers


async def test_no_page_before_the_pin_nor_after_the_answer_says_a_word_of_the_case(
    canaries: VerificationVisit,
) -> None:
    browser, path = canaries.browser, canaries.path
    looked = [await browser.get(path), await browser.get(path, params={"lang": "en"})]
    typed = [await canaries.type_pin(WRONG), await canaries.type_pin(""), await canaries.type_pin("x")]
    unproven = await canaries.post({"step": "answer", "answer": "attest", "confirms": EVERYTHING})
    answered = await canaries.answer()
    assert answered.status_code == 200
    over = await browser.get(path)
    wrong = [await browser.delete(path), await browser.get(f"{path}/more")]
    assert heard_in(*looked, *typed, unproven, answered, over, *wrong) == []


async def test_the_canaries_are_heard_with_the_pin_but_for_what_nobody_needs(
    canaries: VerificationVisit,
) -> None:
    said = words_of(await canaries.type_pin())
    assert [word for word in (*SHOWN, *OPENED) if word not in said] == []
    assert [word for word in NEVER_SHOWN if word in said] == []


async def test_she_reads_all_that_she_judges_by(canaries: VerificationVisit) -> None:
    page = await canaries.type_pin()
    said = " ".join(words_of(page).split())
    assert canaries.case.action.reference in said
    for words in (
        "Inmediata: cada hora cuenta",
        "Riesgo: alto",
        "México; 28 de octubre de 2026",
        "amenazas de muerte, campaña de difamación, vigilancia",
        "por 0 de 2 personas",
        "aparece solo con este seudónimo; guardiana del agua y partera",
        "se les dice su nombre: Verdadera Canaria",
        "Sí Nombre a las autoridades ella misma, en persona, 29 de octubre de 2026",
        "No Nombre en público ella misma, en persona, 29 de octubre de 2026",
        "hasta el 29 de octubre de 2028",
        "Persona 3, sin nombrar Una familia, no aparece",
        "Testimonio directo , 29 de octubre de 2026 canario-fuente canario-nota",
        "Texto en español",
        "Texto en inglés",
    ):
        assert words in said, words
    assert page.text.count('<article class="letter">') == 2


async def _dead(site: Site, visit: VerificationVisit, how: str) -> str:
    database = site.services.database
    token = await verification_link(database, visit.case.action.id, visit.person_id)
    await execute(
        database,
        {
            "answered": "UPDATE verification_request SET answered_at = now() WHERE person_id = :id",
            "revoked": "UPDATE verification_link SET revoked_at = now() WHERE request_id IN"
            " (SELECT id FROM verification_request WHERE person_id = :id)",
            "superseded": "UPDATE urgent_action SET verification_cycle = 2 WHERE id IN"
            " (SELECT action_id FROM verification_request WHERE person_id = :id)",
            "closed": "UPDATE urgent_action SET phase = 'closed', closed_at = now() WHERE id IN"
            " (SELECT action_id FROM verification_request WHERE person_id = :id)",
            "rejected": "UPDATE urgent_action SET rejected_at = now() WHERE id IN"
            " (SELECT action_id FROM verification_request WHERE person_id = :id)",
        }[how],
        id=visit.person_id,
    )
    return token


async def test_dead_links_cannot_be_told_apart_whatever_the_pin(site: Site) -> None:
    browser, tokens = site.client(), []
    for how in ("answered", "revoked", "superseded", "closed", "rejected"):
        case = await make_case(site.services.database, attested=False)
        visit = (await two_asked(site, case, browser))[0]
        tokens.append(await _dead(site, visit, how))
        await execute(site.services.database, "UPDATE person SET duty_position = NULL")
    before = await contents_of(site.services.database)
    paths = [f"/v/{token}" for token in [*tokens, *garbage_like(tokens[0])]]
    pages = {without_nonce(await browser.get(path)) for path in paths}
    forms: list[dict[str, Any]] = [{"step": "pin", "pin": PIN}, {"step": "answer", "answer": "attest"}]
    posted = {without_nonce(await browser.post(path, data=form)) for path in paths for form in forms}
    assert len(pages) == 1
    assert pages == posted
    assert next(iter(pages))[0] == 404
    assert await contents_of(site.services.database) == before


async def test_another_cases_link_opens_nothing_of_this_one(site: Site, canaries: VerificationVisit) -> None:
    other = await make_case(site.services.database, attested=False)
    await ask(site.services.database, other.action.id)
    elsewhere = await visit_of(site, other, canaries.person_id, canaries.browser)
    assert heard_in(await elsewhere.type_pin()) == ["UA-20"]
    fields: dict[str, Any] = {**await canaries.fields(), "answer": "attest", "confirms": EVERYTHING}
    assert heard_in(await elsewhere.post(fields)) == []
    assert await execute(site.services.database, "SELECT 1 FROM attestation") == []
