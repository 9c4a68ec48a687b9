"""Each way an action can go ends where it should, with nothing sent twice and nothing left running."""

from collections import Counter

import pytest

from models.lifecycle import Phase
from models.messages import DeliveryState, Purpose
from tests.workflows.all_scenarios import SCENARIOS, world_of
from tests.workflows.stage import assert_ended, open_stage

ALL_SENT = Counter({DeliveryState.SENT: 5})

STATEMENTS = {
    "released_by_hand": ALL_SENT,
    "alone": ALL_SENT,
    "held_and_resumed": ALL_SENT,
    "refused_at_first": ALL_SENT,
    "closed_in_follow_up": ALL_SENT,
    "continued_the_next_day": ALL_SENT,
    "greylisted": Counter({DeliveryState.SENT: 14}),
    "given_up": Counter({DeliveryState.SENT: 4, DeliveryState.FAILED: 1}),
    "stopped_in_verification": Counter[DeliveryState](),
    "stopped_in_sign_on": Counter[DeliveryState](),
    "stopped_in_release": Counter({DeliveryState.CANCELLED: 5}),
    "stopped_in_follow_up": ALL_SENT,
    "escalated": ALL_SENT,
    "returned_and_completed": ALL_SENT,
    "rejected": Counter[DeliveryState](),
    "stopped_and_told": ALL_SENT,
    "reminded_in_the_morning": ALL_SENT,
    "put_off_by_quiet_hours": ALL_SENT,
    "extended": ALL_SENT,
    "ended_by_hand": ALL_SENT,
    "asked_again": ALL_SENT,
    "told_beside": ALL_SENT,
    "told_of_answers": ALL_SENT,
    "sent_again": ALL_SENT,
    "released_in_two_languages": ALL_SENT,
    "asked_by_the_facts": ALL_SENT,
    "signed_later": ALL_SENT,
    "stopped_in_later_sign_on": ALL_SENT,
    "released_in_later_sign_on": ALL_SENT,
    "released_after_a_loss": ALL_SENT,
}
"""How the statement's deliveries end in each scenario."""

PLAYED_ELSEWHERE = {
    "signed_at_quorum",
    "signed_at_deadline",
    "missed_while_held",
    "slept_and_reopened",
    "told_weekly",
    "followed_for_long",
    "carried_over",
}


@pytest.mark.parametrize("name", STATEMENTS)
async def test_every_path_comes_to_its_end_and_leaves_nothing_behind(name: str) -> None:
    play, _plan = SCENARIOS[name]
    async with open_stage(world_of(name)) as stage:
        await play(stage)
        ended = Phase.REJECTED if name == "rejected" else Phase.CLOSED
        await assert_ended(stage, Phase.STOPPED if name.startswith("stopped") else ended)
        assert stage.world.states(Purpose.STATEMENT) == STATEMENTS[name]


def test_every_scenario_is_played() -> None:
    assert STATEMENTS.keys() | PLAYED_ELSEWHERE == SCENARIOS.keys()
