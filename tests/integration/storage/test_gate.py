"""One fact that is missing is enough to keep every message in: each breaks one thing of what may go out."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from local.postgres import EmbeddedPostgres
from models.messages import Batch, Purpose
from models.vocabulary import Disclosure
from storage import claims
from storage.database import Database
from tests.integration.outbox_cases import EVERYTHING, Case, handed_over_alone, make_case

NAME = "gate"


def _photographed(given: str, given_by: str, *, since: str = "now()", revoked_at: str = "NULL") -> str:
    """Write down what somebody behind a pseudonym answered who was never asked for a photograph."""
    return (
        "INSERT INTO consent (id, person_at_risk_id, use, given, given_by, method, given_on, recorded_at,"
        " revoked_at)"
        f" SELECT gen_random_uuid(), id, 'photograph', {given}, '{given_by}', 'phone', '2026-10-30',"
        f" {since}, {revoked_at} FROM person_at_risk WHERE visibility = 'pseudonym'"
    )


REFUSED = {
    "on hold": "UPDATE urgent_action SET held_at = now()",
    "stopped": "UPDATE urgent_action SET stopped_at = now()",
    "closed": "UPDATE urgent_action SET closed_at = now()",
    "no attestation": "DELETE FROM attestation",
    "one attestation": "DELETE FROM attestation WHERE person_id = :second",
    "the author's own attestation": "UPDATE attestation SET person_id = :author WHERE person_id = :second",
    "an attestation for another digest": (
        "UPDATE attestation SET digest = sha256('x') WHERE person_id = :second"
    ),
    "a changed digest": "UPDATE document_version SET digest = sha256('x')",
    "a digest changed with its attestations": (
        "WITH changed AS (UPDATE document_version SET digest = sha256('x'))"
        " UPDATE attestation SET digest = sha256('x')"
    ),
    "no text at all": "DELETE FROM document_text",
    "consents that were given after they were attested": "UPDATE urgent_action SET consent_revision = 2",
    "consents of before a reopening": "UPDATE urgent_action SET reopened_at = now()",
    "a consent that could not be had": "UPDATE consent SET given_by = 'not_obtainable' WHERE given",
    "a consent that could not be had, beside what another answered since": _photographed(
        "true", "not_obtainable", since="now() - interval '1 day'"
    ),
    "one source, and not a direct one": "DELETE FROM source WHERE kind <> 'organisation'",
}

REFUSED_TO_THE_PUBLIC = {
    "no consent to be named": "DELETE FROM consent WHERE use = 'name_in_public'",
    "consent refused": "UPDATE consent SET given = false WHERE use = 'name_in_public'",
    "consent revoked": "UPDATE consent SET revoked_at = now() WHERE use = 'name_in_public'",
    "consent expired": "UPDATE consent SET valid_until = current_date - 1 WHERE use = 'name_in_public'",
    "consent taken back by a later record": (
        "INSERT INTO consent (id, person_at_risk_id, use, given, given_by, method, given_on, recorded_at)"
        " SELECT gen_random_uuid(), person_at_risk_id, use, false, given_by, method, given_on,"
        " now() + interval '1 second' FROM consent WHERE use = 'name_in_public' AND given"
    ),
    "consent for another use only": (
        "UPDATE consent SET use = 'photograph' WHERE use = 'name_in_public' AND given"
    ),
    "one of two named without consent": (
        "UPDATE person_at_risk SET visibility = 'named' WHERE visibility = 'withheld'"
    ),
}
"""Authorities may still be written to: their consent is another one."""

ALLOWED = {
    "nothing changed": "SELECT 1",
    "consent on its last day": (
        "UPDATE consent SET valid_until = current_date WHERE use = 'name_in_public' AND given"
    ),
    "consent given again after a refusal": (
        "INSERT INTO consent (id, person_at_risk_id, use, given, given_by, method, given_on, recorded_at)"
        " SELECT gen_random_uuid(), person_at_risk_id, use, false, given_by, method, given_on,"
        " now() - interval '1 day' FROM consent WHERE use = 'name_in_public' AND given"
    ),
    "nobody named": "UPDATE person_at_risk SET visibility = 'withheld' WHERE visibility = 'named'",
    "one source, and a direct one": "DELETE FROM source WHERE kind <> 'direct_testimony'",
    "two sources, and no direct one": "DELETE FROM source WHERE kind = 'direct_testimony'",
    "a consent that could not be had and was refused": _photographed("false", "not_obtainable"),
    "a consent that could not be had and was taken back": _photographed(
        "true", "not_obtainable", revoked_at="now()"
    ),
    "a hold that ended": "UPDATE urgent_action SET held_at = NULL",
    "another address suppressed": (
        "INSERT INTO suppression (fingerprint, reason, suppressed_at) VALUES (sha256('x'), 'x', now())"
    ),
}


WITHOUT_ANY_CONSENT = (
    "WITH named AS ({} RETURNING id) DELETE FROM consent USING named WHERE person_at_risk_id = named.id"
)


@dataclass(frozen=True)
class Frozen:
    """A statement and a check-in in the outbox of a database that no test changes for good."""

    url: str
    people: dict[str, UUID]
    statement: Batch
    check_in: Batch


async def _freeze(url: str) -> Frozen:
    database = Database(url)
    case: Case = await make_case(database)
    statement, check_in = await case.batch(), await case.batch(Purpose.CHECK_IN)
    await database.close()
    people = {"author": case.action.author_id, "second": case.verifiers[1]}
    return Frozen(url, people, statement, check_in)


@pytest.fixture(scope="module")
def frozen(postgres: EmbeddedPostgres, migrated: str) -> Iterator[Frozen]:
    postgres.create_database(NAME, template=migrated)
    yield asyncio.run(_freeze(postgres.url(NAME)))
    postgres.drop_database(NAME)


@pytest.fixture
async def session(frozen: Frozen) -> AsyncIterator[AsyncSession]:
    """A transaction that is rolled back."""
    database = Database(frozen.url)
    async with database.transaction() as opened:
        yield opened
        await opened.rollback()
    await database.close()


async def change(session: AsyncSession, statement: str, frozen: Frozen) -> None:
    known = {name: value for name, value in frozen.people.items() if f":{name}" in statement}
    await session.execute(text(statement), known)


async def claimed(session: AsyncSession, batch: Batch) -> list[str]:
    found = await claims.claim(
        session, batch, uuid4(), after=batch.first - 1, limit=EVERYTHING, provider="smtp"
    )
    return [delivery.address for delivery in found]


async def claimed_for(session: AsyncSession, batch: Batch) -> set[Disclosure]:
    """Return for which kinds of readers messages are claimed."""
    found = await claims.claim(
        session, batch, uuid4(), after=batch.first - 1, limit=EVERYTHING, provider="smtp"
    )
    return {delivery.disclosure for delivery in found}


@pytest.mark.parametrize("broken", REFUSED.values(), ids=REFUSED)
async def test_nothing_is_claimed_with(session: AsyncSession, frozen: Frozen, broken: str) -> None:
    await change(session, broken, frozen)
    assert await claimed(session, frozen.statement) == []


@pytest.mark.parametrize("broken", REFUSED_TO_THE_PUBLIC.values(), ids=REFUSED_TO_THE_PUBLIC)
async def test_only_authorities_are_written_to_with(
    session: AsyncSession, frozen: Frozen, broken: str
) -> None:
    await change(session, broken, frozen)
    assert await claimed_for(session, frozen.statement) == {Disclosure.AUTHORITY}


@pytest.mark.parametrize("broken", REFUSED_TO_THE_PUBLIC.values(), ids=REFUSED_TO_THE_PUBLIC)
async def test_authorities_are_not_written_to_where_the_same_befalls_their_consent(
    session: AsyncSession, frozen: Frozen, broken: str
) -> None:
    if broken == REFUSED_TO_THE_PUBLIC["one of two named without consent"]:
        broken = WITHOUT_ANY_CONSENT.format(broken)
    await change(session, broken.replace("name_in_public", "name_to_authorities"), frozen)
    assert Disclosure.AUTHORITY not in await claimed_for(session, frozen.statement)


@pytest.mark.parametrize("broken", REFUSED_TO_THE_PUBLIC.values(), ids=REFUSED_TO_THE_PUBLIC)
async def test_what_was_claimed_for_the_public_is_not_handed_over_with(
    session: AsyncSession, frozen: Frozen, broken: str
) -> None:
    batch, claim_id = frozen.statement, uuid4()
    found = await claims.claim(
        session, batch, claim_id, after=batch.first - 1, limit=EVERYTHING, provider="smtp"
    )
    public = next(one for one in found if one.disclosure is Disclosure.PUBLIC)
    authority = next(one for one in found if one.disclosure is Disclosure.AUTHORITY)
    await change(session, broken, frozen)
    assert not await handed_over_alone(session, batch.action_id, public.id, claim_id)
    assert await handed_over_alone(session, batch.action_id, authority.id, claim_id)


@pytest.mark.parametrize("harmless", ALLOWED.values(), ids=ALLOWED)
async def test_everything_is_claimed_with(session: AsyncSession, frozen: Frozen, harmless: str) -> None:
    await change(session, harmless, frozen)
    batch = frozen.statement
    assert len(await claimed(session, batch)) == batch.last - batch.first + 1


@pytest.mark.parametrize("broken", REFUSED.values(), ids=REFUSED)
async def test_what_was_claimed_is_not_handed_over_with(
    session: AsyncSession, frozen: Frozen, broken: str
) -> None:
    batch, claim_id = frozen.statement, uuid4()
    first, second = await claims.claim(
        session, batch, claim_id, after=batch.first - 1, limit=2, provider="smtp"
    )
    assert await handed_over_alone(session, batch.action_id, first.id, claim_id)
    await change(session, broken, frozen)
    assert not await handed_over_alone(session, batch.action_id, second.id, claim_id)


async def test_one_person_who_attests_twice_counts_once(session: AsyncSession, frozen: Frozen) -> None:
    await session.execute(
        text(
            "ALTER TABLE attestation"
            " DROP CONSTRAINT attestation_version_id_person_id_confirms_consent_revision_key"
        )
    )
    await session.execute(
        text("UPDATE attestation SET person_id = (SELECT min(person_id::text)::uuid FROM attestation)")
    )
    assert await claimed(session, frozen.statement) == []


async def test_a_suppressed_address_is_left_out_and_the_others_go(
    session: AsyncSession, frozen: Frozen
) -> None:
    await session.execute(
        text(
            "INSERT INTO suppression (fingerprint, reason, suppressed_at)"
            " SELECT fingerprint, 'x', now() FROM delivery WHERE address = 'hannah@friends.example'"
        )
    )
    addresses = await claimed(session, frozen.statement)
    assert len(addresses) == frozen.statement.last - frozen.statement.first
    assert "hannah@friends.example" not in addresses


async def test_who_has_no_text_in_her_language_is_left_out_and_the_others_go(
    session: AsyncSession, frozen: Frozen
) -> None:
    await session.execute(text("DELETE FROM document_text WHERE language = 'en'"))
    addresses = await claimed(session, frozen.statement)
    assert "redaccion@barlovento.example" in addresses
    assert "newsdesk@lantern.example" not in addresses


@pytest.mark.parametrize("broken", ["on hold", "stopped", "closed"])
async def test_a_check_in_waits_for_nothing_but_a_running_action(
    session: AsyncSession, frozen: Frozen, broken: str
) -> None:
    await session.execute(text("DELETE FROM attestation"))
    batch, claim_id = frozen.check_in, uuid4()
    await change(session, REFUSED[broken], frozen)
    assert await claimed(session, batch) == []
    await session.execute(
        text("UPDATE urgent_action SET held_at = NULL, stopped_at = NULL, closed_at = NULL")
    )
    found = await claims.claim(session, batch, claim_id, after=0, limit=1, provider="smtp")
    assert await handed_over_alone(session, batch.action_id, found[0].id, claim_id)
