import asyncio
from collections.abc import Iterable
from uuid import UUID, uuid4

import pytest

from activities.turns import Turns
from models.messages import Batch, Purpose
from models.priorities import priority_of
from models.vocabulary import Channel, Urgency


def batch(priority: int = 3, dispatch_id: UUID | None = None) -> Batch:
    return Batch(
        action_id=uuid4(),
        dispatch_id=dispatch_id or uuid4(),
        channel=Channel.EMAIL,
        first=1,
        last=500,
        priority=priority,
    )


async def claims(turns: Turns, one: Batch, number: int, told: list[Batch], messages: int = 1) -> None:
    """Have a batch make some claims, each in a turn of its own."""
    for _ in range(number):
        async with turns.turn(one):
            turns.charge(one, messages)
            told.append(one)
            await asyncio.sleep(0)


async def in_order(turns: Turns, *waiting: tuple[Batch, int, int]) -> list[Batch]:
    """Let batches come while somebody has the turn, and return who had the turns after that."""
    told: list[Batch] = []
    async with turns.turn(batch()):
        tasks = [asyncio.create_task(claims(turns, one, count, told, size)) for one, count, size in waiting]
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    return told


def names(told: Iterable[Batch], **named: Batch) -> str:
    letters = {one.dispatch_id: name for name, one in named.items()}
    return "".join(letters[one.dispatch_id] for one in told)


async def test_two_dispatches_of_one_urgency_have_turns_alike() -> None:
    a, b = batch(), batch()
    told = await in_order(Turns(), (a, 4, 1), (b, 4, 1))
    assert names(told, a=a, b=b) == "abababab"


async def test_many_batches_of_one_dispatch_have_no_more_than_one_of_another() -> None:
    a, b = batch(), batch()
    told = await in_order(Turns(), *[(a, 3, 1)] * 4, (b, 3, 1))
    assert names(told, a=a, b=b)[:6].count("b") == 3


async def test_a_dispatch_that_takes_more_at_once_waits_for_longer() -> None:
    a, b = batch(), batch()
    told = await in_order(Turns(), (a, 2, 30), (b, 6, 10))
    assert names(told, a=a, b=b) == "abbbabbb"


async def test_whoever_comes_later_is_not_owed_what_others_had_before() -> None:
    turns, a, b = Turns(), batch(), batch()
    told: list[Batch] = []

    async def come_later() -> None:
        await claims(turns, a, 20, told)
        await claims(turns, b, 10, told)

    await asyncio.gather(claims(turns, a, 60, told), come_later())
    order = names(told, a=a, b=b)
    begun = order.index("b")
    assert begun >= 39
    assert order[begun : begun + 16].count("b") == 8


async def test_the_more_urgent_goes_first_however_much_it_had() -> None:
    a, urgent = batch(4), batch(2)
    told = await in_order(Turns(), (a, 3, 1), (urgent, 3, 50))
    assert names(told, a=a, u=urgent) == "uuuaaa"


async def test_nobody_has_a_turn_in_a_rest_and_the_most_urgent_is_first_when_it_ends() -> None:
    turns, a, urgent = Turns(), batch(4), batch(1)
    told: list[Batch] = []
    async with turns.turn(a):
        turns.rest(0.05)
        waiting = asyncio.create_task(claims(turns, a, 1, told))
    await asyncio.sleep(0.01)
    assert told == []
    began = asyncio.get_running_loop().time()
    await asyncio.gather(claims(turns, urgent, 1, told), waiting)
    assert asyncio.get_running_loop().time() - began >= 0.03
    assert told == [urgent, a]


@pytest.mark.parametrize("loops", [0, 1])
async def test_a_batch_that_is_cancelled_while_it_waits_keeps_nobody_waiting(loops: int) -> None:
    turns, told = Turns(), list[Batch]()
    gone, b = batch(1), batch()
    async with turns.turn(batch()):
        waiting = asyncio.create_task(claims(turns, gone, 1, told))
        await asyncio.sleep(0)
    for _ in range(loops):
        await asyncio.sleep(0)  # now its turn has been given to it, and it does not know yet
    waiting.cancel()
    await asyncio.wait_for(claims(turns, b, 1, told), timeout=1)
    assert waiting.cancelled()
    assert told == [b]


def test_a_stop_is_told_first_and_immediate_cases_come_before_others() -> None:
    ranks = [
        priority_of(Purpose.STOP_NOTICE, Urgency.STANDARD),
        priority_of(Purpose.STATEMENT, Urgency.IMMEDIATE),
        priority_of(Purpose.STATEMENT, Urgency.URGENT),
        priority_of(Purpose.STATEMENT, Urgency.STANDARD),
        priority_of(Purpose.ADDENDUM, Urgency.STANDARD),
    ]
    assert ranks == [1, 2, 3, 4, 5]
    everything = {priority_of(purpose, urgency) for purpose in Purpose for urgency in Urgency}
    assert everything == {1, 2, 3, 4, 5}  # what Temporal takes
