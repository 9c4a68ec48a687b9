"""Several web processes at one address, as `ACUERPA_WEB_PROCESSES` has them."""

import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psutil
import pytest

from local.environment import free_ports, local_environment
from local.process import Child

ROOT = Path(__file__).parents[3]
PROCESSES = 2
READY_SECONDS = 120.0


@pytest.fixture
async def web(tmp_path: Path, database_url: str) -> AsyncIterator[tuple[Child, str]]:
    """Two processes behind one, with their address; Temporal is away."""
    given = {**free_ports(), "ACUERPA_WEB_PROCESSES": str(PROCESSES)}
    environment = {"PATH": "", **local_environment(tmp_path / "data", given, database_url)}
    address = environment["ACUERPA_PUBLIC_URL"]
    arguments = (sys.executable, "-m", "web")
    child = Child("web", arguments, log=tmp_path / "web.log", environment=environment, folder=ROOT)
    child.start()

    async def serve() -> bool:
        return child.log.read_text().count("Application startup complete") == PROCESSES

    await child.wait_until(serve, seconds=READY_SECONDS)
    yield child, address
    await child.stop()


def sharing(child: Child) -> list[psutil.Process]:
    return psutil.Process(child.pid).children()


async def is_live(address: str) -> bool:
    async with httpx.AsyncClient(timeout=20) as client:
        return (await client.get(f"{address}/health/live")).is_success


async def test_each_of_them_answers_while_another_is_busy(web: tuple[Child, str]) -> None:
    child, address = web
    for busy in sharing(child):
        busy.suspend()
        assert await is_live(address)
        busy.resume()


async def test_they_end_in_good_order_when_told_to(web: tuple[Child, str]) -> None:
    child, _ = web
    both = sharing(child)
    os.kill(child.pid, signal.SIGTERM)
    assert await child.wait_for_exit(seconds=20)
    assert child.exit_code == 0
    assert [one for one in both if one.is_running()] == []


async def test_where_one_dies_all_end_so_that_they_are_started_anew(web: tuple[Child, str]) -> None:
    child, _ = web
    dead, other = sharing(child)
    dead.kill()
    assert await child.wait_for_exit(seconds=20)
    assert child.exit_code == 1
    assert not other.is_running()
    assert "web.process_ended" in child.log.read_text()


async def test_none_outlives_the_process_that_began_them(web: tuple[Child, str]) -> None:
    child, _ = web
    both = sharing(child)
    os.kill(child.pid, signal.SIGKILL)
    gone, alive = psutil.wait_procs(both, timeout=20)
    assert (len(gone), alive) == (PROCESSES, [])
