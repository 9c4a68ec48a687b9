"""Directory files of any sort: the tree for the API, and where in the file a problem is."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from console.errors import invalid_file
from console.files import read_text
from models.directory_tables import TableFormat, read_table
from models.problems import InvalidInput, Problem
from models.yaml_tree import read_yaml


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
        return DirectoryInput(read_yaml(text), (), tuple)
    except InvalidInput as error:
        found = error
    raise invalid_file(path.name, found)
