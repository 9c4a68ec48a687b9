"""Whoever guesses: no token but those issued opens anything, and no answer tells how near it was."""

import base64
import secrets
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from security.tokens import new_token, token_hash
from tests.integration.outbox_cases import Case, execute
from tests.integration.sign_links import sign_link
from tests.integration.web.sign_visits import Visit, without_nonce
from tests.integration.web.site import Site

GUESSES = 1_000_000
FLIPPED_LINKS = 100
AT_ONCE = 50_000
TIMED = 150
LARGEST_DIFFERENCE = 0.001
"""Seconds between the medians of two kinds of links."""


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
    change = "UPDATE sign_link SET revoked_at = now() WHERE token_hash = :hash"
    await execute(database, change, hash=token_hash(revoked))
    near = list(flipped(visit.token))[:256]
    return {
        "random": new_token,
        "one bit from a link": lambda: secrets.choice(near),
        "expired": lambda: expired,
        "revoked": lambda: revoked,
    }


@pytest.mark.timeout(180)
async def test_no_answer_and_no_time_tells_one_kind_from_another(
    site: Site, kinds: dict[str, Callable[[], str]]
) -> None:
    taken: dict[str, list[float]] = {kind: [] for kind in kinds}
    pages = set()
    async with site.client() as stranger:
        for _ in range(3):
            for _ in range(TIMED):
                for kind, token in kinds.items():
                    path = f"/s/{token()}"
                    started = time.perf_counter()
                    page = await stranger.get(path)
                    taken[kind].append(time.perf_counter() - started)
                    pages.add(without_nonce(page))
            medians = [statistics.median(seconds) for seconds in taken.values()]
            if max(medians) - min(medians) < LARGEST_DIFFERENCE:  # a busy machine needs more of them
                break
    assert len(pages) == 1
    assert max(medians) - min(medians) < LARGEST_DIFFERENCE, taken
