"""Where a command writes: results on stdout, everything said along the way on stderr."""

import json
import os
import sys
from io import TextIOWrapper

import typer
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from console.errors import BadInputError, ConsoleError
from models.problems import Problem

WIDTH_OF_FILES = 110
"""Columns where nobody's terminal says how many it has."""


class Screen:
    """Both outputs; `as_json` leaves stdout to the API's own JSON."""

    def __init__(self, *, as_json: bool = False) -> None:
        self.as_json = as_json
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):  # an old terminal shows a "?" for what it cannot
                stream.reconfigure(errors="replace")
        self.results = _console(stderr=False)
        self.messages = _console(stderr=True)

    def show(self, *parts: RenderableType) -> None:
        """Print a result for people."""
        for part in parts:
            self.results.print(part)

    def json(self, text: str) -> None:
        """Print the API's JSON as it came, as one line, in UTF-8 everywhere."""
        typer.echo(text.replace("\r", "").replace("\n", "").encode())

    def file(self, text: str) -> None:
        """Print what is to be kept in a file, to the byte, in UTF-8 everywhere."""
        typer.echo(text.encode(), nl=False)

    def say(self, message: str) -> None:
        """Print a message that is no result."""
        self.messages.print(Text(message, style="yellow"))

    def fail(self, error: ConsoleError) -> None:
        """Say why the command ends; to scripts in the server's own JSON where there is one."""
        if self.as_json:
            typer.echo(error.answer or _as_answer(error), err=True)
            return
        self.messages.print(Text(str(error), style="bold red"))
        if error.problems:
            self.messages.print(problems_table(error.problems))

    def require_terminal(
        self, otherwise: str = "This asks for confirmation. Without a terminal, add --yes."
    ) -> None:
        """Raise BadInputError, saying what to do otherwise, where there is nobody who could be asked."""
        if not sys.stdin.isatty():
            raise BadInputError(otherwise)

    def ask(self, question: str) -> str:
        """Return the line that the person at the terminal types; raise BadInputError where it is empty."""
        try:
            typed: str = typer.prompt(question, default="", show_default=False, err=True)
        except typer.Abort:
            typed = ""
        if not typed.strip():
            raise BadInputError("Nothing was written; nothing was done.")
        return typed.strip()

    def confirm(self, question: str, *, yes: bool) -> None:
        """Return where the person at the terminal, or --yes, says so; raise BadInputError otherwise."""
        if yes:
            return
        self.require_terminal()
        try:
            agreed = typer.confirm(question, err=True)
        except typer.Abort:
            agreed = False
        if not agreed:
            raise BadInputError("Not confirmed; nothing was done.")


def problems_table(problems: tuple[Problem, ...]) -> RenderableType:
    """Lay out every problem: which field, which rule, which remedy."""
    table = Table(
        "Field", "Rule", "Remedy", box=None, header_style="bold", pad_edge=False, padding=(0, 3, 0, 0)
    )
    for problem in problems:
        table.add_row(Text(problem.field, style="cyan"), Text(problem.rule), Text(problem.remedy))
    return Padding(table, (1, 0, 0, 2))


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, markup=False, highlight=False, emoji=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = WIDTH_OF_FILES
    return console


def _as_answer(error: ConsoleError) -> str:
    problems = [problem.model_dump() for problem in error.problems]
    return json.dumps({"title": str(error), "problems": problems}, ensure_ascii=False)
