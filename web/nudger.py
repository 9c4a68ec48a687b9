"""Telling workflows that facts changed: at once where Temporal answers, and again until it does."""

import asyncio
import time

import structlog
from temporalio.service import RPCError

from models.records import Addressee
from storage.changes import ChangeFeed, woken
from storage.database import UNAVAILABLE, Database
from storage.records import UndeliveredNudge, announce, nudge_delivered, undelivered_nudges
from web.gateway import TemporalUnavailableError, WorkflowGateway

_log = structlog.get_logger(__name__)

SWEEP_SECONDS = 5.0
"""How long what a wake-up missed may wait."""

SPACING_SECONDS = 0.1
"""The shortest time between two rounds: a burst of signatures becomes one nudge."""

ANSWERS_SPACING_SECONDS = 1.0
"""The shortest time between two nudges about answers to one workflow: the first goes at once."""

_ABOUT_ANSWERS = frozenset({Addressee.SIGN_ON, Addressee.RECEIPTS})
_ROUND = 200


class Nudger:
    """Delivers pending nudges, woken by the change feed and by a sweep."""

    def __init__(self, database: Database, feed: ChangeFeed, gateway: WorkflowGateway) -> None:
        self._database = database
        self._feed = feed
        self._gateway = gateway
        self._told_at: dict[UndeliveredNudge, float] = {}

    async def run(self) -> None:
        """Deliver until cancelled."""
        while True:
            self._feed.anything.clear()
            wait_seconds = SWEEP_SECONDS
            try:
                if await self.deliver():
                    wait_seconds = ANSWERS_SPACING_SECONDS
            except TemporalUnavailableError:
                _log.warning("nudges.temporal_unavailable", retry_in_seconds=SWEEP_SECONDS)
            except UNAVAILABLE:
                _log.warning("nudges.database_unavailable", retry_in_seconds=SWEEP_SECONDS)
            await asyncio.sleep(SPACING_SECONDS)
            await woken(self._feed.anything, wait_seconds)

    async def deliver(self) -> int:
        """Go through the pending nudges once, and return how many were put off.

        A Temporal that does not answer ends the round.
        """
        async with self._database.reading() as session:
            nudges = await undelivered_nudges(session, _ROUND)
        due = [nudge for nudge in nudges if not self._was_just_told(nudge)]
        for nudge in due:
            if await self._told(nudge):
                await self._delivered(nudge)
        return len(nudges) - len(due)

    def _was_just_told(self, nudge: UndeliveredNudge) -> bool:
        """Tell whether a workflow heard of answers so lately that more of them may gather."""
        just_now = time.monotonic() - ANSWERS_SPACING_SECONDS
        self._told_at = {told: at for told, at in self._told_at.items() if at > just_now}
        return _workflow_of(nudge) in self._told_at

    async def _delivered(self, nudge: UndeliveredNudge) -> None:
        if nudge.addressee in _ABOUT_ANSWERS:
            self._told_at[_workflow_of(nudge)] = time.monotonic()
        async with self._database.transaction() as session:
            await nudge_delivered(session, nudge)
            await announce(session, nudge.action_id)

    async def _told(self, nudge: UndeliveredNudge) -> bool:
        """Tell one workflow; what Temporal refuses is logged and tried again later, not before all others."""
        try:
            await self._tell(nudge)
        except RPCError as error:
            _log.error(
                "nudge.refused",
                action_id=str(nudge.action_id),
                addressee=nudge.addressee,
                document_number=nudge.document_number,
                status=error.status.name,
            )
            return False
        return True

    async def _tell(self, nudge: UndeliveredNudge) -> None:
        if nudge.addressee is Addressee.ACTION:
            await self._gateway.nudge_action(nudge.action_id, nudge.reference)
        elif nudge.addressee is Addressee.RECEIPTS:
            await self._gateway.nudge_receipts(nudge.action_id, nudge.reference)
        elif nudge.addressee is Addressee.RESENDING:
            await self._gateway.nudge_resending(nudge.action_id, nudge.reference)
        else:
            await self._gateway.nudge_sign_on(nudge.reference, nudge.document_number)


def _workflow_of(nudge: UndeliveredNudge) -> UndeliveredNudge:
    return nudge._replace(requested=0)
