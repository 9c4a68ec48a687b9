"""People and media who receive releases."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import link, moment, primary_key, word
from models.vocabulary import Channel, ContactKind


class Contact(SQLModel, table=True):
    """A journalist, medium, member or friend. `slug` is the stable id in files."""

    id: UUID = primary_key()
    slug: str = Field(unique=True)
    name: str
    kind: ContactKind = word(ContactKind, index=True)
    language: str
    country: str | None = None
    time_zone: str | None = None
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
