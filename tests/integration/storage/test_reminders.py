"""When reminders leave, and how often."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from models.lifecycle import Decision
from models.messages import Batch, DeliveryState, Dispatched, DispatchPlan, DispatchRequest, Purpose
from models.outbox import Delivery
from models.working_hours import working_hours
from storage import claims, freezing, outbox, reminders
from storage.database import Database
from storage.reminders import Reminders
from tests.integration.outbox_cases import EVERYTHING, Case, execute, make_case
from tests.integration.sign_links import answered

MEXICO = "America/Mexico_City"
SATURDAY = datetime(2030, 11, 30, 11, 0, tzinfo=ZoneInfo(MEXICO))
OFFICE = Reminders(5, working_hours("mon-fri 09:00-18:00"), MEXICO)
KENYA, NORWAY = "wanjiru@riversisters.example", "urgent@northernlights.example"
MANANTIAL = "amparo@manantial.example"


class Zone(NamedTuple):
    """What is known of a partner's place, and the time zone that this leads to."""

    country: str
    time_zone: str | None
    found: str


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Have reminders be frozen at another moment."""
    return lambda moment: monkeypatch.setattr(reminders, "now", lambda: moment)


@pytest.fixture
async def case(database: Database) -> Case:
    made = await make_case(database)
    await made.open_sign_on()
    await execute(database, "UPDATE document SET sign_on_closes_at = '2040-01-01'")
    return made


async def remind(case: Case, turn: int = 1, rules: Reminders = OFFICE) -> Dispatched:
    request = DispatchRequest(document=case.document, purpose=Purpose.SIGN_ON_REMINDER, round=turn)
    async with case.database.transaction() as session:
        return await freezing.freeze(session, request, rules)


async def plan(case: Case, dispatched: Dispatched) -> DispatchPlan:
    async with case.database.transaction() as session:
        return await outbox.plan_dispatch(session, dispatched, EVERYTHING)


def whole(dispatched: Dispatched) -> Batch:
    batch = {"action_id": dispatched.action_id, "dispatch_id": dispatched.dispatch_id, "channel": "email"}
    return Batch.model_validate({**batch, "first": 1, "last": dispatched.size})


async def listed(case: Case, dispatched: Dispatched) -> dict[str, Delivery]:
    return {one.address: one for one in await case.deliveries(whole(dispatched))}


async def answer(case: Case) -> None:
    await answered(case, "casa-manantial")


async def test_in_working_hours_a_reminder_leaves_at_once(case: Case, at: Callable[[datetime], None]) -> None:
    await execute(case.database, f"UPDATE partner SET time_zone = '{MEXICO}'")
    at(SATURDAY - timedelta(days=1))
    dispatched = await remind(case)
    planned = await plan(case, dispatched)
    assert planned.next_due is None
    assert len(await case.claim(whole(dispatched))) == dispatched.size > 0


@pytest.mark.parametrize(
    "place",
    [
        Zone("KE", "Asia/Tokyo", "Asia/Tokyo"),
        Zone("GT", None, "America/Guatemala"),
        Zone("MX", None, MEXICO),
        Zone("ES", None, MEXICO),
        Zone("ES", "Atlantic/Canary", "Atlantic/Canary"),
    ],
    ids=["her own", "of her country", "of the network", "in doubt, of the network", "her own in doubt"],
)
async def test_on_a_weekend_it_waits_until_monday_at_nine_where_the_partner_is(
    case: Case, at: Callable[[datetime], None], place: Zone
) -> None:
    await execute(
        case.database,
        "UPDATE partner SET country = :country, time_zone = :zone WHERE slug = 'casa-manantial'",
        country=place.country,
        zone=place.time_zone,
    )
    at(SATURDAY)
    dispatched = await remind(case)
    due = (await listed(case, dispatched))[MANANTIAL].not_before
    assert due == datetime(2030, 12, 2, 9, 0, tzinfo=ZoneInfo(place.found))
    assert await case.claim(whole(dispatched)) == []


async def test_the_plan_tells_when_the_first_of_them_is_due(
    case: Case, at: Callable[[datetime], None]
) -> None:
    at(SATURDAY)
    dispatched = await remind(case)
    planned = await plan(case, dispatched)
    due = [one.not_before for one in (await listed(case, dispatched)).values() if one.not_before]
    assert planned.batches == ()
    assert len(set(due)) > 1
    assert planned.next_due == min(due)


async def test_what_is_due_leaves_and_the_rest_waits_without_being_tried_again(
    case: Case, at: Callable[[datetime], None]
) -> None:
    at(SATURDAY)
    dispatched = await remind(case)
    await execute(case.database, "UPDATE delivery SET not_before = now() WHERE address = :one", one=MANANTIAL)
    (batch,) = (await plan(case, dispatched)).batches
    assert [one.address for one in await case.claim(batch)] == [MANANTIAL]
    async with case.database.transaction() as session:
        outcome = await claims.finish_batch(session, whole(dispatched))
    assert (outcome.waiting, outcome.ended) == (1, 0), "the one that is being sent"
    states = {one.state for address, one in (await listed(case, dispatched)).items() if address != MANANTIAL}
    assert states == {DeliveryState.READY}


async def test_who_answers_before_her_reminder_is_due_never_gets_it(
    case: Case, at: Callable[[datetime], None]
) -> None:
    at(SATURDAY)
    dispatched = await remind(case)
    await answer(case)
    await execute(case.database, "UPDATE delivery SET not_before = now()")
    assert MANANTIAL not in {one.address for one in await case.claim(whole(dispatched))}
    async with case.database.transaction() as session:
        await claims.finish_batch(session, whole(dispatched))
    hers = (await listed(case, dispatched))[MANANTIAL]
    assert (hers.state, hers.failure) == (DeliveryState.CANCELLED, "no_longer_wanted")


async def test_it_does_not_wait_into_the_last_hour_of_the_window(
    case: Case, at: Callable[[datetime], None]
) -> None:
    at(SATURDAY)
    dispatched = await remind(case)
    due = (await listed(case, dispatched))[MANANTIAL].not_before
    assert due
    await execute(
        case.database,
        "UPDATE document SET sign_on_closes_at = CAST(:due AS timestamptz) + interval '1 hour'",
        due=due,
    )
    assert MANANTIAL not in {one.address for one in await case.claim(whole(dispatched))}
    await execute(case.database, "UPDATE document SET sign_on_closes_at = sign_on_closes_at - interval '1 s'")
    assert (await plan(case, dispatched)).batches
    assert MANANTIAL in {one.address for one in await case.claim(whole(dispatched))}


async def test_invitations_are_never_put_off(case: Case, at: Callable[[datetime], None]) -> None:
    at(SATURDAY)
    batch = await case.batch(Purpose.INVITATION)
    assert len(await case.claim(batch)) == batch.last


async def test_who_was_reminded_often_enough_is_reminded_no_more(case: Case) -> None:
    always = OFFICE._replace(most=2, hours=working_hours("mon-sun 00:00-23:59"))
    for turn in (1, 2):
        assert (await remind(case, turn, always)).size > 1
        await execute(case.database, "UPDATE delivery SET state = 'sent'")
    assert (await remind(case, 3, always)).size == 0


async def test_a_reminder_that_never_left_counts_for_none(case: Case) -> None:
    once = OFFICE._replace(most=1)
    frozen = await remind(case, 1, once)
    await execute(case.database, "UPDATE delivery SET state = 'cancelled'")
    assert (await remind(case, 2, once)).size == frozen.size


async def test_two_reminders_that_a_hold_kept_back_are_one(case: Case) -> None:
    await case.end(Purpose.INVITATION)
    await case.decide(Decision.HOLD)
    first = await remind(case, 1)
    assert first.size > 1
    assert (await remind(case, 2)).size == 0


async def test_nobody_is_reminded_while_the_invitation_is_on_its_way(case: Case) -> None:
    await case.freeze(Purpose.INVITATION)
    assert (await remind(case)).size == 0


@pytest.mark.parametrize("status", ["paused", "ended"])
async def test_who_was_put_aside_is_reminded_no_more(case: Case, status: str) -> None:
    change = "UPDATE partner SET status = :status WHERE slug = 'casa-manantial'"
    await execute(case.database, change, status=status)
    rows = await case.deliveries(whole(await remind(case)))
    assert rows
    assert MANANTIAL not in {one.address for one in rows}
