"""A case whose statement went out, and its follow-up by the facts."""

import json
from datetime import UTC, datetime, timedelta

from models.follow_up_messages import Due, DueKind, FallDue, FallenDue, NextDue
from models.working_hours import working_hours
from storage.database import Database
from storage.follow_up import FollowUps
from storage.reminders import Reminders
from tests.integration.outbox_cases import Case, execute, make_case

RELEASED_AT = datetime(2030, 3, 1, 16, 0, tzinfo=UTC)
ALL_DAY = Reminders(5, working_hours("mon-sun 00:00-23:59"), "UTC")
DAY = timedelta(days=1)


async def followed_case(database: Database, *check_ins: str) -> Case:
    """Make a case that is followed up since 1 March 2030, a Friday, at ten in the morning of Mexico."""
    case = await make_case(database)
    await execute(
        database,
        "UPDATE urgent_action SET phase = 'following_up', released_at = :at,"
        " policy = jsonb_set(policy, '{follow_up}', CAST(:plan AS jsonb)) WHERE id = :case",
        at=RELEASED_AT,
        plan=json.dumps({"expires_after": "P42D", "check_ins": check_ins}),
        case=case.action.id,
    )
    return case


async def next_due(case: Case, now: datetime = RELEASED_AT, rules: Reminders = ALL_DAY) -> NextDue:
    """Ask what is due next."""
    async with case.database.transaction() as session:
        return await FollowUps(session, rules).next_due(case.document, now)


async def fall_due(case: Case, due: Due, now: datetime | None = None) -> FallenDue:
    """Have it done, when it is due."""
    falling = FallDue(document=case.document, due=due, now=now or due.at)
    async with case.database.transaction() as session:
        return await FollowUps(session, ALL_DAY).fall_due(falling)


async def done(case: Case, due: Due, now: datetime | None = None) -> FallenDue:
    """Have it done, and note that its messages are begun."""
    fallen = await fall_due(case, due, now)
    await settle(case, due)
    return fallen


async def settle(case: Case, due: Due) -> None:
    """Note that its messages are begun."""
    async with case.database.transaction() as session:
        await FollowUps(session, ALL_DAY).settle(FallDue(document=case.document, due=due, now=due.at))


async def due_of(case: Case, kind: DueKind, now: datetime = RELEASED_AT) -> Due:
    """Return what is due next, which must be of a kind."""
    due = (await next_due(case, now)).due
    assert due
    assert due.kind is kind
    return due
