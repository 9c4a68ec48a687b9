"""What workflows, activities and their callers tell each other: ids, enums, counts and times."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from models.lifecycle import Phase, Refusal, Standing
from models.vocabulary import Channel, ReleasePolicy


class Purpose(StrEnum):
    """Why messages are sent."""

    STATEMENT = "statement"
    """A release: the document goes to its audience."""
    REHEARSAL = "rehearsal"
    """A coordinator sees one message of each kind that a release would send."""
    ADDENDUM = "addendum"
    """Those who received a document are told how the list of its signatories has changed."""
    INVITATION = "invitation"
    """Partners are asked to sign."""
    SIGN_ON_REMINDER = "sign_on_reminder"
    """Partners who have not answered are asked again."""
    SIGN_AGAIN = "sign_again"
    """Partners who signed an earlier text are asked about the new one."""
    ANSWER_RECEIPT = "answer_receipt"
    """Partners are told at their registered address what was answered for them, or asked if it was them."""
    DISOWNED_ALARM = "disowned_alarm"
    """The coordinator is told that a partner says that somebody else answered for it."""
    APPROVAL_REQUEST = "approval_request"
    """Somebody in a partner's organisation is asked to confirm the signature that its contact proposed."""
    APPROVAL_DECLINED = "approval_declined"
    """A partner's contact is told that whom she asked did not confirm the signature."""
    QUESTION = "question"
    """The coordinator is told that a partner's question waits, and nothing of it."""
    QUESTION_ANSWERED = "question_answered"
    """A partner's contact is told that an answer waits on her page, and nothing of it."""
    SIGN_LINK = "sign_link"
    """Partners get a new link to their invitation, and those before open nothing any more."""
    ADDRESS_CHANGED = "address_changed"
    """Whoever reads the registered address that a partner had is told that it has another."""
    CHECK_IN = "check_in"
    """The coordinator is asked for news."""
    EXPIRY_WARNING = "expiry_warning"
    """The coordinator is told that the action will expire."""
    VERIFICATION = "verification"
    """Verifiers are told that a case waits for them, and nothing of it."""
    VERIFICATION_REMINDER = "verification_reminder"
    """Verifiers who have not answered are told again."""
    VERIFICATION_ALARM = "verification_alarm"
    """The coordinator is told that nobody left on the duty list has taken the case."""
    LEAK_ALARM = "leak_alarm"
    """The coordinator is told that messages were held back, since they name somebody."""
    INVITATION_ALARM = "invitation_alarm"
    """The coordinator is told how many partners an invitation did not reach."""
    REPLY_OVERDUE = "reply_overdue"
    """The coordinator is told that an office has not answered in its time, and not which."""
    REPLY_REMINDER = "reply_reminder"
    """A target is reminded that it has not answered, or another one is told so."""
    MILESTONE = "milestone"
    """The coordinator is reminded of a day of the case: its kind and date, and not what it is."""
    DIGEST = "digest"
    """A coordinator is told once a week what is open, late and due in all her actions."""
    STOP_NOTICE = "stop_notice"
    """Those who received something are told that the action ended."""


class DeliveryState(StrEnum):
    """Where a delivery stands; all but the first three are final (invariant I4)."""

    READY = "ready"
    """May be claimed."""
    SENDING = "sending"
    """Claimed by a sender."""
    PARKED = "parked"
    """The leak guard found somebody in it who must not be named; it waits for people to correct the text."""
    SENT = "sent"
    """The provider took it."""
    DELIVERED = "delivered"
    """The provider says that it arrived."""
    BOUNCED = "bounced"
    """The provider took it and could not deliver it."""
    FAILED = "failed"
    """The provider refused it, or would not take it in time."""
    SUPPRESSED = "suppressed"
    """The address must not be written to."""
    CANCELLED = "cancelled"
    """The reason to send it ended before it was claimed."""
    UNKNOWN = "unknown"
    """The sender died in the gap in which the protocol cannot tell; never sent again by itself."""


class Message(BaseModel):
    """Base of all that crosses the Temporal boundary."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ActionRef(Message):
    """An urgent action."""

    action_id: UUID
    reference: str


class DocumentRef(Message):
    """One document of an action."""

    action_id: UUID
    reference: str
    document_id: UUID
    number: int


class SignOnPlan(Message):
    """How long partners may sign, and what ends the window before its time."""

    closes_after: timedelta
    release: ReleasePolicy
    quorum: int
    remind_after: tuple[timedelta, ...]


class AskedDocument(Message):
    """A later document that partners are to sign, and how; once `ready`, its window may be opened, or is."""

    document: DocumentRef
    plan: SignOnPlan
    ready: bool


class FollowUpPlan(Message):
    """When the engine asks for news, and when the action expires; counted from the release.

    One that `sleeps` is dormant then, and not closed.
    """

    expires_after: timedelta
    check_ins: tuple[timedelta, ...]
    sleeps: bool = False


class VerificationPlan(Message):
    """How soon verifiers are reminded, and the next on the duty list is asked."""

    remind_after: timedelta
    escalate_after: timedelta


class VerificationRef(Message):
    """One cycle of asking verifiers, about the newest version of a document."""

    document: DocumentRef
    cycle: int
    plan: VerificationPlan


class CasePlan(Message):
    """The numbers of a case that its workflow runs on, and how far an earlier run of it came."""

    reached: Phase
    released_at: datetime | None
    document: DocumentRef
    sign_on: SignOnPlan | None
    follow_up: FollowUpPlan


class DispatchRequest(Message):
    """Freeze the messages of one purpose into the outbox."""

    document: DocumentRef
    purpose: Purpose
    round: int
    cycle: int = 0


class CaseFacts(Message):
    """What the database knows now of what the workflow waits for.

    `signed` is the release of a later document that partners have signed and that waits for nothing else.
    """

    lacking: tuple[Refusal, ...] = ()
    on_hold: bool = False
    stopped: bool = False
    returned: bool = False
    rejected: bool = False
    withdrawn: bool = False
    parked_dispatches: int = 0
    verification: VerificationRef | None = None
    release: DispatchRequest | None = None
    notice: DispatchRequest | None = None
    personal: tuple[DispatchRequest, ...] = ()
    links: DispatchRequest | None = None
    sign_again: DispatchRequest | None = None
    addendum: DispatchRequest | None = None
    untold: bool = False
    sign_on: AskedDocument | None = None
    signed: DispatchRequest | None = None


class CaseState(Message):
    """All that the workflow of an action knows; also the answer to its query and updates."""

    phase: Phase = Phase.RECEIVED
    facts: CaseFacts = CaseFacts()
    release_decided: bool = False
    close_decided: bool = False
    released_at: datetime | None = None

    @property
    def standing(self) -> Standing:
        """What a decision is judged by."""
        facts = self.facts
        return Standing(self.phase, facts.on_hold, facts.lacking, facts.release is not None, facts.withdrawn)


class PhaseChange(Message):
    """A move of an action, to be shown in the database."""

    action_id: UUID
    phase: Phase


class Dispatched(Message):
    """A frozen dispatch."""

    action_id: UUID
    dispatch_id: UUID
    size: int


class FollowUpRequest(Message):
    """Follow up a released document; later runs of one workflow join the rounds that are under way."""

    document: DocumentRef
    plan: FollowUpPlan
    released_at: datetime
    rounds: tuple[DispatchRequest, ...] = ()


class Batch(Message):
    """Positions `first` to `last`, both included, of one channel of a dispatch; priority 1 is the first."""

    action_id: UUID
    dispatch_id: UUID
    channel: Channel
    first: int
    last: int
    priority: int = 3


class DispatchPlan(Message):
    """What of a dispatch is not yet sent and is due, as batches, and when more of it will be."""

    batches: tuple[Batch, ...]
    next_due: datetime | None = None


class BatchOutcome(Message):
    """What became of a batch: what waits was held back or must be tried again; what is `put_off` is not due.

    `wait` where it is our own limit of what a provider is given that lets nothing more go for so long.
    """

    sent: int
    ended: int
    waiting: int
    put_off: int = 0
    on_hold: bool
    wait: timedelta | None = None


class DispatchOutcome(Message):
    """How many deliveries of a dispatch ended in each state; not `permitted` where the gate refused it."""

    permitted: bool = True
    counts: dict[DeliveryState, int]


class ActionOutcome(Message):
    """How an action ended."""

    phase: Phase
