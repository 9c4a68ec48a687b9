"""Random people at work on random cases: after every step, only what might leave has arrived.

It is judged from what mailbox and providers received, against what people did by the API: see `judge.py`.
`make test` walks one way of 600 steps, `SEED=…` another; `make soak` goes on for 50,000 at random.
"""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import structlog
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from local.postgres import EmbeddedPostgres
from tests.integration.local_servers import LocalMailbox, LocalProviders
from tests.integration.machine.deciding import Deciding
from tests.integration.machine.machine import Frame, Tally
from tests.integration.machine.verifying import Verifying
from tests.integration.machine.world import running_world
from tests.integration.machine.writing import Writing
from tests.soak import SOAKING, new_seed
from web import nudger

LEAST_STEPS = 50_000 if SOAKING else 600
STEPS_OF_AN_EXAMPLE = 60
NAME = "machine"
IN_MEMORY = next((folder for folder in ("/dev/shm",) if Path(folder).is_dir()), None)  # noqa: S108 - if there is one
"""Where Temporal's file is quick: nothing of the machine need outlive a power cut."""


class Machine(Verifying, Writing, Deciding):
    """All that people do."""


@pytest.fixture(scope="module")
def only_errors_logged() -> Iterator[None]:
    """Every call and message would be logged."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="module")
def world(
    only_errors_logged: None,  # noqa: ARG001 - it must come first
    postgres: EmbeddedPostgres,
    migrated: str,
    mailbox_process: LocalMailbox,
    providers_process: LocalProviders,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    postgres.create_database(NAME, template=migrated)
    folder = tmp_path_factory.mktemp(NAME)
    with (
        asyncio.Runner() as runner,
        pytest.MonkeyPatch.context() as patch,
        TemporaryDirectory(dir=IN_MEMORY) as memory,
    ):
        patch.setattr(nudger, "SPACING_SECONDS", 0.02)
        running = running_world(
            postgres.url(NAME), folder, Path(memory) / "temporal.db", mailbox_process, providers_process
        )
        Frame.runner, Frame.world = runner, runner.run(running.__aenter__())
        yield
        runner.run(running.__aexit__(None, None, None))
    postgres.drop_database(NAME)


@pytest.fixture
def tally(world: None) -> Tally:  # noqa: ARG001 - it must be there
    Frame.tally = Tally()
    return Frame.tally


@pytest.mark.timeout(12 * 3600 if SOAKING else 1800)
def test_only_what_might_leave_arrives_whatever_people_do(tally: Tally) -> None:
    examples = LEAST_STEPS // STEPS_OF_AN_EXAMPLE + 5
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
