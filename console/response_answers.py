"""What the API tells of what targets answered, as far as this client shows it."""

from datetime import date, datetime

from console.answers import Answer


class Attachment(Answer):
    """A file that came with a response; its name only where it was opened."""

    id: str
    kind: str
    size: int
    name: str = ""


class TargetResponse(Answer):
    """What a target answered, or a mechanism."""

    id: str
    target: int | None = None
    office: str | None = None
    submission: str | None = None
    mechanism: str | None = None
    kind: str
    final: bool
    channel: str
    received_on: date
    pledged_for: date | None = None
    milestone: int | None = None
    recorded_by: str
    recorded_at: datetime
    corrects: str | None = None
    corrected_by: str | None = None
    has_note: bool = False
    attachments: tuple[Attachment, ...] = ()


class TargetResponseList(Answer):
    """The responses of an action's targets."""

    reference: str
    responses: tuple[TargetResponse, ...]


class OpenedResponse(Answer):
    """What is sealed of a response."""

    id: str
    note: str | None
    attachments: tuple[Attachment, ...]
