"""What the figures of a release must reach, and whether they do: ratios of one run on one machine."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

Figures = Mapping[str, Any]

OF_THE_LIMIT: Final = 0.4
TIMES_A_PEER: Final = {"celery": 5, "procrastinate": 5, "one_activity_each": 20}
EVENTS_EACH: Final = 0.02
EVENT_OCTETS_EACH: Final = 5
FIRST_MESSAGE_MS: Final = 250
LARGE_SECONDS: Final = 60
WORKER_GROWS_MB: Final = 60


def beside(ours: float, rates: Mapping[str, float | str]) -> dict[str, Any]:
    """Put our rate beside those of the peers; of one that was not measured stands why."""
    return {
        name: rate if isinstance(rate, str) else {"rate": rate, "ratio": round(ours / rate, 1)}
        for name, rate in rates.items()
    }


def judged(found: Figures) -> list[dict[str, Any]]:
    """Say of each figure what it must reach and whether it does; null where it was not measured."""
    return [*_of_relays(found), *_of_peers(found["peers"]), *_of_scale(found.get("scale"))]


def _of_relays(found: Figures) -> Iterator[dict[str, Any]]:
    relays = {name: part for name, part in found.items() if name.startswith("relay_")}
    for name, part in relays.items():
        ours = part["ours"]
        yield _at_least(f"{name}: rate by the limit's", part["ratio"], OF_THE_LIMIT)
        yield line(f"{name}: each arrived once", ours["arrived"], ours["messages"], holds=_once_each(ours))
        yield at_most(f"{name}: history events a message", ours["events_each"], EVENTS_EACH)
        yield at_most(f"{name}: history octets a message", ours["event_octets_each"], EVENT_OCTETS_EACH)
        yield at_most(f"{name}: first message, ms", ours["first_message_ms"], FIRST_MESSAGE_MS)


def _of_peers(peers: Figures) -> Iterator[dict[str, Any]]:
    for name, times in TIMES_A_PEER.items():
        part = peers[name]
        if isinstance(part, str):
            yield line(f"rate by that of {name}", part, times, holds=None)
        else:
            yield _at_least(f"rate by that of {name}", part["ratio"], times)


def _of_scale(scale: Figures | None) -> Iterator[dict[str, Any]]:
    if scale is None:
        yield line("a large release", "not measured", LARGE_SECONDS, holds=None)
        return
    small, large = scale["small"], scale["large"]
    yield at_most(f"{large['messages']} messages, seconds", large["seconds_from_release"], LARGE_SECONDS)
    yield line("each of them arrived once", large["arrived"], large["messages"], holds=_once_each(large))
    grown = f"worker grew from {small['messages']} to {large['messages']}, MB"
    yield at_most(grown, scale["worker_grew_mb"], WORKER_GROWS_MB)


def _once_each(ours: Figures) -> bool:
    everything = ours["messages"]
    of_targets = {state: count for state, count in ours["states"].items() if state != "sent"}
    return not of_targets and ours["arrived"] == ours["different"] == everything


def _at_least(what: str, reached: float, wanted: float) -> dict[str, Any]:
    return line(what, reached, wanted, holds=reached >= wanted)


def at_most(what: str, reached: float, wanted: float) -> dict[str, Any]:
    """Say whether a figure stays within a limit."""
    return line(what, reached, wanted, holds=reached <= wanted)


def line(what: str, reached: object, wanted: float, *, holds: bool | None) -> dict[str, Any]:
    """Say what was reached, what it must be, and whether it `holds`; None where it was not measured."""
    return {"what": what, "reached": reached, "wanted": wanted, "holds": holds}
