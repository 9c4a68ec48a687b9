"""Judging an audit trail by itself and by anchors, whoever keeps them."""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from models.anchors import Anchor
from models.audit import Break, ChainedEvent, ChainHead, Finding, breaks_of, contradiction


class Witness(StrEnum):
    """What contradicts a trail."""

    TRAIL = "trail"
    """The trail itself, or the end of it that the server has on record."""
    SERVER = "server"
    """An anchor that the server holds outside its database."""
    FILE = "file"
    """An anchor in the coordinator's own file."""


class Trail(NamedTuple):
    """A trail as the server gave it; no anchors where it cannot read its own."""

    reference: str
    action_id: str
    head: ChainHead | None
    events: list[ChainedEvent]
    anchors: list[Anchor] | None


class Broken(BaseModel):
    """Something that is wrong with events `first` to `last`; by anchors: the earliest one, and how many."""

    model_config = ConfigDict(frozen=True)

    finding: Finding
    first: int
    last: int
    witness: Witness
    anchored_at: str | None = None
    anchors: int = 0


class Report(BaseModel):
    """What was found; an anchor count is null where there was nothing to count in."""

    model_config = ConfigDict(frozen=True)

    reference: str
    verified: bool
    events: int
    head: str | None
    server_anchors: int | None
    file_anchors: int | None
    unreadable_lines: int
    broken: list[Broken]


def judge(trail: Trail, own: Sequence[Anchor] | None, unreadable: int = 0) -> Report:
    """Recompute a trail, and compare it with the server's anchors and with `own`, where there are some."""
    broken = [
        *_by_itself(trail),
        *_by_anchors(trail, trail.anchors or [], Witness.SERVER),
        *_by_anchors(trail, own or [], Witness.FILE),
    ]
    return Report(
        reference=trail.reference,
        verified=not broken,
        events=len(trail.events),
        head=trail.events[-1].hash if trail.events else None,
        server_anchors=None if trail.anchors is None else len(trail.anchors),
        file_anchors=None if own is None else len(own),
        unreadable_lines=unreadable,
        broken=broken,
    )


def _by_itself(trail: Trail) -> list[Broken]:
    # The first event of every action says that the case was received.
    found = breaks_of(trail.events, trail.head) if trail.events else [Break(Finding.MISSING, 1, 1)]
    return [
        Broken(finding=one.finding, first=one.first, last=one.last, witness=Witness.TRAIL)
        for one in _joined(found)
    ]


def _joined(found: Iterable[Break]) -> Iterator[Break]:
    """Make one of neighbours that have the same thing wrong."""
    last: Break | None = None
    for one in found:
        if last and (last.finding, last.last + 1) == (one.finding, one.first):
            last = last._replace(last=one.last)
            continue
        if last:
            yield last
        last = one
    if last:
        yield last


def _by_anchors(trail: Trail, anchors: Sequence[Anchor], witness: Witness) -> Iterator[Broken]:
    events = {event.number: event for event in trail.events}
    contradicting: dict[Finding, list[tuple[Break, Anchor]]] = {}
    for anchor in anchors:
        found = contradiction(events, max(events, default=0), trail.action_id, anchor)
        if found:
            contradicting.setdefault(found.finding, []).append((found, anchor))
    for finding, pairs in contradicting.items():
        earliest = min(
            (anchor for _, anchor in pairs), key=lambda anchor: (anchor.number, anchor.anchored_at)
        )
        yield Broken(
            finding=finding,
            first=min(one.first for one, _ in pairs),
            last=max(one.last for one, _ in pairs),
            witness=witness,
            anchored_at=earliest.anchored_at,
            anchors=len(pairs),
        )
