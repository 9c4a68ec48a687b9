"""Anchoring: the end of each audit trail, written to a file outside the database soon after it has grown."""

import asyncio

import structlog

from models.anchors import Anchor, AnchorFile, AnchorFileError
from models.audit import moment_text
from models.columns import now
from storage.audit import ChainEnd, chain_ends
from storage.changes import ChangeFeed, woken
from storage.database import UNAVAILABLE, Database

_log = structlog.get_logger(__name__)

SWEEP_SECONDS = 2.0
"""How long what wakes nobody, such as a reading, may wait for its anchor."""

SPACING_SECONDS = 1.0
"""The shortest time between two rounds: a busy trail gets a line a second."""


class Anchorer:
    """Anchors every trail that has grown, woken by the change feed and by a sweep.

    The file is what it remembers: it goes on after a restart, and beside others that write the same file.
    """

    def __init__(self, database: Database, feed: ChangeFeed, file: AnchorFile) -> None:
        self._database = database
        self._changed = feed.bell()
        self._file = file
        self._newest: dict[str, Anchor] = {}
        self._read_to = 0

    async def run(self) -> None:
        """Anchor until cancelled."""
        while True:
            self._changed.clear()
            try:
                await self.anchor()
            except AnchorFileError:
                _log.exception("anchors.not_written", retry_in_seconds=SWEEP_SECONDS)
            except UNAVAILABLE:
                _log.warning("anchors.database_unavailable", retry_in_seconds=SWEEP_SECONDS)
            await asyncio.sleep(SPACING_SECONDS)
            await woken(self._changed, SWEEP_SECONDS)

    async def anchor(self) -> None:
        """Write down every end that the file does not have yet."""
        # The file first: what it says is then never newer than what the database says.
        await asyncio.to_thread(self._catch_up)
        async with self._database.transaction() as session:
            ends = await chain_ends(session)
        await asyncio.to_thread(self._file.append, [_anchor(end) for end in ends if self._is_new(end)])

    def _catch_up(self) -> None:
        if self._file.size() < self._read_to:
            self._newest, self._read_to = {}, 0
        lines = self._file.read(start=self._read_to)
        self._newest |= {anchor.action_id: anchor for anchor in lines.anchors}
        self._read_to = lines.end

    def _is_new(self, end: ChainEnd) -> bool:
        anchored = self._newest.get(end.action_id)
        if anchored is None or anchored.number < end.length:
            return True
        if (anchored.number, anchored.hash) == (end.length, end.hash):
            return False
        _log.error(
            "anchors.contradicted", action_id=end.action_id, anchored=anchored.number, found=end.length
        )
        return True


def _anchor(end: ChainEnd) -> Anchor:
    return Anchor(
        reference=end.reference,
        action_id=end.action_id,
        number=end.length,
        hash=end.hash,
        anchored_at=moment_text(now()),
    )
