"""Who got what: the mailbox's files beside the rows, and what must not be."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from local.mail_store import MailStore
from models.messages import DeliveryState
from tests.chaos.scene import Release, Scene
from tests.integration.outbox_cases import execute

MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^@>]+)", re.MULTILINE | re.IGNORECASE)
FINAL = frozenset({"sent", "failed", "unknown", "parked", "cancelled", "suppressed"})
ROWS = """
    SELECT delivery.id, dispatch.action_id, address, state, failure
    FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
"""
MAY_BE_THERE = frozenset({"sent", "unknown", "ready", "sending"})


@dataclass(frozen=True)
class Judged:
    """What became of the messages of some releases."""

    messages: int
    states: dict[str, int]
    failures: dict[str, int]
    """Reasons of those that did not arrive, by their names."""
    lost: int
    """Members without a row, rows that are not final, and rows that say `sent` of what nobody has."""
    duplicates: int
    """Copies beyond the first, by release and address."""
    strays: int
    """Mails of no row, or of a row that says that nothing was sent."""
    unlisted: int
    """Messages in doubt that the API does not list, and others that it does."""
    in_doubt: int

    def faults(self, most_in_doubt: int) -> list[str]:
        """List what must not be."""
        wrong = {
            f"{self.lost} lost": self.lost,
            f"{self.duplicates} duplicates": self.duplicates,
            f"{self.strays} strays": self.strays,
            f"{self.unlisted} in doubt and not listed": self.unlisted,
            f"{self.in_doubt} in doubt, of {most_in_doubt}": self.in_doubt > most_in_doubt,
        }
        return [what for what, is_so in wrong.items() if is_so]

    def told(self) -> dict[str, Any]:
        """Return the figures."""
        return asdict(self)


def in_words(states: Counter[DeliveryState]) -> str:
    """Tell how many messages are in which state."""
    return ", ".join(f"{number} {state}" for state, number in states.items())


def copies(folder: Path) -> Counter[str]:
    """Count the mails that the mailbox has taken, by delivery id."""
    store, found = MailStore(folder), Counter[str]()
    for envelope in store.find():
        head = MESSAGE_ID.search(store.content(envelope.sequence))
        assert head, "a mail without Message-ID"
        found[head[1].decode()] += 1
    return found


async def judged(scene: Scene, releases: Sequence[Release]) -> Judged:
    """Compare what the rows say with what arrived, and what is in doubt with what the API lists."""
    actions = {release.action_id for release in releases}
    known = await execute(scene.database, ROWS)
    rows = [row for row in known if row.action_id in actions]
    arrived = copies(scene.mails)
    doubtful = {row.id for row in rows if row.state == "unknown"}
    parked = {row.id for row in rows if row.state == "parked"}
    listed = await scene.listed_in_doubt([release.reference for release in releases])
    members = sum(release.members for release in releases)
    return Judged(
        messages=members,
        states=dict(Counter(row.state for row in rows)),
        failures=dict(Counter(row.failure for row in rows if row.state not in {"sent", "ready"})),
        lost=_lost(rows, arrived, members),
        duplicates=_duplicates(rows, arrived),
        strays=_strays(known, arrived),
        unlisted=len(listed ^ (doubtful | parked)),
        in_doubt=len(doubtful),
    )


def _lost(rows: Sequence[Any], arrived: Counter[str], members: int) -> int:
    without_row = members - len({(row.action_id, row.address) for row in rows})
    unfinished = len([row for row in rows if row.state not in FINAL])
    not_there = len([row for row in rows if row.state == "sent" and not arrived[str(row.id)]])
    return without_row + unfinished + not_there


def _duplicates(rows: Sequence[Any], arrived: Counter[str]) -> int:
    got: defaultdict[tuple[UUID, str], int] = defaultdict(int)
    for row in rows:
        got[row.action_id, row.address] += arrived[str(row.id)]
    return sum(max(0, number - 1) for number in got.values())


def _strays(rows: Sequence[Any], arrived: Counter[str]) -> int:
    may_be_there = {str(row.id) for row in rows if row.state in MAY_BE_THERE}
    return sum(number for delivery, number in arrived.items() if delivery not in may_be_there)
