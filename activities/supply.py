"""What senders tell each other of their providers: who fails, who works again, who wants to be left alone."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

import structlog

from channels.base import ChannelError, Extent, Failure, InDoubtError, PermanentError, TransientError
from storage import providers
from storage.database import UNAVAILABLE, Database
from storage.providers import Allowance

_log = structlog.get_logger(__name__)

DEFAULT_PAUSE = timedelta(seconds=2)
"""How long a provider is left alone that asks for it and says no time."""

Said = ChannelError | None
"""What a provider said of a message that was handed to it: an error, or None where it took it."""


class Stopped(NamedTuple):
    """Why a batch sends no more: nothing is left, or it must wait, be it by our own limit alone."""

    wait: timedelta
    by_limit: bool = False


async def tell_what_was_said(database: Database, allowance: Allowance, said: Sequence[Said]) -> None:
    """Have all workers know how a provider dealt with the messages of one claim.

    One message that it took or judged shows that it works. Where all failed, they count as failures in a row.
    Losing this to a database that is away costs a few more tries, and nothing else.
    """
    if not said:
        return
    try:
        await _tell(database, allowance, said)
    except UNAVAILABLE:
        _log.warning("provider.not_recorded", provider=allowance.provider)


async def _tell(database: Database, allowance: Allowance, said: Sequence[Said]) -> None:
    failures = [one for one in said if _counts_against(one)]
    unauthorised = any(one.failure is Failure.UNAUTHORISED for one in failures if one)
    pause = _pause(said)
    if pause:
        await _pause_for_all(database, allowance, pause)
    if failures and (unauthorised or len(failures) == len(said)):
        await _count_failures(database, allowance, len(failures), at_once=unauthorised)
    elif allowance.is_troubled and len(failures) < len(said) and not pause:
        await _close(database, allowance)


def _counts_against(one: Said) -> bool:
    if isinstance(one, TransientError):
        return one.extent is Extent.PROVIDER
    return isinstance(one, InDoubtError)


def _pause(said: Iterable[Said]) -> timedelta | None:
    asked = [
        one.retry_after or DEFAULT_PAUSE
        for one in said
        if isinstance(one, TransientError) and one.extent is Extent.EVERYTHING
    ]
    return max(asked, default=None)


async def _pause_for_all(database: Database, allowance: Allowance, wait: timedelta) -> None:
    async with database.transaction() as session:
        await providers.pause(session, allowance.provider, wait)
    _log.warning("provider.paused", provider=allowance.provider, seconds=wait.total_seconds())


async def _count_failures(database: Database, allowance: Allowance, messages: int, *, at_once: bool) -> None:
    async with database.transaction() as session:
        opened = await providers.has_failed(
            session, allowance.provider, messages, at_once=at_once, probe=allowance.is_open
        )
    if opened:
        remedy = "see admin.py providers list; the next one takes over, where there is one"
        _log.error("provider.circuit_opened", provider=allowance.provider, remedy=remedy)


async def _close(database: Database, allowance: Allowance) -> None:
    async with database.transaction() as session:
        closed = await providers.was_served(session, allowance.provider)
    if closed:
        _log.warning("provider.circuit_closed", provider=allowance.provider)


def was_judged(error: ChannelError) -> bool:
    """Tell whether an error is something that a provider said, and no fault of ours in making a message."""
    return not (isinstance(error, PermanentError) and error.failure is Failure.NOT_RENDERABLE)
