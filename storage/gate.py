"""The conditions under which a message may leave (invariants I1, I2 and I5), as SQL for freeze and claim.

Each check says for which purposes it is made, and what becomes of a message that fails it. A check for a
dispatch as a whole is made when it is frozen, too. Aliases that they expect: `action` an urgent_action,
`dispatch`, `delivery`.

Whoever asks shares the action's lock (`storage/action_lock.py`), and a decision to hold or stop has it alone:
it waits for claims under way, and later claims see it. A statement before the gate takes the lock: one that
waited inside it would read old rows.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from models.messages import Purpose
from models.verification import CONSENT, FACTS, text_in
from storage.check_in_conditions import TO_COORDINATORS, UNANSWERED_CHECK_IN
from storage.gate_of_answers import APPROVED_AND_UNANSWERED, UNANSWERED_REQUEST
from storage.gate_of_consents import (
    ATTESTATIONS_REQUIRED,
    IDENTIFIED,
    NAMED_TO_AUTHORITIES,
    NAMED_TO_PUBLIC,
    SUBMITTED,
)
from storage.gate_of_digests import OF_ALL_ACTIONS, STILL_COORDINATES
from storage.gate_of_facts import ASKED_ANEW, DEMANDS_STAND
from storage.gate_of_milestones import REMINDER_WANTED
from storage.gate_of_texts import (
    DIGEST_UNCHANGED,
    EDITORIAL_STANDS,
    IS_A_NOTICE,
    NEWEST_VERSION,
    RELEASED,
    SIGNED_ANOTHER_TEXT,
    TEXT_EXISTS,
    confirmed_by,
)
from storage.partner_conditions import (
    ANSWER_AS_IT_WAS,
    LINKS,
    LINKS_AS_THEY_WERE,
    OPEN_PROPOSAL,
    PERSONAL,
    SIGN_ON,
    UNANSWERED_INVITATION,
    UNANSWERED_QUESTION,
    WINDOW_OPEN,
)
from storage.suppressions import LISTS_ALONE

STATEMENTS: Final = SIGN_ON | {
    Purpose.STATEMENT,
    Purpose.REHEARSAL,
    Purpose.ADDENDUM,
    Purpose.SIGN_AGAIN,
    Purpose.APPROVAL_REQUEST,
}
"""What shows the document."""

_REMINDING: Final = frozenset({Purpose.REPLY_REMINDER})
_OF_HER: Final = STATEMENTS | _REMINDING
"""What is said in her case: it needs her consent, and people who stand behind the case."""

_AGAIN: Final = frozenset({Purpose.SIGN_AGAIN})
_ASKING: Final = frozenset({Purpose.VERIFICATION, Purpose.VERIFICATION_REMINDER})
VERIFYING: Final = _ASKING | {Purpose.VERIFICATION_ALARM}
_NOTICES: Final = frozenset({Purpose.STOP_NOTICE})
_EVERY: Final = frozenset(Purpose)
_TEXTS: Final = STATEMENTS | _NOTICES
ABOUT_ANSWERS: Final = frozenset({Purpose.ANSWER_RECEIPT, Purpose.DISOWNED_ALARM})
"""What the close of an action does not end."""
AFTER_A_STOP: Final = _NOTICES | VERIFYING | {Purpose.LEAK_ALARM, Purpose.DISOWNED_ALARM}
"""What a stop does not end: its notice, and what leads to that."""
_OF_ONE: Final = _EVERY - OF_ALL_ACTIONS


KIND: Final = ("language", "disclosure")
"""Columns of deliveries on which checks of their dispatch depend: they are made once for each kind."""

_COLUMNS_READ: Final = re.compile(r"\bdelivery\.(\w+)")


class Failing(StrEnum):
    """What becomes of a message that fails a check."""

    WAITS = "waits"
    """It stays ready: what keeps it may end."""
    ACTION_ENDED = "action_ended"
    """It is cancelled: nothing of this action leaves any more."""
    SUPPRESSED = "address_suppressed"
    """It ends as suppressed."""
    UNWANTED = "no_longer_wanted"
    """It is cancelled: what it asks for was answered."""
    REPLACED = "demands_replaced"
    """It is cancelled: facts changed, and what it asks for is not asked for any more."""
    NOT_PERMITTED = "not_permitted"
    """It is cancelled: what it needs is not there."""


class Check(NamedTuple):
    """One condition. One that reads the `delivery` cannot be made before there is one.

    One that is `only_frozen` follows from stricter ones that are made for each delivery.
    """

    purposes: frozenset[Purpose]
    failing: Failing
    holds: str
    only_frozen: bool = False

    @property
    def is_of_each_delivery(self) -> bool:
        """Tell whether it is about one recipient."""
        return "delivery." in self.holds

    @property
    def is_of_a_kind(self) -> bool:
        """Tell whether messages of one kind (`KIND`) all pass it or all fail it."""
        return {*_COLUMNS_READ.findall(self.holds)} <= {*KIND}


_SOURCED = """
    ((SELECT count(*) FROM source WHERE source.action_id = action.id) >= action.sources_required
     OR coalesce((SELECT count(*) FROM source
                  WHERE source.action_id = action.id AND source.kind = 'direct_testimony')
                 >= action.direct_sources_required, false))
"""

_CONSENT_AS_IT_IS = "attestation.consent_revision = action.consent_revision"

ATTESTED_BY: Final = f"""
    least({confirmed_by(f"'{FACTS}'")}, {confirmed_by(f"'{CONSENT}'", provided=_CONSENT_AS_IT_IS)})
"""
"""How many people stand behind facts and consent: a consent that was given since has yet to be confirmed."""

_ATTESTED = f"({ATTESTED_BY} >= {ATTESTATIONS_REQUIRED})"


def approved_in(language: str) -> str:
    """Ask whether enough people approved the text in a language, which is an expression itself."""
    confirms = f"'{text_in('')}' || {language}"
    return f"({confirmed_by(confirms)} >= action.approvals_required)"


_SOME_TEXT_APPROVED = f"""
    EXISTS (SELECT 1 FROM document_text
            WHERE document_text.version_id = dispatch.version_id
              AND {approved_in("document_text.language")})
"""

DUE: Final = """
    (delivery.not_before IS NULL OR delivery.not_before <= now()
     OR (dispatch.purpose = 'sign_on_reminder'
         AND EXISTS (SELECT 1 FROM document
                     WHERE document.id = dispatch.document_id
                       AND document.sign_on_closes_at - interval '1 hour' < delivery.not_before)))
"""
"""What waits for working hours waits no more once the last hour of its window would be over by then."""

_ADDRESS_ALLOWED = f"""
    NOT EXISTS (SELECT 1 FROM suppression
                WHERE suppression.fingerprint = delivery.fingerprint
                  AND (suppression.reason NOT IN ({LISTS_ALONE}) OR delivery.recipient_kind = 'contact'))
"""

CHECKS: Final = MappingProxyType(
    {
        "not stopped": Check(_OF_ONE - AFTER_A_STOP, Failing.ACTION_ENDED, "action.stopped_at IS NULL"),
        "stopped": Check(_NOTICES, Failing.NOT_PERMITTED, "action.stopped_at IS NOT NULL"),
        "not closed": Check(
            _OF_ONE - _NOTICES - ABOUT_ANSWERS,
            Failing.ACTION_ENDED,
            "(action.closed_at IS NULL OR action.stopped_at IS NOT NULL)",
        ),
        "not rejected": Check(_OF_ONE - _NOTICES, Failing.ACTION_ENDED, "action.rejected_at IS NULL"),
        "address allowed": Check(
            _EVERY,
            Failing.SUPPRESSED,
            _ADDRESS_ALLOWED,
        ),
        "window open": Check(SIGN_ON, Failing.UNWANTED, WINDOW_OPEN),
        "invitation unanswered": Check(SIGN_ON, Failing.UNWANTED, UNANSWERED_INVITATION),
        "released": Check(frozenset({Purpose.ADDENDUM}), Failing.NOT_PERMITTED, RELEASED),
        "signed another text": Check(_AGAIN, Failing.UNWANTED, SIGNED_ANOTHER_TEXT),
        "answer as it was": Check(frozenset({Purpose.ANSWER_RECEIPT}), Failing.UNWANTED, ANSWER_AS_IT_WAS),
        "proposal open": Check(frozenset({Purpose.APPROVAL_REQUEST}), Failing.UNWANTED, OPEN_PROPOSAL),
        "question unanswered": Check(frozenset({Purpose.QUESTION}), Failing.UNWANTED, UNANSWERED_QUESTION),
        "approved and unanswered": Check(_REMINDING, Failing.UNWANTED, APPROVED_AND_UNANSWERED),
        "check-in unanswered": Check(frozenset({Purpose.CHECK_IN}), Failing.UNWANTED, UNANSWERED_CHECK_IN),
        "reminder wanted": Check(frozenset({Purpose.MILESTONE}), Failing.UNWANTED, REMINDER_WANTED),
        "still a coordinator": Check(OF_ALL_ACTIONS, Failing.UNWANTED, STILL_COORDINATES),
        "links as they were": Check(LINKS, Failing.UNWANTED, LINKS_AS_THEY_WERE),
        "request unanswered": Check(_ASKING, Failing.UNWANTED, UNANSWERED_REQUEST),
        "current cycle": Check(VERIFYING, Failing.UNWANTED, "(dispatch.cycle = action.verification_cycle)"),
        "not on hold": Check(_OF_ONE - _NOTICES, Failing.WAITS, "action.held_at IS NULL"),
        "due": Check(_EVERY, Failing.WAITS, DUE),
        "demands stand": Check(_OF_HER | {Purpose.SIGN_LINK}, Failing.REPLACED, DEMANDS_STAND),
        "not returned": Check(_OF_HER | VERIFYING, Failing.NOT_PERMITTED, "action.returned_at IS NULL"),
        "sources": Check(_OF_HER, Failing.NOT_PERMITTED, _SOURCED),
        "asked anew": Check(_OF_HER, Failing.NOT_PERMITTED, ASKED_ANEW),
        "attested": Check(_OF_HER, Failing.NOT_PERMITTED, _ATTESTED),
        "digest unchanged": Check(_TEXTS, Failing.NOT_PERMITTED, DIGEST_UNCHANGED),
        "newest version": Check(_TEXTS, Failing.NOT_PERMITTED, NEWEST_VERSION),
        "some text approved": Check(_TEXTS, Failing.NOT_PERMITTED, _SOME_TEXT_APPROVED, only_frozen=True),
        "editorial confirmed": Check(STATEMENTS, Failing.NOT_PERMITTED, EDITORIAL_STANDS),
        "text exists": Check(_TEXTS, Failing.NOT_PERMITTED, TEXT_EXISTS),
        "text approved": Check(_TEXTS, Failing.NOT_PERMITTED, approved_in("delivery.language")),
        "is a notice": Check(_NOTICES, Failing.NOT_PERMITTED, IS_A_NOTICE),
        "is no notice": Check(STATEMENTS, Failing.NOT_PERMITTED, f"NOT {IS_A_NOTICE.strip()}"),
        "consent of the public": Check(
            _OF_HER,
            Failing.NOT_PERMITTED,
            f"(delivery.disclosure = 'authority' OR {NAMED_TO_PUBLIC})",
        ),
        "consent of authorities": Check(
            _OF_HER,
            Failing.NOT_PERMITTED,
            f"(delivery.disclosure <> 'authority' OR {NAMED_TO_AUTHORITIES})",
        ),
        "consent of mechanisms": Check(
            _OF_HER, Failing.NOT_PERMITTED, f"(delivery.disclosure <> 'mechanism' OR {SUBMITTED})"
        ),
    }
)
"""What must hold, by name; of those that fail, the first decides what becomes of the message."""

STILL_IDENTIFIED: Final = f"(delivery.rendering <> 'identified' OR {IDENTIFIED})"
"""Asked again at the hand-over: a consent may have been revoked since the claim chose the rendering."""


WITHOUT_TEXT: Final = (
    VERIFYING | ABOUT_ANSWERS | TO_COORDINATORS | (PERSONAL - STATEMENTS) | _REMINDING | {Purpose.SIGN_LINK}
)
"""Messages that say nothing of the texts: each is in its reader's own language."""


def gate(checks: Iterable[Check]) -> str:
    """Join checks into one condition, each for the purposes that it is made for."""
    return "(" + " AND ".join(map(_for_its_purposes, checks)) + ")"


def gate_of_deliveries(checks: Iterable[Check] = CHECKS.values()) -> str:
    """Return what must hold for a message of any purpose to leave."""
    return gate(check for check in checks if not check.only_frozen)


def gate_of_kinds(purpose: Purpose, checks: Iterable[Check] = CHECKS.values()) -> str:
    """Return what must hold for messages of a kind to leave; `delivery` needs the columns of `KIND` alone."""
    made = (check.holds for check in _made_for(purpose, checks) if check.is_of_a_kind)
    return _all_of(f"dispatch.purpose = '{purpose}'", *made)


def gate_of_each(purpose: Purpose, checks: Iterable[Check] = CHECKS.values()) -> str:
    """Return what must hold besides for the single message."""
    return _all_of("true", *(check.holds for check in _made_for(purpose, checks) if not check.is_of_a_kind))


def _made_for(purpose: Purpose, checks: Iterable[Check]) -> Iterator[Check]:
    return (check for check in checks if purpose in check.purposes and not check.only_frozen)


def _all_of(*conditions: str) -> str:
    return " AND ".join(f"({condition})" for condition in conditions)


def gate_of_dispatches(checks: Iterable[Check] = CHECKS.values()) -> str:
    """Return what must hold for messages to be frozen, as far as it does not depend on the recipient."""
    return gate(
        check for check in checks if not check.is_of_each_delivery and check.failing is not Failing.WAITS
    )


def outcome_of_refusal(checks: Iterable[Check] = CHECKS.values()) -> str:
    """Return an expression for the failure of a message that is refused for good; NULL where it is not."""
    cases = " ".join(
        f"WHEN NOT {_for_its_purposes(check)} THEN {_failure(check.failing)}"
        for check in checks
        if not check.only_frozen
    )
    return f"(CASE {cases} END)"


def _failure(failing: Failing) -> str:
    return "NULL" if failing is Failing.WAITS else f"'{failing}'"


def _for_its_purposes(check: Check) -> str:
    if check.purposes == _EVERY:
        return f"({check.holds})"
    return f"(dispatch.purpose NOT IN ({listed(check.purposes)}) OR {check.holds})"


def listed(purposes: Collection[Purpose]) -> str:
    """Write purposes as a list in SQL."""
    return ", ".join(sorted(f"'{purpose}'" for purpose in purposes))
