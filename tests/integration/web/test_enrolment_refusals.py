"""What is not a PIN: nothing is set, and nothing that was typed comes back."""

import re

import pytest

from models.people import PinOutcome
from tests.integration.verifiers import enrolment_link, verifier
from tests.integration.web.enrolment_visits import PIN, EnrolmentVisit
from tests.integration.web.sign_visits import ELSEWHERE, FROM_THE_PAGE, assert_no_form_is_answered_by_a_page
from tests.integration.web.site import PUBLIC_URL, Site
from tests.integration.web.snapshots import contents_of

MISTAKES: list[tuple[dict[str, str | None], list[str]]] = [
    ({"pin": ""}, ["pin"]),
    ({"pin": None}, ["pin"]),
    ({"pin": "   "}, ["pin"]),
    ({"pin": "49381"}, ["pin"]),
    ({"pin": "4938174938174"}, ["pin"]),
    ({"pin": "9" * 100_000}, ["pin"]),
    ({"pin": "493 817"}, ["pin"]),
    ({"pin": "49381a"}, ["pin"]),
    ({"pin": "٤٩٣٨١٧"}, ["pin"]),
    ({"pin": "493817\0"}, ["pin"]),
    ({"pin": "777777", "pin_again": "777777"}, ["pin"]),
    ({"pin": "345678", "pin_again": "345678"}, ["pin"]),
    ({"pin": "210987", "pin_again": "210987"}, ["pin"]),
    ({"pin_again": "493818"}, ["pin_again"]),
    ({"pin_again": None}, ["pin_again"]),
    ({"form_token": "0" * 64}, ["answer"]),
    ({"form_token": None}, ["answer"]),
    ({"form_token": "ñ"}, ["answer"]),
    ({"pin": "1", "form_token": None}, ["pin", "answer"]),
]


async def test_a_form_with_a_mistake_sets_nothing(site: Site, enrolment: EnrolmentVisit) -> None:
    before = await contents_of(site.services.database)
    for changes, fields in MISTAKES:
        page = await enrolment.choose(**changes)
        assert page.status_code == 422, changes
        assert re.findall(r'<li><a href="#(\w+)">', page.text) == fields, changes
        assert await contents_of(site.services.database) == before, changes


async def test_nothing_that_was_typed_comes_back(enrolment: EnrolmentVisit) -> None:
    page = await enrolment.choose(pin_again="493818")
    assert "493817" not in page.text
    assert "493818" not in page.text


async def test_after_a_mistake_the_corrected_form_sets_the_pin(enrolment: EnrolmentVisit) -> None:
    assert (await enrolment.choose("123456")).status_code == 422
    assert await enrolment.outcome_of("123456") is PinOutcome.NOT_ENROLLED
    assert (await enrolment.choose()).status_code == 200
    assert await enrolment.outcome_of() is PinOutcome.RIGHT


async def test_a_form_posted_from_elsewhere_sets_nothing(site: Site, enrolment: EnrolmentVisit) -> None:
    form = {**await enrolment.fields(), "pin": PIN, "pin_again": PIN}
    before = await contents_of(site.services.database)
    for headers in ELSEWHERE:
        page = await enrolment.browser.post(enrolment.path, data=form, headers=headers)
        assert page.status_code == 422, headers
    assert await contents_of(site.services.database) == before


@pytest.mark.parametrize("headers", [{}, {"Origin": PUBLIC_URL}, FROM_THE_PAGE])
async def test_a_form_posted_from_the_page_sets_the_pin(
    enrolment: EnrolmentVisit, headers: dict[str, str]
) -> None:
    form = {**await enrolment.fields(), "pin": PIN, "pin_again": PIN}
    assert (await enrolment.browser.post(enrolment.path, data=form, headers=headers)).status_code == 200


async def test_the_form_of_one_link_does_not_fit_another(site: Site, enrolment: EnrolmentVisit) -> None:
    database = site.services.database
    token = await enrolment_link(database, await verifier(database))
    other = EnrolmentVisit(site, enrolment.person_id, token, enrolment.browser)
    page = await enrolment.choose(form_token=(await other.fields())["form_token"])
    assert page.status_code == 422
    assert await enrolment.outcome_of() is PinOutcome.NOT_ENROLLED


async def test_what_is_no_form_is_answered_by_a_page(site: Site, enrolment: EnrolmentVisit) -> None:
    before = await contents_of(site.services.database)
    await assert_no_form_is_answered_by_a_page(enrolment.browser, enrolment.path, "pin", PIN)
    assert await contents_of(site.services.database) == before
