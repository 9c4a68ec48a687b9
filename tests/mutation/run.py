"""Run mutmut on one group of modules after the other, each with its own tests, and judge what survived.

Conditions in SQL, which mutmut leaves alone, are taken out one by one before that.

`python -m tests.mutation.run [GROUP]`. A group is run in a copy of the repository, mutants/<group>/, made
anew each time, since mutmut keeps results that a change of the tests has made stale. There `mutmut show NAME`
shows a mutant, and `mutmut run NAME` tries it again.
"""

# ruff: noqa: S603 - git and mutmut are the commands that this file is for

import fnmatch
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.conftest import shared_postgres
from tests.mutation.without_conditions import exit_codes, require_that_tests_pass

ROOT: Final = Path(__file__).parents[2]
SCRATCH: Final = ROOT / "mutants"
FEWEST_KILLED: Final = 90
"""In a hundred, for each group."""
CHILDREN: Final = 2

REWRITING: Final = "ignore::pytest.PytestAssertRewriteWarning"
"""What pytest says of plugins that are preloaded."""
ARGUMENTS: Final = ("-p", "tests.mutation.plugin", "-p", "no:cacheprovider", "-W", REWRITING, "--timeout=90")

KILLED: Final = 1
"""The exit code of a failed test; see plugin.py for a mutant that cannot even be imported."""
TIMED_OUT: Final = frozenset({24, -24, 36, 152, 255, -9})
"""Exit codes of a mutant that was stopped because it did not end."""


class Result(NamedTuple):
    """What became of the mutants of a module; a mutant that never ends is found as well as one that fails."""

    module: str
    killed: int
    timed_out: int
    survivors: list[str]

    @property
    def found(self) -> int:
        return self.killed + self.timed_out

    @property
    def mutants(self) -> int:
        return self.found + len(self.survivors)

    @property
    def percent(self) -> float:
        return 100 * self.found / self.mutants if self.mutants else 100


def main(chosen: list[str]) -> int:
    """Run the chosen groups, or all, and return how many of them fell short."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mutmut"]["groups"]
    unknown = set(chosen) - set(groups)
    if unknown:
        sys.exit(f"no such group of mutants: {', '.join(sorted(unknown))}; there are {', '.join(groups)}")
    with shared_postgres():
        return sum(not _is_enough(name, _run(name, groups[name])) for name in chosen or groups)


def _run(name: str, group: dict[str, Any]) -> list[Result]:
    return [*_without_conditions(name, group), *_changed_by_mutmut(name, group)]


def _without_conditions(name: str, group: dict[str, Any]) -> list[Result]:
    """Take each condition out of the SQL of a group, which mutmut leaves alone."""
    modules = _matching(group.get("conditions", []))
    copies = [SCRATCH / f"{name}-{number}" for number in range(CHILDREN if modules else 0)]
    for copy in copies:
        _copy_repository(copy)
    tests = _matching(group["tests"])
    if copies:
        require_that_tests_pass(tests, copies[0])
    return [_judged(f"{one}: SQL", exit_codes(one, tests, copies), f"{one}:") for one in modules]


def _changed_by_mutmut(name: str, group: dict[str, Any]) -> list[Result]:
    modules = [module for module in _matching(group["modules"]) if module not in group.get("left_out", [])]
    folder = SCRATCH / name
    _copy_repository(folder)
    _configure(folder, modules, group)
    program = str(Path(sys.executable).with_name("mutmut"))
    command = [program, "run", "--max-children", str(CHILDREN)]
    ended = subprocess.run(command, cwd=folder, env=_environment(), check=False).returncode
    if ended:
        tests = " ".join(_matching(group["tests"]))
        sys.exit(f"mutmut stopped with {ended}; do the tests of this group pass? pytest {tests}")
    return [_result(folder, module) for module in modules]


def _matching(patterns: list[str]) -> list[str]:
    return [name for pattern in patterns for name in fnmatch.filter(_files(), pattern)]


def _files() -> list[str]:
    """List the files of the repository, those that are not yet committed among them."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in sorted(set(listed.splitlines())) if (ROOT / name).is_file()]


def _copy_repository(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for name in _files():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)


def _configure(folder: Path, modules: list[str], group: dict[str, Any]) -> None:
    """Complete mutmut's settings in the copy: what to mutate, what the tests need beside it, which tests."""
    preload = folder / "preload.txt"
    preload.write_text("\n".join(group["preload"]))
    own = {
        "source_paths": modules,
        "also_copy": sorted({name.split("/")[0] for name in _files()}),
        "pytest_add_cli_args": [*ARGUMENTS, *group.get("arguments", [])],
        "pytest_add_cli_args_test_selection": _matching(group["tests"]),
        "preload_modules_file": str(preload),
    }
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in own.items())
    settings = folder / "pyproject.toml"
    settings.write_text(settings.read_text().replace("[tool.mutmut]\n", f"[tool.mutmut]\n{lines}", 1))


def _environment() -> dict[str, str]:
    """Return this environment without what would have pytest or Python look elsewhere."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "PYTHON"))}


def _result(folder: Path, module: str) -> Result:
    meta = folder / "mutants" / f"{module}.meta"
    return _judged(module, json.loads(meta.read_text())["exit_code_by_key"] if meta.exists() else {})


def _judged(module: str, codes: dict[str, int], place: str = "") -> Result:
    killed = [name for name, code in codes.items() if code == KILLED]
    timed_out = [name for name, code in codes.items() if code in TIMED_OUT]
    survivors = [place + name for name in codes if name not in {*killed, *timed_out}]
    return Result(module, len(killed), len(timed_out), survivors)


def _is_enough(name: str, results: list[Result]) -> bool:
    whole = Result("all", sum(one.killed for one in results), sum(one.timed_out for one in results), [])
    whole.survivors.extend(survivor for one in results for survivor in one.survivors)
    sys.stdout.writelines(_table(name, [*results, whole]))
    return whole.percent >= FEWEST_KILLED


def _table(name: str, results: list[Result]) -> Iterator[str]:
    width = max(len(one.module) for one in results)
    yield f"\n{name:{width}}  mutants  killed  timeout  survived  percent\n"
    for one in results:
        counts = f"{one.mutants:9}{one.killed:8}{one.timed_out:9}{len(one.survivors):10}"
        yield f"{one.module:{width}}{counts}{one.percent:9.1f}\n"
    yield from (f"survived: {survivor}\n" for survivor in results[-1].survivors)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
