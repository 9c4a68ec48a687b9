"""Commands that keep the contacts."""

from collections.abc import Iterator
from typing import Annotated, Final
from urllib.parse import quote

import typer

from console.answers import read, read_as_it_is
from console.client import ApiClient
from console.contact_answers import (
    Checked,
    ContactEvents,
    ContactPage,
    ContactWhole,
    ExportedContacts,
    Imported,
    Lists,
    Removed,
)
from console.contact_rendering import check_summary, contact_table, event_table, whole_contact
from console.directory_files import DirectoryFile, DryRun, FileFormat, Format
from console.directory_imports import Directory
from console.session import DEFAULT_API_URL, ApiKey, ApiUrl, AsJson, Session, Yes, session
from models.contact_csv import CONTACTS_TABLE
from models.contact_file import ContactsReading, divided
from models.contact_vocabulary import RemovalReason
from models.directory_tables import write_table
from models.problems import InvalidInput, Problem
from models.vocabulary import ContactKind
from models.yaml_tree import write_yaml

PAGE: Final = 1_000
"""How many contacts an export asks for at a time."""

ContactId = Annotated[str, typer.Argument(metavar="ID", help="Her id, as `contacts list` tells it.")]
OnList = Annotated[
    str | None, typer.Option("--list", metavar="LIST", help="Only those on the list of this id.")
]
WithTag = Annotated[str | None, typer.Option("--tag", metavar="TAG", help="Only those with this tag.")]
InCountry = Annotated[str | None, typer.Option("--country", metavar="CODE", help="Only those of a country.")]
OfKind = Annotated[ContactKind | None, typer.Option("--kind", help="Only press, or only members.")]
Search = Annotated[str | None, typer.Option("--search", metavar="TEXT", help="Part of a name or an id.")]
After = Annotated[str | None, typer.Option("--after", metavar="ID", help="Go on behind this id.")]
Limit = Annotated[int, typer.Option(min=1, max=1_000, help="How many.")]
Why = Annotated[RemovalReason, typer.Option(help="Whether she asked for it, or stands there by mistake.")]


def _problems_of(tree: object) -> tuple[Problem, ...]:
    """Tell what is wrong with a file as such; which lists there are, only the server knows."""
    reading = ContactsReading()
    try:
        head, contacts = divided(tree)
    except InvalidInput as found:
        return found.problems
    reading.begin(head)
    for raw in contacts:
        reading.read(raw)
        if reading.is_over:
            break
    return reading.told()


def _send(client: ApiClient, path: str, tree: object) -> str:
    try:
        head, contacts = divided(tree)
    except InvalidInput:
        return client.post(path, tree, repeatable=True)
    return client.post_lines(path, head, contacts)


def _told_import(answer: str) -> str:
    done = read(Imported, answer)
    told = f"Imported contacts: {done.created} new, {done.updated} updated, {done.unchanged} unchanged."
    return f"{told} Left out, since they had themselves removed: {done.barred}." if done.barred else told


CONTACTS = Directory(
    path="/contacts",
    form=CONTACTS_TABLE,
    problems_of=_problems_of,
    send=_send,
    tell_check=lambda answer: check_summary(read(Checked, answer)),
    tell_import=_told_import,
)


def import_contacts(
    file: DirectoryFile,
    *,
    dry_run: DryRun = False,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Create or update contacts by their ids.

    All of the file is taken, or nothing.
    """
    with session(api_url, api_key, as_json=as_json) as opened:
        CONTACTS.take(opened, file, dry_run=dry_run)


def list_contacts(  # noqa: PLR0913 - each is an option of the command
    *,
    on: OnList = None,
    tag: WithTag = None,
    country: InCountry = None,
    kind: OfKind = None,
    search: Search = None,
    after: After = None,
    limit: Limit = 50,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """List contacts by their ids, without their addresses."""
    wanted = _wanted(on, tag, country, kind, search)
    with session(api_url, api_key, as_json=as_json) as opened:
        asked = {**wanted, "limit": limit, **({"after": after} if after else {})}
        answer = opened.client.get("/contacts", asked)
        if as_json:
            opened.screen.json(answer)
            return
        page = read(ContactPage, answer)
        opened.screen.show(contact_table(page.contacts))
        if page.next_after:
            opened.screen.show(f"There may be more: add --after {page.next_after}")


def export(  # noqa: PLR0913 - each is an option of the command
    *,
    on: OnList = None,
    tag: WithTag = None,
    country: InCountry = None,
    kind: OfKind = None,
    search: Search = None,
    file_format: Format = FileFormat.YAML,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Write contacts as a file that can be imported again; with --json, a page of the API's a line."""
    wanted = _wanted(on, tag, country, kind, search)
    with session(api_url, api_key, as_json=as_json) as opened:
        if as_json:
            for answer in _pages(opened, wanted):
                opened.screen.json(answer)
        elif file_format is FileFormat.CSV:
            _export_table(opened, wanted)
        else:
            _export_yaml(opened, wanted)


def _wanted(
    on: str | None, tag: str | None, country: str | None, kind: ContactKind | None, search: str | None
) -> dict[str, str | int]:
    asked = {"list": on, "tag": tag, "country": country, "kind": kind, "search": search}
    return {name: value for name, value in asked.items() if value}


def _pages(opened: Session, wanted: dict[str, str | int]) -> Iterator[str]:
    after: str | None = ""
    while after is not None:
        answer = opened.client.get(
            "/contacts", {**wanted, "limit": PAGE, **({"after": after} if after else {})}
        )
        yield answer
        after = read_as_it_is(ExportedContacts, answer).next_after


def _export_table(opened: Session, wanted: dict[str, str | int]) -> None:
    for number, answer in enumerate(_pages(opened, wanted)):
        entries = read_as_it_is(ExportedContacts, answer).contacts
        opened.screen.file(write_table(entries, CONTACTS_TABLE, header=number == 0))


def _export_yaml(opened: Session, wanted: dict[str, str | int]) -> None:
    lists = read(Lists, opened.client.get("/lists")).lists
    head = [one.model_dump(exclude={"contacts"}, exclude_none=True) for one in lists]
    opened.screen.file(write_yaml({"lists": head}) if head else "")
    is_empty = True
    for answer in _pages(opened, wanted):
        entries = read_as_it_is(ExportedContacts, answer).contacts
        if entries:
            opened.screen.file(("contacts:\n" if is_empty else "") + write_yaml(entries))
            is_empty = False
    if is_empty:
        opened.screen.file(write_yaml({"contacts": []}))


def show(
    contact: ContactId,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Show a contact, and which of her addresses are not written to."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.get(_path(contact))
        opened.tell(answer, lambda: whole_contact(read(ContactWhole, answer)))


def remove(
    contact: ContactId,
    *,
    why: Why = RemovalReason.ASKED,
    yes: Yes = False,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Remove a contact.

    Where she asked for it, a keyed hash of each of her addresses stays, and none is written to again.
    """
    with session(api_url, api_key, as_json=as_json) as opened:
        for_good = " Nothing will be sent to her addresses again." if why is RemovalReason.ASKED else ""
        opened.screen.confirm(f"Remove {contact}?{for_good}", yes=yes)
        answer = opened.client.delete(f"{_path(contact)}?why={why}")
        if as_json:
            opened.screen.json(answer)
            return
        told = read(Removed, answer)
        opened.screen.show(f"{told.id} was removed.{for_good}")


def log(
    *,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many, newest first.")] = 50,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Tell who imported and removed contacts, and kept lists."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.get("/lists/events", {"limit": limit})
        opened.tell(answer, lambda: event_table(read(ContactEvents, answer).events))


def _path(contact: str) -> str:
    return f"/contacts/{quote(contact.strip(), safe='')}"
