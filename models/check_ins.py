"""What coordinators say when they are asked for news, and the links by which they say it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import link, moment, primary_key, word
from models.vocabulary import News


class CheckInAnswer(SQLModel, table=True):
    """The answer to one check-in of a document: there is one at most, and it stays as it was given."""

    __tablename__ = "check_in_answer"
    __table_args__ = (UniqueConstraint("document_id", "number"),)

    id: UUID = primary_key()
    action_id: UUID = link("urgent_action.id")
    document_id: UUID = link("document.id")
    number: int
    news: News = word(News)
    by_link: bool
    person_id: UUID = link("person.id")
    answered_at: datetime = moment()


class CheckInLink(SQLModel, table=True):
    """A coordinator's link in a check-in, or in word of a late answer; only its token's SHA-256 is kept.

    `number` is the round of the message, whose delivery tells which of the two it is.
    """

    __tablename__ = "check_in_link"

    id: UUID = primary_key()
    action_id: UUID = link("urgent_action.id")
    document_id: UUID = link("document.id")
    number: int
    person_id: UUID = link("person.id")
    delivery_id: UUID = link("delivery.id")
    token_hash: bytes = Field(unique=True)
    expires_at: datetime = moment()
    issued_at: datetime = moment()
