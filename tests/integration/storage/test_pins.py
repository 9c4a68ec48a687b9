"""The second factor: how often it may be guessed, whatever happens at once or in between."""

import asyncio
from collections import Counter
from datetime import timedelta
from itertools import groupby
from uuid import UUID, uuid4

import pytest
from argon2.profiles import CHEAPEST
from pydantic import SecretStr
from sqlalchemy.exc import NoResultFound
from structlog.testing import capture_logs

from models.columns import now
from models.people import PIN_LOCK, Person, PinOutcome, PinVerdict
from models.vocabulary import Role
from security.keys import decode_key, new_key
from security.pins import PinHasher
from storage import people, verifiers
from storage.database import Database
from storage.verifiers import Judge
from tests import factories
from tests.integration.outbox_cases import execute
from tests.integration.verifiers import HASHER, PIN, WRONG, Judging, enrol, enrolment_link, typed, verifier

RIGHT, WRONG_ONE, LOCKED = PinOutcome.RIGHT, PinOutcome.WRONG, PinOutcome.LOCKED
SHUT, NOT_ENROLLED = PinOutcome.SHUT, PinOutcome.NOT_ENROLLED


async def person_of(database: Database, person_id: UUID) -> Person:
    async with database.transaction() as session:
        return await people.person(session, person_id)


async def wait_out_the_lock(database: Database) -> None:
    await execute(database, "UPDATE person SET pin_locked_until = now() - interval '1 second'")


async def test_a_right_pin_is_right_again_and_again(database: Database) -> None:
    eva = await verifier(database, pin=True)
    assert await typed(database, eva, PIN, PIN, PIN) == [RIGHT] * 3


async def test_wrong_ones_are_counted_in_a_row_and_forgotten_after_a_right_one(database: Database) -> None:
    eva = await verifier(database, pin=True)
    four_wrong = [WRONG] * 4
    assert await typed(database, eva, *four_wrong, PIN, *four_wrong, PIN) == [*[WRONG_ONE] * 4, RIGHT] * 2
    assert (await person_of(database, eva)).pin_failures == 0


async def test_five_wrong_in_a_row_lock_for_fifteen_minutes(database: Database) -> None:
    eva = await verifier(database, pin=True)
    assert await typed(database, eva, *[WRONG] * 5) == [*[WRONG_ONE] * 4, LOCKED]
    until = (await person_of(database, eva)).pin_locked_until
    assert until
    assert timedelta(minutes=14) < until - now() <= PIN_LOCK == timedelta(minutes=15)


async def test_while_locked_no_pin_is_looked_at_and_none_is_counted(database: Database) -> None:
    eva, judging = await verifier(database, pin=True), Judging()
    await typed(database, eva, *[WRONG] * 5, judging=judging)
    before = await person_of(database, eva)
    assert await typed(database, eva, PIN, WRONG, PIN, judging=judging) == [LOCKED] * 3
    assert judging.evaluated == 5
    assert await person_of(database, eva) == before


async def test_after_the_lock_the_right_pin_opens_and_starts_anew(database: Database) -> None:
    eva = await verifier(database, pin=True)
    await typed(database, eva, *[WRONG] * 5)
    await wait_out_the_lock(database)
    assert await typed(database, eva, PIN, *[WRONG] * 5) == [RIGHT, *[WRONG_ONE] * 4, LOCKED]


async def test_after_the_lock_each_further_wrong_one_locks_again_and_the_tenth_shuts(
    database: Database,
) -> None:
    eva, judging = await verifier(database, pin=True), Judging()
    await typed(database, eva, *[WRONG] * 5, judging=judging)
    outcomes = []
    for _ in range(5):
        await wait_out_the_lock(database)
        outcomes += await typed(database, eva, WRONG, PIN, judging=judging)
    assert outcomes == [*[LOCKED] * 8, SHUT, SHUT]
    assert judging.evaluated == 10
    await wait_out_the_lock(database)
    assert await typed(database, eva, PIN, judging=judging) == [SHUT]
    assert judging.evaluated == 10
    assert (await person_of(database, eva)).pin_hash is None


async def test_who_is_shut_out_is_let_in_again_by_a_new_enrolment_only(database: Database) -> None:
    eva = await verifier(database, pin=True)
    for _ in range(10):
        await typed(database, eva, WRONG)
        await wait_out_the_lock(database)
    assert await typed(database, eva, PIN) == [SHUT]
    await enrolment_link(database, eva)
    assert await typed(database, eva, PIN) == [NOT_ENROLLED]
    await enrol(database, eva)
    assert await typed(database, eva, WRONG, PIN) == [WRONG_ONE, RIGHT]


async def test_twenty_wrong_pins_at_once_are_looked_at_five_times(database: Database) -> None:
    eva, judging = await verifier(database, pin=True), Judging()
    answers = await asyncio.gather(*(verifiers.check_pin(database, eva, judging(WRONG)) for _ in range(20)))
    assert judging.evaluated == 5
    assert Counter(answers) == {WRONG_ONE: 4, LOCKED: 16}
    assert (await person_of(database, eva)).pin_failures == 5


async def test_of_right_and_wrong_pins_at_once_no_more_than_five_wrong_in_a_row_are_looked_at(
    database: Database,
) -> None:
    eva = await verifier(database, pin=True)
    verdicts: list[bool] = []

    def noted(pin: SecretStr) -> Judge:
        async def judge(person_id: UUID, pin_hash: str) -> PinVerdict:
            verdict = await HASHER.judge(pin)(person_id, pin_hash)
            verdicts.append(verdict.right)
            return verdict

        return judge

    pins = [WRONG, WRONG, WRONG, PIN] * 5 + [WRONG] * 10
    await asyncio.gather(*(verifiers.check_pin(database, eva, noted(pin)) for pin in pins))
    wrong_in_a_row = [len(list(run)) for right, run in groupby(verdicts) if not right]
    assert max(wrong_in_a_row) == 5


async def test_one_persons_lock_is_nobody_elses(database: Database) -> None:
    eva, ana = await verifier(database, pin=True), await verifier(database, pin=True)
    await typed(database, eva, *[WRONG] * 5)
    assert await typed(database, ana, PIN) == [RIGHT]


async def test_a_lock_holds_in_another_process(database_url: str) -> None:
    first = Database(database_url)
    eva = await verifier(first, pin=True)
    await typed(first, eva, *[WRONG] * 5)
    await first.close()
    second, judging = Database(database_url), Judging()
    assert await typed(second, eva, PIN, judging=judging) == [LOCKED]
    assert judging.evaluated == 0
    await second.close()


async def test_an_attempt_counts_also_where_its_caller_fails_afterwards(database: Database) -> None:
    eva = await verifier(database, pin=True)

    async def fail_after_an_attempt() -> None:
        async with database.transaction():
            await typed(database, eva, WRONG)
            raise ZeroDivisionError

    for _ in range(5):
        with pytest.raises(ZeroDivisionError):
            await fail_after_an_attempt()
    assert await typed(database, eva, PIN) == [LOCKED]


async def test_a_transaction_that_points_at_her_does_not_wait_for_a_check(database: Database) -> None:
    eva = await verifier(database, pin=True)
    looking, go_on = asyncio.Event(), asyncio.Event()

    async def slow(person_id: UUID, pin_hash: str) -> PinVerdict:
        looking.set()
        await go_on.wait()
        return await HASHER.judge(PIN)(person_id, pin_hash)

    checking = asyncio.create_task(verifiers.check_pin(database, eva, slow))
    await looking.wait()
    async with database.transaction() as session:
        await asyncio.wait_for(factories.add_key(session, await people.person(session, eva)), 5)
    go_on.set()
    assert await checking is RIGHT


@pytest.mark.parametrize("role", Role)
async def test_who_was_never_enrolled_has_no_pin(database: Database, role: Role) -> None:
    somebody, judging = await verifier(database, role), Judging()
    assert await typed(database, somebody, *[WRONG] * 12, judging=judging) == [NOT_ENROLLED] * 12
    assert judging.evaluated == 0


async def test_a_check_of_nobody_is_an_error(database: Database) -> None:
    with pytest.raises(NoResultFound):
        await typed(database, uuid4(), PIN)


async def test_a_hash_of_other_costs_is_renewed_by_the_right_pin(database: Database) -> None:
    key = decode_key(new_key())
    eva, today = await verifier(database), Judging(PinHasher(key))
    cheap = await PinHasher(key, CHEAPEST).hash(eva, PIN)
    await execute(database, "UPDATE person SET pin_hash = :cheap", cheap=cheap)
    assert await typed(database, eva, WRONG, judging=today) == [WRONG_ONE]
    assert (await person_of(database, eva)).pin_hash == cheap
    assert await typed(database, eva, PIN, PIN, judging=today) == [RIGHT, RIGHT]
    assert (await person_of(database, eva)).pin_hash != cheap


async def test_the_log_tells_of_a_lock_with_her_id_alone(database: Database) -> None:
    eva = await verifier(database, pin=True)
    with capture_logs() as lines:
        await typed(database, eva, *[WRONG] * 6, PIN)
        for _ in range(5):
            await wait_out_the_lock(database)
            await typed(database, eva, WRONG)
    told = {"person_id": str(eva), "log_level": "warning"}
    assert lines == [*[{"event": "pin.locked", **told}] * 5, {"event": "pin.shut", **told}]


async def test_a_persons_repr_shows_neither_her_hash_nor_her_phone(database: Database) -> None:
    eva = await verifier(database, pin=True)
    await execute(database, "UPDATE person SET phone = '+12025550123'")
    shown = repr(await person_of(database, eva))
    assert "argon2id" not in shown
    assert "2025550123" not in shown
