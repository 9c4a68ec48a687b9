"""Reply clocks: when a target should have answered, and what follows where it does not. Pure rules."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from models.falling_due import after
from models.mechanisms import Mechanism
from models.reply_vocabulary import ClockState, StepKind
from models.response_vocabulary import FINAL, ResponseKind
from models.vocabulary import TargetKind

_ONE_DAY: Final = timedelta(days=1)


class Terms(NamedTuple):
    """In what time an answer is due, and how many reminders are proposed before anything else."""

    within: timedelta
    reminders: int


BY_MECHANISM: Final = MappingProxyType(
    {
        Mechanism.CED: Terms(timedelta(days=14), reminders=3),
        Mechanism.IACHR: Terms(timedelta(days=15), reminders=2),
        Mechanism.UN_SPECIAL_PROCEDURES: Terms(timedelta(days=60), reminders=2),
    }
)
"""What these procedures give: two weeks and three reminders, 15 days, 60 days."""

BY_KIND: Final = MappingProxyType({TargetKind.MECHANISM: Terms(timedelta(days=60), reminders=2)})
"""For targets that name neither a time nor a mechanism; all others have no clock."""

_REMINDERS: Final = 2


class Rung(NamedTuple):
    """One step of a ladder: how long after the one before, and to which other target of the case."""

    step: StepKind
    wait: timedelta
    target: int | None = None


class Answer(NamedTuple):
    """A response that counts."""

    kind: ResponseKind
    received_on: date


class ReplyClock(NamedTuple):
    """How the clock of a target stands."""

    state: ClockState
    started: datetime | None = None
    due: datetime | None = None
    answered_on: date | None = None


def terms_of(kind: TargetKind, within: timedelta | None, mechanism: Mechanism | None) -> Terms | None:
    """Return a target's time: its own, else that of its mechanism, else that of its kind, else none."""
    usual = BY_MECHANISM[mechanism] if mechanism else BY_KIND.get(kind)
    if within is None:
        return usual
    return Terms(within, usual.reminders if usual else _REMINDERS)


def ladder_of(declared: Sequence[Rung] | None, terms: Terms) -> tuple[Rung, ...]:
    """Return the steps for a target: those of the case, else its reminders, each after its time anew."""
    if declared is not None:
        return tuple(declared)
    waits = (timedelta(0), *(terms.within,) * (terms.reminders - 1))
    return tuple(Rung(StepKind.REMINDER, wait) for wait in waits)


def start_of_post(posted_on: date, zone: str) -> datetime:
    """Return when the clock of a posted letter starts: with the day, where we are."""
    return datetime.combine(posted_on, time(), ZoneInfo(zone)).astimezone(UTC)


def clock_of(
    terms: Terms | None, started: datetime | None, answers: Iterable[Answer], zone: str, now: datetime
) -> ReplyClock:
    """Tell how a clock stands; days are those of the calendar of a zone, whatever summer time does."""
    answered_on = _answered_on(answers, started, zone)
    due = after(started, terms.within, zone) if started and terms else None
    if answered_on:
        return ReplyClock(ClockState.ANSWERED, started, due, answered_on)
    if started is None:
        return ReplyClock(ClockState.NOT_STARTED)
    if due is None:
        return ReplyClock(ClockState.UNTIMED, started)
    return ReplyClock(ClockState.LATE if now >= due else ClockState.RUNNING, started, due)


def _answered_on(answers: Iterable[Answer], started: datetime | None, zone: str) -> date | None:
    """Return the day of the first final answer to what was sent.

    It may be the day before by our calendar, where it is still yesterday at the target.
    """
    first = started.astimezone(ZoneInfo(zone)).date() - _ONE_DAY if started else date.min
    final = (one.received_on for one in answers if one.kind in FINAL and one.received_on >= first)
    return min(final, default=None)


def next_rung(
    clock: ReplyClock, ladder: Sequence[Rung], decided: Mapping[int, datetime | None], zone: str
) -> tuple[int, datetime] | None:
    """Return the number of the next step, from 1, and when it is proposed; None where nothing follows.

    `decided` says of each step that was proposed when somebody decided about it: until then no other follows.
    """
    number = len(decided) + 1
    running = clock.state in {ClockState.RUNNING, ClockState.LATE}
    before = decided.get(number - 1) if decided else clock.due
    if not running or before is None or number > len(ladder):
        return None
    return number, after(before, ladder[number - 1].wait, zone)
