"""The words for what comes back from those who were addressed."""

from enum import StrEnum
from typing import Final


class ResponseKind(StrEnum):
    """What an office answered, after the HURIDOCS Micro-thesauri (2001), list 27, "Types of responses".

    Its some forty terms are gathered here into the six that a coordinator tells apart at once.
    """

    POSITIVE = "positive"
    """It did what was asked, or part of it: opened an investigation, gave protection, set her free."""
    PLEDGE = "pledge"
    """It promised to do what was asked, maybe by a day that it named."""
    OBSTRUCTION = "obstruction"
    """It refused, denied what happened, or turned against those who asked."""
    ASKS_FOR_INFORMATION = "asks_for_information"
    """It wants to know more before it does anything."""
    TOKEN = "token"  # noqa: S105 - a kind of response, no secret
    """It said that it had received the letter, or something as empty."""
    NONE = "none"
    """It let it be known that it will not answer, or did not when it was asked again."""


FINAL: Final = frozenset({ResponseKind.POSITIVE, ResponseKind.PLEDGE, ResponseKind.OBSTRUCTION})
"""What answers the letter, be it by a no; with anything else its clock goes on."""


class ResponseChannel(StrEnum):
    """The way on which a response came."""

    EMAIL = "email"
    """A mail."""
    LETTER = "letter"
    """Paper, by post or handed over."""
    PHONE = "phone"
    """A call."""
    IN_PERSON = "in_person"
    """At a meeting or a visit."""
    PUBLIC = "public"
    """Said in public: to the press, on a site, on social media."""


class AttachmentType(StrEnum):
    """What an attachment is, as its content shows; also how the names of such files end."""

    PDF = "pdf"
    """A document in PDF."""
    PNG = "png"
    """A picture or scan in PNG."""
    JPEG = "jpeg"
    """A picture or scan in JPEG."""
    WEBP = "webp"
    """A picture in WebP."""
    DOCX = "docx"
    """A document of Word, without macros."""
    ODT = "odt"
    """A document of LibreOffice, without macros."""
    TXT = "txt"
    """Plain text in UTF-8."""


MEDIA_TYPES: Final = {
    AttachmentType.PDF: "application/pdf",
    AttachmentType.PNG: "image/png",
    AttachmentType.JPEG: "image/jpeg",
    AttachmentType.WEBP: "image/webp",
    AttachmentType.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    AttachmentType.ODT: "application/vnd.oasis.opendocument.text",
    AttachmentType.TXT: "text/plain; charset=utf-8",
}
"""What each is called in HTTP and MIME."""

LARGEST_ATTACHMENT_BYTES: Final = 5 * 1024 * 1024
MOST_ATTACHMENTS: Final = 20
"""Of one response."""
LONGEST_FILE_NAME: Final = 150
