"""Submissions of cases to mechanisms: drafted by the engine, sent by a person."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import link, moment, primary_key, word, words
from models.mechanisms import Mechanism

_INTEGERS: Any = ARRAY(Integer)


class Submission(SQLModel, table=True):
    """A draft that somebody drew, by a keyed digest of what it says; with `sent_at`, one that she has sent.

    `missing` are the keys of required fields that she was to fill in herself, `left_out` the positions of
    the people who did not allow it then. What runs from the sending finds it by `mechanism` and `sent_at`.
    """

    __table_args__ = (UniqueConstraint("action_id", "digest"),)

    id: UUID = primary_key()
    action_id: UUID = link("urgent_action.id")
    mechanism: Mechanism = word(Mechanism)
    language: str
    digest: bytes
    missing: list[str] = words()
    left_out: list[int] = Field(sa_type=_INTEGERS)
    drafted_by: UUID = link("person.id")
    drafted_at: datetime = moment()
    sent_by: UUID | None = link("person.id", nullable=True)
    sent_at: datetime | None = moment(nullable=True)
    recorded_at: datetime | None = moment(nullable=True)
