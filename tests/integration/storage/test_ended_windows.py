"""What a window that has ended lets out: how it stood then decides, and it does not open again."""

from collections.abc import Awaitable, Callable

import pytest
from sqlmodel import col, select

from models.documents import DocumentVersion
from models.messages import Purpose
from models.partners import Signature
from models.verification import EDITORIAL
from storage.actions import action_by_id
from storage.decisions import attest
from storage.disowning import confirm
from storage.documents import current_version
from storage.editorial import carry_signatures
from storage.sign_on import end_sign_on, open_sign_on
from tests.integration.later import FIRST, asking, end_window, facts, released, signed
from tests.integration.outbox_cases import SIGN_ON, Case, changed_text, execute
from tests.integration.sign_links import answered

Step = Callable[[Case], Awaitable[None]]


async def test_who_signs_after_the_window_does_not_let_it_out(case: Case) -> None:
    await released(case)
    later = await asking(case)
    await later.open_sign_on()
    await later.freeze(Purpose.INVITATION)
    await end_window(later)
    assert (await answered(later, FIRST)).late
    told = await facts(case)
    assert (told.signed, told.release is None) == (None, False)


async def test_a_text_that_changed_after_the_window_is_not_let_out_by_who_signs_it_again(case: Case) -> None:
    later = await signed(case)
    await changed_text(later)
    assert (await answered(later, FIRST)).late
    told = await facts(case)
    assert (told.signed, told.release is None) == (None, False)


async def lift_doubt(case: Case) -> None:
    async with case.database.transaction() as session:
        doubted = (await session.exec(select(Signature).where(col(Signature.doubted_at).is_not(None)))).one()
        await confirm(session, doubted, case.document, "Ana")


@pytest.mark.parametrize(
    ("steps", "goes_out"), [((lift_doubt, end_window), True), ((end_window, lift_doubt), False)]
)
async def test_a_doubt_that_is_lifted_lets_it_out_only_where_that_was_in_time(
    case: Case, steps: tuple[Step, Step], *, goes_out: bool
) -> None:
    await released(case)
    later = await asking(case)
    await later.open_sign_on()
    given = await answered(later, FIRST)
    await execute(case.database, "UPDATE signature SET doubted_at = now() WHERE id = :id", id=given.id)
    for step in steps:
        await step(later)
    assert ((await facts(case)).signed is not None) is goes_out


async def test_what_was_signed_in_time_goes_out_in_better_words_that_others_confirmed_later(
    case: Case,
) -> None:
    later = await signed(case)
    await changed_text(later)
    assert (await facts(case)).signed is None
    async with case.database.transaction() as session:
        action = await action_by_id(session, case.action.id)
        document, version = await current_version(session, action.id)
        before = select(DocumentVersion.id).where(
            DocumentVersion.document_id == document.id, DocumentVersion.number == 1
        )
        version.editorial_of = (await session.exec(before)).one()
        for verifier in case.verifiers:
            await attest(session, action, version, verifier, frozenset({EDITORIAL}))
        await carry_signatures(session, action, version)
    assert (await facts(case)).signed


async def opened(case: Case) -> tuple[int, bool]:
    """Try to open a window; tell how many were invited, and whether it is over."""
    async with case.database.transaction() as session:
        now_open = await open_sign_on(session, case.document, SIGN_ON)
    open_now = "SELECT 1 FROM document WHERE number = 2 AND sign_on_opened_at IS NOT NULL"
    assert await execute(case.database, open_now) == []
    return now_open.invited, now_open.ended


async def test_nobody_is_asked_to_sign_what_is_out(case: Case) -> None:
    await released(case)
    later = await asking(case)
    await later.freeze()
    assert await opened(later) == (0, True)


async def test_nobody_is_asked_to_sign_what_was_let_go_before_its_window_opened(case: Case) -> None:
    await released(case)
    later = await asking(case)
    async with case.database.transaction() as session:
        await end_sign_on(session, later.document)
    assert await opened(later) == (0, True)
    told = await facts(case)
    assert (told.sign_on, told.signed) == (None, None)
    ended = "SELECT 1 FROM audit_event WHERE kind = 'sign_on_ended'"
    assert await execute(case.database, ended) == []
