"""Texts of versions that were read before: a version is never changed, so they need no second reading.

Whether a text may be shown is no business of this: who asks for it has asked the database first.
"""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from models.documents import DocumentText
from storage.documents import texts_of

MOST: Final = 32
"""How many versions are kept: those that many open at once."""


class KnownTexts:
    """The texts of the versions that were asked for last, by language."""

    def __init__(self) -> None:
        self._known: OrderedDict[UUID, Mapping[str, DocumentText]] = OrderedDict()

    async def of(self, session: AsyncSession, version_id: UUID) -> Mapping[str, DocumentText]:
        """Return the texts of a version."""
        if version_id not in self._known:
            texts = await texts_of(session, version_id)
            for text in texts.values():
                session.expunge(text)
            self._known[version_id] = texts
            if len(self._known) > MOST:
                self._known.popitem(last=False)
        self._known.move_to_end(version_id)
        return self._known[version_id]
