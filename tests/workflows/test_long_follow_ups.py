"""A follow-up whose history grows long goes on in other runs, with all that was pending."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from models.follow_up_messages import DueKind
from models.lifecycle import Phase
from models.messages import Purpose
from tests.workflows.all_scenarios import world_of
from tests.workflows.forgetful import ForgetfulFollowUp
from tests.workflows.lasting import (
    DAY,
    FOR_LONG,
    HEARD_AFTER,
    HEARD_AT,
    followed_for_long,
    go_on_in_another_run,
)
from tests.workflows.stage import Stage, assert_ended, open_stage
from tests.workflows.versions import today_but
from tests.workflows.windows import runs
from workflows.histories import LONGEST_HISTORY

SHORTLY = timedelta(minutes=5)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """An action on a server that soon suggests another run."""
    async with open_stage(world_of("followed_for_long")) as opened:
        yield opened


def due_at(stage: Stage, *days: timedelta) -> list[datetime]:
    assert stage.world.released_at
    return [stage.world.released_at + day for day in days]


def assert_sent_at(stage: Stage, purpose: Purpose, wanted: list[datetime]) -> None:
    """Check that rounds of a purpose went out within minutes after each moment, and no others."""
    sent = stage.world.rounds(purpose)
    late = [at - due for at, due in zip(sent, wanted, strict=True)]
    assert all(timedelta(0) <= one < SHORTLY for one in late), late


async def lengths(stage: Stage) -> list[int]:
    """Check that the follow-up went on in a second run, and tell how long the history of each is."""
    described = (await stage.follow_up.describe()).raw_description.workflow_execution_info
    told = [
        (await run.describe()).history_length
        async for run in runs(stage, described.first_run_id, stage.follow_up)
    ]
    assert len(told) == 2
    return told


async def test_all_that_is_pending_comes_at_its_time_once_in_whichever_run(stage: Stage) -> None:
    await followed_for_long(stage)
    await assert_ended(stage, Phase.CLOSED)
    assert max(await lengths(stage)) < LONGEST_HISTORY, "the server suggested it, before we ask for it"
    (hearing,) = due_at(stage, HEARD_AFTER)
    heard = hearing.replace(hour=HEARD_AT.hour, minute=0, second=0, microsecond=0)
    assert_sent_at(stage, Purpose.CHECK_IN, due_at(stage, *FOR_LONG.check_ins))
    assert_sent_at(stage, Purpose.MILESTONE, [heard - DAY, heard + DAY])
    assert_sent_at(stage, Purpose.REPLY_OVERDUE, due_at(stage, 14 * DAY, 28 * DAY, 42 * DAY))
    assert stage.world.done[-1].kind is DueKind.EXPIRY
    assert stage.world.done[-1].at - FOR_LONG.expires_after == stage.world.released_at


async def test_a_follow_up_that_forgot_what_was_under_way_would_keep_a_check_in_back(stage: Stage) -> None:
    await stage.install("forgetful", today_but(ForgetfulFollowUp))
    await go_on_in_another_run(stage)
    await stage.resume()
    await stage.pass_time(stage.follow_up)
    await stage.action.result()
    assert stage.world.sent[Purpose.CHECK_IN, 1, 0] == 0
    assert stage.world.sent[Purpose.CHECK_IN, 2, 0] == 1, "the others go out"
    assert await stage.unfinished() == [stage.distribution(Purpose.CHECK_IN).id]
