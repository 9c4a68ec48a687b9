"""The people who work with the engine, and their keys."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.columns import link, moment, primary_key, words


class Person(SQLModel, table=True):
    """A coordinator, verifier or admin."""

    id: UUID = primary_key()
    name: str
    email: str = Field(unique=True)
    fingerprint: bytes
    language: str
    time_zone: str
    roles: list[str] = words()
    created_at: datetime = moment()


class ApiKey(SQLModel, table=True):
    """A bearer key of one person; the key itself is shown once and only its SHA-256 kept."""

    __tablename__ = "api_key"

    id: UUID = primary_key()
    person_id: UUID = link("person.id")
    key_hash: bytes = Field(unique=True)
    created_at: datetime = moment()
    last_used_at: datetime | None = moment(nullable=True)
    revoked_at: datetime | None = moment(nullable=True)
