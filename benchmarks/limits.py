"""What limits of providers cost a claim, and what it costs to look at a large release: `make bench-limits`.

Claims with and without limits take turns in one run, over an embedded PostgreSQL; then 100,000 messages are
counted and paged, as they lie after they were written. Prints one line of JSON.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import text

from local.postgres import EmbeddedPostgres
from models.messages import Batch
from models.providers import Limits
from storage.database import Database
from storage.limited_claims import Terms, claim_within
from storage.progress import delivery_page, progress
from tests.conftest import migrate
from tests.integration.outbox_cases import Case, add_members, make_case

ROWS: Final = 100_000
CLAIMS: Final = 150
MESSAGES_A_CLAIM: Final = 8
WIDE: Final = Limits("limited", per_second=10_000, per_day=100_000_000)

PAGE: Final = 1000

_FAR_BEHIND = text("""
    SELECT id FROM delivery WHERE dispatch_id = :dispatch_id ORDER BY position DESC LIMIT 1 OFFSET 2000
""")
_MULTIPLY = text("""
    INSERT INTO delivery (id, dispatch_id, position, recipient_kind, recipient_id, channel, address,
                          fingerprint, language, disclosure, rendering, state, attempts, settled_at, provider)
    SELECT gen_random_uuid(), dispatch_id, 1000 + number, recipient_kind, gen_random_uuid(), channel, address,
           fingerprint, language, disclosure, rendering,
           CASE WHEN number % 2 = 0 THEN 'sent' ELSE 'ready' END, 0,
           CASE WHEN number % 2 = 0 THEN now() - number % 120 * interval '1 second' END, 'smtp'
    FROM generate_series(1, :rows) AS number
         CROSS JOIN (SELECT * FROM delivery
                     WHERE dispatch_id = :dispatch_id AND channel = 'email' LIMIT 1) AS one
""")


async def claims(case: Case, batch: Batch) -> dict[str, float]:
    """Return the median microseconds of a claim without limits, with the circuit alone, and with limits."""
    offers: dict[str, Sequence[Limits]] = {"plain": (), "circuit": (Limits("open"),), "limited": (WIDE,)}
    taken: dict[str, list[float]] = {name: [] for name in offers}
    position = batch.first - 1
    for _ in range(CLAIMS):
        for name, offered in offers.items():
            began = time.perf_counter()
            async with case.database.transaction() as session:
                claimed = await claim_within(
                    session, batch, uuid4(), Terms("x", offered), after=position, limit=MESSAGES_A_CLAIM
                )
            taken[name].append(time.perf_counter() - began)
            position = claimed.deliveries[-1].position
    return {f"claim_{name}_us": round(1e6 * statistics.median(of)) for name, of in taken.items()}


async def looks(case: Case, dispatch_id: UUID) -> dict[str, float]:
    """Return the median milliseconds of a summary, and of a page at the beginning and far behind it."""
    named = {"dispatch_id": dispatch_id}
    async with case.database.transaction() as session:
        await session.execute(_MULTIPLY, {"rows": ROWS, **named})
        behind = (await session.execute(_FAR_BEHIND, named)).scalar_one()
        await session.execute(text("ANALYZE delivery"))

    async def summary() -> None:
        async with case.database.transaction() as session:
            await progress(session, case.action.id)

    async def page(after: UUID | None) -> None:
        async with case.database.transaction() as session:
            await delivery_page(session, case.action.id, after, PAGE)

    return {
        "summary_ms": await _median_ms(summary),
        "first_page_ms": await _median_ms(partial(page, None)),
        "far_page_ms": await _median_ms(partial(page, behind)),
    }


async def _median_ms(work: Callable[[], Awaitable[None]]) -> float:
    seconds = []
    for _ in range(15):
        began = time.perf_counter()
        await work()
        seconds.append(time.perf_counter() - began)
    return round(1000 * statistics.median(seconds), 1)


async def measured(url: str) -> dict[str, float]:
    """Make a case with a large release, and measure."""
    database = Database(url)
    case = await make_case(database)
    await add_members(database, 3 * CLAIMS * MESSAGES_A_CLAIM)
    batch = await case.batch()
    figures = {**await claims(case, batch), **await looks(case, batch.dispatch_id)}
    await database.close()
    return {"rows": ROWS, **figures}


def main() -> int:
    """Print the figures."""
    with tempfile.TemporaryDirectory(prefix="acuerpa-bench-") as folder:
        server = EmbeddedPostgres(Path(folder) / "data")
        server.start()
        try:
            server.create_database("bench")
            migrate(server.url("bench"))
            sys.stdout.write(json.dumps(asyncio.run(measured(server.url("bench")))) + "\n")
        finally:
            server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
