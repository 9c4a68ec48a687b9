"""Five hundred partners at once, each by two clicks, against the web process as it is started for real."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import httpx
import pytest

from storage.database import Database
from tests.browser.web_process import web_process
from tests.integration.many_partners import links_of_many
from tests.integration.outbox_cases import execute, make_case
from tests.integration.web.sign_visits import FILLED_IN, hidden_fields

PARTNERS = 500
THREADS = 50
TWICE = 2


@pytest.mark.timeout(300)
async def test_fifty_threads_sign_five_hundred_links_twice_each_and_each_counts_once(
    database_url: str, database: Database, tmp_path: Path
) -> None:
    case = await make_case(database)
    await case.open_sign_on()
    links = await links_of_many(case, PARTNERS)
    async with web_process(tmp_path, database_url) as web:
        answers = await _in_threads(web.address, links)
    assert answers == Counter({200: PARTNERS * TWICE})
    rows = await execute(
        database,
        "SELECT count(*) AS all, count(DISTINCT partner_id) AS partners,"
        " count(*) FILTER (WHERE superseded_at IS NULL AND answer = 'signed') AS counted FROM signature",
    )
    assert rows == [(PARTNERS, PARTNERS, PARTNERS)]
    recorded = await execute(database, "SELECT count(*) FROM audit_event WHERE kind = 'signed'")
    assert recorded == [(PARTNERS,)]


async def _in_threads(address: str, links: dict[str, str]) -> Counter[int]:
    """Post every link twice, the two of one as near to each other as threads are; count the answers."""
    return await asyncio.to_thread(_all_posted, address, links)


def _all_posted(address: str, links: dict[str, str]) -> Counter[int]:
    clients: SimpleQueue[httpx.Client] = SimpleQueue()
    for _ in range(THREADS):
        clients.put(httpx.Client(base_url=address, timeout=120, trust_env=False))

    def post(link: tuple[str, str, dict[str, str]]) -> int:
        path, token, fields = link
        client = clients.get()
        try:
            return client.post(path, data=fields, headers={"Cookie": f"link={token}"}).status_code
        finally:
            clients.put(client)

    def read(link: tuple[str, str]) -> tuple[str, str, dict[str, str]]:
        path, token = link
        client = clients.get()
        try:
            page = client.get(path, headers={"Cookie": f"link={token}"})
        finally:
            clients.put(client)
        return path, token, {**FILLED_IN, **hidden_fields(page), "answer": "sign"}

    with ThreadPoolExecutor(THREADS) as threads:
        forms = list(threads.map(read, links.items()))
        answers = Counter(threads.map(post, _twice(forms)))
    while not clients.empty():
        clients.get().close()
    return answers


def _twice(
    forms: list[tuple[str, str, dict[str, str]]],
) -> Iterator[tuple[str, str, dict[str, str]]]:
    for form in forms:
        for _ in range(TWICE):
            yield form
