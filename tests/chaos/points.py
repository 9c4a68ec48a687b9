"""The moments at which a worker kills itself, and the protections that a control takes away."""

from enum import StrEnum


class Point(StrEnum):
    """Where a worker is when it dies."""

    BEFORE_CLAIM = "before_the_claim_commits"
    """Messages are claimed in a transaction that nobody ever commits."""
    BEHIND_CLAIM = "after_the_claim"
    """They are claimed; nothing is written of them yet."""
    BEFORE_MAIL = "before_mail"
    """A message is written; the relay has heard nothing of it."""
    BEHIND_LAST_DOT = "after_the_last_dot_before_the_answer"
    """The relay has the whole message, and its answer will find nobody."""
    BEHIND_ANSWER = "after_the_answer_before_the_outcome"
    """The relay has taken the message; nobody has begun to write that down."""
    BEFORE_OUTCOME = "before_the_outcome_commits"
    """The outcome is written in a transaction that nobody ever commits."""
    BEHIND_OUTCOME = "after_the_outcome_commits"
    """The outcome is safe."""
    BEFORE_ACTIVITY_ENDS = "before_the_activity_completes"
    """A batch has ended; Temporal does not know."""
    AT_WORKFLOW_END = "at_workflow_completion"
    """The distribution has ended; Temporal does not know."""


IN_HAND = frozenset({Point.BEHIND_LAST_DOT, Point.BEHIND_ANSWER, Point.BEFORE_OUTCOME})
"""Where a message is with the relay and its outcome in no database: it has to become `unknown`."""

SELDOM = {Point.BEFORE_ACTIVITY_ENDS: 1, Point.AT_WORKFLOW_END: 1, Point.BEFORE_CLAIM: 3}
"""How often a release to thirty comes there at least, where it is not each mail that leads there.

A claim takes twice as many as the one before, so that four take all.
"""


class Protection(StrEnum):
    """What keeps a message from going out twice, or not at all."""

    DOUBT = "doubt"
    """What a dead sender had handed over becomes `unknown`; without it, all that it had goes out again."""
    STATE = "state"
    """Only what is `ready` is claimed; without it, whatever is in the range."""
    DISK = "disk"
    """A commit is on disk before anybody goes on; without it, a killed PostgreSQL forgets what went out."""
