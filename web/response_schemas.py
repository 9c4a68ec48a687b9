"""What the API answers of what targets answered."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from models.mechanisms import Mechanism
from models.response_vocabulary import AttachmentType, ResponseChannel, ResponseKind
from web.schemas import Schema


class AttachmentView(Schema):
    """A file that came with a response, without its name and content."""

    id: UUID
    kind: AttachmentType
    size: int = Field(description="Bytes.")
    added_at: datetime


class Answering(Schema):
    """Who answers, or should: a target of the case, or the mechanism of a submission that was sent."""

    target: int | None = None
    office: str | None = None
    submission: str | None = Field(default=None, description="The digest of its draft.")
    mechanism: Mechanism | None = None


class ResponseView(Answering):
    """What a target answered, or a mechanism, without what is sealed of it."""

    id: UUID
    kind: ResponseKind
    final: bool = Field(description="Whether it answers the letter, so that its clock stands.")
    channel: ResponseChannel
    received_on: date
    pledged_for: date | None
    milestone: int | None = Field(description="The number of the day of the case that it became.")
    recorded_by: str
    recorded_at: datetime
    corrects: UUID | None
    corrected_by: UUID | None = Field(description="The one that counts in its place.")
    has_note: bool
    attachments: list[AttachmentView]


class ResponseList(Schema):
    """The responses to an action, in the order in which they were written down."""

    reference: str
    responses: list[ResponseView]


class OpenedAttachment(AttachmentView):
    """A file with the name that it came with."""

    name: str


class OpenedResponse(Schema):
    """What is sealed of a response."""

    id: UUID
    note: str | None
    attachments: list[OpenedAttachment]
