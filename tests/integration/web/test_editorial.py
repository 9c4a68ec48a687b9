"""Editorial changes: what may be marked as one, who confirms it, and what becomes of signatures."""

from typing import Any

import pytest

from models.vocabulary import Role, SignatureVisibility
from tests.integration.outbox_cases import Case, execute
from tests.integration.sign_links import DECLINED, answered
from tests.integration.web.paperwork import Papers, two_verifiers
from tests.integration.web.public_lists import signed
from tests.integration.web.site import Caller, Site, problem
from tests.integration.web.verification_visits import two_asked

WHY = {"why": "El nombre del manantial estaba mal escrito."}
ROWS = """
    SELECT partner.slug, signature.answer, signature.visibility, signature.signer_name,
           signature.superseded_at IS NULL AS counts, signature.digest = version.digest AS by_rows,
           version.number, signature.carried_from
    FROM signature JOIN partner ON partner.id = signature.partner_id
    JOIN document_version AS version ON version.id = signature.version_id
    ORDER BY partner.slug, version.number
"""


@pytest.fixture
def papers(case: Case, coordinator: Caller) -> Papers:
    """The documents of a case that partners sign, in the hands of a coordinator."""
    return Papers(case, coordinator)


async def texts(papers: Papers, number: int = 1, version: int = 1) -> dict[str, Any]:
    """Return the texts of a version as they are handed in."""
    told = (await papers.version(number, version)).raise_for_status().json()["texts"]
    return {one.pop("language"): one for one in told}


async def corrected(papers: Papers, added: str = " Es todo.", version: int = 1) -> dict[str, Any]:
    """Return the texts with a harmless change."""
    changed = await texts(papers, 1, version)
    changed["es"]["body"] += added
    return changed


async def confirm(site: Site, papers: Papers) -> Caller:
    """Have a verifier confirm that the newest version is an editorial one."""
    verifier = await site.caller(Role.VERIFIER)
    (await papers.of(verifier).attest("editorial")).raise_for_status()
    return verifier


async def test_once_it_is_confirmed_the_signatures_stand_for_the_corrected_text(
    site: Site, case: Case, papers: Papers
) -> None:
    await signed(case, "casa-manantial")
    await signed(case, "red-del-volcan", SignatureVisibility.WITHHELD)
    await answered(case, "tejedoras-del-maiz", DECLINED)
    changed = (await papers.change(1, await corrected(papers), editorial=WHY)).raise_for_status().json()
    newest = changed["document"]["versions"][-1]
    assert (newest["editorial_of"], newest["editorial_why"]) == (1, WHY["why"])
    assert {row.number for row in await execute(case.database, ROWS)} == {1}
    await confirm(site, papers)
    rows = await execute(case.database, ROWS)
    assert all(row.by_rows for row in rows)
    assert [(row.slug, row.answer, row.visibility, row.number, row.counts) for row in rows] == [
        ("casa-manantial", "signed", "public", 1, False),
        ("casa-manantial", "signed", "public", 2, True),
        ("red-del-volcan", "signed", "withheld", 1, False),
        ("red-del-volcan", "signed", "withheld", 2, True),
        ("tejedoras-del-maiz", "declined", "public", 1, True),
    ]
    assert {row.signer_name for row in rows if row.answer == "signed"} == {"Xiomara Imaginaria"}
    assert [row.carried_from is not None for row in rows] == [False, True, False, True, False]
    ((detail,),) = await execute(
        case.database, "SELECT detail FROM audit_event WHERE kind = 'signatures_carried'"
    )
    assert (detail["count"], detail["why"], detail["digest"]) == (2, "editorial", newest["digest"])
    nudges = "SELECT requested FROM pending_nudge WHERE addressee = 'sign_on'"
    assert await execute(case.database, nudges)


async def test_it_is_confirmed_by_its_own_word_only_once_and_by_others_alone(
    site: Site, case: Case, papers: Papers
) -> None:
    await signed(case, "casa-manantial")
    await papers.change(1, await corrected(papers), editorial=WHY)
    first, second = await two_verifiers(site)
    await papers.of(first).attest()
    assert {row.number for row in await execute(case.database, ROWS)} == {1}
    both = await site.caller(*Role)
    wrote = await Papers(case, both).change(1, await corrected(papers, " Y más."), editorial=WHY)
    assert wrote.status_code == 201
    problem(await Papers(case, both).attest("editorial"), 409)
    await papers.of(second).attest("editorial")
    assert (await papers.of(second).attest("editorial")).is_success
    rows = await execute(case.database, ROWS)
    assert [(row.number, row.counts) for row in rows] == [(1, False), (3, True)]


async def test_nothing_of_it_leaves_until_it_is_confirmed(site: Site, case: Case, papers: Papers) -> None:
    await signed(case, "casa-manantial")
    await papers.change(1, await corrected(papers), editorial=WHY)
    for verifier in await two_verifiers(site):
        await papers.of(verifier).attest()
    told = problem(await papers.decide("release"), 409)
    assert told["refusal"] == "editorial_missing"
    assert "documents confirm-editorial" in told["detail"]
    await confirm(site, papers)
    assert (await papers.decide("release")).status_code != 409


async def test_a_material_change_keeps_no_signature_and_has_no_such_thing_to_confirm(
    site: Site, case: Case, papers: Papers
) -> None:
    await signed(case, "casa-manantial")
    await papers.change(1, await corrected(papers))
    verifier = await site.caller(Role.VERIFIER)
    told = problem(await papers.of(verifier).attest("editorial"), 422)
    assert told["problems"][0]["field"] == "confirms.0"
    for one in await two_verifiers(site):
        await papers.of(one).attest()
    assert [(row.number, row.counts) for row in await execute(case.database, ROWS)] == [(1, True)]


async def test_a_correction_of_a_correction_is_compared_with_what_was_signed(
    site: Site, case: Case, papers: Papers
) -> None:
    await signed(case, "casa-manantial")
    await papers.change(1, await corrected(papers), editorial=WHY)
    await papers.change(1, await corrected(papers, " Punto.", 2), editorial=WHY)
    assert (await papers.newest(1))["editorial_of"] == 1
    await confirm(site, papers)
    await papers.change(1, await corrected(papers, " Fin.", 3), editorial=WHY)
    assert (await papers.newest(1))["editorial_of"] == 3
    await confirm(site, papers)
    rows = await execute(case.database, ROWS)
    assert [(row.number, row.counts) for row in rows] == [(1, False), (3, False), (4, True)]


async def test_other_demands_people_or_a_missing_language_are_no_editorial_change(
    case: Case, papers: Papers
) -> None:
    whole = await texts(papers)
    missing = {"es": {**whole["es"], "body": "**Ceiba** y **Jacinta Olvera Montejo** siguen."}}
    told = problem(await papers.change(1, missing, editorial=WHY), 422)
    assert [one["field"] for one in told["problems"]] == ["texts"]
    assert "leaves out en" in told["problems"][0]["rule"]
    demands = {**whole, "en": {**whole["en"], "demands": ["Something else."]}}
    told = problem(await papers.change(1, demands, editorial=WHY), 422)
    assert [one["field"] for one in told["problems"]] == ["texts.en.demands"]
    unnamed = {"summary": "Dos defensoras fueron amenazadas.", "body": "Siguen juntas.", "background": None}
    people = {**whole, "es": {**whole["es"], **unnamed, "headline": "Amenazas"}}
    told = problem(await papers.change(1, people, editorial=WHY), 422)
    assert [one["field"] for one in told["problems"]] == ["texts.es"]
    for one in told["problems"]:
        assert one["remedy"].endswith("Leave `editorial` out: those who signed are asked again.")
    count = "SELECT count(*) FROM document_version"
    assert (await execute(case.database, count))[0][0] == 1


@pytest.mark.parametrize("editorial", [{}, {"why": ""}, {"why": 3}, "yes", {"why": "x", "more": 1}])
async def test_a_mark_without_a_reason_is_refused(papers: Papers, editorial: object) -> None:
    told = problem(await papers.change(1, await corrected(papers), editorial=editorial), 422)
    assert told["problems"][0]["field"].startswith("editorial")


async def test_a_verifier_reads_what_changed_and_why_and_confirms_it_on_her_page(
    site: Site, case: Case, papers: Papers
) -> None:
    await signed(case, "casa-manantial")
    await papers.change(1, await corrected(papers, " <b>Todo</b>."), editorial=WHY)
    async with site.client() as browser:
        first, _ = await two_asked(site, case, browser)
        page = await first.type_pin()
        assert WHY["why"] in page.text
        assert "<ins> &lt;b&gt;Todo" in page.text
        assert "<b>" not in page.text
        await first.answer(confirms=["editorial"])
    rows = await execute(case.database, ROWS)
    assert [(row.number, row.counts) for row in rows] == [(1, False), (2, True)]
