"""Acceptance cases that sleep or go on for years, as their people live through them."""

from collections import Counter
from datetime import timedelta

import pytest

from tests.acceptance.cases import mailbox_of, partner
from tests.acceptance.files import document_file
from tests.acceptance.network import COORDINATOR
from tests.acceptance.secrecy import assert_kept_secret
from tests.acceptance.story import World, handed_in

pytestmark = pytest.mark.asyncio(loop_scope="module")

FOREST, NORDANIA = "fiscalia@ambiental-ficticia.example", "rights@nordania-fingida.example"
SEARCHERS, COMMITTEE = "busqueda@procuraduria-ficticia.example", "seguimiento@comite-ficticio.example"
DEFENDER = "Nicanora Huitzil Inventada"


async def test_what_slept_for_three_years_is_out_again_within_the_hour_and_tells_no_place(
    world: World,
) -> None:
    await world.network.coordinator.import_partners([partner("monte-vivo"), partner("musgo")])
    story = await handed_in(world, "02-dormant-for-three-years")
    await story.attested()
    await story.signed_by("monte-vivo")
    assert await story.readers_of(1, 3) == {FOREST: "es", NORDANIA: "en", mailbox_of("monte-vivo"): "es"}
    assert DEFENDER in (await story.texts_of(1))[FOREST]
    await story.reaches("following_up")
    for days in (14, 22, 7):
        await story.after(days=days)
    await story.reaches("dormant")
    before = await story.mails()
    await story.after(days=3 * 365)

    woken = world.clock.now()
    assert "texts.es" in await story.refused("reopen", document_file("02-with-her-place"))
    await story.begins_again("02-awake-again")
    await story.consents(0, "name_to_authorities")
    await story.has_address(0, moved := "urgencias@ambiental-ficticia.example")
    await story.attested()
    await story.finds_nothing_at(before)
    await story.signed_by("musgo", document=2)
    assert await story.readers_of(2, 3) == {moved: "es", NORDANIA: "en", mailbox_of("musgo"): "es"}
    assert world.clock.now() - woken < timedelta(hours=1)
    assert all("Tecolote" in text for text in (await story.texts_of(2)).values())
    await assert_kept_secret(story)


async def test_of_an_unknown_number_that_was_taken_ten_years_of_asking_name_no_witness(world: World) -> None:
    story = await handed_in(world, "05-nobody-knows-how-many")
    await story.goes_out()
    assert await story.readers_of(1, 2) == {SEARCHERS: "es", COMMITTEE: "es"}
    assert all("No se sabe cuántas mujeres" in text for text in (await story.texts_of(1)).values())
    await story.after(days=6)
    for year in range(1, 7):
        await story.after(days=365)
        assert await story.got("check-in", year) == Counter({COORDINATOR: year})
        await story.taps("no_news")

    witness = "Baltasar Cuc Arrepentido"
    await story.does("sources", {"kind": "direct_testimony", "name": witness, "received_on": story.today})
    assert [one["number"] for one in (await story.action())["unreachable_targets"]] == [0]
    await story.has_address(0, moved := "nueva-busqueda@procuraduria-ficticia.example")
    await story.tells("05-clothes-were-found")
    await story.attested()
    await story.released()
    assert await story.readers_of(2, 2) == {moved: "es", COMMITTEE: "es"}

    for days in (365, 365, 365, 340, 15, 10):
        await story.after(days=days)
    await story.reaches("dormant")
    assert await story.got("check-in", 10) == Counter({COORDINATOR: 10})
    assert await story.got("expiry warning", 1) == Counter([COORDINATOR])
    await assert_kept_secret(story, witness)
