"""Stop and withdrawal by the API: nothing leaves, and what those reached are told of it."""

from typing import Any

import pytest

from models.messages import DispatchRequest, Purpose
from models.vocabulary import DocumentKind, Role
from storage import freezing
from storage.documents import current_version, texts_of
from storage.standing import facts_of
from tests.integration.outbox_cases import Case, execute, make_case
from tests.integration.web.site import API, Caller, Site, problem

SECRETS = ("Ceiba", "Jacinta", "Santa Brígida", "Maruca", "manantial")


@pytest.fixture
async def released(site: Site) -> Case:
    """A case whose statement reached somebody in Spanish, and nobody else yet."""
    case = await make_case(site.services.database)
    batch = await case.batch()
    await execute(
        case.database,
        "UPDATE delivery SET state = 'sent' WHERE dispatch_id = :id AND language = 'es'",
        id=batch.dispatch_id,
    )
    await execute(case.database, "UPDATE urgent_action SET phase = 'following_up', released_at = now()")
    return case


async def end(caller: Caller, case: Case, decision: str) -> dict[str, Any]:
    answer = await caller.client.post(f"{API}/actions/{case.action.reference}/{decision}")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def approve(caller: Caller, case: Case, digest: str) -> int:
    address = f"{API}/actions/{case.action.reference}/attestations"
    return (await caller.client.post(address, json={"digest": digest})).status_code


@pytest.mark.parametrize(("decision", "word"), [("stop", "terminó"), ("withdraw", "elimine")])
async def test_an_end_writes_its_notice_in_each_language_that_went_out_and_names_nothing(
    site: Site, released: Case, coordinator: Caller, decision: str, word: str
) -> None:
    assert (await end(coordinator, released, decision))["phase"] == "stopped"
    async with site.services.database.transaction() as session:
        document, version = await current_version(session, released.action.id)
        texts = await texts_of(session, version.id)
    assert document.kind is DocumentKind.STOP_ACTION
    assert texts.keys() == {"es"}
    said = f"{texts['es'].headline}\n{texts['es'].summary}\n{texts['es'].body}"
    assert released.action.reference in said
    assert word in said.lower()
    assert not [secret for secret in SECRETS if secret in said]


async def test_an_end_that_reached_nobody_has_no_notice(site: Site, coordinator: Caller) -> None:
    case = await make_case(site.services.database)
    await end(coordinator, case, "stop")
    async with site.services.database.transaction() as session:
        document, _ = await current_version(session, case.action.id)
        facts = await facts_of(session, case.action.id)
    assert document.kind is DocumentKind.ACTION
    assert (facts.stopped, facts.untold, facts.notice, facts.verification) == (True, False, None, None)


async def test_a_notice_goes_to_exactly_those_reached_once_somebody_else_approved_it(
    site: Site, released: Case, coordinator: Caller, verifier: Caller
) -> None:
    await end(coordinator, released, "stop")
    async with site.services.database.transaction() as session:
        document, version = await current_version(session, released.action.id)
        facts = await facts_of(session, released.action.id)
    assert (facts.untold, facts.notice) == (True, None)
    assert facts.verification
    assert facts.verification.document.document_id == document.id
    assert await approve(verifier, released, version.digest.hex()) == 200
    async with site.services.database.transaction() as session:
        notice = (await facts_of(session, released.action.id)).notice
        assert notice
        told = await freezing.freeze(session, notice)
        assert not (await facts_of(session, released.action.id)).untold
    rows = await execute(
        site.services.database,
        "SELECT address, language FROM delivery WHERE dispatch_id = :id",
        id=told.dispatch_id,
    )
    reached = await execute(
        site.services.database, "SELECT address, language FROM delivery WHERE state = 'sent'"
    )
    assert sorted(map(tuple, rows)) == sorted(map(tuple, reached))


async def test_who_stopped_it_does_not_approve_the_notice_herself(site: Site, released: Case) -> None:
    both = await site.caller(Role.COORDINATOR, Role.VERIFIER)
    async with both.client:
        await end(both, released, "stop")
        async with site.services.database.transaction() as session:
            _, version = await current_version(session, released.action.id)
        assert await approve(both, released, version.digest.hex()) == 409
    async with site.services.database.transaction() as session:
        assert (await facts_of(session, released.action.id)).notice is None


async def test_nothing_but_the_notice_leaves_a_stopped_action(
    site: Site, released: Case, coordinator: Caller
) -> None:
    await end(coordinator, released, "stop")
    request = DispatchRequest(document=released.document, purpose=Purpose.STATEMENT, round=2)
    async with site.services.database.transaction() as session:
        with pytest.raises(freezing.NotPermittedError):
            await freezing.freeze(session, request)
        await session.rollback()


async def test_a_withdrawal_revokes_every_consent_and_may_follow_a_closing_or_a_stop(
    site: Site, released: Case, coordinator: Caller, verifier: Caller
) -> None:
    await execute(site.services.database, "UPDATE urgent_action SET phase = 'closed', closed_at = now()")
    await end(coordinator, released, "stop")
    await end(verifier, released, "withdraw")
    given = await execute(
        site.services.database, "SELECT count(*) AS live FROM consent WHERE given AND revoked_at IS NULL"
    )
    assert given[0].live == 0
    answer = await verifier.client.post(f"{API}/actions/{released.action.reference}/withdraw")
    assert problem(answer, 409)["refusal"] == "already_withdrawn"


async def test_a_stop_ends_a_hold_so_that_its_notice_can_leave(
    site: Site, released: Case, coordinator: Caller
) -> None:
    await end(coordinator, released, "hold")
    await end(coordinator, released, "stop")
    rows = await execute(site.services.database, "SELECT held_at FROM urgent_action")
    assert rows[0].held_at is None
