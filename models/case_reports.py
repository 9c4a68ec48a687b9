"""A closing report as data: what partners and funders may be told of one action. It names nobody."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from models.figures import Ending
from models.messages import DeliveryState
from models.outcome_file import Impact
from models.partner_actions import PartnerActionKind
from models.response_vocabulary import ResponseKind
from models.vocabulary import Channel, Concern, TargetKind


class Milestone(StrEnum):
    """What stands on the timeline of a report."""

    EVENT = "event"
    """What happened; only where its day is known."""
    RECEIVED = "received"
    """The case was handed in."""
    RELEASED = "released"
    """A document began to go out."""
    SUBMITTED = "submitted"
    """The case was submitted to a mechanism."""
    ANSWERED = "answered"
    """A target answered."""
    SUBMISSION_ANSWERED = "submission_answered"
    """A mechanism answered a submission."""
    SUBMISSION_LATE = "submission_late"
    """The time that a mechanism has to answer ran out, and there was no final answer."""
    ENDED = "ended"
    """The action ended."""


@dataclass(frozen=True)
class Moment:
    """One point of the timeline; a release has the number of its document, and submissions are counted.

    Which mechanism a submission went to is not told: a filing may be confidential.
    """

    milestone: Milestone
    on: date
    number: int | None = None


@dataclass(frozen=True)
class Responded:
    """How many of a kind were asked, and how many of them responded in which way.

    Asked are offices that the statement reached; each submission that was sent is one more mechanism.
    """

    kind: TargetKind
    asked: int
    kinds: dict[ResponseKind, int]


@dataclass(frozen=True)
class CaseReport:
    """What is told of an action.

    Signatures are those that may be named, by country; of the others only how many there are at least. Of
    those named it is told how many did what themselves, where they are at least three. What became of people
    is told by its words alone, without a number, and not of those who are withheld.
    """

    reference: str
    country: str
    concerns: tuple[Concern, ...]
    on: date
    ending: Ending
    timeline: tuple[Moment, ...]
    signatures: dict[str, int]
    organisations: int
    unnamed_at_least: int
    deliveries: dict[Channel, dict[DeliveryState, int]]
    responses: tuple[Responded, ...]
    partner_actions: dict[PartnerActionKind, int]
    impacts: tuple[Impact, ...]
