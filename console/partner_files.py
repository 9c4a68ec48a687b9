"""Partners files of either kind: the tree for the API, and where in the file a problem is."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from console.errors import invalid_file
from console.files import read_text
from models.partner_csv import read_partners_csv
from models.problems import InvalidInput, Problem
from models.yaml_tree import read_yaml


class PartnersInput(NamedTuple):
    """A file as it was read.

    `problems` are those of a table as such; `located` names the line and column of problems of the tree.
    """

    tree: object
    problems: tuple[Problem, ...]
    located: Callable[[Iterable[Problem]], tuple[Problem, ...]]


def read_partners_file(path: Path) -> PartnersInput:
    """Read a partners file, as CSV where its name says so; raise BadInputError where it is not readable."""
    text = read_text(path)
    try:
        if path.suffix.lower() == ".csv":
            table = read_partners_csv(text)
            return PartnersInput(table.tree, tuple(table.problems), table.located)
        return PartnersInput(read_yaml(text), (), tuple)
    except InvalidInput as error:
        found = error
    raise invalid_file(path.name, found)
