"""What waits for a coordinator: her own actions, in references, states and counts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.columns import now
from models.lifecycle import Decision
from models.messages import Purpose
from models.milestone_reminders import Dated
from models.milestone_vocabulary import MilestoneKind, MilestoneState
from models.vocabulary import Role
from tests.integration.check_ins import give_key
from tests.integration.milestones import ended, planned
from tests.integration.outbox_cases import Case, execute
from tests.integration.overdue import MECHANISM, PROSECUTOR, fallen, overdue_case, respond
from tests.integration.web.site import API, Caller, Site

DAY = timedelta(days=1)


@pytest.fixture
async def case(site: Site) -> Case:
    return await overdue_case(site.services.database)


@pytest.fixture
async def author(site: Site, case: Case) -> Caller:
    """The coordinator who started the case, with her key."""
    key = await give_key(case)
    return Caller(case.action.author_id, key, site.client(key))


async def ask_once(case: Case) -> None:
    """Ask for news, by a message of which nobody knows whether it arrived."""
    await case.batch(Purpose.CHECK_IN)
    await execute(
        case.database,
        "UPDATE delivery SET state = 'unknown' FROM dispatch WHERE dispatch.id = dispatch_id"
        " AND dispatch.purpose = 'check_in'",
    )


async def told(caller: Caller) -> list[dict[str, Any]]:
    answer = await caller.client.get(f"{API}/digest")
    assert answer.status_code == 200, answer.text
    cases: list[dict[str, Any]] = answer.json()["cases"]
    return cases


async def test_what_is_late_and_due_is_counted(case: Case, author: Caller) -> None:
    today = datetime.now(UTC).date()
    for days in (-2, 3, 40):
        await planned(case, Dated(today + days * DAY, None, "UTC"), since=now() - 9 * DAY)
    await planned(case, Dated(today - DAY, None, "UTC"), MilestoneKind.OTHER)
    await ended(case, 4, MilestoneState.DONE)
    await fallen(case)
    await ask_once(case)
    (one,) = await told(author)
    assert one["reference"] == case.action.reference
    assert (one["phase"], one["on_hold"]) == ("following_up", False)
    waiting = one["waiting"]
    assert (waiting["milestones_past"], waiting["milestones_soon"]) == (1, 1)
    assert (waiting["late_replies"], waiting["proposals"]) == (2, 1)
    assert (waiting["check_ins"], waiting["mails"], waiting["in_doubt"]) == (1, 0, 1)
    assert waiting["expires_on"] is None
    for target in (MECHANISM, PROSECUTOR):
        await respond(case, target)
    assert (await told(author))[0]["waiting"]["late_replies"] == 0


async def test_of_what_is_on_hold_or_stopped_only_that_is_told(case: Case, author: Caller) -> None:
    await case.decide(Decision.HOLD)
    (held,) = await told(author)
    assert (held["on_hold"], held["waiting"]) == (True, None)
    await case.decide(Decision.RESUME)
    await case.decide(Decision.STOP)
    (stopped,) = await told(author)
    assert (stopped["phase"], stopped["waiting"]) == ("stopped", None)
    await execute(case.database, "UPDATE urgent_action SET stopped_at = now() - interval '8 days'")
    assert await told(author) == []


async def test_another_coordinator_sees_it_once_its_author_has_no_key_any_more(
    site: Site, case: Case, author: Caller
) -> None:
    other = await site.caller(Role.COORDINATOR)
    assert await told(other) == []
    await site.revoke(author.key)
    assert [one["reference"] for one in await told(other)] == [case.action.reference]


async def test_nothing_of_a_case_but_its_reference_is_told(case: Case, author: Caller) -> None:
    shown = repr(await told(author))
    assert case.action.title not in shown
