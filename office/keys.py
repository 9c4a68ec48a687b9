"""Commands for people's API keys."""

import json
from typing import Annotated, NamedTuple
from uuid import UUID

import typer
from rich.table import Table
from rich.text import Text
from sqlmodel.ext.asyncio.session import AsyncSession

from console.errors import RefusedError
from models.people import ApiKey, Person
from models.vocabulary import Role
from office.applicants import Applicant, admitted, filled_in
from office.desk import AsJson, Office, OpenOffice, group, iso_times, local_time, screen, table
from security.tokens import new_api_key, token_hash
from storage.people import KeyHolder, all_keys, revoke_key

Roles = Annotated[
    list[Role] | None,
    typer.Option("--role", help="What she may do, once for each role; adds to those of a known person."),
]


class Issued(NamedTuple):
    """A new key, shown this once, and whose it is."""

    key: str
    key_id: UUID
    person: Person
    known_before: bool


class KeyCommands:
    """Make, list and revoke keys."""

    def __init__(self, open_office: OpenOffice) -> None:
        self._open_office = open_office

    def create(
        self,
        *,
        name: Annotated[str, typer.Option(help="Her name, as others will see it.")],
        email: Annotated[str, typer.Option(help="Her mail address; by it a person is known.")],
        role: Roles = None,
        language: Annotated[str | None, typer.Option(help="Language of messages to her, like es.")] = None,
        time_zone: Annotated[str | None, typer.Option(help="Like America/Mexico_City.")] = None,
    ) -> None:
        """Make a key, and the person where her mail address is new; a known person gets the roles added."""
        with screen() as shown:
            given = {"name": name, "email": email, "language": language, "time_zone": time_zone}
            applicant = filled_in(Applicant, "No key was made.", **given)
            office = self._open_office()
            issued = office.in_database(lambda session: _issue(session, office, applicant, role or []))
            if issued.known_before:
                shown.say("This person is known: her name, language and time zone stay as they are.")
            shown.say(f"Key {issued.key_id} of {issued.person.name}: {', '.join(issued.person.roles)}.")
            shown.say("It is shown only now. Hand it over on a safe channel, as ACUERPA_API_KEY:")
            typer.echo(issued.key)

    def list_keys(self, *, as_json: AsJson = False) -> None:
        """List every key, oldest first; no key can be read again."""
        with screen(as_json=as_json) as shown:
            holders = self._open_office().in_database(all_keys)
            if as_json:
                shown.json(json.dumps([_as_tree(holder) for holder in holders], ensure_ascii=False))
            else:
                shown.show(_table(holders))

    def revoke(
        self, key_id: Annotated[UUID, typer.Argument(metavar="KEY_ID", help="As `keys list` shows it.")]
    ) -> None:
        """Revoke a key: it opens nothing from this moment on."""
        with screen() as shown:
            if not self._open_office().in_database(lambda session: revoke_key(session, key_id)):
                raise RefusedError("There is no live key with this id. Look it up: python admin.py keys list")
            shown.show(f"Key {key_id} is revoked.")


def key_commands(open_office: OpenOffice) -> typer.Typer:
    """Register the commands."""
    commands, keys = KeyCommands(open_office), group("Make, list and revoke API keys.")
    keys.command("create")(commands.create)
    keys.command("list")(commands.list_keys)
    keys.command("revoke")(commands.revoke)
    return keys


async def _issue(session: AsyncSession, office: Office, applicant: Applicant, roles: list[Role]) -> Issued:
    person, known_before = await admitted(session, office, applicant, roles)
    key = new_api_key()
    row = ApiKey(person_id=person.id, key_hash=token_hash(key))
    session.add(row)
    return Issued(key, row.id, person, known_before)


def _table(holders: list[KeyHolder]) -> Table:
    listed = table("Key id", "Person", "Roles", "Created", "Last used", "Revoked")
    for person, key in holders:
        listed.add_row(
            Text(str(key.id), no_wrap=True),
            Text(f"{person.name} <{person.email}>", overflow="fold"),
            ", ".join(person.roles),
            local_time(key.created_at),
            local_time(key.last_used_at),
            local_time(key.revoked_at),
            style="dim" if key.revoked_at else "",
        )
    return listed


def _as_tree(holder: KeyHolder) -> dict[str, object]:
    person, key = holder
    times = iso_times(created_at=key.created_at, last_used_at=key.last_used_at, revoked_at=key.revoked_at)
    return {
        "key_id": str(key.id),
        "person": {"name": person.name, "email": person.email},
        "roles": person.roles,
        **times,
    }
