"""How many text messages a day may cost us: in all, and by the beginnings of numbers."""

import datetime as dt
import re
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlmodel import Field, SQLModel

from models.columns import word

ANYWHERE: Final = "*"
_ENTRY: Final = re.compile(r"(\+[1-9][0-9]{0,14}|\*) ?: ?([0-9]{1,7})")


class SmsReserve(StrEnum):
    """What a text message is counted against; each has the whole of the budget for itself."""

    ORDINARY = "ordinary"
    """What can wait until tomorrow."""
    URGENT = "urgent"
    """Notices of the end, and what asks verifiers of an immediate case."""


class SmsUse(SQLModel, table=True):
    """How many text messages were claimed on a day of the network's time zone to numbers with a prefix."""

    __tablename__ = "sms_use"

    day: dt.date = Field(primary_key=True)
    reserve: SmsReserve = word(SmsReserve, primary_key=True)
    prefix: str = Field(primary_key=True, max_length=20)
    messages: int


class SmsBudget(NamedTuple):
    """The most messages a day; `prefixes`, where there are some, hold `*` for all other numbers together."""

    total: int
    prefixes: tuple[tuple[str, int], ...]
    time_zone: str

    def day_of(self, moment: datetime) -> date:
        """Return the day that a moment is counted on."""
        return moment.astimezone(ZoneInfo(self.time_zone)).date()

    def day_after(self, moment: datetime) -> datetime:
        """Return when the next day begins."""
        next_day = self.day_of(moment) + timedelta(days=1)
        return datetime.combine(next_day, time.min, ZoneInfo(self.time_zone)).astimezone(UTC)


def prefix_budgets(line: str) -> tuple[tuple[str, int], ...]:
    """Read budgets like `+52: 500, +1: 50, *: 20`; nothing is no budget by prefix.

    Raises:
        ValueError: they are written otherwise, name a prefix twice, or say nothing of all other numbers.
    """
    entries = [_ENTRY.fullmatch(entry.strip()) for entry in line.split(",")] if line.strip() else []
    found = [(entry[1], int(entry[2])) for entry in entries if entry]
    prefixes = {prefix for prefix, _ in found}
    if len(found) < len(entries) or len(prefixes) < len(found) or (found and ANYWHERE not in prefixes):
        raise ValueError("these are no budgets by prefix")
    return tuple(found)
