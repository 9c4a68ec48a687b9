"""Files that a coordinator hands in."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from console.errors import BadInputError, invalid_file
from models.problems import InvalidInput
from models.yaml_tree import read_yaml

Parsed = TypeVar("Parsed")


def read_input(path: Path, parse: Callable[[object], Parsed]) -> tuple[object, Parsed]:
    """Return a file's tree and what it parses to, raising BadInputError with all its problems."""
    try:
        tree = read_yaml(read_text(path))
        return tree, parse(tree)
    except InvalidInput as error:
        found = error
    raise invalid_file(path.name, found)


def read_options(
    path: Path | None, options: Mapping[str, object], parse: Callable[[object], Parsed]
) -> Parsed:
    """Return what a file, if there is one, and options that were given besides parse to.

    Raises:
        BadInputError: with all problems.
    """
    given = {field: value for field, value in options.items() if value is not None}
    if path is not None:
        _, parsed = read_input(path, lambda tree: parse(_joined(tree, given)))
        return parsed
    try:
        return parse(given)
    except InvalidInput as error:
        found = error
    raise invalid_file("The command", found)


def _joined(tree: object, given: Mapping[str, object]) -> object:
    return {**tree, **given} if isinstance(tree, Mapping) else tree


def read_text(path: Path) -> str:
    """Return a file's text, raising BadInputError where it is none."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        message = f"{path.name} is not a text in UTF-8. Save it again as UTF-8."
    except OSError as error:
        message = f"{path.name} cannot be read ({error.strerror}). Check the path and the permissions."
    raise BadInputError(message)


def read_bytes(path: Path) -> bytes:
    """Return a file's content, raising BadInputError where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"{path.name} cannot be read ({error.strerror}). Check the path and the permissions."
    raise BadInputError(message)
