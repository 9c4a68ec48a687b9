"""Run the tests of a group on each mutant of its SQL."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from tests.mutation.conditions import mutants

LONGEST_RUN: Final = 600
"""Seconds; the tests of a group take a tenth of it."""


def require_that_tests_pass(arguments: list[str], copy: Path) -> None:
    """End the program where the tests fail on what nothing was taken out of."""
    unchanged = _pytest(arguments, copy)
    if unchanged:
        sys.exit(f"pytest ends with {unchanged} before anything is taken out: {' '.join(arguments)}")


def exit_codes(module: str, arguments: list[str], copies: list[Path]) -> dict[str, int]:
    """Return how pytest ended without each condition of a module; as many at a time as there are copies."""
    source = (copies[0] / module).read_text()
    free: SimpleQueue[Path] = SimpleQueue()
    for copy in copies:
        free.put(copy)

    def run(mutant: tuple[str, str]) -> tuple[str, int]:
        folder = free.get()
        try:
            return mutant[0], _exit_code(folder, module, mutant[1], arguments)
        finally:
            free.put(folder)

    with ThreadPoolExecutor(len(copies)) as pool:
        return dict(_told(pool.map(run, list(mutants(source)))))


def _told(results: Iterator[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    for name, code in results:
        sys.stdout.write(f"{'survived' if code == 0 else f'ended with {code}'}: {name}\n")
        sys.stdout.flush()
        yield name, code


def _exit_code(folder: Path, module: str, mutant: str, arguments: list[str]) -> int:
    path = folder / module
    source = path.read_text()
    path.write_text(mutant)
    try:
        return _pytest(arguments, folder)
    finally:
        path.write_text(source)


def _pytest(arguments: list[str], folder: Path) -> int:
    command = [sys.executable, "-m", "pytest", "-x", "-q", *arguments]
    try:
        return subprocess.run(  # noqa: S603 - pytest, in a copy of this repository
            command, cwd=folder, stdout=subprocess.DEVNULL, timeout=LONGEST_RUN, check=False
        ).returncode
    except subprocess.TimeoutExpired:
        return -9
