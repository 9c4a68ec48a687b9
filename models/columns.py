"""The column types that the tables share."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import DateTime, Enum, Interval, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def primary_key() -> Any:
    """Make a random UUID primary key."""
    return Field(default_factory=uuid4, primary_key=True)


def link(target: str, *, nullable: bool = False) -> Any:
    """Make an indexed foreign key; rows of a case are never deleted, so nothing cascades."""
    if nullable:
        return Field(default=None, foreign_key=target, index=True, nullable=True)
    return Field(foreign_key=target, index=True)


def moment(*, nullable: bool = False) -> Any:
    """Make a `timestamptz`; one that may not be null defaults to now."""
    column_type: Any = DateTime(timezone=True)
    if nullable:
        return Field(default=None, sa_type=column_type, nullable=True)
    return Field(default_factory=now, sa_type=column_type)


def word(vocabulary: type[StrEnum], **options: Any) -> Any:
    """Make a text column whose values are the members of a vocabulary."""
    column_type: Any = Enum(
        vocabulary,
        native_enum=False,
        create_constraint=False,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )
    return Field(sa_type=column_type, **options)


def words(*, nullable: bool = False) -> Any:
    """Make a `text[]`."""
    column_type: Any = ARRAY(Text)
    if nullable:
        return Field(default=None, sa_type=column_type, nullable=True)
    return Field(sa_type=column_type)


def uuids() -> Any:
    """Make a `uuid[]`."""
    column_type: Any = ARRAY(Uuid)
    return Field(sa_type=column_type)


def durations() -> Any:
    """Make an `interval[]`."""
    column_type: Any = ARRAY(Interval)
    return Field(sa_type=column_type)


def tree(*, nullable: bool = False) -> Any:
    """Make a `jsonb`."""
    column_type: Any = JSONB(none_as_null=True)
    if nullable:
        return Field(default=None, sa_type=column_type, nullable=True)
    return Field(sa_type=column_type)
