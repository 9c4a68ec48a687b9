"""Whoever guesses: no token but those issued opens anything, and no answer tells how near it was."""

import base64
import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from security.tokens import new_token, token_hash
from tests.integration.outbox_cases import Case, execute
from tests.integration.proposals import approver_link, proposed
from tests.integration.sign_links import sign_link
from tests.integration.web.sign_visits import Visit, without_nonce
from tests.integration.web.site import Site

GUESSES = 1_000_000
FLIPPED_LINKS = 100
AT_ONCE = 50_000
ASKED_EACH = 150


def flipped(token: str) -> Iterator[str]:
    """Yield a token with each of its 256 bits changed, and with each bit of its characters."""
    raw = base64.urlsafe_b64decode(token + "=")
    for bit in range(8 * len(raw)):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        yield base64.urlsafe_b64encode(changed).decode().rstrip("=")
    for place, letter in enumerate(token):
        for bit in range(7):
            yield f"{token[:place]}{chr(ord(letter) ^ 1 << bit)}{token[place + 1 :]}"


@pytest.mark.timeout(180)
async def test_of_a_million_guesses_none_is_a_link(site: Site, case: Case) -> None:
    """By the index that the page asks, since what is looked up there is all that opens a link."""
    links = [await sign_link(case, "casa-manantial") for _ in range(FLIPPED_LINKS)]
    near = [guess for link in links for guess in flipped(link)]
    assert not set(near) & set(links)
    guesses = near + [new_token() for _ in range(GUESSES - len(near))]
    query = "SELECT count(*) FROM sign_link WHERE token_hash = ANY(CAST(:hashes AS bytea[]))"
    for first in range(0, GUESSES, AT_ONCE):
        hashes = [token_hash(guess) for guess in guesses[first : first + AT_ONCE]]
        assert await execute(site.services.database, query, hashes=hashes) == [(0,)]
    known = [token_hash(link) for link in links]
    assert await execute(site.services.database, query, hashes=known) == [(FLIPPED_LINKS,)]


@pytest.fixture
async def kinds(site: Site, visit: Visit) -> dict[str, Callable[[], str]]:
    """Ways to come by a token that opens nothing, one kind of it each."""
    case, database = visit.case, site.services.database
    expired = await sign_link(case, "red-del-volcan", timedelta(seconds=-1))
    revoked = await sign_link(case, "northern-lights-fund")
    asked = await approver_link(case, await proposed(case, "colectiva-las-ceibas"))
    change = "UPDATE sign_link SET revoked_at = now() WHERE token_hash = ANY(:hashes)"
    await execute(database, change, hashes=[token_hash(revoked), token_hash(asked)])
    near = list(flipped(visit.token))[:256]
    return {
        "random": new_token,
        "one bit from a link": lambda: secrets.choice(near),
        "expired": lambda: expired,
        "revoked": lambda: revoked,
        "cut short": lambda: visit.token[:-1],
        "of another alphabet": lambda: "%C3%B1" * 43,
        "an approver's that was revoked": lambda: asked,
    }


@pytest.mark.timeout(180)
async def test_no_answer_tells_one_kind_from_another(site: Site, kinds: dict[str, Callable[[], str]]) -> None:
    """Whether the time does is measured: `make bench-guesses`."""
    pages = set()
    async with site.client() as stranger:
        for _ in range(ASKED_EACH):
            for token in kinds.values():
                pages.add(without_nonce(await stranger.get(f"/s/{token()}")))
    assert [status for status, *_ in pages] == [404]
