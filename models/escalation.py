"""What was proposed where targets did not answer, and what people decided about it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import link, moment, primary_key, word
from models.reply_vocabulary import StepKind, StepState


class EscalationStep(SQLModel, table=True):
    """One step of the ladder of a target that is late, or of a submission, as it was proposed at its time.

    The ladder of a submission goes on where another document leads. `addressee_id` is the target to which its
    letter goes, if it is done by one. `digest` is that of the letter as whoever approved it had read it: only
    that may leave.
    """

    __tablename__ = "escalation_step"
    __table_args__ = (
        UniqueConstraint("document_id", "target_id", "number"),
        UniqueConstraint("submission_id", "number"),
        CheckConstraint("num_nonnulls(target_id, submission_id) = 1", name="step_about_one"),
    )

    id: UUID = primary_key()
    action_id: UUID = link("urgent_action.id")
    document_id: UUID = link("document.id")
    target_id: UUID | None = link("target.id", nullable=True)
    submission_id: UUID | None = link("submission.id", nullable=True)
    number: int = Field(ge=1)
    step: StepKind = word(StepKind)
    addressee_id: UUID | None = link("target.id", nullable=True)
    due_at: datetime = moment()
    proposed_at: datetime = moment()
    state: StepState = word(StepState, default=StepState.PROPOSED)
    digest: bytes | None = None
    decided_by: UUID | None = link("person.id", nullable=True)
    decided_at: datetime | None = moment(nullable=True)

    @property
    def subject_id(self) -> UUID:
        """Return the target or submission that it is about."""
        subject = self.target_id or self.submission_id
        if subject is None:
            raise ValueError("a step is about nobody")
        return subject
