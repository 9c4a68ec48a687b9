"""What many open actions cost, and whether one is forgotten: `make bench-open-actions`.

So many cases are handed in, confirmed and released through the API of a real stack, each with a check-in that
falls due together with all others. Their coordinator must get every one in time, and none twice. Memory is
measured at rest, before these cases and with all of them open.
"""

import argparse
import asyncio
import json
import re
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import text

from benchmarks.judging import at_most, line
from benchmarks.processes import proportional_mb
from benchmarks.sign_on_cases import Network, network_at
from local.environment import data_folder, free_ports, given_settings
from local.mail_store import MailStore, message_tree
from local.stack import Stack
from storage.database import Database

ACTIONS: Final = 1_000
AT_ONCE: Final = 4
"""Cases that are carried to their release side by side."""
FIRST: Final = 20
"""Cases before those that are measured: they warm up, and tell how long one takes."""
RESERVE: Final = 1.75
"""Those that come later take longer than the first."""

QUIET: Final = timedelta(minutes=1)
"""Between the last release and the check-ins, as far as one can foresee."""

WITHIN_SECONDS: Final = 90.0
GIVEN_UP_SECONDS: Final = 600.0
WATCHED_SECONDS: Final = 10.0
"""How much longer the mailbox is watched for what should not come."""
LOOK_EVERY_SECONDS: Final = 0.5
FAR: Final = timedelta(hours=20)

_CHECK_IN: Final = re.compile(r"/c/[\w-]+")
_SENT: Final = text("""
    SELECT count(*) FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
    WHERE dispatch.purpose = :purpose AND delivery.state = 'sent'
""")
_DUE: Final = text("SELECT min(due_at) AS first, max(due_at) AS last FROM fallen_due WHERE kind = 'check_in'")


class NotMeasuredError(RuntimeError):
    """Say why nothing was measured, and what to do."""


class OpenActions:
    """The cases of a running stack."""

    def __init__(self, stack: Stack, network: Network, database: Database) -> None:
        self._stack = stack
        self._network = network
        self._database = database

    async def measured(self, count: int) -> dict[str, Any]:
        """Open so many actions, wait for the check-in of each, and tell what that took."""
        began = time.monotonic()
        await self._open(FIRST, datetime.now(UTC) + FAR)
        each = (time.monotonic() - began) / FIRST
        before = proportional_mb(self._stack.data)
        due = datetime.now(UTC) + timedelta(seconds=RESERVE * count * each) + QUIET
        await self._open(count, due)
        left = _seconds_until(due)
        after = proportional_mb(self._stack.data)
        await self._sent("check_in", count, left + GIVEN_UP_SECONDS)
        await asyncio.sleep(WATCHED_SECONDS)
        async with self._database.transaction() as session:
            moments = (await session.execute(_DUE)).one()
        return {
            "actions": count,
            "seconds_to_open_each": round(each, 2),
            "first_due": moments.first,
            "last_due": moments.last,
            "memory_mb": {"before": before, "with_all_open": after},
            "kib_an_idle_action": {name: _kib_each(after[name] - before[name], count) for name in after},
        }

    async def _open(self, count: int, due: datetime) -> None:
        """Carry so many cases to their release, and wait until their statements are out."""
        earlier = await self._count("statement")
        waiting = iter(range(count))
        await asyncio.gather(*(self._carry(waiting, due) for _ in range(AT_ONCE)))
        await self._sent("statement", earlier + count, GIVEN_UP_SECONDS)

    async def _carry(self, waiting: Iterator[int], due: datetime) -> None:
        for _ in waiting:
            offset = f"PT{round(_seconds_until(due))}S"
            follow_up = {"expires_after": "P42D", "check_ins": [offset]}
            reference = await self._network.hand_in(follow_up=follow_up, **_ALONE)
            await self._network.release(reference)

    async def _sent(self, purpose: str, count: int, seconds: float) -> None:
        """Wait until so many messages of a purpose have left."""
        until = time.monotonic() + seconds
        while (found := await self._count(purpose)) < count:
            if time.monotonic() > until:
                raise NotMeasuredError(f"{found} of {count} messages left ({purpose}): see the worker's log")
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def _count(self, purpose: str) -> int:
        async with self._database.transaction() as session:
            return int((await session.execute(_SENT, {"purpose": purpose})).scalar_one())


def _seconds_until(due: datetime) -> float:
    left = (due - datetime.now(UTC)).total_seconds()
    if left <= 0:
        raise NotMeasuredError("opening took longer than foreseen: let nothing else run beside it")
    return left


_ALONE: Final = {"sign_on": None, "release": {"audiences": ["targets"]}}
"""The network signs alone, and writes to the targets."""


def _kib_each(mib: float, count: int) -> float:
    return round(1024 * mib / count, 1)


def arrived(mails: MailStore) -> list[tuple[str, datetime]]:
    """Return the Message-ID of each check-in in the mailbox, and when it came."""
    trees = [(message_tree(mails, envelope), envelope.received_at) for envelope in mails.find()]
    return [(tree["message_id"], at) for tree, at in trees if _CHECK_IN.search(tree["text"] or "")]


def judged(found: Mapping[str, Any], came: list[tuple[str, datetime]]) -> dict[str, Any]:
    """Add what the mailbox tells to the figures, and say whether each holds."""
    count, different = found["actions"], len({message for message, _ in came})
    spread = (found["last_due"] - found["first_due"]).total_seconds()
    last = max(at for _, at in came)
    within = (last - found["first_due"]).total_seconds()
    lines = [
        at_most("seconds between the first and the last that is due", round(spread, 1), 60),
        at_most(
            "seconds from the first that is due to the last in the mailbox", round(within, 1), WITHIN_SECONDS
        ),
        line("each arrived once", [len(came), different], count, holds=len(came) == different == count),
    ]
    moments = {"first_due": found["first_due"].isoformat(), "last_due": found["last_due"].isoformat()}
    return {**found, **moments, "last_arrived": last.isoformat(), "judged": lines}


async def _run(count: int) -> dict[str, Any]:
    data = data_folder(given_settings()) / "bench-open-actions"
    shutil.rmtree(data, ignore_errors=True)
    async with Stack(data, given={**given_settings(), **free_ports()}) as stack:
        network, database = await network_at(stack), Database(stack.settings.database_url)
        try:
            found = await OpenActions(stack, network, database).measured(count)
        finally:
            await network.close()
            await database.close()
    return judged(found, arrived(MailStore(data / "mailbox")))


def main() -> int:
    """Print the figures; 1 where one misses what it must reach."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--actions", type=int, default=ACTIONS)
    found = asyncio.run(_run(parser.parse_args().actions))
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    return int(any(not one["holds"] for one in found["judged"]))


if __name__ == "__main__":
    sys.exit(main())
