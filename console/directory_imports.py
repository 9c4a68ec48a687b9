"""Importing a directory file of any sort, or only trying it."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import RenderableType

from console.answers import Answer, read
from console.client import ApiClient
from console.directory_files import DirectoryInput, read_directory_file
from console.errors import BadInputError, invalid_file
from console.session import Session
from models.directory_tables import TableFormat
from models.problems import InvalidInput, Problem


class UpdatedEntry(Answer):
    """An entry that an import would change, and the fields in which."""

    id: str
    fields: list[str]


class Checked(Answer):
    """What an import would break."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Directory:
    """One sort of directory: how its files are read and sent, and what is told of the answers."""

    path: str
    form: TableFormat
    problems_of: Callable[[object], Iterable[Problem]]
    send: Callable[[ApiClient, str, Any], str]
    tell_check: Callable[[str], RenderableType]
    tell_import: Callable[[str], str]

    def take(self, opened: Session, file: Path, *, dry_run: bool) -> None:
        """Import a file, all of it or nothing; or only tell what is wrong, and what would change.

        Raises:
            BadInputError: with every problem, by its line and column where the file is a table.
        """
        given = read_directory_file(file, self.form)
        if dry_run:
            self._check(opened, file, given)
        else:
            self._import(opened, file, given)

    def _check(self, opened: Session, file: Path, given: DirectoryInput) -> None:
        answer = self.send(opened.client, f"{self.path}/check", given.tree)
        problems = (*given.problems, *given.located(read(Checked, answer).problems))
        if opened.screen.as_json:
            told = {**json.loads(answer), "problems": [problem.model_dump() for problem in problems]}
            opened.screen.json(json.dumps(told, ensure_ascii=False))
        else:
            opened.screen.show(self.tell_check(answer))
        if problems:
            places = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
            raise BadInputError(f"{file.name} has {places}; it would not be imported.", problems=problems)

    def _import(self, opened: Session, file: Path, given: DirectoryInput) -> None:
        problems = (*given.problems, *given.located(self.problems_of(given.tree)))
        if problems:
            raise invalid_file(file.name, InvalidInput(problems))
        try:
            answer = self.send(opened.client, self.path, given.tree)
        except BadInputError as error:
            raise BadInputError(str(error), problems=given.located(error.problems)) from None
        if opened.screen.as_json:
            opened.screen.json(answer)
        else:
            opened.screen.show(self.tell_import(answer))
