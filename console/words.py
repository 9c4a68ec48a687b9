"""The words in which phases, events, channels and next steps are told to people."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from console.answers import Action, Consent, Document, Event, PossibleDuplicate, Signature, UnreachableTarget
from console.purposes import PURPOSES
from models.lifecycle import Decision, Phase
from models.vocabulary import Answer, DocumentKind, ReleasePolicy

COMMAND = "python starter.py"

EVENTS = {
    "received": "The case was received",
    "audience_changed": "It goes to other contacts from now on",
    "target_address_added": "A target got another address",
    "verifiers_asked": "Verifiers were asked",
    "acknowledged": "A verifier has taken the case",
    "attested": "Somebody confirmed",
    "returned": "Returned: something is missing",
    "rejected": "Rejected",
    "completed": "Completed and handed in again",
    "source_added": "A source was added",
    "document_opened": "A document was added",
    "version_written": "A document was changed; it must be attested afresh",
    "consent_recorded": "A consent was recorded",
    "consent_revoked": "A consent was taken back",
    "consent_passed": "Consent passed to family",
    "visibility_changed": "How a person may appear was changed",
    "withdrawn": "Withdrawn: consent was taken back",
    "reopened": "Reopened with a new document",
    "messages_parked": "Messages were held back: they name somebody who must not be named",
    "texts_put_off": "Text messages wait until tomorrow: the day's budget is used up",
    "sign_on_opened": "Partners may sign",
    "window_changed": "The sign-on window closes at another time",
    "partner_invited": "One more partner was invited",
    "contacts_missed": "Invitations did not reach some partners; their next contacts are asked",
    "sign_on_ended": "The sign-on window closed",
    "signed": "A partner signed",
    "declined": "A partner declined",
    "signature_withdrawn": "A partner took its signature back",
    "answer_disowned": "A partner said that somebody else had answered for it",
    "partner_compromised": "A partner was compromised: its links were revoked",
    "signature_confirmed": "A partner confirmed its signature",
    "signature_proposed": "A partner's signature waits for somebody in its organisation",
    "proposal_taken_back": "A proposed signature was taken back",
    "proposal_declined": "A proposed signature was not confirmed",
    "question_asked": "A partner has a question",
    "question_answered": "A partner's question was answered",
    "links_revoked": "A partner's links were revoked",
    "link_reissued": "A partner gets a new link",
    "release_decided": "The release was decided",
    "held": "Put on hold",
    "resumed": "Resumed",
    "stopped": "Stopped",
    "close_decided": "The closing was decided",
    "address_suppressed": "An address will not be written to again",
    "doubt_decided": "Messages in doubt were decided about",
    "signatures_carried": "Signatures stand for the corrected text: the change is an editorial one",
    "addendum_wanted": "An addendum to the list of signatories will be sent",
    "screen_linked": "A link to the live page was made",
    "screens_revoked": "The links to the live page were revoked",
    "rehearsed": "The release was rehearsed: its messages were made to be looked at",
    "document_fetched": "A partner's system read what was released to it",
    "letter_printed": "A letter was printed",
    "partner_acted": "A partner reported what it did",
    "partner_action_taken_back": "A partner took a report back",
    "submission_drafted": "A draft for a mechanism was drawn",
    "submitted": "The case was submitted to a mechanism",
    "letter_posted": "A letter was posted",
    "extended": "The action was extended",
    "check_in_answered": "A check-in was answered",
    "response_logged": "A target answered",
    "response_corrected": "A target's answer was written down anew",
    "response_attached": "A file was put beside a target's answer",
    "reply_overdue": "A target has not answered in its time; a step is proposed",
    "step_decided": "A proposed step was decided about",
    "fact_changed": "Facts changed: nothing of the texts before leaves any more",
    "consent_voided": "A consent counts no more since facts changed",
    "consent_returned": "She decides herself again",
    "case_widened": "People at risk, concerns or targets came to the case",
    "outcome_recorded": "It was written down what became of a person",
    "milestone_planned": "A day of the case was written down",
    "milestone_moved": "A day of the case was moved",
    "milestone_ended": "It was written down what became of a day of the case",
    "mail_came_in": "A mail came in, and waits for somebody",
    "mail_decided": "Somebody said what a mail is",
    "claimed": "Messages were taken for sending",
    "settled": "Messages changed their state",
}

CHANNELS = {"email": "email", "sms": "SMS", "partner_api": "partner API", "letter": "letter"}

MECHANISMS = {"un_special_procedures": "UN special procedures", "iachr": "IACHR", "ced": "CED"}
READERS = {"public": "the public", "authority": "authorities", "mechanism": "mechanisms"}

DECIDED = {
    Decision.ATTEST: "{reference} is attested: {count} of {required}.",
    Decision.RETURN: "{reference} is returned. The coordinator completes it.",
    Decision.REJECT: "{reference} is rejected. Nothing goes out.",
    Decision.COMPLETE: "{reference} is complete and goes back to its verifiers.",
    Decision.EDIT: "{reference} is changed.",
    Decision.REVOKE: "{reference}: the consent is taken back.",
    Decision.WITHDRAW: "{reference} is withdrawn. Nothing leaves but, once approved, the notice of it.",
    Decision.REOPEN: "{reference} is open again. Consents and attestations are asked for afresh.",
    Decision.EXTEND: "{reference} is extended.",
    Decision.RELEASE: "{reference} is on its way out.",
    Decision.HOLD: "{reference} is on hold. Nothing leaves until somebody resumes it.",
    Decision.RESUME: "{reference} goes on.",
    Decision.STOP: "{reference} is stopped. Nothing leaves but, once approved, the notice of it.",
    Decision.CLOSE: "{reference} is closing.",
}

_NEXT = {
    Phase.RETURNED: "Something is missing. When it is there:\n  {command} complete {reference}",
    Phase.REJECTED: "It was rejected. Nothing goes out.",
    Phase.RELEASING: "The statement is on its way. Watch it:\n  {command} follow {reference}",
    Phase.CLOSED: (
        "It is closed, and there is nothing left to do. Should the danger return:"
        "\n  {command} reopen {reference} FILE"
    ),
    Phase.DORMANT: "It expired and sleeps. Should the danger return:\n  {command} reopen {reference} FILE",
    Phase.STOPPED: "It is stopped. Nothing leaves any more.",
}


def named(words: Mapping[str, str], name: str) -> str:
    """Return the words for a name; a newer server's name speaks for itself."""
    return words.get(name, name.replace("_", " "))


def phrase(name: str) -> str:
    """Return a word of a vocabulary as people read it."""
    return name.replace("_", " ").capitalize()


def answerer(office: str | None, mechanism: str | None) -> str:
    """Tell who answers, or should: an office, else the mechanism of a submission."""
    return office or MECHANISMS.get(mechanism or "", "")


def event_words(event: Event) -> str:
    """Tell an event in one line."""
    told = _event(event.kind, event.detail)
    return f"{told} ({event.person})" if event.person else told


def _event(kind: str, detail: Mapping[str, Any]) -> str:
    purpose = named(PURPOSES, str(detail.get("purpose", "messages")))
    if kind == "phase_changed":
        return f"Phase: {phrase(str(detail.get('phase', '?'))).lower()}"
    if kind == "dispatch_frozen":
        unreachable = detail.get("unreachable_targets")
        without = f", {unreachable} without a usable address" if unreachable else ""
        contacts = detail.get("unreachable_contacts")
        without += f", {contacts} contacts not written to" if contacts else ""
        return f"{purpose}: {detail.get('size', '?')} in the outbox{without}"
    if kind == "dispatch_refused":
        return f"{purpose}: refused, the action ended or attestations or consents are missing"
    if kind == "private_read":
        return f"Private details read, {named({}, str(detail.get('why', '?')))}"
    if kind == "dispatch_ended":
        return f"Messages ended: {counts_words(detail.get('counts', {}))}"
    left = kind == "address_suppressed" and detail.get("reason") == "unsubscribed"
    return "Somebody left the lists" if left else EVENTS.get(kind, phrase(kind))


def counts_words(counts: Mapping[str, int]) -> str:
    """Tell how many deliveries stand in which state."""
    return ", ".join(f"{count} {named({}, state)}" for state, count in counts.items()) or "none"


def unreachable_words(target: UnreachableTarget) -> str:
    """Tell of a target that a release would not reach, and what to do."""
    told = f"Target {target.number} ({target.office}) has no usable address."
    return f"{told} Give it one: {COMMAND} targets add-address REF {target.number}"


def consent_words(consent: Consent) -> str:
    """Tell a consent, or its refusal, with all that a verifier judges it by."""
    answer = "yes" if consent.given else "NO"
    how = f"{named({}, consent.given_by)}, {named({}, consent.method)}, {consent.given_on}"
    until = f", until {consent.valid_until}" if consent.valid_until else ""
    revoked = f", REVOKED {clock(consent.revoked_at)}" if consent.revoked_at else ""
    return f"{phrase(consent.use)}: {answer} ({how}{until}){revoked}"


def signature_words(signature: Signature) -> str:
    """Tell how an answer was given, beside what it was."""
    told = []
    if signature.answer == Answer.SIGNED and signature.for_newest_text is False:
        told.append("for an earlier text")
    if signature.late:
        told.append("late")
    if signature.by_mandate:
        told.append("by mandate")
    if signature.disowned:
        told.append("somebody else had answered for it")
    if signature.doubted:
        told.append("does not count until it is confirmed")
    return ", ".join(told)


def duplicate_words(duplicate: PossibleDuplicate) -> str:
    """Tell that another action may be about the same person; the people who know both judge."""
    alike = f"names {duplicate.similarity} % alike"
    return f"Possible duplicate of {duplicate.reference} ({alike}): look at both before you go on."


def next_step(action: Action) -> str:
    """Tell a coordinator what to do next; a command stands on a line of its own, to be copied."""
    if action.on_hold and action.closed_at is None and action.phase != Phase.STOPPED:
        return f"It is on hold. To go on:\n  {COMMAND} resume {action.reference}"
    own = {
        Phase.RECEIVED: _verifying,
        Phase.VERIFYING: _verifying,
        Phase.SIGNING: _signing,
        Phase.FOLLOWING_UP: _following_up,
    }
    tell = {phase.value: telling for phase, telling in own.items()}.get(action.phase, _standing_still)
    return tell(action)


def _standing_still(action: Action) -> str:
    if action.phase == Phase.STOPPED and action.document.kind == DocumentKind.STOP_ACTION:
        told = _unapproved(action, "The notice to those reached")
        if told:
            return told
    known = {phase.value: words for phase, words in _NEXT.items()}
    return known.get(action.phase, "").format(command=COMMAND, reference=action.reference)


def _verifying(action: Action) -> str:
    goes_on = f"It is attested and goes on by itself. Watch it:\n  {COMMAND} follow {action.reference}"
    return _unattested(action) or _unapproved(action, "It is attested; its text") or goes_on


def _following_up(action: Action) -> str:
    release = f"Something was approved that is not out yet:\n  {COMMAND} release {action.reference}"
    if action.sign_on and action.sign_on.opened_at and not action.sign_on.ended_at:
        release = _signing(action)
    over = f"It is out. When it is over:\n  {COMMAND} close {action.reference}"
    waits = _unattested(action) or (release if action.releasable else None)
    return waits or _unapproved(action, f"It is out; the text of {action.document.index}") or over


def _unattested(action: Action) -> str | None:
    missing = action.attestations.required - action.attestations.count
    if missing <= 0:
        return None
    people = "One more person" if action.attestations.count else f"{missing} people"
    return f"{people} other than its author must attest it:\n  {COMMAND} attest {action.reference}"


def _unapproved(action: Action, what: str) -> str | None:
    document = action.document
    if not document.waiting:
        return None
    languages = ", ".join(document.waiting)
    approve = f"{COMMAND} documents approve {action.reference} {document.number}"
    return f"{what} waits in {languages} for somebody who did not write it:\n  {approve}"


def approved_words(document: Document) -> str:
    """Tell in which languages a document may go out, and which wait."""
    approved = ", ".join(document.approved) or "in no language"
    return f"{approved} · waiting: {', '.join(document.waiting)}" if document.waiting else approved


def _signing(action: Action) -> str:
    by_hand = action.sign_on is not None and action.sign_on.policy == ReleasePolicy.BY_HAND
    release = f"{COMMAND} release {action.reference}"
    if by_hand:
        return f"Partners are signing. It goes out when you say so:\n  {release}"
    return f"Partners are signing. It goes out by itself, or at once with:\n  {release}"


def clock(moment: datetime) -> str:
    """Tell a moment in this machine's time zone, with its day unless that is today."""
    local = moment.astimezone()
    same_day = local.date() == datetime.now(UTC).astimezone().date()
    return f"{local:%H:%M}" if same_day else f"{local.day} {local:%b %H:%M}"


def span(length: timedelta) -> str:
    """Tell a length of time in its two largest units."""
    seconds = max(0, round(length.total_seconds()))
    days, hours, minutes = seconds // 86_400, seconds // 3_600 % 24, seconds // 60 % 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds % 60} s" if minutes else f"{seconds} s"
