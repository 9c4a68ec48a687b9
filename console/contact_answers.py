"""What the API answers about contacts and lists, as far as this client shows it."""

from datetime import datetime
from typing import Any

from console.answers import Answer
from console.directory_imports import UpdatedEntry


class Imported(Answer):
    """How an import changed the directory."""

    created: int
    updated: int
    unchanged: int
    barred: int = 0


class Checked(Imported):
    """What an import would do."""

    changes: list[UpdatedEntry]
    barred_ids: tuple[str, ...] = ()


class Channel(Answer):
    """One address of a contact."""

    channel: str
    value: str


class Contact(Answer):
    """A contact as she is shown."""

    id: str
    name: str
    kind: str
    languages: list[str]
    country: str | None = None
    time_zone: str | None = None
    tags: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    basis: dict[str, str | None] | None = None
    channels: list[Channel]


class ContactPage(Answer):
    """A page of contacts."""

    contacts: list[Contact]
    next_after: str | None = None


class ExportedContacts(Answer):
    """A page of contacts, as a contacts file holds them."""

    contacts: list[dict[str, Any]]
    next_after: str | None = None


class Suppressed(Answer):
    """An address, by its place, that is not written to."""

    place: int
    reason: str
    since: datetime


class ContactWhole(Answer):
    """A contact, and which of her addresses are not written to."""

    contact: Contact
    suppressed: list[Suppressed]


class Removed(Answer):
    """A contact that was removed."""

    id: str
    why: str


class ContactList(Answer):
    """A list, and how many stand on it."""

    id: str
    names: dict[str, str]
    description: str | None = None
    contacts: int


class Lists(Answer):
    """Every list."""

    lists: list[ContactList]


class ListRemoved(Answer):
    """A list that was taken away."""

    id: str
    contacts: int


class ContactEvent(Answer):
    """What somebody did to the contacts."""

    at: datetime
    kind: str
    person: str
    detail: dict[str, Any]


class ContactEvents(Answer):
    """What was done, newest first."""

    events: list[ContactEvent]
