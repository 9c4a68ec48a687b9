"""Enrolment links, and the list of who is asked to verify."""

import asyncio
from uuid import UUID

import pytest

from models.people import ENROLMENT_LASTS, PinOutcome
from models.vocabulary import Role
from security.tokens import token_hash
from storage import verifiers
from storage.database import Database
from storage.verifiers import OpenEnrolment
from tests.integration.outbox_cases import execute
from tests.integration.verifiers import HASHER, PIN, WRONG, enrol, enrolment_link, typed, verifier


async def look(database: Database, token: str) -> OpenEnrolment | None:
    async with database.transaction() as session:
        return await verifiers.open_enrolment(session, token_hash(token))


async def use(database: Database, token: str) -> bool:
    """Set a PIN by a link, as the page does; tell whether the link was still good."""
    async with database.transaction() as session:
        opened = await verifiers.open_enrolment(session, token_hash(token), lock=True)
        if opened:
            verifiers.set_pin(opened, await HASHER.hash(opened.person.id, PIN))
    return opened is not None


async def test_a_link_sets_a_pin_once(database: Database) -> None:
    eva = await verifier(database)
    token = await enrolment_link(database, eva)
    opened = await look(database, token)
    assert opened
    assert opened.person.id == eva
    assert opened.enrolment.expires_at - opened.enrolment.issued_at == ENROLMENT_LASTS
    assert await use(database, token)
    assert await look(database, token) is None
    assert not await use(database, token)
    assert await typed(database, eva, PIN) == [PinOutcome.RIGHT]


async def test_of_many_uses_at_once_one_counts(database: Database) -> None:
    token = await enrolment_link(database, await verifier(database))
    used = await asyncio.gather(*(use(database, token) for _ in range(12)))
    assert sum(used) == 1


async def test_only_the_hash_of_a_token_is_kept(database: Database) -> None:
    token = await enrolment_link(database, await verifier(database))
    ((row,),) = await execute(database, "SELECT row(enrolment.*)::text FROM enrolment")
    assert token not in row
    assert token_hash(token).hex() in row


async def test_a_newer_link_revokes_the_earlier_ones_and_voids_the_pin_at_once(database: Database) -> None:
    eva = await verifier(database, pin=True)
    first = await enrolment_link(database, eva)
    second = await enrolment_link(database, eva)
    assert await look(database, first) is None
    assert await look(database, second)
    assert await typed(database, eva, PIN) == [PinOutcome.NOT_ENROLLED]
    assert await use(database, second)
    assert await typed(database, eva, WRONG, PIN) == [PinOutcome.WRONG, PinOutcome.RIGHT]


async def test_another_persons_link_and_pin_stay_as_they_are(database: Database) -> None:
    eva, ana, marta = await verifier(database), await verifier(database), await verifier(database, pin=True)
    hers = await enrolment_link(database, ana)
    await enrolment_link(database, eva)
    assert await look(database, hers)
    assert await typed(database, marta, PIN) == [PinOutcome.RIGHT]


async def test_links_issued_at_once_leave_one_that_opens(database: Database) -> None:
    eva = await verifier(database)
    tokens = await asyncio.gather(*(enrolment_link(database, eva) for _ in range(8)))
    assert sum([await look(database, token) is not None for token in tokens]) == 1


async def test_a_link_expires(database: Database) -> None:
    token = await enrolment_link(database, await verifier(database))
    await execute(database, "UPDATE enrolment SET expires_at = now()")
    assert await look(database, token) is None
    assert not await use(database, token)


@pytest.mark.parametrize("token", ["", "x" * 43, "x" * 3000])
async def test_a_token_that_was_never_issued_opens_nothing(database: Database, token: str) -> None:
    await enrolment_link(database, await verifier(database))
    assert await look(database, token) is None


async def test_a_link_that_is_being_used_and_revoked_at_once_ends_in_one_of_both(database: Database) -> None:
    for _ in range(5):
        eva = await verifier(database)
        token = await enrolment_link(database, eva)
        used, newer = await asyncio.gather(use(database, token), enrolment_link(database, eva))
        assert await look(database, newer)
        assert await typed(database, eva, PIN) == [PinOutcome.NOT_ENROLLED], used


async def duty(database: Database, *excluding: UUID) -> list[UUID]:
    async with database.transaction() as session:
        return [person.id for person in await verifiers.on_duty(session, excluding)]


async def test_the_duty_list_is_in_order_and_leaves_out_who_is_excluded(database: Database) -> None:
    second, first, third, also_third = [
        await verifier(database, duty=position, pin=True) for position in (2, 1, 3, 3)
    ]
    assert await duty(database) == [first, second, third, also_third]
    assert await duty(database, first, third) == [second, also_third]
    assert await duty(database, *[first, second, third, also_third]) == []


async def test_nobody_is_asked_who_cannot_verify_now(database: Database) -> None:
    ready = await verifier(database, duty=5, pin=True)
    await verifier(database, pin=True)  # off duty
    await verifier(database, duty=1)  # never enrolled
    await verifier(database, Role.COORDINATOR, Role.ADMIN, duty=1, pin=True)
    enrolled_anew = await verifier(database, duty=1, pin=True)
    await enrolment_link(database, enrolled_anew)
    shut = await verifier(database, duty=1, pin=True)
    for _ in range(10):
        await typed(database, shut, WRONG)
        await execute(database, "UPDATE person SET pin_locked_until = NULL")
    both_roles = await verifier(database, Role.COORDINATOR, Role.VERIFIER, duty=6, pin=True)
    assert await duty(database) == [ready, both_roles]
    await enrol(database, enrolled_anew)
    assert await duty(database) == [enrolled_anew, ready, both_roles]


async def test_all_verifiers_are_listed_with_the_link_that_is_open(database: Database) -> None:
    off_duty = await verifier(database, pin=True)
    on_duty = await verifier(database, duty=1)
    await enrolment_link(database, on_duty)
    token = await enrolment_link(database, on_duty)
    expired = await verifier(database, duty=2)
    await enrolment_link(database, expired)
    await execute(database, "UPDATE enrolment SET expires_at = now() WHERE person_id = :id", id=expired)
    await verifier(database, Role.COORDINATOR)
    opened = await look(database, token)
    assert opened
    async with database.transaction() as session:
        listed = await verifiers.all_verifiers(session)
    assert [(one.person.id, one.link_open_until) for one in listed] == [
        (on_duty, opened.enrolment.expires_at),
        (expired, None),
        (off_duty, None),
    ]
