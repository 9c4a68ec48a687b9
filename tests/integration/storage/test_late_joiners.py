"""Further information: to those who received the case, and the whole of it to whoever joined since."""

from typing import Any

import pytest

from models.messages import DeliveryState, DispatchRequest, DocumentRef, Purpose
from models.verification import confirmable
from models.vocabulary import DocumentKind
from storage import actions, claims, decisions, documents, freezing
from storage.standing import facts_of
from tests.integration.outbox_cases import Case, add_members, execute, further
from tests.integration.sign_links import answered

SIGNATORY = "casa-manantial"
LATE = "m0@amigas.example"


async def released(case: Case, ref: DocumentRef, turn: int = 1) -> set[str]:
    """Freeze a round of a document, have all of it be sent, and return to which addresses."""
    request = DispatchRequest(document=ref, purpose=Purpose.STATEMENT, round=turn)
    async with case.database.transaction() as session:
        dispatched = await freezing.freeze(session, request)
    rows: list[Any] = await execute(
        case.database,
        "UPDATE delivery SET state = 'sent', claimed_at = now(), settled_at = now()"
        " WHERE dispatch_id = :id RETURNING address",
        id=dispatched.dispatch_id,
    )
    return {row.address for row in rows}


async def asked_for(case: Case) -> list[DispatchRequest]:
    """Return the releases that the workflow is to begin by itself."""
    async with case.database.transaction() as session:
        facts = await facts_of(session, case.action.id)
    return [one for one in facts.personal if one.purpose is Purpose.STATEMENT]


@pytest.fixture
async def sent(case: Case) -> set[str]:
    """Have a partner sign, and the statement go out."""
    await case.open_sign_on()
    await answered(case, SIGNATORY)
    return await released(case, case.document)


async def test_further_information_goes_to_all_who_received_the_case(case: Case, sent: set[str]) -> None:
    rows = await execute(case.database, "SELECT address FROM delivery WHERE recipient_kind = 'partner'")
    assert {row.address for row in rows} & sent
    assert await released(case, await further(case)) == sent


async def test_another_action_of_the_case_goes_to_its_own_audience_alone(case: Case, sent: set[str]) -> None:
    again = await released(case, await further(case, DocumentKind.ACTION))
    assert again < sent


async def test_whom_nothing_reached_gets_no_further_information_unless_she_is_of_its_audience(
    case: Case, sent: set[str]
) -> None:
    await execute(case.database, "UPDATE delivery SET state = :state", state=DeliveryState.BOUNCED.value)
    rows = await execute(case.database, "SELECT address FROM delivery WHERE recipient_kind = 'partner'")
    reached = await released(case, await further(case))
    assert reached
    assert reached < sent
    assert reached.isdisjoint({row.address for row in rows} & sent)


async def test_whoever_joined_late_gets_the_whole_once(case: Case, sent: set[str]) -> None:
    await add_members(case.database, 1)
    ref = await further(case)
    assert await asked_for(case) == []
    assert await released(case, ref) == sent | {LATE}
    (request,) = await asked_for(case)
    assert (request.document.number, request.round) == (1, 2)
    await execute(case.database, "DELETE FROM attestation")
    assert await asked_for(case) == []
    await case.confirm()
    await _first_confirmed(case)
    assert await released(case, request.document, request.round) == {LATE}
    assert await asked_for(case) == []


async def test_what_the_gate_refused_after_the_freeze_is_due_again_once_it_is_attested_anew(
    case: Case, sent: set[str]
) -> None:
    assert sent
    await add_members(case.database, 1)
    await released(case, await further(case))
    (request,) = await asked_for(case)
    batch = await case.batch(turn=request.round)
    await execute(case.database, "DELETE FROM attestation")
    assert await case.claim(batch) == []
    async with case.database.transaction() as session:
        await claims.finish_batch(session, batch)
    assert [one.failure for one in await case.deliveries(batch)] == ["not_permitted"]
    assert await asked_for(case) == [], "nobody stands behind it"
    await case.confirm()
    await _first_confirmed(case)
    (again,) = await asked_for(case)
    assert (again.document, again.round) == (request.document, request.round + 1)
    assert await released(case, again.document, again.round) == {LATE}
    assert await asked_for(case) == []


async def _first_confirmed(case: Case) -> None:
    async with case.database.transaction() as session:
        action = await actions.action_by_id(session, case.action.id)
        first = (await documents.current_versions(session, action.id))[0].version
        for verifier in case.verifiers:
            await decisions.attest(session, action, first, verifier, confirmable(action.languages))


async def test_nobody_waits_for_the_whole_where_all_of_them_had_it(case: Case, sent: set[str]) -> None:
    assert sent
    await released(case, await further(case))
    assert await asked_for(case) == []
