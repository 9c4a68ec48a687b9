"""What all workers know together of one provider: what it may be given, and whether it is served."""

import datetime as dt

from sqlmodel import Field, SQLModel

from models.columns import moment


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
