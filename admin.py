"""The operator's script, on the server: people and their API keys."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, NamedTuple, TypeVar
from uuid import UUID

import typer
from rich.table import Table
from rich.text import Text
from sqlalchemy.exc import ProgrammingError
from sqlmodel.ext.asyncio.session import AsyncSession

from console.errors import BadInputError, ConsoleError, RefusedError, UnreachableError
from console.screen import Screen
from models.addresses import EmailAddress
from models.people import ApiKey, Person
from models.problems import InvalidInput
from models.scalars import Language, Line, TimeZone
from models.strict_model import StrictModel, parse
from models.vocabulary import Channel, Role
from security.fingerprints import AddressFingerprint
from security.keys import decode_key
from security.tokens import new_api_key, token_hash
from settings import Settings, load_settings
from storage.database import UNAVAILABLE, Database
from storage.people import KeyHolder, all_keys, known_person, revoke_key

Result = TypeVar("Result")

Roles = Annotated[
    list[Role] | None,
    typer.Option("--role", help="What she may do, once for each role; adds to those of a known person."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]


class Applicant(StrictModel):
    """Who a key is for."""

    name: Line
    email: EmailAddress
    language: Language | None = None
    time_zone: TimeZone | None = None


class Issued(NamedTuple):
    """A new key, shown this once, and whose it is."""

    key: str
    key_id: UUID
    person: Person
    known_before: bool


app = typer.Typer(
    help="Keep the people who work with Acuerpa, and their keys.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    rich_markup_mode=None,
)
keys = typer.Typer(
    help="Make, list and revoke API keys.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(keys, name="keys")


@app.callback()
def _admin() -> None:
    """Keep `keys` a group of its own although it is the only one."""


@keys.command("create")
def create(
    *,
    name: Annotated[str, typer.Option(help="Her name, as others will see it.")],
    email: Annotated[str, typer.Option(help="Her mail address; by it a person is known.")],
    role: Roles = None,
    language: Annotated[str | None, typer.Option(help="Language of messages to her, like es.")] = None,
    time_zone: Annotated[str | None, typer.Option(help="Like America/Mexico_City.")] = None,
) -> None:
    """Make a key, and the person where her mail address is new; a known person gets the roles added."""
    with _screen() as screen:
        applicant = _applicant(name=name, email=email, language=language, time_zone=time_zone)
        settings = load_settings()
        issued = _in_database(settings, lambda session: _issue(session, settings, applicant, role or []))
        if issued.known_before:
            screen.say("This person is known: her name, language and time zone stay as they are.")
        screen.say(f"Key {issued.key_id} of {issued.person.name}: {', '.join(issued.person.roles)}.")
        screen.say("It is shown only now. Hand it over on a safe channel, as ACUERPA_API_KEY:")
        typer.echo(issued.key)


@keys.command("list")
def list_keys(*, as_json: AsJson = False) -> None:
    """List every key, oldest first; no key can be read again."""
    with _screen(as_json=as_json) as screen:
        holders = _in_database(load_settings(), all_keys)
        if as_json:
            screen.json(json.dumps([_as_tree(holder) for holder in holders], ensure_ascii=False))
        else:
            screen.show(_table(holders))


@keys.command("revoke")
def revoke(
    key_id: Annotated[UUID, typer.Argument(metavar="KEY_ID", help="As `keys list` shows it.")],
) -> None:
    """Revoke a key: it opens nothing from this moment on."""
    with _screen() as screen:
        if not _in_database(load_settings(), lambda session: revoke_key(session, key_id)):
            raise RefusedError("There is no live key with this id. Look it up: python admin.py keys list")
        screen.show(f"Key {key_id} is revoked.")


def _applicant(**given: str | None) -> Applicant:
    try:
        return parse(Applicant, {field: value for field, value in given.items() if value is not None})
    except InvalidInput as error:
        found = error
    raise BadInputError("No key was made.", problems=found.problems)


async def _issue(
    session: AsyncSession, settings: Settings, applicant: Applicant, roles: list[Role]
) -> Issued:
    fingerprint = AddressFingerprint(decode_key(settings.fingerprint_key.get_secret_value())).of(
        Channel.EMAIL, applicant.email
    )
    known = await known_person(session, applicant.email, fingerprint)
    person = known or Person(
        name=applicant.name,
        email=applicant.email,
        fingerprint=fingerprint,
        language=applicant.language or settings.default_language,
        time_zone=applicant.time_zone or settings.default_time_zone,
        roles=[],
    )
    if not person.roles and not roles:
        raise BadInputError("A new person needs a role. Add --role coordinator, verifier or admin.")
    person.roles = [name.value for name in Role if name in {*person.roles, *roles}]
    session.add(person)
    await session.flush()
    key = new_api_key()
    row = ApiKey(person_id=person.id, key_hash=token_hash(key))
    session.add(row)
    return Issued(key, row.id, person, known is not None)


def _in_database(settings: Settings, work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    """Do work in one transaction; what it returns is committed."""

    async def run() -> Result:
        database = Database(settings.database_url, pool_size=1)
        try:
            async with database.transaction() as session:
                return await work(session)
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except UNAVAILABLE:
        message = "The database cannot be reached. Check ACUERPA_DATABASE_URL, and that it runs."
    except ProgrammingError:
        message = "The database has not the tables of this version. Run: python -m alembic upgrade head"
    raise UnreachableError(message)


@contextmanager
def _screen(*, as_json: bool = False) -> Iterator[Screen]:
    screen = Screen(as_json=as_json)
    try:
        yield screen
    except ConsoleError as error:
        screen.fail(error)
        raise typer.Exit(error.code) from None


def _table(holders: list[KeyHolder]) -> Table:
    headings = ("Key id", "Person", "Roles", "Created", "Last used", "Revoked")
    table = Table(*headings, box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for person, key in holders:
        table.add_row(
            Text(str(key.id), no_wrap=True),
            Text(f"{person.name} <{person.email}>", overflow="fold"),
            ", ".join(person.roles),
            _day(key.created_at),
            _day(key.last_used_at),
            _day(key.revoked_at),
            style="dim" if key.revoked_at else "",
        )
    return table


def _day(moment: datetime | None) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}" if moment else "-"


def _as_tree(holder: KeyHolder) -> dict[str, object]:
    person, key = holder
    times = {"created_at": key.created_at, "last_used_at": key.last_used_at, "revoked_at": key.revoked_at}
    return {
        "key_id": str(key.id),
        "person": {"name": person.name, "email": person.email},
        "roles": person.roles,
        **{name: moment.isoformat() if moment else None for name, moment in times.items()},
    }


if __name__ == "__main__":
    app()
