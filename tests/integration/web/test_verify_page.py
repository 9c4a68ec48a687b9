"""The verifiers' page: before the PIN it says and changes nothing; with it, she reads the case."""

from typing import Any

import httpx
import pytest

from models.vocabulary import Role
from tests import factories
from tests.integration.outbox_cases import execute, make_case
from tests.integration.verification_links import ask, verification_link
from tests.integration.web.sign_visits import (
    FROM_THE_PAGE,
    assert_is_kept_by_nobody,
    garbage_like,
    hidden_fields,
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
READ = "SELECT person_id, detail FROM audit_event WHERE kind = 'private_read'"


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
    words = (*SHOWN, *OPENED, *NEVER_SHOWN, "UA-", "anari")
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


async def test_the_language_is_hers_unless_she_chooses_before_and_after_the_pin(
    site: Site, verification: VerificationVisit
) -> None:
    await execute(site.services.database, "UPDATE person SET language = 'fr'")
    french = await verification.browser.get(verification.path)
    english = await verification.browser.get(verification.path, params={"lang": "en"})
    assert [page.text.partition('<html lang="')[2][:2] for page in (french, english)] == ["fr", "en"]
    fields: dict[str, Any] = {**await verification.fields(), "answer": "show", "missing": "Falta <algo>"}
    fields |= {"confirms": ["facts", "text:es"], "revoke": ["1:name_in_public"]}
    page = await verification.browser.post(f"{verification.path}?lang=pt", data=fields, headers=FROM_THE_PAGE)
    assert page.status_code == 200
    assert '<html lang="pt"' in page.text
    assert "Falta &lt;algo&gt;</textarea>" in page.text
    assert page.text.count(" checked>") == 3
    assert hidden_fields(page) == {name: fields[name] for name in hidden_fields(page)}


async def test_with_the_right_pin_the_case_is_taken_once_and_its_workflow_told(
    site: Site, verification: VerificationVisit
) -> None:
    for _ in range(2):
        assert (await verification.type_pin()).status_code == 200
    events = await execute(
        site.services.database, "SELECT person_id FROM audit_event WHERE kind = 'acknowledged'"
    )
    assert events == [(verification.person_id,)]
    ((taken, answered),) = await execute(
        site.services.database,
        "SELECT acknowledged_at, answered_at FROM verification_request WHERE person_id = :id",
        id=verification.person_id,
    )
    assert taken
    assert answered is None
    waiting = "SELECT requested, delivered FROM pending_nudge WHERE addressee = 'action'"
    assert await execute(site.services.database, waiting) == [(1, 0)]


async def test_each_showing_of_private_fields_is_written_down_and_changes_no_revision(
    site: Site, verification: VerificationVisit
) -> None:
    caller = await site.caller(Role.COORDINATOR)
    address = f"/api/v1/actions/{verification.case.action.reference}"
    async with caller.client as client:
        await verification.type_pin()
        revision = (await client.get(address)).json()["revision"]
        await verification.type_pin()
        await verification.answer(confirms=None)
        assert (await client.get(address)).json()["revision"] == revision
    detail = {"why": "attesting", "fields": ["facts", "people", "sources", "risk"]}
    assert await execute(site.services.database, READ) == [(verification.person_id, detail)] * 4
    await verification.type_pin(WRONG)
    assert len(await execute(site.services.database, READ)) == 4


async def test_what_may_be_the_same_person_is_shown_from_both_sides(
    site: Site, verification: VerificationVisit
) -> None:
    others = [await make_case(site.services.database, attested=False) for _ in range(2)]
    pairs = [
        (others[0].action.id, verification.case.action.id, 81),
        (verification.case.action.id, others[1].action.id, 97),
        (verification.case.action.id, others[0].action.id, 78),
        (others[0].action.id, others[1].action.id, 99),
    ]
    for one, other, percent in pairs:
        await execute(
            site.services.database,
            "INSERT INTO possible_duplicate VALUES (:one, :other, :percent, now())",
            one=one,
            other=other,
            percent=percent,
        )
    said = words_of(await verification.type_pin())
    likeliest, likely = (f"{others[place].action.reference}: los nombres" for place in (1, 0))
    assert said.index(likeliest) < said.index(likely)
    assert "97 por ciento" in said
    assert "81 por ciento" in said
    assert "99 por ciento" not in said


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
    assert heard_in(await elsewhere.type_pin()) == ["UA-"]
    fields: dict[str, Any] = {**await canaries.fields(), "answer": "attest", "confirms": EVERYTHING}
    assert heard_in(await elsewhere.post(fields)) == []
    assert await execute(site.services.database, "SELECT 1 FROM attestation") == []
