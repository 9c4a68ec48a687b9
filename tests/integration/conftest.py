from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.integration.desks import DeskOf, desk_at, served
from tests.integration.local_servers import LocalMailbox, LocalProviders
from tests.integration.web.site import services_over


@pytest.fixture(scope="session")
def mailbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalMailbox]:
    """A mailbox for all tests of this process."""
    server = LocalMailbox(tmp_path_factory.mktemp("mailbox"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def mailbox(mailbox_process: LocalMailbox) -> LocalMailbox:
    """An empty mailbox without faults."""
    mailbox_process.order()
    mailbox_process.forget_messages()
    return mailbox_process


@pytest.fixture(scope="session")
def providers_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalProviders]:
    """SMS provider and partners' endpoints for all tests of this process."""
    server = LocalProviders(tmp_path_factory.mktemp("providers"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def simulated(providers_process: LocalProviders) -> LocalProviders:
    """Providers without faults; what was received before stays."""
    providers_process.order()
    return providers_process


@pytest.fixture
async def desk_of(database_url: str, tmp_path: Path) -> AsyncIterator[DeskOf]:
    """Give a new person with these roles a machine, from which she reaches a server over a fresh database."""
    async with served(await services_over(database_url, tmp_path)) as (site, address):
        yield partial(desk_at, site, address)
