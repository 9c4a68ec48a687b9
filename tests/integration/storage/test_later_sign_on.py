"""Later documents that partners are asked to sign: what workflows are told of them, what the gate says."""

from collections.abc import Awaitable, Callable

import pytest

from models.lifecycle import Decision
from models.messages import DispatchRequest, Purpose
from storage.freezing import NotPermittedError
from storage.sign_on import sign_on_status
from storage.signatures import public_signatures
from storage.standing import plan_of
from tests.integration.later import FIRST, SECOND, asking, end_window, facts, released, signed
from tests.integration.outbox_cases import Case, changed_text, execute, further
from tests.integration.sign_links import answered


async def test_the_workflow_is_told_of_a_later_document_with_its_own_numbers_once_it_may_go_out(
    case: Case,
) -> None:
    await released(case)
    later = await asking(case)
    await execute(
        case.database,
        "DELETE FROM attestation WHERE digest IN (SELECT digest FROM document_version"
        " WHERE document_id = :id)",
        id=later.document.document_id,
    )
    told = (await facts(case)).sign_on
    assert told
    assert (told.document, told.ready) == (later.document, False)
    await later.confirm()
    told = (await facts(case)).sign_on
    assert told
    assert (told.plan.quorum, told.plan.closes_after.total_seconds(), told.ready) == (2, 12 * 3600, True)
    async with case.database.transaction() as session:
        plan = await plan_of(session, case.action.id)
    assert plan.document == case.document
    assert plan.sign_on
    assert plan.sign_on.quorum != told.plan.quorum


async def test_an_open_window_is_wanted_also_while_its_changed_text_waits_for_approval(case: Case) -> None:
    await released(case)
    later = await asking(case)
    await later.open_sign_on()
    await changed_text(later)
    await execute(case.database, "DELETE FROM attestation")
    told = await facts(case)
    assert told.lacking
    assert told.sign_on
    assert told.sign_on.ready


async def test_without_a_word_of_it_a_later_document_asks_nobody(case: Case) -> None:
    await released(case)
    await further(case)
    told = await facts(case)
    assert (told.sign_on, told.signed) == (None, None)
    assert told.release


async def test_what_was_signed_goes_out_by_itself_once_its_window_is_over(case: Case) -> None:
    later = await signed(case)
    told = await facts(case)
    assert told.sign_on is None
    assert told.signed == DispatchRequest(document=later.document, purpose=Purpose.STATEMENT, round=1)
    await later.freeze()
    told = await facts(case)
    assert (told.sign_on, told.signed) == (None, None)


async def hold(case: Case) -> None:
    await case.decide(Decision.HOLD)


async def stop(case: Case) -> None:
    await case.decide(Decision.STOP)


async def another(case: Case) -> None:
    await further(case)


def changing(statement: str) -> Callable[[Case], Awaitable[None]]:
    async def change(case: Case) -> None:
        await execute(case.database, statement)

    return change


KEPT_IN = {
    "a hold": hold,
    "a stop": stop,
    "a document after it": another,
    "a closing": changing("UPDATE urgent_action SET closed_at = now()"),
    "a release that is left to a coordinator": changing(
        """UPDATE document SET sign_on = sign_on || '{"release": "by_hand"}' WHERE number = 2"""
    ),
    "no signature that counts": changing("UPDATE signature SET superseded_at = now()"),
    "no signature of the text as it is": changing("UPDATE signature SET digest = sha256('x')"),
    "nobody behind it": changing("DELETE FROM attestation"),
    "a window that is open": changing("UPDATE document SET sign_on_ended_at = NULL WHERE number = 2"),
}


@pytest.mark.parametrize("keep", KEPT_IN.values(), ids=KEPT_IN)
async def test_it_does_not_go_out_by_itself_with(case: Case, keep: Callable[[Case], Awaitable[None]]) -> None:
    await signed(case)
    await keep(case)
    assert (await facts(case)).signed is None


@pytest.mark.parametrize("over", ["a stop", "a document after it", "a closing"])
async def test_its_window_is_not_wanted_any_more_after(case: Case, over: str) -> None:
    await released(case)
    await (await asking(case)).open_sign_on()
    await KEPT_IN[over](case)
    assert (await facts(case)).sign_on is None


async def test_each_document_has_signatures_of_its_own_and_a_partner_signs_each_once(case: Case) -> None:
    await released(case)
    await answered(case, FIRST)
    await answered(case, SECOND)
    later = await asking(case)
    await later.open_sign_on()
    await answered(later, FIRST)
    async with case.database.transaction() as session:
        counts = [await sign_on_status(session, one.document.document_id) for one in (case, later)]
    assert [one.signed for one in counts] == [2, 1]
    names = []
    for one in (case, later):
        rows = await execute(
            case.database,
            "SELECT digest FROM document_version WHERE document_id = :id",
            id=one.document.document_id,
        )
        async with case.database.transaction() as session:
            found = await public_signatures(session, one.document.document_id, rows[0].digest)
        names.append([signature.name for signature in found])
    assert len(names[0]) == 2
    assert names[1] == [name for name in names[0] if "Manantial" in name]


async def test_only_whom_it_asks_is_invited(case: Case) -> None:
    await released(case)
    later = await asking(case, partners={"ids": [FIRST]})
    await later.open_sign_on()
    assert (await later.freeze(Purpose.INVITATION)).size == 1


async def test_no_window_opens_for_a_document_that_asks_nobody(case: Case) -> None:
    await released(case)
    ref = await further(case)
    await execute(case.database, "UPDATE document SET sign_on_opened_at = NULL WHERE number = 2")
    with pytest.raises(ValueError, match="asks nobody"):
        await Case(case.database, case.action, ref, case.verifiers).open_sign_on()


async def test_the_open_window_of_the_first_document_lets_no_invitation_to_a_later_one_out(
    case: Case,
) -> None:
    await released(case)
    later = await asking(case)
    for purpose in (Purpose.INVITATION, Purpose.SIGN_ON_REMINDER):
        with pytest.raises(NotPermittedError):
            await later.freeze(purpose)
    await later.open_sign_on()
    batch = await later.batch(Purpose.INVITATION)
    await end_window(later)
    assert await later.claim(batch) == []
    await execute(
        case.database,
        "UPDATE document SET sign_on_ended_at = NULL WHERE id = :id",
        id=later.document.document_id,
    )
    assert await later.claim(batch)


async def test_invitations_to_a_later_document_wait_for_its_own_approval(case: Case) -> None:
    await released(case)
    later = await asking(case)
    await later.open_sign_on()
    await execute(
        case.database,
        "DELETE FROM attestation WHERE confirms LIKE 'text:%' AND version_id IN"
        " (SELECT id FROM document_version WHERE document_id = :id)",
        id=later.document.document_id,
    )
    with pytest.raises(NotPermittedError):
        await later.freeze(Purpose.INVITATION)
    assert (await case.freeze(Purpose.INVITATION)).size
