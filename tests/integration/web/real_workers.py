"""Temporal and every worker beside the web process, for tests of what needs all of them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from assembly import build_adapters, build_workers
from local.environment import free_ports, local_environment, settings_of
from local.ports import free_port
from local.temporal import EmbeddedTemporal, temporal_binary
from storage.database import Database
from temporal_client import connect
from tests import factories
from tests.integration.local_servers import LocalMailbox
from tests.integration.web.site import PAYLOAD_KEYS


@asynccontextmanager
async def temporal_and_workers(database_url: str, folder: Path, mailbox: LocalMailbox) -> AsyncIterator[str]:
    """Run Temporal and every worker, whose mails go to the mailbox."""
    temporal = EmbeddedTemporal(temporal_binary(), folder / "temporal.db", free_port())
    await temporal.start()
    environment = {
        **local_environment(folder, free_ports(), database_url),
        "ACUERPA_SMTP_PORT": str(mailbox.relay.port),
        "ACUERPA_FIELD_KEYS": factories.FIELD_KEYS,
        "ACUERPA_FINGERPRINT_KEY": factories.FINGERPRINT_KEY,
    }
    settings, database = settings_of(environment), Database(database_url)
    adapters = build_adapters(settings)
    client = await connect(temporal.address, "default", PAYLOAD_KEYS)
    try:
        async with AsyncExitStack() as stack:
            for worker in build_workers(settings, client, database, adapters):
                await stack.enter_async_context(worker)
            yield temporal.address
    finally:
        for adapter in adapters.values():
            await adapter.close()
        await database.close()
        await temporal.kill()
