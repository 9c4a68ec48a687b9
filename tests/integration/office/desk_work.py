"""The operator at her desk: commands of `admin.py` on a database of her own, and what they left there."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession
from typer.testing import CliRunner, Result

from admin import app
from security.keys import new_key, new_key_ring
from storage.database import Database

Found = TypeVar("Found")

FINGERPRINT_KEY = new_key()
PUBLIC_URL = "https://acuerpa.red.example"
SETTINGS = {
    "ACUERPA_PAYLOAD_KEYS": new_key_ring("k1"),
    "ACUERPA_FIELD_KEYS": new_key_ring("k1"),
    "ACUERPA_FINGERPRINT_KEY": FINGERPRINT_KEY,
    "ACUERPA_SMTP_HOST": "127.0.0.1",
    "ACUERPA_SMS_URL": "https://sms.example",
    "ACUERPA_SMS_KEY": "invented",
    "ACUERPA_PUBLIC_URL": PUBLIC_URL,
    "ACUERPA_DEFAULT_TIME_ZONE": "America/Guatemala",
    "COLUMNS": "200",
}


@dataclass(frozen=True)
class Run:
    """Runs a command; settings may be changed by name."""

    database_url: str

    def __call__(self, *arguments: str, **changes: str) -> Result:
        environment = {"ACUERPA_DATABASE_URL": self.database_url, **SETTINGS, **changes}
        return CliRunner().invoke(app, arguments, env=environment)


@dataclass(frozen=True)
class Read:
    """Reads from the database in a transaction of its own, which may also change it."""

    database_url: str

    def __call__(self, query: Callable[[AsyncSession], Awaitable[Found]]) -> Found:
        return asyncio.run(self._transaction(query))

    async def _transaction(self, query: Callable[[AsyncSession], Awaitable[Found]]) -> Found:
        database = Database(self.database_url)
        try:
            async with database.transaction() as session:
                return await query(session)
        finally:
            await database.close()
