"""Reply clocks and proposed steps, as coordinators read and decide about them."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from models.reply_vocabulary import ClockState, StepKind, StepState
from web.response_schemas import Answering
from web.schemas import Digest, Request, Schema


class StepView(Schema):
    """A step that was proposed."""

    id: UUID
    number: int
    step: StepKind
    addressee: int | None = Field(description="The target to which its letter goes, if it is done by one.")
    proposed_at: datetime
    state: StepState
    decided_at: datetime | None


class NextStepView(Schema):
    """A step that will be proposed."""

    number: int
    step: StepKind
    at: datetime


class ClockView(Answering):
    """When a target or mechanism should have answered, and what follows where it does not."""

    state: ClockState
    started: datetime | None
    due: datetime | None
    answered_on: date | None
    steps: list[StepView]
    next_step: NextStepView | None


class ClockList(Schema):
    """The reply clocks of an action: of its targets by their place, then of submissions as they were sent."""

    reference: str
    document: str = Field(description="From which document the clocks of targets count: the one that asks.")
    clocks: list[ClockView]


class LetterDraft(Schema):
    """The letter of a step as it would leave; its digest is what an approval names."""

    id: UUID
    step: StepKind
    state: StepState
    addressee: int | None
    language: str | None
    subject: str | None
    text: str | None
    digest: str | None


class StepDecision(Request):
    """What becomes of a proposed step; to approve its letter, name the digest of what was read."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"decision": "approved", "digest": "9f" * 32}]})

    decision: Literal[StepState.APPROVED, StepState.DONE, StepState.DISMISSED]
    digest: Digest | None = None
