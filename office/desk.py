"""What every command of the operator works with: the database, and a screen that tells errors."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, TypeVar

import typer
from rich.table import Table
from sqlalchemy.exc import ProgrammingError
from sqlmodel.ext.asyncio.session import AsyncSession

from console.errors import ConsoleError, UnreachableError
from console.screen import Screen
from security.fields import FieldCipher
from security.fingerprints import AddressFingerprint
from storage.database import UNAVAILABLE, Database

Result = TypeVar("Result")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]


@dataclass(frozen=True)
class Office:
    """What the settings of the server say that the commands need."""

    database_url: str
    fingerprint: AddressFingerprint
    cipher: FieldCipher
    public_url: str
    message_id_domain: str
    default_language: str
    default_time_zone: str

    def in_database(self, work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
        """Do work in one transaction; what it returns is committed.

        Raises:
            UnreachableError: the database is away, or is not of this version.
        """
        try:
            return asyncio.run(self._in_transaction(work))
        except UNAVAILABLE:
            message = "The database cannot be reached. Check ACUERPA_DATABASE_URL, and that it runs."
        except ProgrammingError:
            message = "The database has not the tables of this version. Run: python -m alembic upgrade head"
        raise UnreachableError(message)

    async def _in_transaction(self, work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
        database = Database(self.database_url, pool_size=1)
        try:
            async with database.transaction() as session:
                return await work(session)
        finally:
            await database.close()


OpenOffice = Callable[[], Office]
"""Reads the settings; called once what was typed has been found right."""


@contextmanager
def screen(*, as_json: bool = False) -> Iterator[Screen]:
    """Open the screen of a command, which ends it with the code of the error that it shows."""
    opened = Screen(as_json=as_json)
    try:
        yield opened
    except ConsoleError as error:
        opened.fail(error)
        raise typer.Exit(error.code) from None


def group(purpose: str) -> typer.Typer:
    """Make a group of commands."""
    return typer.Typer(help=purpose, no_args_is_help=True, rich_markup_mode=None)


def table(*headings: str) -> Table:
    """Make an empty list for people to read."""
    return Table(*headings, box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))


def local_time(moment: datetime | None) -> str:
    """Write a moment on the clock of this machine."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}" if moment else "-"


def iso_times(**moments: datetime | None) -> dict[str, str | None]:
    """Write moments for programs."""
    return {name: moment.isoformat() if moment else None for name, moment in moments.items()}
