"""What partners themselves did for a case, as they reported it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.columns import link, moment, primary_key, word


class PartnerActionKind(StrEnum):
    """What a partner did."""

    CALLED = "called"
    """It called an office."""
    WROTE = "wrote"
    """It wrote to an office on its own."""
    POSTED = "posted"
    """It spoke in public: on a site, on social media, to the press."""
    VISITED = "visited"
    """It went to an office."""
    MET = "met"
    """It met somebody of an office."""


MOST_A_DAY: Final = 20
"""How many reports of one partner are taken in 24 hours, of all cases together."""

LONGEST_NOTE: Final = 500


class PartnerAction(SQLModel, table=True):
    """Something that a partner did with one target in view; what it wrote of it is sealed.

    Rows stay. One that was reported by mistake is withdrawn, and counts no more.
    """

    __tablename__ = "partner_action"

    id: UUID = primary_key()
    action_id: UUID = link("urgent_action.id")
    invitation_id: UUID = link("invitation.id")
    partner_id: UUID = link("partner.id")
    target_id: UUID = link("target.id")
    kind: PartnerActionKind = word(PartnerActionKind)
    done_on: date
    sealed_note: bytes | None = Field(default=None, repr=False)
    reported_at: datetime = moment()
    withdrawn_at: datetime | None = moment(nullable=True)
