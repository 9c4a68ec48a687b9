"""What the API answers, as far as this client shows it: unknown fields and words of a newer server pass."""

import json
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from console.errors import UnreachableError
from models.anchors import Anchor
from models.audit import ChainedEvent
from models.problems import Problem

Model = TypeVar("Model", bound="Answer")


class Answer(BaseModel):
    """Base of all that is read."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Note(Answer):
    """What is sealed of one thing in a list."""

    id: str
    note: str


class ProblemDetails(Answer):
    """An error (RFC 9457)."""

    title: str
    detail: str = ""
    problems: tuple[Problem, ...] = ()


class Consent(Answer):
    """The consent that counts for one use."""

    use: str
    given: bool
    given_by: str
    method: str
    given_on: date
    valid_until: date | None
    revoked_at: datetime | None


class Person(Answer):
    """A person at risk as she may be called."""

    kind: str
    visibility: str
    display_name: str | None
    consent_passed: str | None = None
    consents: list[Consent]


class Source(Answer):
    """What kind of source the facts come from."""

    kind: str
    received_on: date


class Text(Answer):
    """The document in one language."""

    language: str
    headline: str
    summary: str
    body: str
    background: str | None
    demands: list[str]


class Document(Answer):
    """The current document in its current version."""

    index: str
    kind: str
    version: int
    digest: str
    approved: list[str]
    texts: list[Text]

    @property
    def number(self) -> str:
        """Its number, the 2 of `UA-2026-014/2`."""
        return self.index.rpartition("/")[2]

    @property
    def waiting(self) -> list[str]:
        """The languages of which the text is not approved."""
        return [text.language for text in self.texts if text.language not in self.approved]


class Attestations(Answer):
    """How many attested, of how many that must."""

    count: int
    required: int


class SignOn(Answer):
    """How the invited partners have answered."""

    invited: int
    signed: int
    organisations: int = 0
    signed_earlier: int = 0
    declined: int
    withdrawn: int = 0
    quorum: int
    policy: str
    opened_at: datetime | None
    closes_at: datetime | None
    ended_at: datetime | None


class Dispatch(Answer):
    """One dispatch: channel → state → number of deliveries."""

    purpose: str
    channels: dict[str, dict[str, int]]


class Summary(Answer):
    """An action in a list."""

    reference: str
    title: str
    urgency: str
    phase: str
    on_hold: bool
    created_at: datetime
    released_at: datetime | None
    closed_at: datetime | None


class PossibleDuplicate(Answer):
    """An action that may be about the same person, and how much the names are alike, in percent."""

    reference: str
    similarity: int


class UnreachableTarget(Answer):
    """A target that has no address that can be written to."""

    number: int
    office: str


class Action(Summary):
    """An action with all that is shown of it."""

    revision: int
    expires_at: datetime | None = None
    country: str
    region: str | None
    occurred_on: str
    concerns: list[str]
    people_at_risk: list[Person]
    sources: list[Source]
    risk_level: str
    possible_duplicates: list[PossibleDuplicate] = []
    document: Document
    attestations: Attestations
    consent_revision: int
    releasable: bool
    sign_on: SignOn | None
    dispatches: list[Dispatch]
    unreachable_targets: tuple[UnreachableTarget, ...] = ()


class ActionList(Answer):
    """Actions, newest first."""

    actions: list[Summary]


class Decided(Answer):
    """A decision that took effect."""

    reference: str
    decision: str
    phase: str
    attestations: Attestations
    workflow_informed: bool


class Event(Answer):
    """One event of the timeline."""

    at: datetime
    kind: str
    person: str | None
    detail: dict[str, Any]


class Timeline(Answer):
    """The events of an action, oldest first."""

    events: list[Event]


class AuditEvent(Answer):
    """An event as it was hashed."""

    number: int
    kind: str
    person_id: str | None
    at: str
    detail: Any
    previous: str
    hash: str

    def chained(self, action_id: str) -> ChainedEvent:
        """Return it as it is verified."""
        return ChainedEvent(action_id=action_id, **self.model_dump())


class AuditPage(Answer):
    """A page of an audit trail, with the server's anchors of its events."""

    reference: str
    action_id: str
    length: int | None
    head: str | None
    events: list[AuditEvent]
    anchors: list[Anchor] | None
    next_after: int | None


class Signature(Answer):
    """An invited partner and its answer; neither a withheld one nor the silence beside it names a partner."""

    partner: str | None
    country: str | None
    answer: str | None
    late: bool | None = None
    for_newest_text: bool | None = None
    disowned: bool | None = None
    doubted: bool | None = None
    by_mandate: bool | None = None


class SignatureList(Answer):
    """Every invitation of an action."""

    signatures: list[Signature]


class ImportResult(Answer):
    """How an import changed the directory."""

    created: int
    updated: int


def read(model: type[Model], text: str) -> Model:
    """Read an answer, without the control characters by which a text could take over the terminal."""
    return _read(model, text, _printable)


def read_as_it_is(model: type[Model], text: str) -> Model:
    """Read an answer that is written to a file, not to the terminal."""
    return _read(model, text, lambda tree: tree)


def _read(model: type[Model], text: str, prepared: Callable[[Any], Any]) -> Model:
    try:
        return model.model_validate(prepared(json.loads(text)))
    except (ValidationError, ValueError):
        pass
    raise UnreachableError("The server's answer is not understood: is this script as new as the server?")


def _printable(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {_printable(key): _printable(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_printable(entry) for entry in tree]
    return "".join(map(_shown, tree)) if isinstance(tree, str) else tree


def _shown(character: str) -> str:
    return "\N{REPLACEMENT CHARACTER}" if _is_control(character) and character not in "\n\t" else character


def _is_control(character: str) -> bool:
    # Bidirectional overrides (UAX 9) reorder what a verifier reads.
    return unicodedata.category(character) == "Cc" or unicodedata.bidirectional(character) in {
        "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"
    }  # fmt: skip
