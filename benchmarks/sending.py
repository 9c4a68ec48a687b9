"""Measure one `send_batch` of mails into the local mailbox: python -m benchmarks.sending 2000 8."""

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from uuid import uuid4

from temporalio.testing import ActivityEnvironment

from activities.composing import Composer
from activities.sending import SendingActivities
from channels.email import EmailChannel
from local.postgres import EmbeddedPostgres
from storage.database import Database
from templates.rendering import Renderer
from tests import factories
from tests.conftest import migrate
from tests.integration.local_servers import LocalMailbox
from tests.integration.outbox_cases import add_members, make_case


async def measure(url: str, mailbox: LocalMailbox, mails: int, connections: int) -> float:
    """Return the seconds that one batch takes."""
    database = Database(url)
    await add_members(database, mails)
    case = await make_case(database)
    batch = await case.batch()
    channel = EmailChannel(mailbox.relay, connections=connections)
    composer = Composer(
        database,
        Renderer("Red Acuerpa"),
        factories.CIPHER,
        public_url="http://127.0.0.1:8080",
        time_zone="America/Mexico_City",
    )
    started = time.perf_counter()
    outcome = await ActivityEnvironment().run(
        SendingActivities(database, channel, composer.email).send_batch, batch
    )
    seconds = time.perf_counter() - started
    await channel.close()
    await database.close()
    print(f"{outcome.sent} mails over {connections} connections: {outcome.sent / seconds:.0f} messages/s")
    return seconds


def main() -> None:
    """Set up PostgreSQL and a mailbox, measure, and take them down; arguments: mails, connections."""
    mails, connections = map(int, sys.argv[1:])
    folder = Path(tempfile.mkdtemp(prefix="acuerpa-bench-"))
    postgres, mailbox = EmbeddedPostgres(folder / "postgres"), LocalMailbox(folder / "mailbox")
    postgres.start()
    name = f"bench_{uuid4().hex[:8]}"
    postgres.create_database(name)
    migrate(postgres.url(name))
    mailbox.start()
    try:
        asyncio.run(measure(postgres.url(name), mailbox, mails, connections))
    finally:
        mailbox.stop()
        postgres.stop()


if __name__ == "__main__":
    main()
