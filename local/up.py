"""`make up`: Acuerpa on this machine, until Ctrl-C."""

import asyncio
import os
import signal
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from local.environment import data_folder, given_settings, local_environment
from local.ports import LOOPBACK, PortTaken
from local.postgres import EmbeddedPostgres, PostgresError
from local.postgres_account import AccountError
from local.postgres_processes import OrphansError
from local.process import ChildError
from local.stack import Stack, StackBusyError
from settings import Settings, load_settings

REFUSALS = (PortTaken, StackBusyError, ChildError, PostgresError, AccountError, OrphansError)
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
KEY_COMMAND = 'make key NAME="Your Name" EMAIL=you@red.example ROLE=coordinator'
VERIFIER_COMMAND = 'make verifier NAME="Her Name" EMAIL=her@red.example DUTY=1'


def addresses(settings: Settings) -> Table:
    """Return the table of what runs where."""
    table = Table(title="Acuerpa is up", title_justify="left", show_header=False)
    table.add_row("API and its documents", f"{settings.public_url.rstrip('/')}/docs")
    table.add_row("Mailbox: all mail ends here", f"http://{LOOPBACK}:{settings.local_mailbox_port}")
    table.add_row("SMS and partners' endpoints", f"http://{LOOPBACK}:{settings.local_providers_port}")
    table.add_row("Temporal: what is going on", f"http://{LOOPBACK}:{settings.local_temporal_ui_port}")
    table.add_row("Data and logs", str(settings.local_data))
    table.add_row("To make an API key", KEY_COMMAND)
    table.add_row("To enrol a verifier", VERIFIER_COMMAND)
    table.add_row("To stop", "Ctrl-C")
    return table


async def run(stack: Stack, console: Console) -> int:
    """Run the stack until a signal (0) or until a service dies by itself (1)."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in ENDING_SIGNALS:
        # A second Ctrl-C changes nothing: what was started is always stopped.
        loop.add_signal_handler(number, stopping.set)
    work = asyncio.create_task(_serve(stack, console))
    signalled = asyncio.create_task(stopping.wait())
    await asyncio.wait({work, signalled}, return_when=asyncio.FIRST_COMPLETED)
    signalled.cancel()
    if not work.done():
        console.print("Stopping …")
        work.cancel()
    try:
        epitaph = await work
    except asyncio.CancelledError:
        console.print("Stopped. The data is kept.")
        return 0
    console.print(epitaph, style="red", markup=False)
    return 1


async def _serve(stack: Stack, console: Console) -> str:
    async with stack:
        console.print(addresses(stack.settings))
        return await stack.wait_for_death()


def _tell(console: Console, service: str) -> None:
    console.print(f"Starting {service} …")


def _require_right_settings(data: Path, given: Mapping[str, str]) -> None:
    """Read the settings as every child process will: a wrong one is told once, before anything starts."""
    database_url = EmbeddedPostgres(data / "postgres").url("acuerpa")
    os.environ.update(local_environment(data, given, database_url))
    load_settings()


def main() -> int:
    """Start everything, say where it is, and stop it on Ctrl-C."""
    console = Console()
    given = given_settings()
    try:
        _require_right_settings(data_folder(given), given)
        progress = partial(_tell, console)
        return asyncio.run(run(Stack(data_folder(given), given=given, progress=progress), console))
    except REFUSALS as refusal:
        console.print(str(refusal), style="red", markup=False)
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
