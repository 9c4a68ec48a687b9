"""What the API takes and answers about contacts and their lists."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from models.contact_vocabulary import BasisKind, BasisMeans, ContactEventKind, RemovalReason
from models.problems import Problem
from models.vocabulary import Channel, ContactKind
from web.import_schemas import ImportResult, UpdatedEntry
from web.schemas import Request, Schema


class ContactsImported(ImportResult):
    """How an import changed the directory; `barred` had themselves removed, and are not written down anew."""

    barred: int = Field(ge=0)


class ContactsCheck(ContactsImported):
    """What an import would do. Where there are problems, it would do nothing.

    `changes` and `barred_ids` are the first of their kind.
    """

    problems: list[Problem]
    changes: list[UpdatedEntry]
    barred_ids: list[str]


class ContactChannelView(Schema):
    """One address of a contact."""

    channel: Channel
    value: str


class BasisView(Schema):
    """Why she may be written to."""

    kind: BasisKind
    on: date
    by: BasisMeans | None = None


class ContactView(Schema):
    """A contact as a contacts file holds it; who was written down before a basis had to be named has none."""

    id: str
    name: str
    kind: ContactKind
    languages: list[str]
    country: str | None = None
    time_zone: str | None = None
    tags: list[str]
    lists: list[str]
    basis: BasisView | None = None
    channels: list[ContactChannelView]


Word = Annotated[str, Field(min_length=1, max_length=300, pattern="^[^\x00]*$")]


class ContactsQuery(Request):
    """Which contacts are looked for, and where the page begins; `search` stands in a name or an id."""

    after: Word | None = None
    limit: int = Field(default=100, ge=1, le=1000)
    list: Word | None = None
    tag: Word | None = None
    country: Word | None = None
    kind: ContactKind | None = None
    search: Word | None = None


class ContactPage(Schema):
    """A page of contacts, each as a contacts file holds it; pass `next_after` as `after` to get the next."""

    contacts: list[ContactView]
    next_after: str | None = None


class SuppressedAddress(Schema):
    """An address of a contact, by its place among her channels, that is not written to."""

    place: int = Field(ge=0)
    reason: str
    since: datetime


class ContactWhole(Schema):
    """A contact, and which of her addresses are not written to."""

    contact: ContactView
    suppressed: list[SuppressedAddress]
    updated_at: datetime


class ContactRemoved(Schema):
    """A contact that was removed; with `asked`, nothing is sent to her addresses ever again."""

    id: str
    why: RemovalReason


class ListView(Schema):
    """A list, and how many stand on it."""

    id: str
    names: dict[str, str]
    description: str | None = None
    contacts: int = Field(ge=0)


class ListsView(Schema):
    """Every list."""

    lists: list[ListView]


class ListRemoved(Schema):
    """A list that was taken away, and how many had stood on it."""

    id: str
    contacts: int = Field(ge=0)


class ContactEventView(Schema):
    """What somebody did to the contacts."""

    at: datetime
    kind: ContactEventKind
    person: str
    detail: dict[str, Any]


class ContactEvents(Schema):
    """What was done to the contacts, newest first."""

    events: list[ContactEventView]
