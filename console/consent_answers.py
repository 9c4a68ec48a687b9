"""What the API answers about consents, as far as this client shows it."""

from datetime import date, datetime

from console.answers import Answer, Consent, Decided
from models.problems import Problem


class Missing(Answer):
    """A check of the gate that fails, and what to do about it."""

    check: str
    remedy: str


class Reader(Answer):
    """Whether the document may go out to a kind of reader."""

    reader: str
    may_go_out: bool
    missing: list[Missing]


class Consequences(Decided):
    """A change that took effect, and what may still go out."""

    readers: list[Reader]


class Revoked(Consequences):
    """How many consents were taken back."""

    revoked: int


class Appearance(Consequences):
    """How a person appears from now on, and where current texts say what they must not."""

    person: int
    visibility: str
    leaks: list[Problem]


class Passage(Answer):
    """That consent passed to family."""

    because: str
    happened_on: date


class ConsentRecord(Consent):
    """One record of a use."""

    has_reason: bool
    recorded_at: datetime
    recorded_by: str | None


class Use(Answer):
    """All records of one use, newest first."""

    use: str
    live: bool
    records: list[ConsentRecord]


class PersonConsents(Answer):
    """A person by her number in the case, and what she allows."""

    position: int
    kind: str
    visibility: str
    display_name: str | None
    passage: Passage | None
    uses: list[Use]


class Consents(Answer):
    """Who allows what, and what may go out to whom."""

    reference: str
    people: list[PersonConsents]
    readers: list[Reader]
