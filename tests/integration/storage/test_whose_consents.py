"""What is read of consents is of one action and its own people, however many there are beside it."""

from uuid import UUID

from sqlmodel import select

from models.actions import PersonAtRisk
from storage.consents import newest_consents, passages
from storage.database import Database
from tests.integration.outbox_cases import Case, execute, make_case

PASSED = """
    INSERT INTO consent_passage (id, person_at_risk_id, because, happened_on, sealed_family, recorded_by,
                                 recorded_at)
    SELECT gen_random_uuid(), person_at_risk.id, 'death', '2026-10-30', '', author_id, now()
    FROM person_at_risk JOIN urgent_action ON urgent_action.id = action_id
"""


async def two_cases(database: Database) -> list[Case]:
    return [await make_case(database), await make_case(database)]


async def people_of(case: Case) -> set[UUID]:
    async with case.database.reading() as session:
        return set(
            await session.exec(select(PersonAtRisk.id).where(PersonAtRisk.action_id == case.action.id))
        )


async def test_consents_that_count_are_those_of_its_own_people(database: Database) -> None:
    for case in await two_cases(database):
        async with database.reading() as session:
            newest = await newest_consents(session, case.action.id)
        assert {one.person_at_risk_id for one in newest} == await people_of(case)


async def test_passages_are_those_of_its_own_people(database: Database) -> None:
    cases = await two_cases(database)
    await execute(database, PASSED)
    for case in cases:
        async with database.reading() as session:
            passed = await passages(session, case.action.id)
        assert {one.person_at_risk_id for one in passed} == await people_of(case)
