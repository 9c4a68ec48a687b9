"""Links to the live page that coordinators put on a screen."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.columns import link, moment, primary_key


class ScreenLink(SQLModel, table=True):
    """A secret URL at which anybody sees how the signing of an action goes; only the SHA-256 is kept."""

    __tablename__ = "screen_link"

    id: UUID = primary_key()
    action_id: UUID = link("urgent_action.id")
    token_hash: bytes = Field(unique=True)
    made_by: UUID = link("person.id")
    made_at: datetime = moment()
    expires_at: datetime = moment()
    revoked_at: datetime | None = moment(nullable=True)
