"""What keeps the house in order: imports, sizes, vocabularies, and nothing that belongs to one machine."""

import ast
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LONGEST_FILE = 299
LONGEST_FUNCTION = 50
LONGEST_MEDIAN = 12
NOT_WRITTEN_BY_HAND = "migrations/versions/"
PACKAGES = (
    "activities",
    "benchmarks",
    "channels",
    "console",
    "local",
    "models",
    "office",
    "security",
    "storage",
    "templates",
    "web",
    "workflows",
)
ROOTS = (
    "admin",
    "assembly",
    "carriers",
    "logs",
    "setting_types",
    "settings",
    "starter",
    "temporal_client",
    "worker",
)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def _joined(words: str) -> tuple[str, ...]:
    """Join what is divided here, so that this file does not hold what it looks for."""
    return tuple(words.replace("~", "").split())


MACHINES = _joined("/wo~rk/ /tmp/pl~an /ro~ot/ /ho~me/")
REGISTRIES = _joined("py~pi.org python~hosted.org npm~js.org proxy.go~lang.org")
UNFINISHED = re.compile(rf"\b({'|'.join(_joined('TO~DO FIX~ME X~XX HA~CK'))})\b")


def _files(*patterns: str) -> list[Path]:
    """List the files of the repository, those that are not yet committed among them."""
    command = ("git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns)
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S603
    return [ROOT / line for line in sorted(set(listed.splitlines())) if (ROOT / line).is_file()]


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def _sources() -> dict[str, str]:
    sources = {_name(path): path.read_text() for path in _files("*.py")}
    return {name: text for name, text in sources.items() if not name.startswith(NOT_WRITTEN_BY_HAND)}


@cache
def _trees() -> dict[str, ast.Module]:
    return {name: ast.parse(text) for name, text in _sources().items()}


def _functions(tree: ast.Module) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def _length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def _lint_imports(folder: Path) -> "subprocess.CompletedProcess[str]":
    program = Path(sys.executable).with_name("lint-imports")
    command = (program, "--config", ROOT / "pyproject.toml", "--no-cache")
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603


def test_the_rooms_import_only_what_lies_below_them() -> None:
    checked = _lint_imports(ROOT)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("workflows/timers.py", "from storage import database"),
        ("workflows/timers.py", "import sqlmodel"),
        ("channels/base.py", "from storage import database"),
        ("web/views.py", "from activities import sending"),
        ("storage/database.py", "import settings"),
        ("console/files.py", "from models import actions"),
    ],
)
def test_a_forbidden_import_is_found(tmp_path: Path, file: str, line: str) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    for root in ROOTS:
        shutil.copy(ROOT / f"{root}.py", tmp_path)
    (tmp_path / file).write_text(f"{line}\n{(ROOT / file).read_text()}")
    checked = _lint_imports(tmp_path)
    assert checked.returncode == 1, checked.stdout
    assert "BROKEN" in checked.stdout


def test_every_package_is_under_the_contracts() -> None:
    packages = {name.split("/")[0] for name in _sources() if name.endswith("/__init__.py")}
    assert packages == set(PACKAGES)
    roots = {name.removesuffix(".py") for name in _sources() if "/" not in name}
    assert roots == set(ROOTS)


def test_the_coordinators_script_needs_only_the_console() -> None:
    imported = {
        alias.name if isinstance(node, ast.Import) else str(node.module)
        for node in ast.walk(_trees()["starter.py"])
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert {name.split(".")[0] for name in imported} <= {"console", "typer", *sys.stdlib_module_names}


def test_files_are_short() -> None:
    lengths = {name: text.count("\n") for name, text in _sources().items()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_functions_are_short() -> None:
    lengths = {
        f"{name}:{function.name}": _length(function)
        for name, tree in _trees().items()
        for function in _functions(tree)
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}
    assert statistics.median(lengths.values()) <= LONGEST_MEDIAN


def _enumerations() -> Iterator[tuple[str, ast.ClassDef]]:
    for name, tree in _trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "StrEnum" for base in node.bases):
                yield name, node


def _unexplained(file: str, enumeration: ast.ClassDef) -> list[str]:
    lines = _sources()[file].splitlines()
    following = [*enumeration.body[1:], ast.Pass()]
    return [
        f"{enumeration.name}: {lines[member.lineno - 1].strip()}"
        for member, after in zip(enumeration.body, following, strict=True)
        if isinstance(member, ast.Assign)
        and not (isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant))
        and "  # " not in lines[member.lineno - 1]
    ]


def test_every_word_of_a_vocabulary_says_what_it_means() -> None:
    enumerations = list(_enumerations())
    assert len(enumerations) > 20
    assert [line for file, one in enumerations for line in _unexplained(file, one)] == []


def test_the_files_name_no_machine_and_no_registry() -> None:
    found = {
        f"{_name(path)}: {needle}"
        for path in _files()
        for needle in (*MACHINES, *REGISTRIES)
        if needle.encode() in path.read_bytes()
    }
    assert found == set()


def test_nothing_is_left_for_later() -> None:
    written = _files("*.py", "*.html", "*.txt", "*.css", "*.yaml", "*.yml", "*.toml", "Makefile")
    assert [_name(path) for path in written if UNFINISHED.search(path.read_text())] == []
