"""The running world that a machine works in, one for each module of tests."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import structlog

from local.postgres import EmbeddedPostgres
from tests.integration.local_servers import LocalMailbox, LocalProviders
from tests.integration.machine.machine import Frame, Tally
from tests.integration.machine.world import running_world
from web import nudger

NAME = "machine"
SHARED_MEMORY = "/dev/shm"  # noqa: S108 - for one folder of its own
IN_MEMORY = SHARED_MEMORY if Path(SHARED_MEMORY).is_dir() else None
"""Where Temporal's file is quick: nothing of the machine need outlive a power cut."""


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
        patch.setattr(Frame, "known", {})
        running = running_world(
            postgres.url(NAME), folder, Path(memory) / "temporal.db", mailbox_process, providers_process
        )
        Frame.runner, Frame.world = runner, runner.run(running.__aenter__())
        yield
        runner.run(running.__aexit__(None, None, None))
    postgres.drop_database(NAME)


@pytest.fixture
def tally(world: None) -> Iterator[Tally]:  # noqa: ARG001 - it must be there
    Frame.tally = Tally()
    yield Frame.tally
    Frame.runner.run(Frame.world.inboxes.pass_over())
