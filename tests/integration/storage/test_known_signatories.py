"""A page that hundreds open shows who signed, a second old at most, and never who does not count any more."""

import asyncio
from typing import Any

import pytest

from models.vocabulary import Answer, SignatureVisibility
from security.tokens import token_hash
from storage import known_signatories
from storage.answers import GivenAnswer
from storage.known_signatories import MOST, READINGS, KnownSignatories
from storage.sign_links import OpenedLink, opened_link
from storage.signatures import PublicSignature, SignedBy, signed_by
from tests.integration.outbox_cases import Case, execute
from tests.integration.sign_links import answered, sign_link

MANANTIAL, VOLCAN = "casa-manantial", "red-del-volcan"
NAMES = {MANANTIAL: "Casa de las Mujeres El Manantial", VOLCAN: "Red de Defensoras del Volcán"}
WITHDRAWN = GivenAnswer(Answer.WITHDRAWN, SignatureVisibility.PUBLIC, "Amparo")


class Page:
    """What one process shows to whoever opens a link, at a time that a test sets."""

    def __init__(self, case: Case, token_hash: bytes) -> None:
        self._case, self._token_hash = case, token_hash
        self.seconds = 0.0
        self.known = KnownSignatories(lambda: self.seconds)

    async def link(self) -> OpenedLink:
        async with self._case.database.reading() as session:
            link = await opened_link(session, self._token_hash)
        assert link
        return link

    async def named(self) -> list[str]:
        link = await self.link()
        asked = (link.document.id, link.version.digest, link.document.set_aside)
        async with self._case.database.reading() as session:
            return [one.name for one in (await self.known.of(session, *asked)).named]

    async def named_to_many(self) -> list[list[str]]:
        return [await self.named() for _ in range(READINGS)]


@pytest.fixture
async def case(case: Case) -> Case:
    await case.open_sign_on()
    return case


@pytest.fixture
async def page(case: Case) -> Page:
    return Page(case, token_hash(await sign_link(case, VOLCAN)))


async def test_whoever_opens_the_page_alone_sees_each_signature_at_once(case: Case, page: Page) -> None:
    assert await page.named() == []
    await answered(case, MANANTIAL)
    assert await page.named() == [NAMES[MANANTIAL]]


async def test_while_many_open_it_the_list_is_a_second_old_at_most(case: Case, page: Page) -> None:
    assert await page.named_to_many() == [[]] * READINGS
    await answered(case, MANANTIAL)
    page.seconds = 0.999
    assert await page.named() == []
    page.seconds = 1.0
    assert await page.named() == [NAMES[MANANTIAL]]


async def test_nobody_is_named_whose_signature_was_taken_back(case: Case, page: Page) -> None:
    for slug in NAMES:
        await answered(case, slug)
    assert await page.named_to_many() == [[*NAMES.values()]] * READINGS
    await answered(case, MANANTIAL, WITHDRAWN)
    assert await page.named() == [NAMES[VOLCAN]]


async def test_nobody_is_named_whose_signature_is_doubted_not_even_when_another_is_confirmed(
    case: Case, page: Page
) -> None:
    for slug in NAMES:
        await answered(case, slug)
    doubt = """
        UPDATE signature SET doubted_at = CASE WHEN doubted_at IS NULL THEN now() END
        FROM partner WHERE partner.id = signature.partner_id AND partner.slug IN ({})
    """
    await execute(case.database, doubt.format(f"'{MANANTIAL}'"))
    assert await page.named_to_many() == [[NAMES[VOLCAN]]] * READINGS
    await execute(case.database, doubt.format(f"'{MANANTIAL}', '{VOLCAN}'"))
    assert await page.named() == [NAMES[MANANTIAL]]


async def test_what_was_asked_for_last_is_kept_and_no_more(case: Case, page: Page) -> None:
    assert await page.named_to_many() == [[]] * READINGS
    document = (await page.link()).document
    async with case.database.reading() as session:
        for number in range(MOST):
            await page.known.of(session, document.id, number.to_bytes(32), document.set_aside)
    await answered(case, MANANTIAL)
    assert await page.named() == [NAMES[MANANTIAL]]


async def test_a_list_that_is_pushed_out_while_it_is_read_is_read_again_next_time(
    case: Case, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = (await page.link()).document
    reading, released = asyncio.Event(), asyncio.Event()

    async def slowly(*asked: Any) -> SignedBy:
        if asked[-1] == b"first":
            reading.set()
            await released.wait()
        return await signed_by(*asked)

    monkeypatch.setattr(known_signatories, "signed_by", slowly)

    async def named(digest: bytes) -> list[PublicSignature]:
        async with case.database.reading() as session:
            return (await page.known.of(session, document.id, digest, document.set_aside)).named

    first = asyncio.create_task(named(b"first"))
    await reading.wait()
    for number in range(MOST):
        await named(number.to_bytes(32))
    released.set()
    assert await first == []
    assert await named(b"first") == []
