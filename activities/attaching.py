"""The statement as a letter in PDF beside the mail, where the case asks for it."""

import asyncio

import structlog

from activities.drafts import Draft
from activities.leak_watch import LeakWatch, Part
from channels.mime import Attachment
from models.letters import Letter
from models.messages import Purpose
from models.outbox import RecipientKind
from storage.letter_content import addressee_of, letter_of
from templates.letter.press import LetterPress, UnsettableError, file_name

_log = structlog.get_logger(__name__)

_PDF = "application/pdf"


class LetterAttachments:
    """Sets the letters that mails carry: a target gets her own, everybody else the open one."""

    def __init__(self, press: LetterPress, watch: LeakWatch, *, time_zone: str) -> None:
        self._press = press
        self._watch = watch
        self._time_zone = time_zone

    async def of(self, draft: Draft) -> tuple[Attachment, ...]:
        """Set the letter of a mail, and have it read; nothing where none is asked for.

        One in an alphabet that our fonts lack is left out: the mail says the same.

        Raises:
            LeakFoundError: it names somebody; where, is not said.
        """
        if not _is_wanted(draft):
            return ()
        letter = self._letter(draft)
        try:
            printed = await asyncio.to_thread(self._press.printed, letter)
        except UnsettableError:
            _log.warning("letter.not_settable", delivery_id=str(draft.delivery.id))
            return ()
        written = (Part(text, markup=True) for text in letter.texts())
        self._watch.read(draft, Part(printed.text), *written)
        return (Attachment(file_name(letter), _PDF, printed.pdf),)

    def _letter(self, draft: Draft) -> Letter:
        contents, delivery = draft.contents, draft.delivery
        if delivery.recipient_kind is not RecipientKind.TARGET:
            return letter_of(contents, delivery.language, self._time_zone, readers=delivery.disclosure)
        return letter_of(
            contents,
            delivery.language,
            self._time_zone,
            readers=delivery.disclosure,
            identified=self._watch.identified(draft),
            addressee=addressee_of(delivery, draft.recipient),
        )


def _is_wanted(draft: Draft) -> bool:
    attached = draft.contents.action.policy["release"].get("attach_pdf", [])
    return draft.contents.purpose is Purpose.STATEMENT and draft.recipient.audience in attached
