"""One scene a module: its tests follow each other on the same servers, each with releases of its own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from local.postgres import EmbeddedPostgres
from tests.chaos.scene import Scene, scene


@pytest_asyncio.fixture(scope="module", loop_scope="module", name="scene")
async def running_scene(
    postgres: EmbeddedPostgres,
    migrated: str,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> AsyncIterator[Scene]:
    """Servers that run, on a database of their own."""
    name = "chaos_" + request.module.__name__.rpartition(".")[2]
    postgres.create_database(name, template=migrated)
    async with scene(tmp_path_factory.mktemp(name), postgres, name) as running:
        yield running
