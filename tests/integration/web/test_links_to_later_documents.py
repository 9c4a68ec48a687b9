"""Links of a partner that was invited to two documents: revoked together, and reissued one by one."""

from models.messages import Purpose
from storage import freezing, outbox
from storage.directory import partner_by_slug
from storage.inviting import invite_partner
from storage.standing import facts_of
from tests.integration.later import asking, released
from tests.integration.outbox_cases import EVERYTHING, Case, execute
from tests.integration.sign_links import reissued_link, sign_link
from tests.integration.web.sign_visits import Visit
from tests.integration.web.site import API, Caller, problem

MANANTIAL = "casa-manantial"
AMPARO = "amparo@manantial.example"


def path(case: Case, document: int | None = None) -> str:
    asked = "" if document is None else f"?document={document}"
    return f"{API}/actions/{case.action.reference}/invitations/{MANANTIAL}/link{asked}"


async def links(caller: Caller, case: Case) -> dict[int, str]:
    """Map the documents that the partner was invited to to the states of its links."""
    found = await caller.client.get(f"{API}/actions/{case.action.reference}/invitations")
    return {
        one["document"]: one["link"]
        for one in found.raise_for_status().json()["invitations"]
        if one["id"] == MANANTIAL
    }


async def frozen(case: Case) -> list[str]:
    """Freeze the links that wait to be sent, and claim them past the gate: the addresses."""
    async with case.database.transaction() as session:
        request = (await facts_of(session, case.action.id)).links
        assert request
        dispatched = await freezing.freeze(session, request)
        (batch,) = await outbox.unsent_ranges(session, dispatched, EVERYTHING)
    assert request.document == case.document
    return [one.address for one in await case.claim(batch)]


async def invited_twice(case: Case) -> Case:
    """Have the first document be out, and partners be asked to sign a second."""
    await released(case)
    later = await asking(case)
    await later.open_sign_on()
    return later


async def addresses(case: Case, purpose: Purpose) -> set[str]:
    return {one.address for one in await case.deliveries(await case.batch(purpose))}


async def test_a_later_document_sends_no_link_to_a_partner_whose_links_were_revoked(
    case: Case, coordinator: Caller
) -> None:
    await released(case)
    (await coordinator.client.delete(path(case))).raise_for_status()
    later = await asking(case)
    await later.open_sign_on()
    assert await links(coordinator, case) == {1: "revoked", 2: "revoked"}
    asked = await addresses(later, Purpose.INVITATION)
    assert asked
    assert AMPARO not in asked
    assert (await coordinator.client.post(path(case))).status_code == 202
    assert await links(coordinator, case) == {1: "revoked", 2: "awaited"}
    assert await frozen(later) == [AMPARO]


async def test_nor_does_an_invitation_by_hand(case: Case, coordinator: Caller) -> None:
    await released(case)
    later = await asking(case, partners={"ids": ["red-del-volcan"]})
    await later.open_sign_on()
    (await coordinator.client.delete(path(case))).raise_for_status()
    async with case.database.transaction() as session:
        partner = await partner_by_slug(session, MANANTIAL)
        assert partner
        assert await invite_partner(session, later.document, partner, coordinator.person_id)
    assert await links(coordinator, case) == {1: "revoked", 2: "revoked"}
    assert AMPARO not in await addresses(later, Purpose.INVITATION)


async def test_a_partner_whose_reissued_link_was_reissued_is_asked_again_by_later_documents(
    case: Case, coordinator: Caller
) -> None:
    await released(case)
    for ask in (coordinator.client.delete, coordinator.client.post):
        assert (await ask(path(case))).is_success
    later = await asking(case)
    await later.open_sign_on()
    assert AMPARO in await addresses(later, Purpose.INVITATION)


async def test_whoever_lost_the_link_to_an_earlier_document_gets_back_to_what_she_signed_there(
    case: Case, coordinator: Caller, visit: Visit
) -> None:
    assert (await visit.answer()).status_code == 200
    later = await invited_twice(case)
    second = Visit(later, await sign_link(later, MANANTIAL), visit.browser)
    assert (await coordinator.client.post(path(case, 1))).status_code == 202
    assert await links(coordinator, case) == {1: "awaited", 2: "live"}
    assert (await visit.read()).status_code == 404
    assert (await second.read()).status_code == 200
    assert await frozen(case) == [AMPARO]
    first = Visit(case, await reissued_link(case, MANANTIAL), visit.browser)
    assert (await first.withdraw()).status_code == 200
    rows = await execute(case.database, "SELECT answer FROM signature WHERE superseded_at IS NULL")
    assert [row.answer for row in rows] == ["withdrawn"]


async def test_without_a_number_the_newest_is_reissued_and_the_others_stay(
    case: Case, coordinator: Caller, visit: Visit
) -> None:
    later = await invited_twice(case)
    second = Visit(later, await sign_link(later, MANANTIAL), visit.browser)
    assert (await coordinator.client.post(path(case))).status_code == 202
    assert await links(coordinator, case) == {1: "live", 2: "awaited"}
    assert [(await one.read()).status_code for one in (visit, second)] == [200, 404]
    assert await frozen(later) == [AMPARO]


async def test_revoking_ends_the_links_to_all_documents(
    case: Case, coordinator: Caller, visit: Visit
) -> None:
    later = await invited_twice(case)
    second = Visit(later, await sign_link(later, MANANTIAL), visit.browser)
    (await coordinator.client.delete(path(case))).raise_for_status()
    assert await links(coordinator, case) == {1: "revoked", 2: "revoked"}
    assert [(await one.read()).status_code for one in (visit, second)] == [404, 404]


async def test_of_a_document_that_the_partner_was_not_invited_to_no_link_is_sent(
    case: Case, coordinator: Caller, visit: Visit
) -> None:
    problem(await coordinator.client.post(path(case, 2)), 404)
    problem(await coordinator.client.post(path(case, 0)), 422)
    assert (await visit.read()).status_code == 200
