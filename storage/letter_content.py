"""What stands in a letter, from what is read for the messages of a dispatch."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from models.documents import Identified
from models.letters import Addressee, Letter
from models.outbox import Delivery
from models.vocabulary import Channel, Disclosure, DocumentKind
from storage.contents import Contents, Recipient


def letter_of(
    contents: Contents,
    language: str,
    time_zone: str,
    *,
    readers: Disclosure,
    identified: Sequence[Identified] = (),
    addressee: Addressee | None = None,
) -> Letter:
    """Return the letter of a dispatch in a language, dated by the day on which it was frozen."""
    text, signed = contents.texts[language], contents.signed[readers]
    return Letter(
        index=contents.index,
        is_notice=contents.document.kind is DocumentKind.STOP_ACTION,
        language=language,
        dated=contents.frozen_at.astimezone(ZoneInfo(time_zone)).date(),
        headline=text.headline,
        summary=text.summary,
        body=text.body,
        background=text.background,
        demands=tuple(text.demands),
        identified=tuple(identified),
        signatories=tuple((one.name, one.country) for one in signed.named),
        unnamed_signatories=signed.organisations.unnamed,
        organisations=signed.organisations.total,
        addressee=addressee,
    )


def addressed_lines(recipient: Recipient) -> list[str]:
    """Name the holder and the office that a message is addressed to."""
    return [line for line in (recipient.name, recipient.organisation) if line]


def addressee_of(delivery: Delivery, recipient: Recipient) -> Addressee:
    """Return to whom a letter to a target goes; of one that is posted, with the place."""
    is_posted = delivery.channel is Channel.LETTER
    named = addressed_lines(recipient)
    place = [line.strip() for line in delivery.address.splitlines()] if is_posted else []
    lines = [*named, *(line for line in place if line and line not in named)]
    return Addressee(tuple(lines), recipient.salutation)
