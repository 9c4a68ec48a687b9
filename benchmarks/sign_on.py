"""How many partners can read and sign at once: `make bench-sign-on`.

A visit is what a contact's browser does once her link has led to the page: it reads the page, and posts the
form as it came. Everything runs on this machine, the generator too: PostgreSQL, Temporal, the mailbox, worker
and as many web processes as there are cores. Beside it, in the same run, stands a bare FastAPI route with one
commit, in as many processes. A visit is two requests, and counts as one; so does a commit.
"""

import asyncio
import json
import os
import random
import re
import shutil
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from benchmarks.bare_route import DATABASE
from benchmarks.bare_route import PATH as BARE_PATH
from benchmarks.open_loop import BrokenOffError, Connections, Measured, Work, driven
from benchmarks.processes import CpuTime
from benchmarks.sign_on_cases import Network, network_at, window
from local.environment import data_folder, free_ports, given_settings
from local.ports import LOOPBACK, free_port
from local.process import Child
from local.services import answers
from local.stack import Stack
from storage.database import Database

PARTNERS: Final = 800
CASES: Final = 8
MEMBERS: Final = 20_000
PROCESSES: Final = str(min(len(os.sched_getaffinity(0)), 16))
RATE: Final = 300
"""Signatures a second that must be answered in time."""

LIMIT_MS: Final = 100.0
LIMIT_BESIDE_A_RELEASE_MS: Final = 500.0
SHARE_OF_BARE: Final = 0.5
SECONDS: Final = 4
SEARCH_SECONDS: Final = 2
_HIDDEN: Final = re.compile(rb'<input type="hidden" name="(\w+)" value="([\w-]+)">')
_TYPED: Final = {
    "signer_name": "Persona Ficticia",
    "signer_role": "Directora",
    "visibility": "public",
    "answer": "sign",
}
_FORM: Final = "Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\n"
_OK: Final = 200
_THANKED: Final = b'value="withdraw"'

Drive = Callable[[float, int], Awaitable[Measured]]


def visits(connections: Connections, links: Sequence[tuple[str, str]]) -> Iterator[Work]:
    """Yield one visit a link."""
    for path, token in links:

        async def visit(path: str = path, token: str = token) -> None:
            cookie = f"Cookie: link={token}\r\n"
            page = await connections.ask("GET", path, cookie)
            fields = {name.decode(): value.decode() for name, value in _HIDDEN.findall(page.body)}
            body = urlencode({**fields, **_TYPED}).encode()
            signed = await connections.ask("POST", path, cookie + _FORM, body)
            if signed.status != _OK or _THANKED not in signed.body:
                raise BrokenOffError(f"the page answered {page.status} and {signed.status}")

        yield visit


def _taking(waiting: Iterator[Work]) -> Drive:
    """Drive work that is done once, in order."""

    async def drive(rate: float, seconds: int) -> Measured:
        work = [piece for piece, _ in zip(waiting, range(int(rate * seconds)), strict=False)]
        if len(work) < int(rate * seconds):
            raise RuntimeError("all invitations are signed: invite more partners (PARTNERS, CASES)")
        return await driven(rate, work)

    return drive


async def highest_rate(drive: Drive, first: float) -> float:
    """Find the highest rate that is held: it doubles until one is not, and is then narrowed down."""
    held, failed = 0.0, None
    rate = first
    while failed is None or failed - held > held / 8:
        measured = await drive(rate, SEARCH_SECONDS)
        if measured.holds(LIMIT_MS):
            held = rate
        else:
            failed = rate
        if held == 0 and rate < 1:
            break
        rate = 2 * held if failed is None else (held + failed) / 2
    return held


@asynccontextmanager
async def bare(stack: Stack) -> Any:
    """Run the bare route over the database of a stack."""
    port = free_port()
    child = Child(
        "bare route",
        (
            sys.executable,
            "-m",
            "benchmarks.bare_route",
            str(port),
            stack.environment["ACUERPA_WEB_PROCESSES"],
        ),
        log=stack.data / "logs" / "bare.log",
        environment={**os.environ, DATABASE: stack.environment["ACUERPA_DATABASE_URL"]},
    )
    child.start()
    try:
        await child.wait_until(answers(f"http://{LOOPBACK}:{port}/openapi.json"))
        connections = Connections(LOOPBACK, port)

        async def commit() -> None:
            if (await connections.ask("POST", BARE_PATH)).status != _OK:
                raise BrokenOffError("the bare route failed")

        async def drive(rate: float, seconds: int) -> Measured:
            return await driven(rate, [commit] * int(rate * seconds))

        yield drive
        connections.close()
    finally:
        await child.stop()


async def _prepared(stack: Stack, network: Network, database: Database) -> tuple[list[tuple[str, str]], str]:
    """Invite the partners to every case; return their links, and a case that waits to go out to members."""
    await network.invite(PARTNERS)
    references = [await network.hand_in(sign_on=window(PARTNERS)) for _ in range(CASES)]
    for reference in references:
        await network.all_invited(reference)
    await stack.stop("worker")  # what is measured first are visits; the mails would take their time
    links = await network.links(database)
    random.Random(4).shuffle(links)  # noqa: S311 - an order, no secret
    await network.add_members(MEMBERS)
    return links, await network.hand_in(sign_on=None, release={"audiences": ["members"]})


async def _beside_a_release(
    stack: Stack, network: Network, reference: str, drive: Drive, rates: Sequence[float]
) -> tuple[list[Measured], bool]:
    """Drive at each rate while a release is running; tell whether it was to the end."""
    await stack.start("worker")
    await network.release(reference)
    await network.begun(reference)
    measured = [await drive(rate, SECONDS) for rate in rates]
    return measured, not await network.is_out(reference, "statement")


def _line(ours: float, limit: float, *, at_least: bool = False) -> dict[str, object]:
    holds = ours >= limit if at_least else ours <= limit
    return {"ours": round(ours, 2), "limit": limit, "ratio": round(ours / limit, 3), "holds": holds}


async def measured(stack: Stack) -> dict[str, object]:
    """Measure all, and return what is printed."""
    database = Database(stack.environment["ACUERPA_DATABASE_URL"])
    network = await network_at(stack)
    links, waiting = await _prepared(stack, network, database)
    address = urlsplit(stack.settings.public_url)
    connections = Connections(LOOPBACK, address.port or 0)
    drive = _taking(visits(connections, links))
    await drive(20, 2)
    async with bare(stack) as bare_drive:
        await bare_drive(20, 1)
        bare_rate = await highest_rate(bare_drive, RATE)
    cpu = CpuTime(stack.data)
    steady = await drive(RATE, SECONDS)
    spent = cpu.each(RATE * SECONDS)
    rate = await highest_rate(drive, RATE / 2)
    bearable = max(rate / 2, 1)
    (calm, beside), was_running = await _beside_a_release(stack, network, waiting, drive, (bearable, RATE))
    connections.close()
    await network.close()
    await database.close()
    return {
        "signatures_per_second": RATE,
        "p99_ms": _line(steady.milliseconds(0.99), LIMIT_MS),
        "p50_ms": round(steady.milliseconds(0.5), 2),
        "cpu_ms_a_visit": spent,
        "failed": steady.failed + calm.failed + beside.failed,
        "p99_ms_beside_a_release": {
            **_line(beside.milliseconds(0.99), LIMIT_BESIDE_A_RELEASE_MS),
            "messages": MEMBERS,
            "release_outlasted_it": was_running,
            f"at_{bearable:g}_a_second": round(calm.milliseconds(0.99), 2),
        },
        "share_of_a_bare_commit": {
            **_line(rate / bare_rate if bare_rate else 0, SHARE_OF_BARE, at_least=True),
            "signatures_per_second_held": rate,
            "bare_commits_per_second_held": bare_rate,
        },
    }


async def _run(data: Path) -> dict[str, object]:
    shutil.rmtree(data, ignore_errors=True)
    given = {"ACUERPA_WEB_PROCESSES": PROCESSES, **given_settings(), **free_ports()}
    async with Stack(data, given=given) as stack:
        return await measured(stack)


def main() -> int:
    """Print what was measured as JSON; 1 where a limit is missed."""
    found = asyncio.run(_run(data_folder(given_settings()) / "bench-sign-on"))
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    lines = [one for one in found.values() if isinstance(one, dict) and "holds" in one]
    return 0 if all(one["holds"] for one in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
