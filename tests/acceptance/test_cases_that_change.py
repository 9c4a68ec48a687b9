"""Acceptance cases whose facts change while they run, as their people live through them."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from tests.acceptance.cases import mailbox_of, partner, reader
from tests.acceptance.network import COORDINATOR
from tests.acceptance.secrecy import assert_kept_secret
from tests.acceptance.story import World, handed_in

pytestmark = pytest.mark.asyncio(loop_scope="module")

RIVER, EVICTIONS, WESTLAND = (
    "fiscalia@rio-fingido.example",
    "desalojos@comision-ficticia.example",
    "rights@oestelandia.example",
)
INTERIOR = "despacho@gobernacion-ficticia.example"
ATTORNEY, PRESIDENCY, SURLANDIA = (
    "procurador@procuraduria-supuesta.example",
    "despacho@presidencia-supuesta.example",
    "human.rights@surlandia.example",
)
OFFICES = {ATTORNEY: "es", PRESIDENCY: "es", SURLANDIA: "en"}
COURT = "juzgado@ejecucion-ficticia.example"
SEARCH, NORTHLAND = "busqueda@comision-ficticia-norte.example", "rights@norte-fingido.example"


async def test_others_come_to_a_case_and_a_second_letter_goes_to_other_offices(world: World) -> None:
    await world.network.coordinator.import_contacts([reader("cronica", tag="caso-uno")])
    story = await handed_in(world, "01-others-come-to-it")
    await story.goes_out()
    first = {RIVER: "es", "cronica@lectoras.example": "es"}
    assert await story.readers_of(1, 2) == first
    await story.after(days=2)

    await story.widens("01-widened")
    await story.tells("01-a-whole-village")
    await story.attested()
    await story.released()
    assert await story.readers_of(2, 4) == first | {EVICTIONS: "es", WESTLAND: "en"}
    texts = await story.texts_of(2)
    assert {to for to, text in texts.items() if "Porfiria Nenetl Supuesta" in text} == {RIVER, EVICTIONS}
    assert all("Garza" in text for text in texts.values())
    assert await story.readers_of(1, 2) == first
    assert (await story.action())["concerns"] == ["death_threat", "forced_eviction"]
    await assert_kept_secret(story)


async def test_she_is_killed_and_her_family_decides_what_is_said_and_asked_for(world: World) -> None:
    await world.network.coordinator.import_partners([partner("raiz"), partner("semilla")])
    story = await handed_in(world, "03-killed")
    await story.attested()
    await story.signed_by("raiz")
    readers = {INTERIOR: "es", mailbox_of("raiz"): "es"}
    assert await story.readers_of(1, 2) == readers
    await story.reaches("following_up")
    await story.after(days=10)
    assert len(await story.got("overdue", 1)) == 1

    assert len(await story.proposals()) == 1
    await story.learns("03-killed")
    assert await story.proposals() == []
    hers = {"person": 0, "use": "name_in_public", "given": True, "given_by": "herself", "method": "phone"}
    assert "must be family" in await story.refused("consents", {**hers, "on": story.today})
    await story.consents(0, "name_to_authorities", "name_in_public", by="family")
    await story.writes(2, "03-justice")
    await story.attested()
    await story.released()
    assert await story.readers_of(2, 3) == readers | {mailbox_of("semilla"): "es"}
    texts = (await story.texts_of(2)).values()
    assert all("Investigar y juzgar a quienes la mataron" in text for text in texts)
    assert not any("escolta a" in text for text in texts)
    assert await story.mails("reply letter") == []
    await assert_kept_secret(story)


async def test_return_her_alive_stops_everywhere_at_once_and_is_replaced(world: World) -> None:
    partners = [partner(name) for name in ("huellas", "rastros", "veredas")]
    await world.network.coordinator.import_partners(partners)
    await world.network.coordinator.import_contacts([reader("frontera", tag="caso-cuatro", language="en")])
    story = await handed_in(world, "04-return-her-alive")
    await story.attested()
    await story.signed_by("huellas")
    readers = {SEARCH: "es", NORTHLAND: "en", mailbox_of("huellas"): "es", "frontera@lectoras.example": "en"}
    assert await story.readers_of(1, 4) == readers
    await story.reaches("following_up")
    await story.after(days=3)
    assert len(await story.got("overdue", 1)) == 1
    assert "con vida" in await story.page_of("rastros")
    assert len(await story.proposals()) == 1
    before = len(await story.mails())

    await story.learns("04-found-dead")
    assert "con vida" not in await story.page_of("rastros")
    assert await story.proposals() == []
    await story.after(days=5)
    assert {mail.to for mail in (await story.mails())[before:]} <= {COORDINATOR}
    assert await story.mails("reply letter") == []
    await story.consents(0, "name_to_authorities", "name_in_public", by="family")
    await story.writes(2, "04-truth-and-justice")
    await story.attested()
    await story.released()
    asked = {mailbox_of("rastros"): "es", mailbox_of("veredas"): "es"}
    assert await story.readers_of(2, 6) == readers | asked
    texts = (await story.texts_of(2)).values()
    assert not any(old in text for text in texts for old in ("regrese con vida", "Return her alive"))
    assert all("verdad y justicia" in text or "truth and justice" in text for text in texts)
    await assert_kept_secret(story)


async def test_an_office_that_comes_with_a_fact_has_its_time_from_its_own_message_and_its_silence_escalates(
    world: World,
) -> None:
    story = await handed_in(world, "06-fifteen-days")
    await story.goes_out()
    await story.after(days=5)
    await story.learns("06-another-office")
    await story.writes(2, "06-another-office")
    await story.after(days=5)
    assert await story.mails("overdue") == []
    await story.attested()
    await story.released()
    assert await story.readers_of(2, 4) == OFFICES | {COURT: "es"}
    started = world.clock.now()

    await story.after(days=3)
    clocks = {one["target"]: one for one in await story.clocks()}
    assert {clocks[target]["state"] for target in (0, 3)} == {"running"}
    assert abs(datetime.fromisoformat(clocks[3]["started"]) - started) < timedelta(minutes=5)
    assert await story.mails("overdue") == []
    for number, (days, addressee) in enumerate([(1, COURT), (5, PRESIDENCY), (3, SURLANDIA)], start=1):
        await story.after(days=days)
        assert await story.got("overdue", number) == Counter({COORDINATOR: number})
        assert len(await story.mails("reply letter")) == number - 1
        await story.approves_the_next_letter()
        assert (await story.got("reply letter", number))[addressee] == 1
    assert {one["target"]: one["state"] for one in await story.clocks()}[3] == "late"
    await story.after(days=2)
    assert len(await story.mails("overdue")) == 3, "the old clock of the first office runs no more"
    await assert_kept_secret(story)
