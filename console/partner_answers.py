"""What the API answers about partners, as far as this client shows it."""

from datetime import datetime
from typing import Any

from console.answers import Answer
from console.directory_imports import UpdatedEntry
from models.problems import Problem


class Imported(Answer):
    """How an import changed the directory."""

    created: int
    updated: int
    unchanged: int = 0


class Checked(Answer):
    """What an import would do."""

    problems: tuple[Problem, ...]
    created: list[str]
    updated: list[UpdatedEntry]
    unchanged: list[str]


class Contact(Answer):
    """A person who answers for a partner."""

    name: str
    email: str
    language: str
    phone: str | None = None
    asked_by: str


class Partner(Answer):
    """A partner as it is shown."""

    id: str
    name: str
    kind: str
    country: str
    languages: list[str]
    groups: list[str]
    time_zone: str | None = None
    website: str | None = None
    registered_address: str
    contacts: list[Contact]
    member_count: int | None = None
    members: tuple[str, ...] = ()
    mandate: dict[str, str] | None = None
    status: str
    api: dict[str, str] | None = None


class PartnerList(Answer):
    """Every partner."""

    partners: list[Partner]


class ExportedPartners(Answer):
    """Every partner, as a partners file holds it."""

    partners: list[dict[str, Any]]


class PartnerEvent(Answer):
    """What somebody did to a partner."""

    at: datetime
    kind: str
    person: str | None = None
    detail: dict[str, Any]


class Logo(Answer):
    """A logo as it is kept."""

    width: int
    height: int
    bytes: int


class PartnerWhole(Answer):
    """A partner, its logo, and what was done to it."""

    partner: Partner
    former_secret_until: datetime | None = None
    logo: Logo | None = None
    events: list[PartnerEvent]


class Status(Answer):
    """How a partner stands now."""

    id: str
    status: str
    changed: bool


class Compromised(Answer):
    """How much of a partner was revoked or doubted."""

    id: str
    invitations: int
    doubted: int


class Restored(Answer):
    """How many signatures a partner is asked to confirm."""

    id: str
    asked: int


class Change(Answer):
    """Details that a partner's contact corrected, beside what they are now."""

    id: str
    partner: str
    contact: str
    proposed_at: datetime
    fields: dict[str, Any]
    now: dict[str, Any]


class ChangeList(Answer):
    """Corrections that nobody has decided about."""

    changes: list[Change]


class ChangeDecided(Answer):
    """What became of a correction."""

    id: str
    partner: str
    outcome: str
