"""What workflows and their callers tell each other of decisions."""

from datetime import datetime
from uuid import UUID

from models.lifecycle import Decision, Refusal
from models.messages import Message


class PersonDecision(Message):
    """A decision of one person, who waits for the answer until a moment (None: for ever)."""

    action_id: UUID
    decision: Decision
    person_id: UUID
    until: datetime | None = None


class DecisionRecord(Message):
    """A decision that the workflow accepted."""

    action_id: UUID
    decision: Decision
    person_id: UUID


class DecisionRefused(Message):
    """Why a decision was refused; carried in the details of the error."""

    refusal: Refusal
