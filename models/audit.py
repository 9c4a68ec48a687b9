"""The hash chain of the audit trail: what is hashed, how events follow each other, and what breaks a chain.

Pure and shared: the server chains with it, the coordinators' script verifies with it on their own machines.
All of an event is as JSON carries it, so that both hash the same bytes.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final, NamedTuple, NoReturn
from uuid import UUID

from models.anchors import Anchor

FORMAT: Final = "acuerpa-audit-1"
"""Hashed with every event, so that a later form cannot be taken for this one."""
BEGINNING: Final = "0" * 64
"""What the first event names as the hash before it."""

_NEIGHBOURS: Final = 32
"""How many places away a misplaced event is looked for."""
_LOOKED_FOR: Final = 100
"""For how many events; where more are wrong, it is all the same whether some were only moved."""


class ChainedEvent(NamedTuple):
    """An event as it is hashed; `at` as `moment_text` writes it, `previous` and `hash` as SHA-256 in hex."""

    action_id: str
    number: int
    kind: str
    person_id: str | None
    at: str
    detail: Any
    previous: str
    hash: str


class ChainHead(NamedTuple):
    """How many events a chain has, and the hash of the newest."""

    length: int
    hash: str


EMPTY: Final = ChainHead(0, BEGINNING)


class Finding(StrEnum):
    """What is wrong with a chain."""

    ALTERED = "altered"
    """An event does not match its hash."""
    MISSING = "missing"
    """Events were taken out."""
    REORDERED = "reordered"
    """An event stands where it was not written."""
    UNCHAINED = "unchained"
    """An event names another one before it: one of the two was replaced."""
    UNCOUNTED = "uncounted"
    """Events stand behind the end that the server has on record."""
    TRUNCATED = "truncated"
    """The chain ends before an event that an anchor knows."""
    REWRITTEN = "rewritten"
    """An event is not the one that an anchor knows, however well it is chained."""


class Break(NamedTuple):
    """One thing that is wrong, from event `first` to event `last`."""

    finding: Finding
    first: int
    last: int


def moment_text(moment: datetime) -> str:
    """Write a moment as it is hashed: ISO 8601 in UTC with microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def plain_detail(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Return a detail as JSON and PostgreSQL both give it back.

    Raises:
        TypeError: it holds a number with a fraction, which they may write in two ways, or what is no JSON.
    """
    plain: dict[str, Any] = json.loads(
        json.dumps(detail), parse_float=_refuse_fraction, parse_constant=_refuse_fraction
    )
    return plain


def _refuse_fraction(_written: str) -> NoReturn:
    raise TypeError("a detail holds ids, enums, counts and digests: write no fractions into it")


def hash_of(event: ChainedEvent) -> str:
    """Compute the hash that an event must carry."""
    hashed = [FORMAT, *event[:-1]]
    return sha256(json.dumps(hashed, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def following(
    head: ChainHead,
    action_id: UUID,
    kind: str,
    person_id: UUID | None,
    at: datetime,
    detail: Mapping[str, Any],
) -> ChainedEvent:
    """Make the event that comes after the head of its chain."""
    event = ChainedEvent(
        action_id=str(action_id),
        number=head.length + 1,
        kind=str(kind),
        person_id=None if person_id is None else str(person_id),
        at=moment_text(at),
        detail=plain_detail(detail),
        previous=head.hash,
        hash="",
    )
    return event._replace(hash=hash_of(event))


def breaks_of(events: Sequence[ChainedEvent], head: ChainHead | None) -> list[Break]:
    """List all that is wrong with a chain in itself; `head` is the end that the server has on record."""
    return [*_broken_links(events), *_broken_events(events), *_broken_end(events, head or EMPTY)]


def _broken_links(events: Sequence[ChainedEvent]) -> Iterator[Break]:
    expected, previous = 1, BEGINNING
    for event in events:
        if event.number > expected:
            yield Break(Finding.MISSING, expected, event.number - 1)
        elif event.number < expected:
            yield Break(Finding.REORDERED, event.number, event.number)
        elif event.previous != previous:
            yield Break(Finding.UNCHAINED, event.number, event.number)
        expected, previous = max(expected, event.number + 1), event.hash


def _broken_events(events: Sequence[ChainedEvent]) -> Iterator[Break]:
    known = {event.hash for event in events}
    wrong = [place for place, event in enumerate(events) if hash_of(event) != event.hash]
    for count, place in enumerate(wrong):
        event, neighbours = events[place], events[max(0, place - _NEIGHBOURS) : place + _NEIGHBOURS + 1]
        moved = count < _LOOKED_FOR and any(_was_written_at(other, event, known) for other in neighbours)
        yield Break(Finding.REORDERED if moved else Finding.ALTERED, event.number, event.number)


def _was_written_at(other: ChainedEvent, event: ChainedEvent, known: set[str]) -> bool:
    """Tell whether an event matches a known hash at another's place, with its own link or the other's."""
    renumbered = event._replace(number=other.number)
    return hash_of(renumbered) in known or hash_of(renumbered._replace(previous=other.previous)) in known


def _broken_end(events: Sequence[ChainedEvent], head: ChainHead) -> Iterator[Break]:
    last = events[-1] if events else None
    length = last.number if last else 0
    if length > head.length:
        yield Break(Finding.UNCOUNTED, head.length + 1, length)
    elif length < head.length:
        yield Break(Finding.TRUNCATED, length + 1, head.length)
    elif last and last.hash != head.hash:
        yield Break(Finding.REWRITTEN, length, length)


def contradiction(
    events: Mapping[int, ChainedEvent], length: int, action_id: str, anchor: Anchor
) -> Break | None:
    """Say how a chain contradicts an anchor of its reference, or return None where it does not.

    `events` by number, up to `length`; what is missing in between is for `breaks_of` to find.
    """
    if anchor.number > length:
        return Break(Finding.TRUNCATED, length + 1, anchor.number)
    event = events.get(anchor.number)
    same = action_id == anchor.action_id and (event is None or event.hash == anchor.hash)
    return None if same else Break(Finding.REWRITTEN, anchor.number, anchor.number)
