"""The life of an urgent action: its phases, the moves between them, and who may decide what when.

```
received ──> verifying ──> signing ──> releasing ──> following_up ──> closed
               │  ▲  └────────────────────▲               │             │
               ▼  │   (signs alone)                       │             │ reopened, years later:
            returned                  further documents   │             │ back to verifying
               │                      go out meanwhile ───┘             │
               └──> rejected                                            ▼
                           over any open phase: on hold; from any phase but rejected: stopped
```

At its expiry an action that may wake again is dormant instead of closed, where its case says so: it is
reopened the same way. A stop or a withdrawal also ends what is closed or dormant: those who received
something are told.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple


class Phase(StrEnum):
    """Where an action stands."""

    RECEIVED = "received"
    """Stored; nobody has looked at it yet."""
    VERIFYING = "verifying"
    """Verifiers confirm facts, consent and texts."""
    RETURNED = "returned"
    """Something is missing; the coordinator completes it."""
    REJECTED = "rejected"
    """It will not go out."""
    SIGNING = "signing"
    """Partners are asked to sign."""
    RELEASING = "releasing"
    """The document is on its way to its audience."""
    FOLLOWING_UP = "following_up"
    """It is out; the engine keeps asking."""
    DORMANT = "dormant"
    """It expired and sleeps; it may be reopened, years later."""
    CLOSED = "closed"
    """It ended, by a coordinator or by expiry."""
    STOPPED = "stopped"
    """It was ended at once; nothing leaves any more but the notice that it ended."""


_ALWAYS = frozenset({Phase.CLOSED, Phase.STOPPED})

TRANSITIONS: dict[Phase, frozenset[Phase]] = {
    Phase.RECEIVED: frozenset({Phase.VERIFYING, Phase.STOPPED}),
    Phase.VERIFYING: _ALWAYS | {Phase.RETURNED, Phase.REJECTED, Phase.SIGNING, Phase.RELEASING},
    Phase.RETURNED: _ALWAYS | {Phase.VERIFYING, Phase.REJECTED},
    Phase.SIGNING: _ALWAYS | {Phase.REJECTED, Phase.RELEASING},
    Phase.RELEASING: _ALWAYS | {Phase.FOLLOWING_UP},
    Phase.FOLLOWING_UP: _ALWAYS | {Phase.DORMANT},
    Phase.DORMANT: frozenset({Phase.VERIFYING, Phase.STOPPED}),
    Phase.CLOSED: frozenset({Phase.VERIFYING, Phase.STOPPED}),
    Phase.REJECTED: frozenset(),
    Phase.STOPPED: frozenset(),
}

ASLEEP = frozenset({Phase.CLOSED, Phase.DORMANT})
"""What can be reopened."""

ENDED = ASLEEP | {Phase.REJECTED, Phase.STOPPED}

_UNVERIFIED = frozenset({Phase.RECEIVED, Phase.VERIFYING, Phase.RETURNED})


class WhenExpired(StrEnum):
    """What becomes of an action at its expiry."""

    CLOSE = "close"
    """It is closed."""
    SLEEP = "sleep"
    """It is dormant: those who keep it expect it to wake again."""


class Decision(StrEnum):
    """What a person decides about an action."""

    ATTEST = "attest"
    """Confirm facts, consent or a text."""
    RETURN = "return"
    """Send the case back: something is missing."""
    REJECT = "reject"
    """Say that it shall not go out."""
    COMPLETE = "complete"
    """Hand a returned case in again."""
    EDIT = "edit"
    """Change what is known of it: a text, a source, a consent."""
    REVOKE = "revoke"
    """Take back a consent."""
    RELEASE = "release"
    """Let the document go out."""
    HOLD = "hold"
    """Pause every channel."""
    RESUME = "resume"
    """End the pause."""
    STOP = "stop"
    """End the action at once."""
    WITHDRAW = "withdraw"
    """End it at once because those concerned took back their consent."""
    CLOSE = "close"
    """End the action in order."""
    EXTEND = "extend"
    """Have the action expire later."""
    REOPEN = "reopen"
    """Begin again with a new document, after it was closed."""


class Refusal(StrEnum):
    """Why a decision is refused."""

    ALREADY_ENDED = "already_ended"
    """The action is closed, rejected or stopped."""
    ALREADY_ON_HOLD = "already_on_hold"
    """It is paused as it is."""
    NOT_ON_HOLD = "not_on_hold"
    """There is no pause to end."""
    ON_HOLD = "on_hold"
    """It must be resumed first."""
    SOURCES_MISSING = "sources_missing"
    """Fewer sources than its urgency needs."""
    NOT_ASKED_ANEW = "not_asked_anew"
    """Facts changed, and who decides since has not said yes or no to what was allowed before."""
    ATTESTATIONS_MISSING = "attestations_missing"
    """Too few people other than the author confirmed facts and consent for the current text."""
    APPROVAL_MISSING = "approval_missing"
    """No text of the current version is approved."""
    EDITORIAL_MISSING = "editorial_missing"
    """Too few people confirmed that the current version is the editorial one that it is marked as."""
    ALREADY_RELEASED = "already_released"
    """All that may go out is out or on its way."""
    ALREADY_VERIFIED = "already_verified"
    """It went on from verification: hold or stop it."""
    NOT_RETURNED = "not_returned"
    """It was not returned, so there is nothing to complete."""
    RETURNED = "returned"
    """It was returned and must be completed first."""
    ALREADY_WITHDRAWN = "already_withdrawn"
    """It was withdrawn before."""
    NOT_CLOSED = "not_closed"
    """Only what was closed or has expired can be reopened."""
    NO_WINDOW = "no_window"
    """Partners cannot sign now: the window was not opened yet, or has ended."""
    NOT_FOLLOWED_UP = "not_followed_up"
    """Only what was released has an end that can be moved."""
    EXPIRES_NO_LATER = "expires_no_later"
    """An action is extended to a moment after the one at which it expires now."""
    CLOSES_IN_THE_PAST = "closes_in_the_past"
    """A window can only close at a moment that is still to come."""
    TOO_LATE = "too_late"
    """The workflow heard of it only after the person had been told that it did not."""


class Standing(NamedTuple):
    """What a decision is judged by: `lacking` is what a release still needs, most basic first."""

    phase: Phase
    on_hold: bool
    lacking: tuple[Refusal, ...] = ()
    releasable: bool = False
    withdrawn: bool = False


def may_move(current: Phase, following: Phase) -> bool:
    """Tell whether an action may move from one phase to another."""
    return following in TRANSITIONS[current]


def refusal_of(decision: Decision, standing: Standing) -> Refusal | None:
    """Tell why a decision is refused; None where it is allowed."""
    judge = _JUDGES.get(decision)
    if judge:
        return judge(standing)
    if standing.phase in ENDED:
        return Refusal.ALREADY_ENDED
    return _IN_AN_OPEN_ACTION.get(decision, _nothing_against)(standing)


def _nothing_against(_standing: Standing) -> Refusal | None:
    return None


def _against_stop(standing: Standing) -> Refusal | None:
    return Refusal.ALREADY_ENDED if standing.phase in {Phase.REJECTED, Phase.STOPPED} else None


def _against_withdrawal(standing: Standing) -> Refusal | None:
    return Refusal.ALREADY_WITHDRAWN if standing.withdrawn else None


def _against_reopening(standing: Standing) -> Refusal | None:
    return None if standing.phase in ASLEEP else Refusal.NOT_CLOSED


def _against_hold(standing: Standing) -> Refusal | None:
    return Refusal.ALREADY_ON_HOLD if standing.on_hold else None


def _against_resuming(standing: Standing) -> Refusal | None:
    return None if standing.on_hold else Refusal.NOT_ON_HOLD


def _against_extending(standing: Standing) -> Refusal | None:
    return None if standing.phase is Phase.FOLLOWING_UP else Refusal.NOT_FOLLOWED_UP


def _against_completing(standing: Standing) -> Refusal | None:
    return None if standing.phase is Phase.RETURNED else Refusal.NOT_RETURNED


def _against_attesting(standing: Standing) -> Refusal | None:
    """A stopped action has a notice to be approved; nothing else of it leaves, whatever is attested."""
    if standing.phase in ASLEEP | {Phase.REJECTED}:
        return Refusal.ALREADY_ENDED
    return Refusal.RETURNED if standing.phase is Phase.RETURNED else None


def _against_returning(standing: Standing) -> Refusal | None:
    return _against_attesting(standing) or _against_rejecting(standing)


def _against_rejecting(standing: Standing) -> Refusal | None:
    return None if standing.phase in _UNVERIFIED else Refusal.ALREADY_VERIFIED


def _against_release(standing: Standing) -> Refusal | None:
    if standing.phase is Phase.RETURNED:
        return Refusal.RETURNED
    if standing.phase is Phase.RELEASING:
        return Refusal.ALREADY_RELEASED
    if standing.lacking:
        return standing.lacking[0]
    if standing.phase is Phase.FOLLOWING_UP and not standing.releasable:
        return Refusal.ALREADY_RELEASED
    return Refusal.ON_HOLD if standing.on_hold else None


_Judge = Callable[[Standing], Refusal | None]

_JUDGES: dict[Decision, _Judge] = {
    Decision.ATTEST: _against_attesting,
    Decision.STOP: _against_stop,
    Decision.WITHDRAW: _against_withdrawal,
    Decision.REOPEN: _against_reopening,
    Decision.REVOKE: _nothing_against,
}
"""What may be decided of an action that has ended, too."""

_IN_AN_OPEN_ACTION: dict[Decision, _Judge] = {
    Decision.RETURN: _against_returning,
    Decision.REJECT: _against_rejecting,
    Decision.COMPLETE: _against_completing,
    Decision.HOLD: _against_hold,
    Decision.RESUME: _against_resuming,
    Decision.RELEASE: _against_release,
    Decision.EXTEND: _against_extending,
}
