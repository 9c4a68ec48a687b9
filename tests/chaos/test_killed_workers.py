"""Workers killed at each point and at random: nobody is left out, nobody gets two, and doubt is listed."""

from random import Random

import pytest

from tests.chaos.killed_workers import killed_at, killed_at_random
from tests.chaos.points import IN_HAND, Point, Protection
from tests.chaos.scene import CONNECTIONS, Scene
from tests.soak import new_seed

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(900)]


def at_random() -> Random:
    return Random(new_seed())  # noqa: S311 - not for secrets


async def test_a_worker_killed_at_any_point_loses_and_doubles_nothing(scene: Scene) -> None:
    found, figures = await killed_at(scene, list(Point), at_random())
    print(found.told(), figures)  # noqa: T201 - the figures of the proof
    assert found.faults(most_in_doubt=len(Point) * CONNECTIONS) == []
    assert found.in_doubt >= len(IN_HAND)
    assert set(found.states) == {"sent", "unknown"}
    assert found.failures == {"sender_died": found.in_doubt}


async def test_workers_killed_at_random_lose_and_double_nothing(scene: Scene) -> None:
    kills = 3
    found, figures = await killed_at_random(scene, 400, kills, at_random())
    print(found.told(), figures)  # noqa: T201 - the figures of the proof
    assert found.faults(most_in_doubt=kills * CONNECTIONS) == []
    assert set(found.states) <= {"sent", "unknown"}


async def test_a_recovery_that_asks_nothing_would_be_found(scene: Scene) -> None:
    found, _ = await killed_at(scene, [Point.BEHIND_ANSWER], at_random(), Protection.DOUBT)
    assert found.duplicates >= 1
    assert f"{found.duplicates} duplicates" in found.faults(most_in_doubt=CONNECTIONS)


async def test_a_claim_of_what_is_not_ready_would_be_found(scene: Scene) -> None:
    found, _ = await killed_at(scene, [Point.BEHIND_OUTCOME], at_random(), Protection.STATE)
    assert found.duplicates >= 1
    assert f"{found.duplicates} duplicates" in found.faults(most_in_doubt=CONNECTIONS)
