"""One network a module: its tests follow each other on the same processes, each with an action of its own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from local.postgres import EmbeddedPostgres
from tests.acceptance.network import Network, keys_in_database, network
from tests.acceptance.story import World, world_in_time


@pytest.fixture(scope="module")
def server(postgres: EmbeddedPostgres) -> EmbeddedPostgres:
    """The PostgreSQL of this module: the shared one, unless the module has its own."""
    return postgres


@pytest.fixture(scope="module")
def given() -> dict[str, str]:
    """The settings that this module changes."""
    return {}


@pytest_asyncio.fixture(scope="module", loop_scope="module", name="network")
async def running_network(
    server: EmbeddedPostgres,
    given: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> AsyncIterator[Network]:
    """A network at work."""
    name = request.module.__name__.rpartition(".")[2]
    data = tmp_path_factory.mktemp(name)
    async with network(data, server, name, given, keys_in_database) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module", name="world")
async def running_world(
    server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> AsyncIterator[World]:
    """A network at work in a time that can pass, for the stories of a module."""
    name = request.module.__name__.rpartition(".")[2]
    async with world_in_time(tmp_path_factory.mktemp(name), server, name) as running:
        yield running
