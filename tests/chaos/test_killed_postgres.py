"""PostgreSQL is killed under a release; and the same where commits were not on disk."""

from collections.abc import AsyncIterator, Iterator
from random import Random

import pytest
import pytest_asyncio

from local.postgres import EmbeddedPostgres
from tests.chaos.killed_servers import forgetful_postgres, restarted_postgres
from tests.chaos.scene import CONNECTIONS, Scene, scene
from tests.conftest import TEMPLATE, make_template, own_postgres
from tests.soak import new_seed

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """A server of our own, since we kill it."""
    with own_postgres() as own:
        make_template(own)
        yield own


@pytest_asyncio.fixture(loop_scope="module", name="scene")
async def own_scene(
    server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> AsyncIterator[Scene]:
    """Servers that run, and a relay slow enough to be in the middle of a release."""
    server.create_database(request.function.__name__, template=TEMPLATE)
    data = tmp_path_factory.mktemp("killed")
    async with scene(data, server, request.function.__name__, ACUERPA_SMTP_PER_SECOND="40") as running:
        yield running


async def test_a_postgres_that_is_killed_loses_and_doubles_nothing(scene: Scene) -> None:
    random = Random(new_seed())  # noqa: S311 - not for secrets
    found, figures = await restarted_postgres(scene, 400, 2, random, (0.5, 3.0))
    print(found.told(), figures)  # noqa: T201 - the figures of the proof
    assert found.faults(most_in_doubt=0) == []
    assert set(found.states) == {"sent"}


async def test_a_postgres_that_forgets_what_it_committed_would_be_found(scene: Scene) -> None:
    found, figures = await forgetful_postgres(scene, 300)
    print(found.told(), figures)  # noqa: T201 - the figures of the proof
    assert found.duplicates >= 1
    assert f"{found.duplicates} duplicates" in found.faults(most_in_doubt=CONNECTIONS)
