"""How soon a decision is answered at rest: `make bench`.

A hold, a resumption, a revocation and a stop are to be answered within a second. Each is timed at the real
stack, from one process over HTTP, beside a plain reading of the same action in the same run.
"""

import asyncio
import shutil
import statistics
import sys
import time
from pathlib import Path
from typing import Final

import httpx
from rich.console import Console
from rich.progress import track
from rich.table import Table

from console.client import API_PATH
from console.following import LONGEST_WAIT_SECONDS
from local.demo_people import run_script
from local.environment import data_folder, free_ports, given_settings
from local.stack import Stack
from models.yaml_tree import read_yaml

CASE: Final = Path(__file__).resolve().parent.parent / "examples" / "case.yaml"
CASES: Final = 25
READING: Final = "a plain reading"
DECISIONS: Final[dict[str, tuple[str, object]]] = {
    "hold": ("hold", None),
    "resume": ("resume", None),
    "revoke": ("consents/revocations", {"person": 0, "use": "all"}),
    "stop": ("stop", None),
}
"""The path of each, with what is posted, in an order in which one case takes them all."""


def measured(api: httpx.Client) -> dict[str, list[float]]:
    """Return the seconds that each answer took, over all cases."""
    seconds: dict[str, list[float]] = {READING: [], **{name: [] for name in DECISIONS}}
    case = read_yaml(CASE.read_text())
    for _ in track(range(CASES), "Deciding about cases", transient=True):
        path = f"/actions/{api.post('/actions', json=case).raise_for_status().json()['reference']}"
        _come_to_rest(api, path)
        for name, (decision, body) in DECISIONS.items():
            seconds[READING].append(_timed(api, api.build_request("GET", path)))
            seconds[name].append(_timed(api, api.build_request("POST", f"{path}/{decision}", json=body)))
    return seconds


def _come_to_rest(api: httpx.Client, path: str) -> None:
    """Wait until the workflow has taken the case up."""
    action = api.get(path).raise_for_status().json()
    while action["phase"] == "received":
        parameters = {"seen": action["revision"], "wait": LONGEST_WAIT_SECONDS}
        action = api.get(path, params=parameters).raise_for_status().json()


def _timed(api: httpx.Client, request: httpx.Request) -> float:
    started = time.perf_counter()
    api.send(request).raise_for_status()
    return time.perf_counter() - started


def _table(seconds: dict[str, list[float]]) -> Table:
    table = Table("answer", "times", "median", "longest", f"median, to {READING}")
    reading = statistics.median(seconds[READING])
    for name, taken in seconds.items():
        median = statistics.median(taken)
        figures = f"{1000 * median:.0f} ms", f"{1000 * max(taken):.0f} ms", f"{median / reading:.1f}"
        table.add_row(name, str(len(taken)), *figures)
    return table


async def _run(data: Path) -> dict[str, list[float]]:
    shutil.rmtree(data, ignore_errors=True)
    async with Stack(data, given={**given_settings(), **free_ports()}) as stack:
        who = ("--name", "Marisol Ejemplo", "--email", "marisol@red.example", "--role", "coordinator")
        key = await run_script("admin.py", "keys", "create", *who, environment=stack.environment)
        headers = {"Authorization": f"Bearer {key.strip()}"}
        base = f"{stack.settings.public_url}{API_PATH}"
        with httpx.Client(base_url=base, headers=headers, timeout=60, trust_env=False) as api:
            return await asyncio.to_thread(measured, api)


def main() -> int:
    """Print the table."""
    seconds = asyncio.run(_run(data_folder(given_settings()) / "bench"))
    Console().print(_table(seconds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
