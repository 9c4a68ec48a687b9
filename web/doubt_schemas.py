"""What the API takes and answers about messages in doubt, and about suppressed addresses."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo, model_validator

from models.addresses import canonical_address
from models.messages import DeliveryState, Purpose
from models.outbox import RecipientKind
from models.problems import refusal
from models.scalars import Line, PastDay
from models.suppressions import LiftReason
from models.vocabulary import Channel, ConsentMethod
from storage.in_doubt import DoubtDecision
from web.schemas import Request, Schema


class InDoubtView(Schema):
    """One message, without its address; `failure` says why. Its Message-ID begins with `id`."""

    id: UUID
    document: int
    purpose: Purpose
    round: int
    channel: Channel
    recipient: RecipientKind
    language: str
    state: DeliveryState
    failure: str | None
    attempts: int
    since: datetime | None
    resent_at: datetime | None


class InDoubtList(Schema):
    """A page of messages in doubt."""

    reference: str
    deliveries: list[InDoubtView]
    next_after: UUID | None


class DoubtRequest(Request):
    """Decide about messages in doubt: those named, or all."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"decision": "resend", "deliveries": ["3f2b0c1e-0d8c-4f4e-9a57-0b7f5a1f8f10"]}]
        }
    )

    decision: DoubtDecision
    deliveries: list[UUID] | None = Field(default=None, min_length=1, max_length=1000)


class DoubtDecided(Schema):
    """How many messages a decision changed."""

    reference: str
    decision: DoubtDecision
    changed: int


def _fits_channel(value: str, info: ValidationInfo) -> str:
    channel = info.data.get("channel")
    return canonical_address(Channel(channel), value) if channel else value


class LiftRequest(Request):
    """Have an address written to again; the answer and the log never repeat it."""

    model_config = ConfigDict(
        hide_input_in_errors=True,
        json_schema_extra={
            "examples": [{"channel": "email", "address": "prensa@red.example", "why": "works_again"}]
        },
    )

    channel: Literal["email", "sms"] = "email"
    address: Annotated[Line, AfterValidator(_fits_channel)]
    why: LiftReason
    consent_given_on: PastDay | None = None
    consent_method: ConsentMethod | None = None

    @model_validator(mode="after")
    def _consent_is_noted(self) -> "LiftRequest":
        noted = self.consent_given_on is not None and self.consent_method is not None
        if (self.why is LiftReason.OWN_CONSENT) != noted:
            raise refusal(
                "must say when and how she consented, with own_consent and with nothing else",
                "Give consent_given_on and consent_method.",
            )
        return self


class SuppressionView(Schema):
    """A suppressed address, known by those in the directory or a case who have it."""

    reason: str
    suppressed_at: datetime
    whose: list[str]


class SuppressionList(Schema):
    """The newest suppressions, and how many there are by reason."""

    counts: dict[str, int]
    suppressions: list[SuppressionView]


class SuppressionLifted(Schema):
    """The reasons that were lifted, and those that only she can take back who reads the address."""

    lifted: list[str]
    kept: list[str]
