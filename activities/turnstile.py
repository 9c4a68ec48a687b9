"""Where messages pass to the provider in groups; what became of those before is written down with them."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from contextvars import Context
from typing import Any, NamedTuple
from uuid import UUID

import structlog

from channels.base import Failure
from models.messages import Purpose
from storage.database import UNAVAILABLE, Database
from storage.groups import settle_and_hand_over
from storage.handing_over import Claimed, Settled, suppress

_log = structlog.get_logger(__name__)

_FIRST_WAIT_SECONDS = 0.1
_LONGEST_WAIT_SECONDS = 5.0


class _Entering(NamedTuple):
    action_id: UUID
    purpose: Purpose
    claimed: Claimed
    is_wanted: Callable[[], bool]
    passed: "asyncio.Future[bool]"


class _Leaving(NamedTuple):
    settled: Settled
    suppress: Failure | None
    recorded: "asyncio.Future[None]"


class Turnstile:
    """Passes the messages of one channel: a transaction settles those that are done and hands over the next.

    After each commit at most `places` messages are handed over and not settled: no more may be in doubt after
    a crash. Messages of several actions come in turn; each action has transactions of its own.
    """

    def __init__(self, database: Database, places: int) -> None:
        self._database = database
        self._places = places
        self._entering: deque[_Entering] = deque()
        self._leaving: defaultdict[UUID, list[_Leaving]] = defaultdict(list)
        self._inside: set[UUID] = set()
        self._turning: dict[UUID, asyncio.Task[None]] = {}

    async def enter(
        self, action_id: UUID, purpose: Purpose, claimed: Claimed, is_wanted: Callable[[], bool]
    ) -> bool:
        """Pass the last gate; False where it is closed, the database is away, or nobody wants it any more.

        `is_wanted` is asked when there is a place, which may be later.
        """
        passed: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._entering.append(_Entering(action_id, purpose, claimed, is_wanted, passed))
        self._turn(action_id)
        return await passed

    async def leave(self, action_id: UUID, settled: Settled, *, suppress: Failure | None = None) -> None:
        """Record an outcome, however long it takes: nobody else knows it."""
        recorded = asyncio.get_running_loop().create_future()
        self._leaving[action_id].append(_Leaving(settled, suppress, recorded))
        self._turn(action_id)
        await recorded

    def forget(self, delivery_id: UUID) -> None:
        """Give up a message whose outcome nobody will know here."""
        if delivery_id in self._inside:
            self._inside.discard(delivery_id)
            self._turn_all()

    def _turn(self, action_id: UUID) -> None:
        if action_id not in self._turning:
            # Of no single batch: its log lines must not carry the ids of the one that began it.
            self._turning[action_id] = asyncio.create_task(self._turn_on(action_id), context=Context())

    def _turn_all(self) -> None:
        for action_id in {one.action_id for one in self._entering}:
            self._turn(action_id)

    async def _turn_on(self, action_id: UUID) -> None:
        """Commit group after group of an action until none is left."""
        wait_seconds = _FIRST_WAIT_SECONDS
        try:
            while True:
                leaving = self._leaving.pop(action_id, [])
                entering = list(self._admitted(action_id, leaving))
                if not leaving and not entering:
                    return
                if await self._pass(action_id, leaving, entering):
                    wait_seconds = _FIRST_WAIT_SECONDS
                    continue
                _log.warning("outcomes.not_recorded", action_id=str(action_id), retry_in_seconds=wait_seconds)
                await asyncio.sleep(wait_seconds)
                wait_seconds = min(wait_seconds * 2, _LONGEST_WAIT_SECONDS)
        finally:
            del self._turning[action_id]
            self._turn_all()

    def _admitted(self, action_id: UUID, leaving: Sequence[_Leaving]) -> Iterator[_Entering]:
        """Take those of an action for whom there is room behind everybody who came before them."""
        left = sum(one.settled.outcome.delivery_id in self._inside for one in leaving)
        room = self._places - len(self._inside) + left
        kept: deque[_Entering] = deque()
        while self._entering and room > 0:
            one = self._entering.popleft()
            if not one.passed.done() and not one.is_wanted():
                one.passed.set_result(False)
            if one.passed.done():
                continue
            room -= 1
            if one.action_id == action_id:
                self._inside.add(one.claimed.delivery_id)
                yield one
            else:
                kept.append(one)
        self._entering.extendleft(reversed(kept))

    async def _pass(self, action_id: UUID, leaving: list[_Leaving], entering: list[_Entering]) -> bool:
        """Commit one group; False where the database is away, and what has left must be told again."""
        try:
            passed = await self._commit(action_id, leaving, entering)
        except UNAVAILABLE:
            # Whether it was committed is not known: they keep their places until they are settled.
            self._leaving[action_id][:0] = leaving
            _answer(entering, set())
            return not leaving
        except Exception as error:  # noqa: BLE001 - those who wait must hear of it
            self._fail(leaving, entering, error)
            return True
        self._inside.difference_update(one.settled.outcome.delivery_id for one in leaving)
        self._inside.difference_update(
            one.claimed.delivery_id for one in entering if one.claimed.delivery_id not in passed
        )
        _answer(entering, passed)
        for one in leaving:
            if not one.recorded.done():
                one.recorded.set_result(None)
        return True

    def _fail(self, leaving: list[_Leaving], entering: list[_Entering], error: Exception) -> None:
        self._inside.difference_update(one.settled.outcome.delivery_id for one in leaving)
        self._inside.difference_update(one.claimed.delivery_id for one in entering)
        waiting: list[asyncio.Future[Any]] = [one.recorded for one in leaving]
        waiting += [one.passed for one in entering]
        for one in waiting:
            if not one.done():
                one.set_exception(error)

    async def _commit(self, action_id: UUID, leaving: list[_Leaving], entering: list[_Entering]) -> set[UUID]:
        claimed: defaultdict[Purpose, list[Claimed]] = defaultdict(list)
        for one in entering:
            claimed[one.purpose].append(one.claimed)
        async with self._database.transaction() as session:
            settled = [one.settled for one in leaving]
            passed = await settle_and_hand_over(session, action_id, settled, claimed)
            for reason in sorted({leaver.suppress for leaver in leaving if leaver.suppress}):
                gone = [leaver.settled.outcome.delivery_id for leaver in leaving if leaver.suppress is reason]
                await suppress(session, action_id, gone, reason)
            return passed


def _answer(entering: list[_Entering], passed: set[UUID]) -> None:
    for one in entering:
        if not one.passed.done():
            one.passed.set_result(one.claimed.delivery_id in passed)
