"""The words for reply clocks and for what is done where nobody answers."""

from enum import StrEnum
from typing import Final


class StepKind(StrEnum):
    """What is done where a target does not answer in time."""

    REMINDER = "reminder"
    """A letter reminds the target of the first one."""
    SUPERIOR_OFFICE = "superior_office"
    """A letter tells the office above it that it did not answer."""
    EMBASSY = "embassy"
    """A letter tells an embassy so."""
    MECHANISM = "mechanism"
    """A letter tells a mechanism so."""
    PUBLISH_SILENCE = "publish_silence"
    """People say in public that nobody answered: the engine only proposes it."""


TO_ANOTHER: Final = frozenset({StepKind.SUPERIOR_OFFICE, StepKind.EMBASSY, StepKind.MECHANISM})
"""Steps by a letter to another target of the case."""


class StepState(StrEnum):
    """What became of a step that was proposed."""

    PROPOSED = "proposed"
    """It waits for a person."""
    APPROVED = "approved"
    """Its letter goes out, as she read it."""
    DONE = "done"
    """Somebody did it herself."""
    DISMISSED = "dismissed"
    """It is not done; the next one follows in its time."""


class ClockState(StrEnum):
    """How the reply clock of a target stands."""

    NOT_STARTED = "not_started"
    """Nothing is known to have reached it."""
    UNTIMED = "untimed"
    """It was written to, and nobody set it a time."""
    RUNNING = "running"
    """It has time to answer."""
    LATE = "late"
    """Its time is over without a final answer."""
    ANSWERED = "answered"
    """It gave a final answer."""
