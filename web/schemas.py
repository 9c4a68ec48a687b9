"""What the API takes and answers."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from models.lifecycle import Decision, Phase, Refusal
from models.messages import DeliveryState, Purpose
from models.problems import Problem
from models.records import EventKind
from models.scalars import Prose
from models.vocabulary import (
    Channel,
    ConsentGiver,
    ConsentMethod,
    ConsentUse,
    DocumentKind,
    PassageReason,
    PersonKind,
    ReleasePolicy,
    RiskLevel,
    SourceKind,
    Urgency,
    Visibility,
)

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Schema(BaseModel):
    """Base of all that the API answers."""

    model_config = ConfigDict(frozen=True)


class Request(BaseModel):
    """Base of the small bodies that the API takes; an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AttestationRequest(Request):
    """Confirm facts, consent and texts of the version that was read, named by its digest."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"digest": "9f" * 32, "consent_revision": 1}]})

    digest: Digest
    consent_revision: int = Field(default=1, ge=1)
    """That of the action as it was read, where consent is confirmed; left out, the consents of the intake."""
    confirms: list[str] | None = Field(default=None, min_length=1, max_length=50)
    """`facts`, `consent` and `text:` with a language; left out, all of these that the version has.

    `editorial`, where it is marked as such, is confirmed by this word alone.
    """


class ReleaseRequest(Request):
    """How many recipients the caller knows that a release goes to."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"recipients": 1203}]})

    recipients: int | None = None


class ObjectionRequest(Request):
    """What a verifier has against a case. It is sealed, and read by those who work on the case."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Falta una segunda fuente."}]})

    reason: Prose


class ProblemDetails(Schema):
    """An error (RFC 9457): what is wrong and what to do about it."""

    status: int
    title: str
    detail: str
    refusal: Refusal | None = None
    problems: tuple[Problem, ...] = ()


class ConsentView(Schema):
    """The consent that counts for one use: the newest."""

    use: ConsentUse
    given: bool
    given_by: ConsentGiver
    method: ConsentMethod
    given_on: date
    valid_until: date | None
    revoked_at: datetime | None


class PersonView(Schema):
    """A person at risk as she may be called: by name, by pseudonym, or not at all.

    `consent_passed` says why her family decides in her place.
    """

    kind: PersonKind
    visibility: Visibility
    display_name: str | None
    consent_passed: PassageReason | None = None
    consents: list[ConsentView]


class PossibleDuplicateView(Schema):
    """An action that may be about the same person, and how much the names are alike, in percent."""

    reference: str
    similarity: int


class SourceView(Schema):
    """What kind of source the facts come from; who it is stays sealed."""

    kind: SourceKind
    received_on: date


class TextView(Schema):
    """A document's text in one language; body and background are Markdown."""

    language: str
    headline: str
    summary: str
    body: str
    background: str | None
    demands: list[str]


class DocumentView(Schema):
    """The current document, in its current version. `digest` is the SHA-256 of all its texts, in hex.

    `approved` lists the languages in which it may go out.
    """

    index: str
    kind: DocumentKind
    version: int
    digest: Digest
    approved: list[str]
    texts: list[TextView]


class AttestationsView(Schema):
    """How many people other than the author attested the current version, and how many must."""

    count: int
    required: int


class SignOnView(Schema):
    """How the invited partners have answered; `signed_earlier` is for a text that has changed since.

    `organisations` counts collectives with their members, each organisation once; the quorum counts partners.
    """

    invited: int
    signed: int
    organisations: int = 0
    signed_earlier: int
    declined: int
    withdrawn: int
    quorum: int
    policy: ReleasePolicy
    opened_at: datetime | None
    closes_at: datetime | None
    ended_at: datetime | None


class DispatchView(Schema):
    """One dispatch: how many of its deliveries stand in which state, by channel."""

    purpose: Purpose
    round: int
    size: int
    frozen_at: datetime
    channels: dict[Channel, dict[DeliveryState, int]]


class UnreachableTarget(Schema):
    """A target, by its number in the case from 0, that has no address that can be written to."""

    number: int
    office: str


class ActionSummary(Schema):
    """An action in a list."""

    reference: str
    title: str
    urgency: Urgency
    phase: Phase
    on_hold: bool
    created_at: datetime
    released_at: datetime | None
    closed_at: datetime | None


class ActionView(ActionSummary):
    """An action with all of it that is not sealed. `revision` grows with every event but readings.

    `releasable` is true where something is approved and attested that has not gone out yet.
    """

    revision: int
    expires_at: datetime | None = Field(default=None, description="While it is followed up.")
    country: str
    region: str | None
    occurred_on: str
    concerns: list[str]
    languages: list[str]
    people_at_risk: list[PersonView]
    sources: list[SourceView]
    risk_level: RiskLevel
    possible_duplicates: list[PossibleDuplicateView] = []
    document: DocumentView
    attestations: AttestationsView
    consent_revision: int
    """Grows with each consent that decides anything; whoever confirms consent names the one that she read."""
    releasable: bool
    sign_on: SignOnView | None
    dispatches: list[DispatchView]
    unreachable_targets: list[UnreachableTarget] = []


class DecisionView(Schema):
    """A decision that took effect. `workflow_informed` is false where Temporal is away: it will be told."""

    reference: str
    decision: Decision
    phase: Phase
    on_hold: bool
    attestations: AttestationsView
    workflow_informed: bool


class ActionList(Schema):
    """Actions, newest first."""

    actions: list[ActionSummary]


class EventView(Schema):
    """One event of the timeline; `person` is who decided, where a person did."""

    sequence: int
    at: datetime
    kind: EventKind
    person: str | None
    detail: dict[str, Any]


class Timeline(Schema):
    """The events of an action, oldest first."""

    events: list[EventView]


class Health(Schema):
    """Whether the process serves, and what it depends on."""

    status: str
    database: str | None = None
    temporal: str | None = None
