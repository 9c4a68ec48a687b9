"""Crashes of real processes, each proved to have happened."""

import signal
from collections import Counter

import psutil
import psycopg

from local.process import Child
from local.services import ProcessService, TemporalService
from local.stack import Stack


def child_of(stack: Stack, name: str) -> Child:
    """Return the process behind a service."""
    service = stack.services[name]
    if isinstance(service, TemporalService):
        return service._server.child
    assert isinstance(service, ProcessService)
    return service._child


def connected(stack: Stack) -> psycopg.Connection:
    """Connect to the database of a stack: each statement is a transaction of its own, or in none."""
    address = stack.settings.database_url.replace("postgresql+psycopg://", "postgresql://")
    return psycopg.connect(address, autocommit=True)


async def kill(stack: Stack, name: str) -> int:
    """End a service by SIGKILL, prove it, and return the id that its process had."""
    child = child_of(stack, name)
    pid = child.pid
    assert child.running
    await stack.kill(name)
    assert child.exit_code == -signal.SIGKILL
    assert not psutil.pid_exists(pid)
    return pid


async def restart_after_kill(stack: Stack, name: str, killed: int) -> None:
    """Start a killed service again, and prove that another process runs now."""
    await stack.start(name)
    child = child_of(stack, name)
    assert child.running
    assert child.pid != killed


async def kill_and_restart(stack: Stack, name: str) -> None:
    """End a service by SIGKILL and start it again."""
    await restart_after_kill(stack, name, await kill(stack, name))


def starts_of_worker(stack: Stack) -> int:
    """Count how often the worker was ready, by its log."""
    return child_of(stack, "worker").log.read_text().count('"worker.ready"')


def repeated(copies: Counter[str]) -> list[str]:
    """Name who got more than one copy."""
    return [address for address, number in copies.items() if number > 1]
