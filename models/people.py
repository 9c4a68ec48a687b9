"""The people who work with the engine, their keys, and the PINs by which they confirm that it is they."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.columns import link, moment, primary_key, word, words
from models.vocabulary import Channel

ENROLMENT_LASTS: Final = timedelta(hours=72)
"""How long an enrolment link opens."""

WRONG_PINS_THAT_LOCK: Final = 5
WRONG_PINS_THAT_SHUT: Final = 10
PIN_LOCK: Final = timedelta(minutes=15)


class PinOutcome(StrEnum):
    """What became of a PIN that somebody typed."""

    RIGHT = "right"
    """It is hers; earlier wrong ones are forgotten."""
    WRONG = "wrong"
    """It is not hers; she may try again."""
    LOCKED = "locked"
    """After too many wrong ones no PIN is looked at for a while, the right one neither."""
    SHUT = "shut"
    """After far too many her PIN is gone, until the operator enrols her again."""
    NOT_ENROLLED = "not_enrolled"
    """She has no PIN."""


class PinVerdict(NamedTuple):
    """Whether a PIN is the one behind a hash, and what to keep instead where that hash is out of date."""

    right: bool
    renewed: str | None = None


class Person(SQLModel, table=True):
    """A coordinator, verifier or admin; `asked_by` is how she may be asked without giving her away."""

    id: UUID = primary_key()
    name: str
    email: str = Field(unique=True)
    fingerprint: bytes
    phone: str | None = Field(default=None, repr=False)
    phone_fingerprint: bytes | None = None
    asked_by: Channel = word(Channel, default=Channel.EMAIL)
    language: str
    time_zone: str
    roles: list[str] = words()
    duty_position: int | None = None
    pin_hash: str | None = Field(default=None, repr=False)
    pin_set_at: datetime | None = moment(nullable=True)
    pin_failures: int = 0
    pin_locked_until: datetime | None = moment(nullable=True)
    created_at: datetime = moment()

    @property
    def is_shut_out(self) -> bool:
        """Tell whether too many wrong PINs were typed for any further one to be looked at."""
        return self.pin_failures >= WRONG_PINS_THAT_SHUT


class ApiKey(SQLModel, table=True):
    """A bearer key of one person; the key itself is shown once and only its SHA-256 kept."""

    __tablename__ = "api_key"

    id: UUID = primary_key()
    person_id: UUID = link("person.id")
    key_hash: bytes = Field(unique=True)
    created_at: datetime = moment()
    last_used_at: datetime | None = moment(nullable=True)
    revoked_at: datetime | None = moment(nullable=True)


class Enrolment(SQLModel, table=True):
    """A link by which one person sets her PIN, once; only the SHA-256 of its token is kept."""

    id: UUID = primary_key()
    person_id: UUID = link("person.id")
    token_hash: bytes = Field(unique=True)
    issued_at: datetime = moment()
    expires_at: datetime = moment()
    used_at: datetime | None = moment(nullable=True)
    revoked_at: datetime | None = moment(nullable=True)
