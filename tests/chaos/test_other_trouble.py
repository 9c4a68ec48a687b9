"""Recipients whom the relay refuses or puts off, and a Temporal server that forgets."""

from random import Random

import pytest

from tests.chaos.killed_servers import lost_file_of_temporal
from tests.chaos.poison import faults_of, put_off_for_hours, refused_for_ever
from tests.chaos.scene import CONNECTIONS, Scene
from tests.soak import new_seed

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(900)]

POISONOUS = 10


def at_random() -> Random:
    return Random(new_seed())  # noqa: S311 - not for secrets


async def test_whom_the_relay_refuses_fails_alone_and_with_a_reason(scene: Scene) -> None:
    found, figures = await refused_for_ever(scene, 500, POISONOUS, at_random())
    assert faults_of(found, POISONOUS, figures["expected"]) == []


async def test_whom_the_relay_puts_off_keeps_nobody_else_waiting(scene: Scene) -> None:
    found, figures = await put_off_for_hours(scene, 500, POISONOUS, at_random())
    assert faults_of(found, POISONOUS, figures["expected"]) == []


async def test_a_temporal_server_without_its_file_would_be_found(scene: Scene) -> None:
    found, _ = await lost_file_of_temporal(scene, 300)
    assert found.lost >= 1
    assert f"{found.lost} lost" in found.faults(most_in_doubt=CONNECTIONS)
