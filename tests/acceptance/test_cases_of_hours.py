"""Acceptance cases that are decided within hours, as their people live through them."""

from collections import Counter

import pytest

from tests.acceptance.cases import mailbox_of, partner, reader
from tests.acceptance.network import COORDINATOR
from tests.acceptance.secrecy import assert_kept_secret
from tests.acceptance.story import OTHER_COORDINATOR, World, handed_in, hours_between

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROSECUTOR, CONSULATE, MINISTRY = (
    "fiscalia@paso-fingido.example",
    "consulado@cancilleria-fingida.example",
    "droits@affaires-nordania.example",
)


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


async def test_two_networks_start_one_case_that_concerns_three_countries(world: World) -> None:
    partners = [
        partner("cruce", country="GT"),
        partner("puente", country="HN"),
        partner("lumiere", country="CA", language="fr"),
    ]
    await world.network.coordinator.import_partners(partners)
    story = await handed_in(world, "09-three-countries")
    other = await handed_in(world, "09-three-countries", by=world.other_network)
    assert (await other.resembles())[story.reference] == 100
    assert (await story.resembles())[other.reference] == 100
    await other.rejected("La otra red ya la lleva.")

    await story.attested()
    await story.signed_by("cruce", "puente", "lumiere")
    signed = {mailbox_of("cruce"): "es", mailbox_of("puente"): "es", mailbox_of("lumiere"): "fr"}
    offices = {PROSECUTOR: "es", CONSULATE: "es", MINISTRY: "fr"}
    assert await story.readers_of(1, 6) == signed | offices
    await story.reaches("following_up")

    await story.after(hours=60)
    await story.tells("09-she-was-seen")
    await story.attested()
    await story.released()
    assert await story.readers_of(2, 6) == signed | offices
    assert "Elle a été vue en vie" in (await story.texts_of(2))[MINISTRY]
    assert {one.to for one in await other.mails()} <= {COORDINATOR, OTHER_COORDINATOR}
    await assert_kept_secret(story)
