"""Random people at work on random cases: after every step, only what might leave has arrived.

It is judged from what mailbox and providers received, against what people did by the API: see `judge.py`.
`make test` walks one way of 2,000 steps, `SEED=…` another; `make soak` goes on for 50,000 at random.
"""

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.integration.machine.changing import Changing
from tests.integration.machine.machine import Tally
from tests.integration.machine.verifying import Verifying
from tests.soak import SOAKING, new_seed

LEAST_STEPS = 50_000 if SOAKING else 2_000
STEPS_OF_AN_EXAMPLE = 40
LEAST_REPLACEMENTS = 1
LEAST_JUDGED = {"statement": 20, "notice": 20, "invitation": 5, "page": 5, "verification": 50}


class Machine(Verifying, Changing):
    """All that people do."""


@pytest.mark.timeout(24 * 3600 if SOAKING else 3600)
def test_only_what_might_leave_arrives_whatever_people_do(tally: Tally) -> None:
    examples = LEAST_STEPS // STEPS_OF_AN_EXAMPLE * 5 // 4
    quick = settings(
        max_examples=examples,
        stateful_step_count=STEPS_OF_AN_EXAMPLE,
        phases=[Phase.generate],
        database=None,
        print_blob=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(seed(new_seed())(Machine), settings=quick)
    except Exception as error:
        if tally.wrong:
            raise AssertionError(tally.wrong) from error
        raise
    print(tally)  # noqa: T201 - the figures of the proof
    assert tally.steps >= LEAST_STEPS
    assert tally.replacements >= LEAST_REPLACEMENTS
    assert {
        kind: tally.messages[kind] for kind, least in LEAST_JUDGED.items() if tally.messages[kind] < least
    } == {}
