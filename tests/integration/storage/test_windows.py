"""The end of a window in the database: moved, set by hand, and told in the trail."""

from datetime import UTC, datetime

import pytest

from models.sign_on_messages import WindowChange
from storage import sign_on, windows
from storage.database import Database
from tests.integration.outbox_cases import SIGN_ON, Case, execute, make_case
from tests.integration.sign_links import opened, sign_link

MOMENT = datetime(2040, 1, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
async def case(database: Database) -> Case:
    made = await make_case(database)
    await made.open_sign_on()
    return made


async def move(case: Case, moment: datetime = MOMENT) -> None:
    change = WindowChange(document=case.document, person_id=case.action.author_id, closes_at=moment)
    async with case.database.transaction() as session:
        await windows.change_window(session, change)


async def closes_at(case: Case) -> datetime:
    ((moment,),) = await execute(case.database, "SELECT sign_on_closes_at FROM document")
    assert isinstance(moment, datetime)
    return moment


async def test_a_window_is_moved_once_however_often_that_is_repeated(case: Case) -> None:
    for _repetition in range(2):
        await move(case)
    assert await closes_at(case) == MOMENT
    (event,) = await execute(
        case.database, "SELECT person_id, detail FROM audit_event WHERE kind = 'window_changed'"
    )
    assert event.person_id == case.action.author_id
    assert event.detail == {"document": 1, "closes_at": MOMENT.isoformat()}


async def test_a_link_follows_at_once(case: Case) -> None:
    token = await sign_link(case, "casa-manantial")
    await execute(case.database, "UPDATE document SET sign_on_closes_at = now()")
    async with opened(case, token) as (_session, link):
        assert link.is_late
    await move(case)
    async with opened(case, token) as (_session, link):
        assert not link.is_late


async def test_what_has_ended_is_not_moved(case: Case) -> None:
    before = await closes_at(case)
    async with case.database.transaction() as session:
        await sign_on.end_sign_on(session, case.document)
    await move(case)
    assert await closes_at(case) == before


async def test_the_trail_names_who_ended_a_window_by_hand(case: Case) -> None:
    for person_id in (case.action.author_id, None):
        async with case.database.transaction() as session:
            await sign_on.end_sign_on(session, case.document, person_id)
    ended = await execute(case.database, "SELECT person_id FROM audit_event WHERE kind = 'sign_on_ended'")
    assert [row.person_id for row in ended] == [case.action.author_id]


async def test_a_window_that_is_taken_up_again_tells_when_it_was_opened_and_that_it_ended(
    case: Case,
) -> None:
    await move(case)
    async with case.database.transaction() as session:
        await sign_on.end_sign_on(session, case.document)
        again = await sign_on.open_sign_on(session, case.document, SIGN_ON)
    assert again.ended
    assert again.opened_at
    assert again.closes_at == MOMENT
    assert again.closes_at - again.opened_at > SIGN_ON.closes_after
