"""Acceptance cases that are decided within hours, as their people live through them."""

from collections import Counter

import pytest

from tests.acceptance.cases import reader
from tests.acceptance.network import COORDINATOR
from tests.acceptance.secrecy import assert_kept_secret
from tests.acceptance.story import World, handed_in, hours_between

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_network_signs_alone_within_48_hours_and_asks_nobody(world: World) -> None:
    await world.network.coordinator.import_contacts([reader("garifuna", tag="caso-diez", language="en")])
    story = await handed_in(world, "10-signed-by-the-network-alone")
    await story.reaches("verifying")
    await story.after(hours=30)
    await story.attested()
    await story.after(hours=16)
    await story.released()

    ministry, embassy = "despacho@seguridad-puerto.example", "political@nordania-puerto.example"
    languages = {ministry: "es", embassy: "en", "garifuna@lectoras.example": "en"}
    assert await story.readers_of(1, 3) == languages
    action = await story.action()
    assert action["sign_on"] is None
    assert hours_between(action["created_at"], action["released_at"]) < 48
    await story.after(hours=24)
    assert await story.got("check-in", 1) == Counter([COORDINATOR])
    assert {one.kind for one in await story.mails()} == {"alarm", "statement", "check-in"}
    await assert_kept_secret(story)
