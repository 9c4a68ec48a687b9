"""What all workers know together of one provider: what it may be given, and whether it is served."""

import datetime as dt
from typing import NamedTuple

from sqlmodel import Field, SQLModel

from models.columns import moment

_BURST_PARTS = 5
"""A bucket holds this part of a second's messages: what may go at once."""


class Limits(NamedTuple):
    """What one provider may be given by all workers together; None where there is no limit.

    Days are those of UTC.
    """

    provider: str
    per_second: float | None = None
    per_day: int | None = None

    @property
    def any(self) -> bool:
        """Tell whether there is a limit at all."""
        return self.per_second is not None or self.per_day is not None

    @property
    def burst(self) -> int | None:
        """How many messages its bucket holds."""
        return None if self.per_second is None else max(1, int(self.per_second) // _BURST_PARTS)

    @property
    def refill_per_second(self) -> float | None:
        """How fast its bucket fills: with a full bucket, no second sees more than `per_second`."""
        if self.per_second is None or self.burst is None:
            return None
        return self.per_second - self.burst if self.burst > 1 else self.per_second


class Provider(SQLModel, table=True):
    """One provider of a channel, by the name that the settings give it; times are the database's.

    `tokens` is how many messages it could be given at `refilled_at`; `taken_today`, how many it was given on
    `day`. It asked not to be given any before `paused_until`. Its circuit is open while `opened_at` is set:
    from `probe_at` on, one message tries whether it is back. `failures` and `openings` count in a row.
    """

    name: str = Field(primary_key=True, max_length=40)
    tokens: float
    refilled_at: dt.datetime = moment()
    day: dt.date
    taken_today: int = 0
    paused_until: dt.datetime | None = moment(nullable=True)
    failures: int = 0
    openings: int = 0
    opened_at: dt.datetime | None = moment(nullable=True)
    probe_at: dt.datetime | None = moment(nullable=True)
