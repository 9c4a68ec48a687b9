"""Telling workflows that facts changed: at once where Temporal answers, and again until it does."""

import asyncio

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

_ROUND = 200


class Nudger:
    """Delivers pending nudges, woken by the change feed and by a sweep."""

    def __init__(self, database: Database, feed: ChangeFeed, gateway: WorkflowGateway) -> None:
        self._database = database
        self._feed = feed
        self._gateway = gateway

    async def run(self) -> None:
        """Deliver until cancelled."""
        while True:
            self._feed.anything.clear()
            try:
                await self.deliver()
            except TemporalUnavailableError:
                _log.warning("nudges.temporal_unavailable", retry_in_seconds=SWEEP_SECONDS)
            except UNAVAILABLE:
                _log.warning("nudges.database_unavailable", retry_in_seconds=SWEEP_SECONDS)
            await asyncio.sleep(SPACING_SECONDS)
            await woken(self._feed.anything, SWEEP_SECONDS)

    async def deliver(self) -> None:
        """Go through the pending nudges once; a Temporal that does not answer ends the round."""
        async with self._database.transaction() as session:
            nudges = await undelivered_nudges(session, _ROUND)
        for nudge in nudges:
            if await self._told(nudge):
                await self._delivered(nudge)

    async def _delivered(self, nudge: UndeliveredNudge) -> None:
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
