"""An approver confirms her organisation's signature, which counts from then on only."""

from collections.abc import AsyncIterator

import pytest

from models.lifecycle import Decision
from models.messages import Purpose
from models.proposals import Proposal
from storage import sign_on
from tests.integration.outbox_cases import Case, execute
from tests.integration.proposals import another_link, approver_link, proposed, wanted, wanted_purposes
from tests.integration.sign_links import sign_link
from tests.integration.web.approver_visits import CONFIRMS, SideVisit, approving
from tests.integration.web.sign_visits import (
    ELSEWHERE,
    Visit,
    assert_is_kept_by_nobody,
    visited_by_scanners,
    without_nonce,
)
from tests.integration.web.site import API, Caller, Site
from tests.integration.web.snapshots import contents_of, count_of

_NEWER = (
    "JOIN document_version AS version ON version.id = version_id"
    " JOIN document_version AS newer ON newer.document_id = version.document_id AND newer.number = 2"
    " WHERE version.document_id = :document"
)
CHANGED = """
    INSERT INTO document_version (id, document_id, number, digest, created_by, created_at)
    SELECT gen_random_uuid(), document_id, 2, sha256('x'), created_by, now() FROM document_version
    WHERE document_id = :document
"""
WRITTEN = f"""
    INSERT INTO document_text (id, version_id, language, headline, summary, body, background, demands)
    SELECT gen_random_uuid(), newer.id, language, 'Texto nuevo', summary, body, background, demands
    FROM document_text {_NEWER}
"""
CONFIRMED = f"""
    INSERT INTO attestation
    SELECT gen_random_uuid(), attestation.action_id, newer.id, newer.digest, person_id, attested_at, confirms,
           consent_revision
    FROM attestation {_NEWER}
"""


@pytest.fixture
async def proposal(case: Case) -> Proposal:
    """What the Casa de las Mujeres El Manantial proposes."""
    return await proposed(case)


@pytest.fixture
async def approver(site: Site, case: Case, proposal: Proposal) -> AsyncIterator[SideVisit]:
    """The approver's page."""
    async with site.client() as browser:
        yield await approving(browser, await approver_link(case, proposal))


async def states(site: Site) -> list[str]:
    return [row.state for row in await execute(site.services.database, "SELECT state FROM proposal")]


async def test_she_reads_the_statement_and_who_asks_her(approver: SideVisit) -> None:
    page = await approver.read()
    assert_is_kept_by_nobody(page)
    assert approver.path.startswith("/approve/")
    assert "Amparo Ficticia Ruiz (Coordinadora) le pide confirmar que Casa de las Mujeres" in page.text
    assert '<article class="letter">' in page.text
    assert len(page.content) < 60_000


async def test_what_she_confirms_is_the_signature_and_names_both(
    site: Site, approver: SideVisit, proposal: Proposal
) -> None:
    page = await approver.post(CONFIRMS)
    assert "Usted confirmó la firma." in page.text
    (row,) = await execute(
        site.services.database,
        "SELECT signature.*, proposer_name, state FROM signature JOIN proposal ON proposal.id = proposal_id",
    )
    assert (row.answer, row.signer_name, row.signer_role) == ("signed", "Zoraida Inventada", "Directora")
    assert (row.proposal_id, row.proposer_name, row.state) == (
        proposal.id,
        "Amparo Ficticia Ruiz",
        "confirmed",
    )
    assert row.digest == proposal.digest


async def test_coordinators_read_who_confirmed_at_whose_request(
    approver: SideVisit, coordinator: Caller
) -> None:
    await approver.post(CONFIRMS)
    actions = (await coordinator.client.get(f"{API}/actions")).json()["actions"]
    path = f"{API}/actions/{actions[0]['reference']}/private"
    (signer,) = (await coordinator.client.get(path, params={"why": "coordinating"})).json()["signers"]
    assert (signer["name"], signer["role"]) == ("Zoraida Inventada", "Directora")
    assert (signer["proposed_by"], signer["proposed_by_role"]) == ("Amparo Ficticia Ruiz", "Coordinadora")


async def test_her_no_signs_nothing_and_leaves_the_invitation_open(
    site: Site, case: Case, approver: SideVisit
) -> None:
    page = await approver.post({**CONFIRMS, "answer": "decline"})
    assert "Usted no confirmó la firma" in page.text
    assert await states(site) == ["declined"]
    assert await execute(case.database, "SELECT ended_by FROM proposal") == [("Zoraida Inventada",)]
    assert await wanted_purposes(case) == [(Purpose.APPROVAL_DECLINED, 1)]
    assert await count_of(site.services.database, "signature") == 0
    contact = Visit(case, await sign_link(case, "casa-manantial"), approver.browser)
    assert (await contact.answer()).status_code == 200
    assert await count_of(site.services.database, "signature") == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"signer_name": ""},
        {"signer_role": ""},
        {"answer": "maybe"},
        {"visibility": "x"},
        {"form_token": "x"},
        {"form_token": None},
        {"digest": "00" * 32},
        {"answer": "decline", "signer_name": ""},
    ],
)
async def test_what_is_not_whole_confirms_nothing(
    site: Site, approver: SideVisit, changes: dict[str, str | None]
) -> None:
    page = await approver.post({**CONFIRMS, **changes})
    assert page.status_code == 422
    assert await states(site) == ["open"]
    assert await count_of(site.services.database, "signature") == 0


async def test_another_site_confirms_nothing(site: Site, approver: SideVisit) -> None:
    for headers in ELSEWHERE:
        assert (await approver.post(CONFIRMS, headers)).status_code == 422
    assert await count_of(site.services.database, "signature") == 0


async def test_scanners_that_look_and_click_change_nothing(site: Site, approver: SideVisit) -> None:
    before = await contents_of(site.services.database)
    assert await visited_by_scanners(approver.browser, approver.path) == {200}
    for answer in ("sign", "decline"):
        assert (await approver.post({"answer": answer})).status_code == 422
    assert await contents_of(site.services.database) == before


async def test_a_changed_text_is_shown_to_her_and_only_that_one_is_signed(
    site: Site, case: Case, approver: SideVisit, proposal: Proposal
) -> None:
    read_before = {"digest": proposal.digest.hex()}
    for statement in (CHANGED, WRITTEN, CONFIRMED):
        await execute(site.services.database, statement, document=case.document.document_id)
    page = await approver.read()
    assert "Texto nuevo" in page.text
    assert "El texto cambió desde que se lo pidieron." in page.text
    assert (await approver.post({**CONFIRMS, **read_before})).status_code == 422
    assert await count_of(site.services.database, "signature") == 0
    await approver.post(CONFIRMS)
    (row,) = await execute(site.services.database, "SELECT digest FROM signature")
    assert row.digest != proposal.digest


async def test_she_may_confirm_late_and_not_while_the_action_is_on_hold(
    site: Site, case: Case, approver: SideVisit
) -> None:
    await case.decide(Decision.HOLD)
    assert "no está abierto" in (await approver.post(CONFIRMS)).text
    assert await states(site) == ["open"]
    await case.decide(Decision.RESUME)
    async with case.database.transaction() as session:
        await sign_on.end_sign_on(session, case.document)
    await approver.post(CONFIRMS)
    assert await execute(site.services.database, "SELECT late FROM signature") == [(True,)]


@pytest.mark.parametrize("state", ["taken_back", "overtaken"])
async def test_who_is_not_asked_any_more_cannot_sign(site: Site, approver: SideVisit, state: str) -> None:
    fields = await approver.read()
    assert fields.status_code == 200
    ended = "UPDATE proposal SET state = :state, ended_at = now()"
    await execute(site.services.database, ended, state=state)
    assert "Ya no hace falta su confirmación" in (await approver.post(CONFIRMS)).text
    assert await count_of(site.services.database, "signature") == 0


async def test_the_links_of_contact_and_approver_open_only_their_own_pages(
    site: Site, case: Case, proposal: Proposal, approver: SideVisit
) -> None:
    hers, theirs = await another_link(case, proposal), await sign_link(case, "casa-manantial")
    contacts = f"/sign/{proposal.invitation_id}"
    for token, path in ((hers, contacts), (hers, f"{contacts}/approver"), (theirs, approver.path)):
        async with site.client(Cookie=f"link={token}") as thief:
            assert (await thief.get(path)).status_code == 404
            assert (await thief.post(path, data=CONFIRMS)).status_code == 404
    async with site.client(Cookie=f"link={hers}") as browser:
        assert (await browser.get(approver.path)).status_code == 200


async def test_revoked_links_open_nothing_and_all_unusable_ones_look_alike(
    site: Site, approver: SideVisit
) -> None:
    await execute(site.services.database, "UPDATE invitation SET revoked_at = now()")
    unknown = "/approve/00000000-0000-0000-0000-000000000000"
    pages = {without_nonce(await approver.browser.get(path)) for path in (approver.path, unknown)}
    pages |= {without_nonce(await approver.browser.post(approver.path, data=CONFIRMS))}
    assert len(pages) == 1
    assert next(iter(pages))[0] == 404


@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_reissuing_or_revoking_the_links_of_the_partner_ends_hers(
    site: Site, case: Case, coordinator: Caller, approver: SideVisit, method: str
) -> None:
    links = f"{API}/actions/{case.action.reference}/invitations/casa-manantial/link"
    assert (await coordinator.client.request(method, links)).is_success
    assert (await approver.browser.get(approver.path)).status_code == 404
    assert (await approver.browser.post(approver.path, data=CONFIRMS)).status_code == 404
    assert await states(site) == ["taken_back"]
    assert await count_of(site.services.database, "signature") == 0
    assert [one.purpose for one in await wanted(case)] == []
