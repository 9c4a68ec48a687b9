"""What partners ask before they sign, and what they are answered."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.columns import link, moment, primary_key


class Question(SQLModel, table=True):
    """A question of a partner's contact and its answer, both sealed; it is no answer to the invitation.

    `turn` is the round of messages that tells the coordinator of it, `answer_turn` the one that tells the
    contact of the answer.
    """

    id: UUID = primary_key()
    invitation_id: UUID = link("invitation.id")
    turn: int
    sealed_text: bytes = Field(repr=False)
    asked_at: datetime = moment()
    answer_turn: int | None = None
    sealed_answer: bytes | None = Field(default=None, repr=False)
    answered_by: UUID | None = link("person.id", nullable=True)
    answered_at: datetime | None = moment(nullable=True)
