"""The life of an urgent action: its phases, the moves between them, and who may decide what when.

```
received ──> verifying ──> signing ──> releasing ──> following_up ──> closed
                 │  ▲  └───────────────────▲             │
                 ▼  │    (signs alone)                    │ further information:
              returned                                    │ back to signing or releasing
                 │
                 └──> rejected            over any open phase: on hold; from any open phase: stopped
```
"""

from enum import StrEnum
from typing import NamedTuple

ATTESTATIONS_REQUIRED = 2


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
    CLOSED = "closed"
    """It ended, by a coordinator or by expiry."""
    STOPPED = "stopped"
    """It was ended at once; nothing leaves any more."""


TRANSITIONS: dict[Phase, frozenset[Phase]] = {
    Phase.RECEIVED: frozenset({Phase.VERIFYING, Phase.STOPPED}),
    Phase.VERIFYING: frozenset(
        {Phase.RETURNED, Phase.REJECTED, Phase.SIGNING, Phase.RELEASING, Phase.CLOSED, Phase.STOPPED}
    ),
    Phase.RETURNED: frozenset({Phase.VERIFYING, Phase.REJECTED, Phase.CLOSED, Phase.STOPPED}),
    Phase.SIGNING: frozenset({Phase.RELEASING, Phase.CLOSED, Phase.STOPPED}),
    Phase.RELEASING: frozenset({Phase.FOLLOWING_UP, Phase.CLOSED, Phase.STOPPED}),
    Phase.FOLLOWING_UP: frozenset({Phase.SIGNING, Phase.RELEASING, Phase.CLOSED, Phase.STOPPED}),
    Phase.REJECTED: frozenset(),
    Phase.CLOSED: frozenset(),
    Phase.STOPPED: frozenset(),
}

ENDED = frozenset(phase for phase, following in TRANSITIONS.items() if not following)


class Decision(StrEnum):
    """What a person decides about an action."""

    ATTEST = "attest"
    """Confirm facts, consent and texts."""
    RELEASE = "release"
    """Let the document go out."""
    HOLD = "hold"
    """Pause every channel."""
    RESUME = "resume"
    """End the pause."""
    STOP = "stop"
    """End the action at once."""
    CLOSE = "close"
    """End the action in order."""


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
    ATTESTATIONS_MISSING = "attestations_missing"
    """Fewer than two people other than the author attested the current text."""
    ALREADY_RELEASED = "already_released"
    """The document is out or on its way."""
    TOO_LATE = "too_late"
    """The workflow heard of it only after the person had been told that it did not."""


class Standing(NamedTuple):
    """What a decision is judged by."""

    phase: Phase
    on_hold: bool
    attestations: int


def may_move(current: Phase, following: Phase) -> bool:
    """Tell whether an action may move from one phase to another."""
    return following in TRANSITIONS[current]


def refusal_of(decision: Decision, standing: Standing) -> Refusal | None:
    """Tell why a decision is refused; None where it is allowed."""
    if standing.phase in ENDED:
        return Refusal.ALREADY_ENDED
    if decision is Decision.HOLD and standing.on_hold:
        return Refusal.ALREADY_ON_HOLD
    if decision is Decision.RESUME and not standing.on_hold:
        return Refusal.NOT_ON_HOLD
    if decision is Decision.RELEASE:
        return _release_refusal(standing)
    return None


def _release_refusal(standing: Standing) -> Refusal | None:
    if standing.phase in {Phase.RELEASING, Phase.FOLLOWING_UP}:
        return Refusal.ALREADY_RELEASED
    if standing.attestations < ATTESTATIONS_REQUIRED:
        return Refusal.ATTESTATIONS_MISSING
    if standing.on_hold:
        return Refusal.ON_HOLD
    return None
