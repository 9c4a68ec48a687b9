"""Whether the time of an answer tells whoever guesses how near a link was: `make bench-guesses`.

Links that open nothing, of each kind in turn: so whatever else the machine does falls on all kinds alike.
"""

import asyncio
import base64
import json
import re
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from sqlmodel import select

from benchmarks.open_loop import Connections
from benchmarks.sign_on_cases import network_at, window
from local.environment import data_folder, free_ports, given_settings
from local.ports import LOOPBACK
from local.stack import Stack
from models.columns import now
from models.outbox import Delivery
from security.tokens import new_token, token_hash
from storage.database import Database
from storage.link_revocation import revoke_sign_links
from storage.sign_links import issue_link

PARTNERS: Final = 50
ASKED_EACH: Final = 2_000
WARMED_UP_BY: Final = 200
LIMIT_MS: Final = 1.0
"""The largest difference between the medians of two kinds."""

_NONCE: Final = re.compile(rb'nonce="[^"]*"')
_NOT_FOUND: Final = 404

Kinds = Mapping[str, Callable[[], str]]


def near(token: str) -> list[str]:
    """Return a token with each of its 256 bits changed."""
    raw = base64.urlsafe_b64decode(token + "=")
    number = int.from_bytes(raw)
    changed = ((number ^ 1 << bit).to_bytes(len(raw)) for bit in range(8 * len(raw)))
    return [base64.urlsafe_b64encode(one).decode().rstrip("=") for one in changed]


async def unusable(stack: Stack, database: Database) -> Kinds:
    """Return ways to come by a link that opens nothing, beside those that do."""
    network = await network_at(stack)
    await network.invite(PARTNERS)
    await network.all_invited(await network.hand_in(sign_on=window(PARTNERS)))
    (_, live), *_ = await network.links(database)
    await network.close()
    expired, revoked = new_token(), new_token()
    async with database.transaction() as session:
        invited = await session.exec(
            select(Delivery.invitation_id, Delivery.id).where(Delivery.invitation_id != None).limit(2)  # noqa: E711
        )
        (one, to_one), (other, to_other) = invited.all()
        if one is None or other is None:
            raise RuntimeError("nobody was invited")
        await issue_link(session, one, to_one, token_hash(expired), now() - timedelta(seconds=1))
        await issue_link(session, other, to_other, token_hash(revoked), now() + timedelta(days=1))
        await revoke_sign_links(session, [other])
    flipped = cycle(near(live))
    return {
        "random": new_token,
        "one_bit_from_a_link": lambda: next(flipped),
        "expired": lambda: expired,
        "revoked": lambda: revoked,
    }


async def medians(connections: Connections, kinds: Kinds) -> tuple[dict[str, float], int]:
    """Ask for links of each kind in turn; return their medians in milliseconds, and how many pages came."""
    seconds: dict[str, list[float]] = {kind: [] for kind in kinds}
    pages = set()
    for turn in range(WARMED_UP_BY + ASKED_EACH):
        for kind, token in kinds.items():
            path = f"/s/{token()}"
            started = time.perf_counter()
            answer = await connections.ask("GET", path)
            if turn >= WARMED_UP_BY:
                seconds[kind].append(time.perf_counter() - started)
            if answer.status != _NOT_FOUND:
                raise RuntimeError(f"a link that opens nothing was answered by {answer.status}")
            pages.add(_NONCE.sub(b"", answer.body))
    return {kind: statistics.median(taken) * 1_000 for kind, taken in seconds.items()}, len(pages)


async def _run(data: Path) -> dict[str, object]:
    shutil.rmtree(data, ignore_errors=True)
    async with Stack(data, given={**given_settings(), **free_ports()}) as stack:
        database = Database(stack.environment["ACUERPA_DATABASE_URL"])
        kinds = await unusable(stack, database)
        await stack.stop("worker")
        connections = Connections(LOOPBACK, urlsplit(stack.settings.public_url).port or 0)
        found, pages = await medians(connections, kinds)
        connections.close()
        await database.close()
    difference = max(found.values()) - min(found.values())
    return {
        "median_ms": {kind: round(taken, 3) for kind, taken in found.items()},
        "different_pages": pages,
        "difference_ms": {
            "ours": round(difference, 3),
            "limit": LIMIT_MS,
            "ratio": round(difference / LIMIT_MS, 3),
            "holds": difference < LIMIT_MS and pages == 1,
        },
    }


def main() -> int:
    """Print what was measured as JSON; 1 where times or pages tell kinds apart."""
    found = asyncio.run(_run(data_folder(given_settings()) / "bench-guesses"))
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    judged = found["difference_ms"]
    return 0 if isinstance(judged, dict) and judged["holds"] else 1


if __name__ == "__main__":
    sys.exit(main())
