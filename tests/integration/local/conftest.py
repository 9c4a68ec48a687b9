from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.integration.local.served import Served


@pytest.fixture
async def mailbox(tmp_path: Path) -> AsyncIterator[Served]:
    served = Served("local.mailbox", tmp_path, "ACUERPA_LOCAL_MAILBOX_PORT")
    await served.start()
    yield served
    await served.child.stop()


@pytest.fixture
async def providers(tmp_path: Path) -> AsyncIterator[Served]:
    served = Served("local.providers", tmp_path, "ACUERPA_LOCAL_PROVIDERS_PORT")
    await served.start()
    yield served
    await served.child.stop()


@pytest.fixture
async def http(request: pytest.FixtureRequest) -> AsyncIterator[httpx.AsyncClient]:
    name = next(name for name in ("mailbox", "providers") if name in request.fixturenames)
    served: Served = request.getfixturevalue(name)
    async with httpx.AsyncClient(base_url=served.url, timeout=20, trust_env=False) as client:
        yield client
