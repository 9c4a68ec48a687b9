"""Who signed a text, for the page that hundreds open at once: read a few times a second, and shown meanwhile.

While many open the page, the list may be a second old, and lack who signed since. It never names anybody
whose answer does not count any more: what is kept is known by all answers that were set aside, and those are
asked for each time, with the link itself. A request that has written an answer must not ask here.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.signatures import SignedBy, signed_by

MOST: Final = 32
"""How many lists are kept: of the texts that many open at once."""

READINGS: Final = 4
"""How often a list is read in a second before one that was read is shown again."""

SET_ASIDE: Final = """
    (SELECT concat_ws(' ', count(signature.superseded_at), count(signature.doubted_at),
                      max(signature.doubted_at))
     FROM signature
     WHERE signature.document_id = document.id
       AND (signature.superseded_at IS NOT NULL OR signature.doubted_at IS NOT NULL)) AS set_aside
"""
"""What changes with each answer to a document that does not count any more, or counts again; a column."""

_SECOND: Final = 1.0


@dataclass
class _List:
    """A list as it was read last, and when it was read lately."""

    readings: deque[float] = field(default_factory=lambda: deque(maxlen=READINGS))
    set_aside: str = ""
    signed: SignedBy | None = None

    def was_read_enough(self, moment: float) -> bool:
        return len(self.readings) == READINGS and moment - self.readings[0] < _SECOND


def _new_list(_document_id: UUID, _digest: bytes) -> _List:
    return _List()


class KnownSignatories:
    """Who signed the texts that were asked for last; `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._list_of = lru_cache(MOST)(_new_list)

    async def of(self, session: AsyncSession, document_id: UUID, digest: bytes, set_aside: str) -> SignedBy:
        """Return who signed a text; `set_aside` is the column's value, read in the same session before."""
        known = self._list_of(document_id, digest)
        if known.signed and known.set_aside == set_aside and known.was_read_enough(self._clock()):
            return known.signed
        known.readings.append(self._clock())
        signed = await signed_by(session, document_id, digest)
        known.set_aside, known.signed = set_aside, signed
        return signed
