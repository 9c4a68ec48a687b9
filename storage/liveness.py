"""Whether a connection of the pool is still one, found out without asking PostgreSQL each time.

A ping before each use, as SQLAlchemy has it, is an answer to wait for in every request. A server that ends
closes its connections, which the socket knows; one that vanished without a word is found by a ping of what
has rested for a while.
"""

import select
import time
from typing import Any, Final

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

RESTED_SECONDS: Final = 1.0
_USED_AT: Final = "used_at"


def watch(engine: Engine) -> None:
    """Have the pool of an engine hand out connections that live."""

    @event.listens_for(engine, "checkin")
    def _rests(_connection: object, entry: ConnectionPoolEntry) -> None:
        entry.info[_USED_AT] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _is_used(connection: Any, entry: ConnectionPoolEntry, _proxy: object) -> None:
        rested = time.monotonic() - entry.info.get(_USED_AT, time.monotonic())
        try:
            if rested > RESTED_SECONDS or _has_something_to_say(connection):
                engine.dialect.do_ping(connection)
        except psycopg.Error as error:
            raise InvalidatePoolError from error


def _has_something_to_say(connection: Any) -> bool:
    """Tell whether PostgreSQL said something unasked, as it does when it ends."""
    poll = select.poll()
    poll.register(connection.driver_connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
