"""The page on which a verifier chooses her PIN: reading changes nothing, a posted PIN counts once."""

import asyncio

import pytest

from models.people import PinOutcome
from tests.integration.outbox_cases import execute
from tests.integration.verifiers import enrolment_link, verifier
from tests.integration.web.enrolment_visits import PIN, EnrolmentVisit
from tests.integration.web.sign_visits import (
    assert_is_kept_by_nobody,
    garbage_like,
    visited_by_scanners,
    without_nonce,
)
from tests.integration.web.site import Site
from tests.integration.web.snapshots import contents_of

LARGEST_PAGE_BYTES = 20 * 1024


async def test_a_hundred_visits_of_mail_scanners_change_nothing(
    site: Site, enrolment: EnrolmentVisit
) -> None:
    before = await contents_of(site.services.database)
    tempting = f"{enrolment.path}?lang=en&pin={PIN}&pin_again={PIN}"
    assert await visited_by_scanners(enrolment.browser, enrolment.path, tempting) == {200}
    assert await contents_of(site.services.database) == before


async def test_the_page_is_kept_by_nobody_and_names_nobody(site: Site, enrolment: EnrolmentVisit) -> None:
    page = await enrolment.browser.get(enrolment.path)
    assert_is_kept_by_nobody(page)
    assert len(page.content) < LARGEST_PAGE_BYTES
    ((name, email),) = await execute(site.services.database, "SELECT name, email FROM person")
    assert [known for known in (name, email, enrolment.token) if known in page.text] == []


async def test_the_language_is_hers_unless_she_chooses(site: Site, enrolment: EnrolmentVisit) -> None:
    await execute(site.services.database, "UPDATE person SET language = 'fr'")
    shown = {}
    for wanted in ("", "?lang=xx", "?lang=en", "?lang=es", "?lang=fr", "?lang=pt"):
        page = await enrolment.browser.get(enrolment.path + wanted)
        shown[wanted] = page.text.partition('<html lang="')[2][:2]
        assert page.text.count('hreflang="') == 4
    assert shown == {
        "": "fr",
        "?lang=xx": "fr",
        "?lang=en": "en",
        "?lang=es": "es",
        "?lang=fr": "fr",
        "?lang=pt": "pt",
    }


async def test_a_posted_pin_is_hers_from_then_on(site: Site, enrolment: EnrolmentVisit) -> None:
    thanks = await enrolment.choose()
    assert thanks.status_code == 200
    assert "Su PIN quedó guardado" in thanks.text
    assert await enrolment.outcome_of() is PinOutcome.RIGHT
    assert await enrolment.outcome_of("271828") is PinOutcome.WRONG
    ((kept,),) = await execute(site.services.database, "SELECT row(person.*)::text FROM person")
    assert "$argon2id$" in kept
    assert PIN not in kept


async def test_spaces_around_a_pin_do_not_count(enrolment: EnrolmentVisit) -> None:
    assert (await enrolment.choose(f" {PIN}", pin_again=f"{PIN}\t")).status_code == 200
    assert await enrolment.outcome_of() is PinOutcome.RIGHT


async def test_a_link_is_used_up_by_the_first_pin(enrolment: EnrolmentVisit) -> None:
    form = {**await enrolment.fields(), "pin": "271828", "pin_again": "271828"}
    await enrolment.choose()
    second = await enrolment.browser.post(enrolment.path, data=form)
    looked = await enrolment.browser.get(enrolment.path)
    assert second.status_code == 404
    assert without_nonce(second) == without_nonce(looked)
    assert await enrolment.outcome_of() is PinOutcome.RIGHT


async def test_of_pins_posted_at_once_one_counts(enrolment: EnrolmentVisit) -> None:
    fields, pins = await enrolment.fields(), [f"49381{digit}" for digit in range(8)]
    answers = await asyncio.gather(
        *(
            enrolment.browser.post(enrolment.path, data={**fields, "pin": pin, "pin_again": pin})
            for pin in pins
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, *[404] * 7]
    (winner,) = [pin for pin, answer in zip(pins, answers, strict=True) if answer.status_code == 200]
    assert await enrolment.outcome_of(winner) is PinOutcome.RIGHT


@pytest.mark.parametrize("wanted", ["", "?lang=en"])
async def test_dead_links_cannot_be_told_apart(site: Site, enrolment: EnrolmentVisit, wanted: str) -> None:
    database = site.services.database
    revoked = enrolment.token
    used = EnrolmentVisit(
        site, enrolment.person_id, await enrolment_link(database, enrolment.person_id), enrolment.browser
    )
    assert (await used.choose()).status_code == 200
    expired = await enrolment_link(database, await verifier(database))
    await execute(database, "UPDATE enrolment SET expires_at = now() WHERE used_at IS NULL")
    paths = [f"/e/{token}{wanted}" for token in (revoked, used.token, expired, *garbage_like(revoked))]
    before = await contents_of(database)
    looked = {without_nonce(await enrolment.browser.get(path)) for path in paths}
    posted = {
        without_nonce(await enrolment.browser.post(path, data={"pin": PIN, "pin_again": PIN}))
        for path in paths
    }
    assert len(looked) == 1
    assert looked == posted
    assert next(iter(looked))[0] == 404
    assert await contents_of(database) == before


async def test_another_persons_pin_is_not_touched(site: Site, enrolment: EnrolmentVisit) -> None:
    database = site.services.database
    await enrolment.choose()
    person_id = await verifier(database)
    hers = EnrolmentVisit(site, person_id, await enrolment_link(database, person_id), enrolment.browser)
    await hers.choose("271828")
    assert await enrolment.outcome_of() is PinOutcome.RIGHT
    assert await hers.outcome_of("271828") is PinOutcome.RIGHT
