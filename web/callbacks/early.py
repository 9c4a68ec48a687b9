"""Receipts that came before their messages were written down: taken as soon as they can be."""

import asyncio

import structlog

from storage.database import UNAVAILABLE, Database
from storage.delivery_receipts import take_early_receipts

_log = structlog.get_logger(__name__)

SWEEP_SECONDS = 5.0


class EarlyReceipts:
    """Looks again and again: what a sender writes down late wakes nobody."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self) -> None:
        """Take them until cancelled."""
        while True:
            try:
                await take_early_receipts(self._database)
            except UNAVAILABLE:
                _log.warning("receipts.database_unavailable", retry_in_seconds=SWEEP_SECONDS)
            await asyncio.sleep(SWEEP_SECONDS)
