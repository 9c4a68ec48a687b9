"""Every way an action can go, by the name of its recorded histories, with the plan that it needs."""

from collections.abc import Awaitable, Callable

from models.messages import CasePlan
from models.vocabulary import ReleasePolicy
from tests.workflows.beside import told_beside
from tests.workflows.carried import carried_over
from tests.workflows.following import asked_by_the_facts, missed_while_held, slept_and_reopened
from tests.workflows.lasting import FOR_LONG, followed_for_long
from tests.workflows.later import (
    released_after_a_loss,
    released_in_later_sign_on,
    signed_later,
    stopped_in_later_sign_on,
)
from tests.workflows.limited import continued_the_next_day, greylisted
from tests.workflows.scenarios import (
    BRIEF,
    alone,
    asked_again,
    closed_in_follow_up,
    ended_by_hand,
    escalated,
    extended,
    given_up,
    held_and_resumed,
    put_off_by_quiet_hours,
    refused_at_first,
    rejected,
    released_by_hand,
    released_in_two_languages,
    reminded_in_the_morning,
    returned_and_completed,
    signed_at_deadline,
    signed_at_quorum,
    stopped_and_told,
    stopped_in_follow_up,
    stopped_in_release,
    stopped_in_sign_on,
    stopped_in_verification,
    told_of_answers,
)
from tests.workflows.sending_again import sent_again
from tests.workflows.stage import Stage
from tests.workflows.weekly import told_weekly
from tests.workflows.world import SIGN_ON, World, case_plan

SLEEPS = BRIEF.model_copy(update={"sleeps": True})

Scenario = Callable[[Stage], Awaitable[None]]

SCENARIOS: dict[str, tuple[Scenario, CasePlan]] = {
    "signed_at_quorum": (signed_at_quorum, case_plan()),
    "signed_at_deadline": (signed_at_deadline, case_plan(follow_up=BRIEF)),
    "released_by_hand": (
        released_by_hand,
        case_plan(SIGN_ON.model_copy(update={"release": ReleasePolicy.BY_HAND}), BRIEF),
    ),
    "extended": (extended, case_plan(follow_up=BRIEF)),
    "ended_by_hand": (ended_by_hand, case_plan(follow_up=BRIEF)),
    "asked_again": (asked_again, case_plan(follow_up=BRIEF)),
    "reminded_in_the_morning": (reminded_in_the_morning, case_plan(follow_up=BRIEF)),
    "put_off_by_quiet_hours": (put_off_by_quiet_hours, case_plan(follow_up=BRIEF)),
    "alone": (alone, case_plan(None, BRIEF)),
    "held_and_resumed": (held_and_resumed, case_plan(follow_up=BRIEF)),
    "stopped_in_verification": (stopped_in_verification, case_plan(follow_up=BRIEF)),
    "stopped_in_sign_on": (stopped_in_sign_on, case_plan(follow_up=BRIEF)),
    "stopped_in_release": (stopped_in_release, case_plan(follow_up=BRIEF)),
    "stopped_in_follow_up": (stopped_in_follow_up, case_plan(follow_up=BRIEF)),
    "closed_in_follow_up": (closed_in_follow_up, case_plan(follow_up=BRIEF)),
    "given_up": (given_up, case_plan(follow_up=BRIEF)),
    "refused_at_first": (refused_at_first, case_plan(follow_up=BRIEF)),
    "escalated": (escalated, case_plan(None, BRIEF)),
    "returned_and_completed": (returned_and_completed, case_plan(None, BRIEF)),
    "continued_the_next_day": (continued_the_next_day, case_plan(follow_up=BRIEF)),
    "greylisted": (greylisted, case_plan(None, BRIEF)),
    "rejected": (rejected, case_plan(None, BRIEF)),
    "stopped_and_told": (stopped_and_told, case_plan(None, BRIEF)),
    "told_beside": (told_beside, case_plan(follow_up=BRIEF)),
    "told_of_answers": (told_of_answers, case_plan(None, BRIEF)),
    "sent_again": (sent_again, case_plan(None, BRIEF)),
    "asked_by_the_facts": (asked_by_the_facts, case_plan(None, BRIEF)),
    "slept_and_reopened": (slept_and_reopened, case_plan(None, SLEEPS)),
    "told_weekly": (told_weekly, case_plan(None, BRIEF)),
    "missed_while_held": (missed_while_held, case_plan(None)),
    "signed_later": (signed_later, case_plan(None, BRIEF)),
    "stopped_in_later_sign_on": (stopped_in_later_sign_on, case_plan(None, BRIEF)),
    "released_in_later_sign_on": (released_in_later_sign_on, case_plan(None, BRIEF)),
    "released_after_a_loss": (released_after_a_loss, case_plan(None, BRIEF)),
    "followed_for_long": (followed_for_long, case_plan(None, FOR_LONG)),
    "carried_over": (carried_over, case_plan(None, FOR_LONG)),
    "released_in_two_languages": (released_in_two_languages, case_plan(None, BRIEF)),
}

SUGGESTS_AFTER = {"followed_for_long": 320, "carried_over": 160}
"""After how many events the server suggests another run, where a scenario needs that early."""


def world_of(name: str) -> World:
    """Return the world in which a scenario is played."""
    _, plan = SCENARIOS[name]
    return World(plan, suggests_after=SUGGESTS_AFTER.get(name))
