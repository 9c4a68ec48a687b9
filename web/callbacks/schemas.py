"""What the bodies of callbacks say; more may stand in them."""

import re
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

Word = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=60, to_lower=True)]
Reference = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=200, pattern=r"^[!-~]+$")]

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def delivery_id(text: object) -> UUID | None:
    """Read an id of ours; None where it is somebody else's."""
    return UUID(text) if isinstance(text, str) and _ID.fullmatch(text) else None


def _as_text(value: object) -> object:
    """Take numbers for the codes that they are."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Code = Annotated[Word, BeforeValidator(_as_text)]
OurId = Annotated[UUID | None, BeforeValidator(delivery_id)]


class Said(BaseModel):
    """Base of all bodies."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class TwilioStatus(Said):
    """The status of one message, as Twilio tells it."""

    reference: Reference = Field(validation_alias="MessageSid")
    status: Word = Field(validation_alias="MessageStatus")
    code: Code | None = Field(default=None, validation_alias="ErrorCode")


class VonageError(Said):
    """Why a message was not delivered, as the Messages API tells it."""

    title: Code | None = None


class VonageStatus(Said):
    """The status of one message, by Vonage's SMS or Messages API."""

    reference: Reference = Field(validation_alias=AliasChoices("message_uuid", "messageId"))
    status: Word
    ours: OurId = Field(default=None, validation_alias=AliasChoices("client_ref", "client-ref"))
    code: Code | None = Field(default=None, validation_alias="err-code")
    error: VonageError = VonageError()


class GatewayStatus(Said):
    """The status of one message, by any other gateway."""

    id: Reference | None = None
    delivery_id: OurId = None
    status: Word
    reason: Code | None = None


class MailEvent(Said):
    """What became of one mail. `message_id` is its Message-ID, with or without brackets."""

    event: Literal["delivered", "bounced", "complained", "deferred"]
    bounce: Literal["hard", "soft"] = "soft"
    message_id: Annotated[str, StringConstraints(strict=True, max_length=300)]

    def of_ours(self, domain: str) -> UUID | None:
        """Return the delivery that a mail of our domain was sent for."""
        name, _, at = self.message_id.strip().removeprefix("<").removesuffix(">").rpartition("@")
        return delivery_id(name) if at.lower() == domain else None


class MailEvents(Said):
    """Some events, oldest first or in any other order."""

    events: Annotated[tuple[MailEvent, ...], Field(min_length=1, max_length=500)]
