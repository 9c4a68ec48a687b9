"""What the API answers about partners."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from models.partner_vocabulary import ChangeOutcome, PartnerEventKind, PartnerKind, PartnerStatus
from models.problems import Problem
from models.vocabulary import Channel
from web.import_schemas import UpdatedEntry
from web.schemas import Request, Schema


class ImportCheck(Schema):
    """What an import would do. Where there are problems, it would do nothing."""

    problems: list[Problem]
    created: list[str]
    updated: list[UpdatedEntry]
    unchanged: list[str]


class PartnerContactView(Schema):
    """A person who answers for a partner."""

    name: str
    email: str
    language: str
    phone: str | None = None
    asked_by: Channel


class MandateView(Schema):
    """A standing mandate."""

    follows: str
    given_on: date
    given_by: str


class PartnerApiView(Schema):
    """A partner's own system; its secret is shown to nobody."""

    url: str


class PartnerView(Schema):
    """A partner as a partners file holds it."""

    id: str
    name: str
    kind: PartnerKind
    country: str
    languages: list[str]
    groups: list[str]
    time_zone: str | None = None
    website: str | None = None
    registered_address: str
    contacts: list[PartnerContactView]
    member_count: int | None = None
    members: list[str]
    mandate: MandateView | None = None
    status: PartnerStatus
    api: PartnerApiView | None = None


class PartnerList(Schema):
    """Every partner, in the form of a partners file: it can be imported as it is."""

    partners: list[PartnerView]


class PartnerEventView(Schema):
    """What somebody did to a partner."""

    at: datetime
    kind: PartnerEventKind
    person: str | None
    detail: dict[str, Any]


class LogoView(Schema):
    """A logo as it is kept."""

    width: int
    height: int
    bytes: int
    sha256: str


class SecretRequest(Request):
    """Replace the secret of a partner's system; 0 days, where the one before may be known to others."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"overlap_days": 7}]})

    overlap_days: int = Field(default=7, ge=0, le=30)
    """For how many days messages are signed with the secret before as well."""


class SecretView(Schema):
    """The new secret of a partner's system, shown this once."""

    id: str
    secret: str
    former_until: datetime | None = Field(description="Until when the one before is signed with as well.")


class FormerSecretView(Schema):
    """Whether messages were still signed with the secret before."""

    id: str
    ended: bool


class PartnerKeyView(Schema):
    """A key of a partner's system; it cannot be read again."""

    key_id: UUID
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class PartnerKeyList(Schema):
    """Every key that a partner's system got, oldest first."""

    keys: list[PartnerKeyView]


class NewPartnerKey(Schema):
    """A new key of a partner's system, shown this once."""

    id: str
    key_id: UUID
    key: str


class PartnerKeyRevoked(Schema):
    """A key that opens nothing any more."""

    id: str
    key_id: UUID


class PartnerWhole(Schema):
    """A partner, its logo, and what was done to it."""

    partner: PartnerView
    updated_at: datetime
    former_secret_until: datetime | None
    logo: LogoView | None
    events: list[PartnerEventView]


class StatusRequest(Request):
    """Set how a partner stands with the network."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "paused"}]})

    status: PartnerStatus


class StatusView(Schema):
    """How a partner stands now."""

    id: str
    status: PartnerStatus
    changed: bool


class CompromisedView(Schema):
    """How many invitations of a partner opened by links, and how many signatures have to be confirmed."""

    id: str
    invitations: int = Field(ge=0)
    doubted: int = Field(ge=0)


class RestoredView(Schema):
    """How many signatures a partner is asked to confirm."""

    id: str
    asked: int = Field(ge=0)


class ChangeView(Schema):
    """Details that a partner's contact corrected: each field as it would be, beside what it is now."""

    id: UUID
    partner: str
    contact: str
    proposed_at: datetime
    fields: dict[str, Any]
    now: dict[str, Any]


class ChangeList(Schema):
    """Corrections that nobody has decided about, oldest first."""

    changes: list[ChangeView]


class ChangeDecision(StrEnum):
    """What a coordinator makes of a correction."""

    APPROVE = "approve"
    """It stands in the directory from now on."""
    REFUSE = "refuse"
    """It does not."""


class ChangeDecisionRequest(Request):
    """Decide about details that a partner corrected."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"decision": "approve"}]})

    decision: ChangeDecision


class ChangeDecided(Schema):
    """What became of a correction."""

    id: UUID
    partner: str
    outcome: ChangeOutcome
