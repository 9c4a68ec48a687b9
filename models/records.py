"""What was done, and what a workflow must still be told."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.columns import link, moment, tree, word

_BIGINT: Any = BigInteger()


class EventKind(StrEnum):
    """What an audit event says happened."""

    RECEIVED = "received"
    """A coordinator handed the case in."""
    REHEARSED = "rehearsed"
    """A coordinator had a release shown to her, or sent to her own addresses, before it goes out."""
    PHASE_CHANGED = "phase_changed"
    """The workflow moved the action."""
    VERIFIERS_ASKED = "verifiers_asked"
    """People on the duty list were told that a case waits."""
    ACKNOWLEDGED = "acknowledged"
    """A verifier took the case: she opened it with her PIN."""
    ATTESTED = "attested"
    """Somebody confirmed facts, consent or texts; the detail says what."""
    RETURNED = "returned"
    """A verifier sent the case back: something is missing."""
    REJECTED = "rejected"
    """A verifier said that it shall not go out."""
    COMPLETED = "completed"
    """The coordinator handed a returned case in again."""
    SOURCE_ADDED = "source_added"
    """A further source was written down."""
    DOCUMENT_OPENED = "document_opened"
    """The case got another numbered document."""
    VERSION_WRITTEN = "version_written"
    """A document got another wording; attestations of the one before do not count for it."""
    CONSENT_RECORDED = "consent_recorded"
    """A consent, or its refusal, was written down."""
    CONSENT_REVOKED = "consent_revoked"
    """A consent was taken back."""
    FACT_CHANGED = "fact_changed"
    """A coordinator reported that facts changed: nothing of the texts before leaves any more."""
    CONSENT_VOIDED = "consent_voided"
    """A consent counts no more since facts changed: whoever decides now is asked anew."""
    CONSENT_RETURNED = "consent_returned"
    """She decides herself again, and no more her family."""
    CASE_WIDENED = "case_widened"
    """People at risk, concerns or targets came to the case."""
    CONSENT_PASSED = "consent_passed"
    """By death or disappearance consent passed to family."""
    VISIBILITY_CHANGED = "visibility_changed"
    """How a person at risk may appear was changed."""
    SIGN_ON_OPENED = "sign_on_opened"
    """Partners may sign from now on."""
    WINDOW_CHANGED = "window_changed"
    """A coordinator had the window close at another moment."""
    PARTNER_INVITED = "partner_invited"
    """A coordinator had one more partner invited while the window was open."""
    CONTACTS_MISSED = "contacts_missed"
    """Invitations did not reach some partners' contacts; the next ones are asked, where there are some."""
    SIGN_ON_ENDED = "sign_on_ended"
    """The window closed."""
    SIGNED = "signed"
    """A partner signed."""
    DECLINED = "declined"
    """A partner does not sign."""
    SIGNATURE_WITHDRAWN = "signature_withdrawn"
    """A partner took its signature back."""
    ANSWER_DISOWNED = "answer_disowned"
    """A partner said that somebody else had answered for it."""
    PARTNER_COMPROMISED = "partner_compromised"
    """Links of a partner were revoked, and its signature does not count until the partner confirms it."""
    SIGNATURE_CONFIRMED = "signature_confirmed"
    """A partner that had been compromised confirmed a signature as its own."""
    SIGNATURE_PROPOSED = "signature_proposed"
    """A partner's contact asked somebody in her organisation to confirm its signature."""
    PROPOSAL_TAKEN_BACK = "proposal_taken_back"
    """She asks her no more."""
    PROPOSAL_DECLINED = "proposal_declined"
    """The one who was asked did not confirm it."""
    QUESTION_ASKED = "question_asked"
    """A partner's contact asked something before she signs."""
    QUESTION_ANSWERED = "question_answered"
    """Somebody answered her."""
    LINKS_REVOKED = "links_revoked"
    """The links of an invited partner were revoked."""
    LINK_REISSUED = "link_reissued"
    """An invited partner gets a new link, and those before open nothing any more."""
    AUDIENCE_CHANGED = "audience_changed"
    """A coordinator changed which contacts releases go to from now on."""
    TARGET_ADDRESS_ADDED = "target_address_added"
    """A target got another address."""
    RELEASE_DECIDED = "release_decided"
    """A coordinator let the document go out."""
    DISPATCH_FROZEN = "dispatch_frozen"
    """Messages of one purpose were written to the outbox."""
    DISPATCH_REFUSED = "dispatch_refused"
    """The gate refused them: the action ended, or attestations or consent are missing."""
    DISPATCH_ENDED = "dispatch_ended"
    """Each of them ended."""
    HELD = "held"
    """Every channel was paused."""
    RESUMED = "resumed"
    """The pause ended."""
    STOPPED = "stopped"
    """The action was ended at once."""
    WITHDRAWN = "withdrawn"
    """The action was ended at once because consent was taken back."""
    REOPENED = "reopened"
    """A closed action began again with a new document."""
    MESSAGES_PARKED = "messages_parked"
    """The leak guard held messages back."""
    TEXTS_PUT_OFF = "texts_put_off"
    """Text messages wait until tomorrow: the budget of the day is used up."""
    CLOSE_DECIDED = "close_decided"
    """A coordinator ended the action in order."""
    EXTENDED = "extended"
    """A coordinator had the action expire later."""
    CHECK_IN_ANSWERED = "check_in_answered"
    """A coordinator said whether there is news."""
    ADDRESS_SUPPRESSED = "address_suppressed"
    """An address is not written to any more: it does not exist, or its reader asked for it."""
    DOUBT_DECIDED = "doubt_decided"
    """A coordinator decided what shall become of messages in doubt."""
    CLAIMED = "claimed"
    """Messages were taken for sending."""
    SETTLED = "settled"
    """Messages changed their state."""
    SIGNATURES_CARRIED = "signatures_carried"
    """Enough people confirmed that a version is an editorial one: signatures stand for it."""
    ADDENDUM_WANTED = "addendum_wanted"
    """Those who have an old list of signatories shall be told of the new one."""
    SCREEN_LINKED = "screen_linked"
    """A coordinator made a link to the live page."""
    SCREENS_REVOKED = "screens_revoked"
    """The links to the live page were revoked."""
    DOCUMENT_FETCHED = "document_fetched"
    """A partner's system read by its key what was released to it."""
    LETTER_PRINTED = "letter_printed"
    """A coordinator had a letter printed, to post it."""
    LETTER_POSTED = "letter_posted"
    """She said that she posted it."""
    SUBMISSION_DRAFTED = "submission_drafted"
    """A coordinator drew a draft for a mechanism: it names those who allow that their case is submitted."""
    SUBMITTED = "submitted"
    """She said that she sent it."""
    RESPONSE_LOGGED = "response_logged"
    """A coordinator wrote down what a target answered."""
    RESPONSE_CORRECTED = "response_corrected"
    """She wrote a response down anew: another one counts in its place."""
    RESPONSE_ATTACHED = "response_attached"
    """A file was put beside a response."""
    REPLY_OVERDUE = "reply_overdue"
    """A target did not answer in its time; the detail says which step was proposed."""
    STEP_DECIDED = "step_decided"
    """A coordinator approved a proposed step, did it herself, or dismissed it."""
    PARTNER_ACTED = "partner_acted"
    """A partner reported what it did itself."""
    PARTNER_ACTION_TAKEN_BACK = "partner_action_taken_back"
    """It took such a report back: that was a mistake."""
    OUTCOME_RECORDED = "outcome_recorded"
    """A coordinator wrote down what became of a person at risk."""
    MILESTONE_PLANNED = "milestone_planned"
    """A coordinator wrote down a day that matters in the case."""
    MILESTONE_MOVED = "milestone_moved"
    """It has another date, or other reminders."""
    MILESTONE_ENDED = "milestone_ended"
    """It was held, cancelled or done; the detail says which."""
    MAIL_CAME_IN = "mail_came_in"
    """A mail about the action came in, and waits for a person."""
    MAIL_DECIDED = "mail_decided"
    """A coordinator said whether a mail is a response of a target."""
    PRIVATE_READ = "private_read"
    """Somebody read private fields; the detail says which and why."""


IN_TIMELINE = f"kind NOT IN ('{EventKind.CLAIMED}', '{EventKind.SETTLED}')"
"""SQL, as indexed: events of messages are in the chain only, since a release has them by the thousand."""


class AuditEvent(SQLModel, table=True):
    """Who did what when. `detail` holds ids, enums, counts and digests, never content.

    Each names the hash of the one before it (`models/audit.py`); numbers of an action have no gap.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        UniqueConstraint("action_id", "number"),
        Index("ix_audit_event_timeline", "action_id", "number", postgresql_where=text(IN_TIMELINE)),
    )

    sequence: int | None = Field(default=None, primary_key=True, sa_type=_BIGINT)
    action_id: UUID = link("urgent_action.id")
    kind: EventKind = word(EventKind)
    person_id: UUID | None = link("person.id", nullable=True)
    at: datetime = moment()
    detail: dict[str, Any] = tree()
    number: int = Field(sa_type=_BIGINT)
    previous: bytes
    hash: bytes


class AuditChain(SQLModel, table=True):
    """The end of an action's chain: whoever appends locks it, so that events have an order."""

    __tablename__ = "audit_chain"

    action_id: UUID = Field(foreign_key="urgent_action.id", primary_key=True)
    length: int = Field(sa_type=_BIGINT)
    head: bytes


class Addressee(StrEnum):
    """Which workflow a nudge is for."""

    ACTION = "action"
    """The urgent action's own workflow."""
    SIGN_ON = "sign_on"
    """The sign-on of one document."""
    RECEIPTS = "receipts"
    """What tells partners what was answered for them."""
    RESENDING = "resending"
    """What sends messages in doubt again."""


class PendingNudge(SQLModel, table=True):
    """Facts that a workflow should read: written with them, repeated until delivered."""

    __tablename__ = "pending_nudge"

    action_id: UUID = Field(foreign_key="urgent_action.id", primary_key=True)
    addressee: Addressee = word(Addressee, primary_key=True)
    document_number: int = Field(default=0, primary_key=True)
    requested: int = Field(default=1, sa_type=_BIGINT)
    delivered: int = Field(default=0, sa_type=_BIGINT)
