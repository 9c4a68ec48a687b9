"""What the API answers about consents, and about what a change of them means for what goes out."""

from datetime import date, datetime

from models.problems import Problem
from models.vocabulary import ConsentUse, Disclosure, PassageReason, PersonKind, Visibility
from web.schemas import ConsentView, DecisionView, Schema


class MissingView(Schema):
    """A check of the gate that fails, and what to do about it."""

    check: str
    remedy: str


class ReaderView(Schema):
    """Whether the document may go out to a kind of reader now, as the gate judges it; a hold left aside."""

    reader: Disclosure
    may_go_out: bool
    missing: list[MissingView]


class ConsequencesView(DecisionView):
    """A change that took effect, and what may still go out to whom."""

    readers: list[ReaderView]


class RevocationView(ConsequencesView):
    """How many consents were taken back."""

    revoked: int


class AppearanceView(ConsequencesView):
    """How a person appears from now on. `leaks` are places of current texts that must not say what they say.

    A text with one of them is neither approved nor sent: write another version.
    """

    person: int
    visibility: Visibility
    display_name: str | None
    leaks: list[Problem]


class PassageView(Schema):
    """That consent passed to family; who that is stays sealed."""

    because: PassageReason
    happened_on: date
    recorded_at: datetime


class ConsentRecordView(ConsentView):
    """One record; why nobody could be asked stays sealed."""

    has_reason: bool
    recorded_at: datetime
    recorded_by: str | None


class UseView(Schema):
    """All records of one use, newest first: the first counts. `live` tells whether it allows the use now."""

    use: ConsentUse
    live: bool
    records: list[ConsentRecordView]


class PersonConsentsView(Schema):
    """A person at risk by her number in the case, as she may be called, and what she allows."""

    position: int
    kind: PersonKind
    visibility: Visibility
    display_name: str | None
    passage: PassageView | None
    uses: list[UseView]


class ConsentsView(Schema):
    """Who allows what, and what may go out to whom."""

    reference: str
    people: list[PersonConsentsView]
    readers: list[ReaderView]
