"""How pytest runs a mutant: few and always the same examples, quick tests first, no cache that is full."""

import resource
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, settings
from mutmut.mutation import trampoline
from mutmut.state import state

MOST_EXAMPLES: Final = 20
MOST_MEMORY: Final = 8 * 2**30
"""Bytes of addresses: a mutant that never ends a list fails before it takes the machine's memory."""

settings.register_profile(
    "mutants",
    max_examples=MOST_EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def pytest_configure() -> None:
    settings.load_profile("mutants")
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    chosen = trampoline.get_mutant_under_test()
    trampoline.get_mutant_under_test = lambda: (
        chosen
    )  # which asks the environment at every call of every function


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """End a mutant that cannot be imported like one that fails a test, unlike a pytest that cannot start."""
    if report.failed:
        pytest.exit("a test cannot be imported", returncode=pytest.ExitCode.TESTS_FAILED)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: state().duration_by_test.get(item.nodeid, 0))


def pytest_runtest_setup() -> None:
    """Let each test call all that it needs: mutmut runs a mutant by those tests that called its function."""
    for clear in _clears():
        clear()


@cache
def _clears() -> list[Callable[[], None]]:
    """Return how to clear the caches of our own modules and of the tests."""
    here = str(Path.cwd())
    files = ((module, getattr(module, "__file__", None)) for module in list(sys.modules.values()))
    own = [module for module, file in files if file and file.startswith(here) and module.__name__ != __name__]
    held = (value for module in own for value in vars(module).values())
    return [value.cache_clear for value in held if hasattr(value, "cache_clear")]
