"""People and media who receive releases, and their lists."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import link, moment, primary_key, tree, word, words
from models.contact_vocabulary import BasisKind, BasisMeans, ContactEventKind
from models.vocabulary import Channel, ContactKind


class Contact(SQLModel, table=True):
    """A journalist, medium, member or friend. `slug` is the stable id in files.

    `languages` stand in her order; `lists` holds slugs of lists. Who was written down before a basis had
    to be named has none.
    """

    id: UUID = primary_key()
    slug: str = Field(unique=True)
    name: str
    kind: ContactKind = word(ContactKind, index=True)
    languages: list[str] = words()
    country: str | None = None
    time_zone: str | None = None
    tags: list[str] = words()
    lists: list[str] = words()
    basis: BasisKind | None = word(BasisKind, default=None, nullable=True)
    basis_on: date | None = None
    basis_by: BasisMeans | None = word(BasisMeans, default=None, nullable=True)
    updated_at: datetime = moment()


class ContactAddress(SQLModel, table=True):
    """One address of a contact; the lowest position is preferred."""

    __tablename__ = "contact_address"
    __table_args__ = (UniqueConstraint("contact_id", "position"),)

    id: UUID = primary_key()
    contact_id: UUID = link("contact.id")
    position: int
    channel: Channel = word(Channel)
    address: str
    fingerprint: bytes = Field(index=True)


class ContactList(SQLModel, table=True):
    """A named list, by the slug that contacts and cases call it by; its names stand by language."""

    __tablename__ = "contact_list"

    slug: str = Field(primary_key=True)
    names: dict[str, str] = tree()
    description: str | None = None
    updated_at: datetime = moment()


class ContactEvent(SQLModel, table=True):
    """Who did what to the contacts when. `detail` holds counts, enums and slugs of lists, never whom."""

    __tablename__ = "contact_event"

    id: UUID = primary_key()
    kind: ContactEventKind = word(ContactEventKind)
    person_id: UUID = link("person.id")
    at: datetime = moment()
    detail: dict[str, Any] = tree()
