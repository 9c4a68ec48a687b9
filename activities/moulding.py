"""Mails of a release made in moulds: all that its messages share is written, read and built once."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

from activities.drafts import Draft
from activities.leak_watch import LeakWatch, Part
from activities.verdicts import LeakFoundError
from channels.mime import EmailContent
from channels.moulds import NAME, PARTS, WAY_OFF, Mould
from models.messages import Purpose
from models.outbox import RecipientKind
from models.vocabulary import Audience, Disclosure, RenderingKind
from security.leak_guard import Seam
from storage.contents import Contents

_MOULDED: Final = frozenset({Purpose.STATEMENT, Purpose.STOP_NOTICE})
"""What says the same to everybody: others hold secret links or are told of single answers."""

WriteMail = Callable[[Draft], Awaitable[EmailContent]]


class _Kind(NamedTuple):
    """What messages of one mould agree in."""

    recipient_kind: RecipientKind
    disclosure: Disclosure
    digest: bytes | None
    language: str
    audience: Audience | None
    named: bool


@dataclass(frozen=True)
class _Shared:
    """What is built once, and where each part is put into what was read."""

    content: EmailContent
    mould: Mould
    seams: dict[str, list[Seam]]

    def is_clear(self, values: Mapping[str, str]) -> bool:
        """Tell whether the guard's reading of the mould holds with these parts, too."""
        return all(seam.is_clear(values[part]) for part in self.seams for seam in self.seams[part])


class Moulds:
    """Makes the mails that differ in name and address alone; all others are written and read as a whole."""

    def __init__(self, watch: LeakWatch, write: WriteMail) -> None:
        """Make moulds from what `write` writes, which is read by the guard already."""
        self._watch = watch
        self._write = write
        self._made: WeakKeyDictionary[Contents, dict[_Kind, _Shared | None]] = WeakKeyDictionary()

    async def mail(self, draft: Draft, personal: EmailContent) -> EmailContent:
        """Return the mail of a draft, of which `personal` are the parts that headers hold.

        Raises:
            LeakFoundError: it names somebody.
        """
        shared = await self._shared(draft) if _fits(draft) else None
        values = {NAME: personal.recipient_name or "", WAY_OFF: personal.unsubscribe_url or ""}
        if shared is None or not shared.is_clear(values):
            return await self._write(draft)
        return replace(
            personal,
            subject=shared.content.subject,
            attachments=shared.content.attachments,
            body=shared.mould.body(values),
        )

    async def _shared(self, draft: Draft) -> _Shared | None:
        made = self._made.setdefault(draft.contents, {})
        delivery = draft.delivery
        kind = _Kind(
            delivery.recipient_kind,
            delivery.disclosure,
            delivery.digest,
            delivery.language,
            draft.recipient.audience,
            named=draft.recipient.name is not None,
        )
        if kind not in made:
            made[kind] = await self._build(draft)
        return made[kind]

    async def _build(self, draft: Draft) -> _Shared | None:
        """Write one mail with marks for its parts; None where that cannot be done."""
        named = draft.recipient.name is not None
        example = draft._replace(recipient=draft.recipient._replace(name=NAME if named else None))
        try:
            written = await self._write(example)
        except LeakFoundError:
            return None
        if written.unsubscribe_url is not None:
            written = replace(
                written,
                text=written.text.replace(written.unsubscribe_url, WAY_OFF),
                html=written.html.replace(written.unsubscribe_url, WAY_OFF),
            )
        try:
            mould = Mould(written)
        except ValueError:
            return None
        parts = [Part(written.text), Part(written.html, markup=True)]
        return _Shared(written, mould, {part: self._seams(draft, part, parts) for part in PARTS})

    def _seams(self, draft: Draft, mark: str, parts: list[Part]) -> list[Seam]:
        return [self._watch.seam(draft, part, place) for part in parts for place in _places(part.text, mark)]


def _fits(draft: Draft) -> bool:
    """Tell whether a mail has no personal parts but name and address."""
    return (
        draft.contents.purpose in _MOULDED
        and draft.recipient.salutation is None
        and draft.delivery.recipient_kind is not RecipientKind.TARGET
        and draft.delivery.rendering is RenderingKind.PUBLIC
    )


def _places(text: str, mark: str) -> list[int]:
    return [place for place, letter in enumerate(text) if letter == mark]
