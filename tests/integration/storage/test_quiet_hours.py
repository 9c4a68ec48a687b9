"""Text messages wait while it is quiet where their recipients are, whenever that begins."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from models.columns import now
from models.messages import Batch, DeliveryState, Purpose
from models.vocabulary import Channel, Urgency
from storage import claims, outbox
from storage.actions import action_by_id
from storage.database import Database
from storage.quiet_hours import begin_quiet_hours
from tests import factories
from tests.integration.outbox_cases import EVERYTHING, Case, by_address, execute, handed_over_alone, make_case

NEW_YORK = "America/New_York"
LUCHA, PETRA = "+12025550112", "+12025550113"
"""One is in Mexico, as her entry says; of the other only her number is known."""


def around(offset: timedelta = timedelta(0)) -> tuple[str, datetime]:
    """Return quiet hours of an hour around a moment in New York, and when they end."""
    middle = (now() + offset).astimezone(ZoneInfo(NEW_YORK)).replace(second=0, microsecond=0)
    begin, end = middle - timedelta(minutes=30), middle + timedelta(minutes=30)
    return f"{begin:%H:%M}-{end:%H:%M}", end


async def quiet_case(database: Database, hours: str) -> Case:
    tree = factories.case_tree()
    tree["release"]["quiet_hours"] = {"sms": hours}
    return await make_case(database, tree)


async def have_quiet(database: Database, hours: str) -> None:
    """Change the quiet hours of a case whose messages are frozen."""
    changed = "jsonb_set(policy, '{release,quiet_hours,sms}', to_jsonb(CAST(:hours AS text)))"
    await execute(database, f"UPDATE urgent_action SET policy = {changed}", hours=hours)


async def texts(case: Case) -> Batch:
    """Freeze the statement and return all its texts, due or not."""
    dispatched = await case.freeze()
    return Batch(
        action_id=dispatched.action_id,
        dispatch_id=dispatched.dispatch_id,
        channel=Channel.SMS,
        first=1,
        last=dispatched.size,
    )


async def test_who_is_asleep_where_she_is_gets_her_text_when_the_quiet_ends(database: Database) -> None:
    hours, end = around()
    case = await quiet_case(database, hours)
    batch = await texts(case)
    frozen = by_address(await case.deliveries(batch))
    assert (frozen[LUCHA].time_zones, frozen[LUCHA].not_before) == (["America/Mexico_City"], None)
    assert (frozen[PETRA].time_zones, frozen[PETRA].not_before) == ([NEW_YORK], end)
    assert [one.address for one in await case.claim(batch)] == [LUCHA]


async def test_the_plan_waits_for_the_end_of_the_quiet_and_sends_mails_meanwhile(database: Database) -> None:
    hours, end = around()
    case = await quiet_case(database, hours)
    dispatched = await case.freeze()
    async with database.transaction() as session:
        planned = await outbox.plan_dispatch(session, dispatched, EVERYTHING)
    assert planned.next_due == end
    mails = next(batch for batch in planned.batches if batch.channel is Channel.EMAIL)
    assert {one.not_before for one in await case.claim(mails)} == {None}


async def test_quiet_hours_that_begin_during_a_release_are_kept_from_then_on(database: Database) -> None:
    case = await quiet_case(database, around(timedelta(hours=4))[0])
    batch = await texts(case)
    assert {one.not_before for one in await case.deliveries(batch)} == {None}
    hours, end = around()
    await have_quiet(database, hours)
    assert [one.address for one in await case.claim(batch)] == [LUCHA]
    async with database.transaction() as session:
        outcome = await claims.finish_batch(session, batch)
    assert (outcome.waiting, outcome.put_off) == (1, 2), "one is being sent, two sleep"
    assert by_address(await case.deliveries(batch))[PETRA].not_before == end


async def test_without_quiet_hours_nobody_is_asked_where_she_is(database: Database) -> None:
    case = await make_case(database)
    batch = await texts(case)
    assert {one.time_zones is None for one in await case.deliveries(batch)} == {True}
    assert len(await case.claim(batch)) == 3


@pytest.mark.parametrize(
    ("purpose", "urgency", "waits"),
    [
        (Purpose.STATEMENT, Urgency.IMMEDIATE, True),
        (Purpose.STOP_NOTICE, Urgency.IMMEDIATE, True),
        (Purpose.VERIFICATION, Urgency.IMMEDIATE, False),
        (Purpose.VERIFICATION_REMINDER, Urgency.IMMEDIATE, False),
        (Purpose.VERIFICATION, Urgency.URGENT, False),
        (Purpose.VERIFICATION, Urgency.STANDARD, True),
        (Purpose.VERIFICATION_REMINDER, Urgency.STANDARD, True),
    ],
)
async def test_verifiers_are_woken_where_a_case_has_a_day_at_most(
    database: Database, purpose: Purpose, urgency: Urgency, *, waits: bool
) -> None:
    case = await quiet_case(database, around()[0])
    batch = await texts(case)
    await execute(database, "UPDATE delivery SET not_before = NULL, time_zones = NULL")
    async with database.transaction() as session:
        action = await action_by_id(session, case.action.id)
        action.urgency = urgency
        await begin_quiet_hours(session, action, purpose, batch.dispatch_id, NEW_YORK)
    assert (by_address(await case.deliveries(batch))[PETRA].not_before is not None) is waits


async def test_what_sleeps_is_not_given_up_with_what_no_provider_took(database: Database) -> None:
    case = await quiet_case(database, around()[0])
    batch = await texts(case)
    async with database.transaction() as session:
        outcome = await claims.give_up(session, batch)
    found = by_address(await case.deliveries(batch))
    assert (found[LUCHA].state, found[PETRA].state) == (DeliveryState.FAILED, DeliveryState.READY)
    assert outcome.put_off == 2


async def test_a_hand_over_is_not_asked_for_the_hour_again(database: Database) -> None:
    """Between a claim and its hand-over lie seconds: what was claimed in time goes out."""
    case = await quiet_case(database, around(timedelta(hours=4))[0])
    batch = await texts(case)
    claimed = await case.claim(batch)
    await have_quiet(database, around()[0])
    async with database.transaction() as session:
        one = claimed[0]
        assert one.claim_id
        assert await handed_over_alone(session, case.action.id, one.id, one.claim_id)
