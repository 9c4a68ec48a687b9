"""Acceptance cases that go on for weeks or months, as their people live through them."""

from collections import Counter

import pytest

from tests.acceptance.cases import mailbox_of, partner, reader
from tests.acceptance.files import document_file
from tests.acceptance.network import COORDINATOR
from tests.acceptance.secrecy import assert_kept_secret
from tests.acceptance.story import World, handed_in

pytestmark = pytest.mark.asyncio(loop_scope="module")

ATTORNEY, PRESIDENCY, SURLANDIA = (
    "procurador@procuraduria-supuesta.example",
    "despacho@presidencia-supuesta.example",
    "human.rights@surlandia.example",
)
COURT = "secretaria@corte-ficticia.example"
SOUTH = "fiscalia@sur-imaginado.example"
OFFICES = {ATTORNEY: "es", PRESIDENCY: "es", SURLANDIA: "en"}


async def test_fifteen_days_run_out_and_escalate_until_she_is_free_and_begin_anew_at_a_relapse(
    world: World,
) -> None:
    story = await handed_in(world, "06-fifteen-days")
    await story.goes_out()
    assert await story.readers_of(1, 3) == OFFICES
    await story.after(days=14)
    assert await story.mails("overdue") == []
    for number, (days, addressee) in enumerate([(1, ATTORNEY), (5, PRESIDENCY), (3, SURLANDIA)], start=1):
        await story.after(days=days)
        assert await story.got("overdue", number) == Counter({COORDINATOR: number})
        assert len(await story.mails("reply letter")) == number - 1
        await story.approves_the_next_letter()
        assert (await story.got("reply letter", number))[addressee] == 1
    assert {mail.to: mail.language for mail in await story.mails("reply letter")} == OFFICES

    await story.answered_by(0, "positive")
    await story.does("people/0/outcome", {"impact": "large_positive", "on": story.today})
    await story.does("close")
    await story.reaches("closed")
    told = len(await story.mails())
    await story.after(days=60)
    assert len(await story.mails()) == told

    await story.begins_again("06-detained-again")
    await story.consents(0, "name_to_authorities", "name_in_public")
    await story.goes_out()
    assert await story.readers_of(2, 3) == OFFICES
    await story.after(days=15)
    assert await story.got("overdue", 4) == Counter({COORDINATOR: 4})
    await assert_kept_secret(story)


async def test_a_victim_that_signs_itself_has_its_stolen_links_revoked_and_confirms_its_signature(
    world: World,
) -> None:
    victim = {**partner("faro-sur"), "name": "Colectiva Faro Sur"}
    await world.network.coordinator.import_partners([victim, partner("marea-alta"), partner("jacaranda")])
    story = await handed_in(world, "08-the-victim-signs-too")
    await story.attested()
    await story.signed_by("faro-sur", "marea-alta")
    await story.got("receipt", 1)
    stolen = [mail for mail in await story.mails() if mail.to == mailbox_of("faro-sur")]
    await story.loses_its_machines("faro-sur")
    await story.finds_nothing_at(stolen)
    await story.signed_by("jacaranda")
    assert (await story.action())["sign_on"]["signed"] == 2
    assert await story.mails("statement") == []

    new = "oficina-nueva@faro-sur.example"
    await story.comes_back({**victim, "contacts": [{**victim["contacts"][0], "email": new}]})
    await story.after(minutes=1)
    await story.confirms_its_signature(new)
    signed = {new: "es", mailbox_of("marea-alta"): "es", mailbox_of("jacaranda"): "es"}
    assert await story.readers_of(1, 4) == {SOUTH: "es"} | signed
    assert all("- Colectiva Faro Sur" in text for text in (await story.texts_of(1)).values())
    await story.reaches("following_up")

    for days in (20, 20, 12):
        await story.after(days=days)
    await story.reaches("closed")
    assert "already_ended" in await story.refused("documents", document_file("08-the-machines-are-back"))
    await story.begins_again("08-the-machines-are-back")
    await story.consents(0, "name_to_authorities", "name_in_public", by="representative")
    await story.attested()
    await story.signed_by("marea-alta", "jacaranda", document=2)
    await story.signs_at(new, document=2)
    assert await story.readers_of(2, 4) == {SOUTH: "es"} | signed
    assert mailbox_of("faro-sur") not in {mail.to for mail in await story.mails() if mail not in stolen}
    await assert_kept_secret(story)


async def test_two_proceedings_run_side_by_side_and_a_filing_stays_confidential_until_she_tells_it(
    world: World,
) -> None:
    await world.network.coordinator.import_contacts([reader("tribunales", tag="caso-siete")])
    story = await handed_in(world, "07-two-proceedings")
    await story.goes_out()
    readers = {COURT: "es", "tribunales@lectoras.example": "es"}
    assert await story.readers_of(1, 2) == readers
    penal, amparo = 1, 2
    filed = await story.files_at("iachr")
    assert "Herlinda Batz Inventada" in filed

    await story.on_the_evening_of(2)
    await story.moves_hearing(penal, 20)
    for near, day in enumerate([5, 11, 13], start=1):
        await story.on_the_evening_of(day)
        assert await story.got("day near", near) == Counter({COORDINATOR: near})
    await story.moves_hearing(penal, 30)
    for near, day in enumerate([23, 29], start=4):
        await story.on_the_evening_of(day)
        assert await story.got("day near", near) == Counter({COORDINATOR: near})
    await story.on_the_evening_of(31)
    assert await story.got("day passed", 2) == Counter({COORDINATOR: 2})
    assert await story.days_told_of() == {amparo: 3, penal: 4}
    assert await story.got("overdue", 1) == Counter([COORDINATOR])
    said = [mail for mail in await story.mails() if mail.to != COORDINATOR]
    assert not any("Comisión Interamericana" in mail.text for mail in said)

    await story.tells("07-the-filing-is-public")
    await story.attested()
    await story.released()
    assert await story.readers_of(2, 2) == readers
    assert all("Comisión Interamericana" in text for text in (await story.texts_of(2)).values())
    await assert_kept_secret(story, "sala Cenzontle", "sala Jilguero")
