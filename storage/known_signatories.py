"""Who signed a text, for the page that hundreds open at once: read a few times a second, and shown meanwhile.

While many open the page, the list may be a second old, and lack who signed since. It never names anybody
whose answer does not count any more: what is kept is known by all answers that were set aside, and those are
asked for each time, with the link itself.
"""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final, NamedTuple
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.signatures import SignedBy, signed_by

MOST: Final = 32
"""How many lists are kept: of the texts that many open at once."""

READINGS: Final = 4
"""How often a list is read in a second before one that was read is shown again."""

SET_ASIDE: Final = """
    (SELECT count(*) || ' ' || max(GREATEST(signature.superseded_at, signature.doubted_at)) FROM signature
     WHERE signature.document_id = document.id
       AND (signature.superseded_at IS NOT NULL OR signature.doubted_at IS NOT NULL)) AS set_aside
"""
"""What changes with each answer to a document that does not count any more, or counts again; a column."""

_SECOND: Final = 1.0


class _Read(NamedTuple):
    set_aside: str | None
    signed: SignedBy


class KnownSignatories:
    """Who signed the texts that were asked for last; `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._readings: OrderedDict[tuple[UUID, bytes], deque[float]] = OrderedDict()
        self._known: dict[tuple[UUID, bytes], _Read] = {}

    async def of(
        self, session: AsyncSession, document_id: UUID, digest: bytes, set_aside: str | None
    ) -> SignedBy:
        """Return who signed a text; `set_aside` is the column's value, read in the same session before."""
        text = document_id, digest
        known = self._known.get(text)
        if known and known.set_aside == set_aside and self._was_read_enough(text):
            return known.signed
        self._note_reading(text)
        signed = await signed_by(session, document_id, digest)
        self._known[text] = _Read(set_aside, signed)
        self._forget_others()
        return signed

    def _was_read_enough(self, text: tuple[UUID, bytes]) -> bool:
        readings = self._readings[text]
        return len(readings) == READINGS and self._clock() - readings[0] < _SECOND

    def _note_reading(self, text: tuple[UUID, bytes]) -> None:
        self._readings.setdefault(text, deque(maxlen=READINGS)).append(self._clock())
        self._readings.move_to_end(text)

    def _forget_others(self) -> None:
        while len(self._readings) > MOST:
            oldest, _ = self._readings.popitem(last=False)
            self._known.pop(oldest, None)
