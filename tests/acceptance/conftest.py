"""One network a module: its tests follow each other on the same processes, each with an action of its own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from local.postgres import EmbeddedPostgres
from tests.acceptance.network import Network, keys_in_database, network


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
