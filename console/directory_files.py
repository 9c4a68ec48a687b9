"""Directory files of any sort: the tree for the API, and where in the file a problem is."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import typer

from console.errors import invalid_file
from console.files import read_text
from models.directory_tables import TableFormat, read_table
from models.json_tree import read_json
from models.problems import WHOLE_INPUT, InvalidInput, Problem
from models.yaml_tree import read_yaml

LARGEST_YAML_CHARACTERS: Final = 8 * 2**20
"""Of contacts some 35,000; reading them takes a minute and 800 MB of memory."""


class FileFormat(StrEnum):
    """How a directory is written."""

    YAML = "yaml"
    """As the file that it was, or could have been, imported from."""
    CSV = "csv"
    """As a table, for a spreadsheet."""


DirectoryFile = Annotated[Path, typer.Argument(metavar="FILE", help="The entries, as YAML, JSON or CSV.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only tell what is wrong, and what would change.")]
Format = Annotated[FileFormat, typer.Option("--format", help="How to write them.")]


class DirectoryInput(NamedTuple):
    """A file as it was read.

    `problems` are those of a table as such; `located` names the line and column of problems of the tree.
    """

    tree: Any
    problems: tuple[Problem, ...]
    located: Callable[[Iterable[Problem]], tuple[Problem, ...]]


def read_directory_file(path: Path, form: TableFormat) -> DirectoryInput:
    """Read a directory file, as CSV where its name says so; raise BadInputError where it is not readable."""
    text = read_text(path)
    try:
        if path.suffix.lower() == ".csv":
            table = read_table(text, form)
            return DirectoryInput(table.tree, tuple(table.problems), table.located)
        return DirectoryInput(_tree(path, text), (), tuple)
    except InvalidInput as error:
        found = error
    raise invalid_file(path.name, found)


def _tree(path: Path, text: str) -> object:
    if path.suffix.lower() == ".json":
        return read_json(text)
    if len(text) > LARGEST_YAML_CHARACTERS:
        remedy = "Write a list as long as this as CSV, or as JSON (.json), which are read many times as fast."
        raise InvalidInput([Problem(field=WHOLE_INPUT, rule="is too long for a YAML file", remedy=remedy)])
    return read_yaml(text)
