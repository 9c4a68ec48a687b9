"""What the benchmark of distribution says of its figures."""

from typing import Any

import pytest

from benchmarks.judging import beside, judged

GOOD: dict[str, Any] = {
    "messages": 100,
    "states": {"sent": 100},
    "arrived": 100,
    "different": 100,
    "events_each": 0.02,
    "event_octets_each": 5,
    "first_message_ms": 250,
    "seconds_from_release": 60,
}
RATES = {"celery": 200.0, "procrastinate": 100.0, "one_activity_each": 50.0}


def figures(ratio: float = 0.4, rates: Any = RATES, grew: float = 60, **ours: Any) -> dict[str, Any]:
    measured = {**GOOD, **ours}
    return {
        "relay_0_ms": {"ours": measured, "limit": 2500.0, "ratio": ratio},
        "peers": beside(1000, rates),
        "scale": {"small": measured, "large": measured, "worker_grew_mb": grew},
    }


def missed(found: dict[str, Any]) -> list[str]:
    return [line["what"] for line in judged(found) if line["holds"] is False]


def test_figures_that_reach_what_they_must_hold() -> None:
    assert missed(figures()) == []
    assert all(line["holds"] for line in judged(figures()))


@pytest.mark.parametrize(
    ("worse", "lines"),
    [
        ({"ratio": 0.39}, 1),
        ({"grew": 60.1}, 1),
        ({"events_each": 0.03}, 1),
        ({"event_octets_each": 5.1}, 1),
        ({"first_message_ms": 251}, 1),
        ({"seconds_from_release": 61}, 1),
        ({"arrived": 99}, 2),
        ({"different": 99}, 2),
        ({"states": {"sent": 99, "unknown": 1}}, 2),
        ({"rates": {**RATES, "celery": 210.0}}, 1),
        ({"rates": {**RATES, "one_activity_each": 52.0}}, 1),
    ],
)
def test_each_figure_that_does_not_is_told(worse: dict[str, Any], lines: int) -> None:
    assert len(missed(figures(**worse))) == lines


def test_a_peer_that_was_not_measured_is_told_with_why_and_neither_holds_nor_misses() -> None:
    found = figures(rates={**RATES, "celery": "not measured: there is no redis-server on this machine"})
    (line,) = (line for line in judged(found) if line["holds"] is None)
    assert "no redis-server" in line["reached"]
    assert missed(found) == []


def test_without_a_large_release_that_is_said() -> None:
    found = {name: part for name, part in figures().items() if name != "scale"}
    assert [line["what"] for line in judged(found) if line["holds"] is None] == ["a large release"]
