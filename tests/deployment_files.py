"""What docker-compose.yml and the Dockerfile say, read without an engine."""

import re
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).resolve().parent.parent
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = tuple(name for name, service in SERVICES.items() if "build" in service)
DOCKERFILE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())

SECRET_NAME = re.compile(r"PASSWORD|_PWD|_KEYS?$|TOKEN|SECRET|DATABASE_URL")

_VARIABLE = re.compile(r"\$\{(?P<name>[A-Z_]+)(?::(?P<operator>[-?])(?P<word>[^}]*))?\}")
_FORGOTTEN = shutil.ignore_patterns("__pycache__")


class Variable(NamedTuple):
    """One variable of compose: `operator` is `?` where it is required, `-` where `word` is its default."""

    name: str
    operator: str | None
    word: str | None


def variables(text: str) -> set[Variable]:
    """Return the variables that compose would fill in."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    return {Variable(*found) for found in (m.groups() for m in _VARIABLE.finditer("\n".join(lines)))}


def environment_of(service: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment that compose would give a service."""
    environment = SERVICES[service].get("environment", {})
    return {name: _filled_in(value, given) for name, value in environment.items()}


def _filled_in(text: str, given: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        name, operator, word = found.groups()
        if operator == "?" and not given.get(name):
            raise LookupError(name)
        return given.get(name) or word or ""

    return _VARIABLE.sub(value, text)


class Instruction(NamedTuple):
    """One line of the Dockerfile."""

    stage: int
    name: str
    rest: str


def instructions(name: str | None = None) -> list[Instruction]:
    """Return the lines of the Dockerfile, or those of one kind, with the number of their stage from 1."""
    stage, found = 0, []
    for line in DOCKERFILE.splitlines():
        if line and not line.startswith("#"):
            word, rest = line.split(maxsplit=1)
            stage += word == "FROM"
            found.append(Instruction(stage, word, rest))
    return [instruction for instruction in found if name in (None, instruction.name)]


def copies() -> list[tuple[list[str], str]]:
    """Return what the Dockerfile copies from the repository, and where to."""
    parts = [shlex.split(copy.rest) for copy in instructions("COPY")]
    return [(words[:-1], words[-1]) for words in parts if not words[0].startswith("--from")]


def application() -> list[Path]:
    """Return the files and folders of the repository that the image runs."""
    return [ROOT / source for sources, _ in copies() for source in sources if not source.endswith(".lock")]


def copy_application(folder: Path) -> None:
    """Make a folder that holds what the image's working folder holds, and nothing else."""
    for source in application():
        if source.is_dir():
            shutil.copytree(source, folder / source.name, ignore=_FORGOTTEN)
        else:
            shutil.copy(source, folder)
