import asyncio
from datetime import UTC, datetime

import pytest

from models.actions import IdempotencyKey, UrgentAction
from models.lifecycle import Decision, Phase, Refusal
from models.people import Person
from models.vocabulary import Role
from storage import actions, decisions, documents, standing
from storage.database import Database
from tests import factories
from tests.integration.outbox_cases import Case, execute, make_case

INTAKES = 20


@pytest.fixture
async def author(database: Database) -> Person:
    async with database.transaction() as session:
        return await factories.add_person(session, Role.COORDINATOR)


async def intake(database: Database, author: Person) -> UrgentAction:
    async with database.transaction() as session:
        return await factories.add_action(session, author)


async def test_intakes_at_the_same_time_get_numbers_without_gap_or_repetition(
    database: Database, author: Person
) -> None:
    made = await asyncio.gather(*(intake(database, author) for _ in range(INTAKES)))
    year = datetime.now(UTC).year
    assert sorted(action.reference for action in made) == [
        f"UA-{year}-{number:03}" for number in range(1, INTAKES + 1)
    ]


async def test_each_year_counts_from_one_and_beyond_999(database: Database, author: Person) -> None:
    action = await intake(database, author)
    async with database.transaction() as session:
        assert await actions.next_number(session, action.year + 1) == 1
        assert await actions.next_number(session, action.year) == action.number + 1
    await execute(database, "UPDATE urgent_action SET number = 999, reference = 'UA-2026-999'")
    assert (await intake(database, author)).reference.endswith("-1000")


async def test_an_intake_that_fails_in_the_middle_leaves_nothing(database: Database, author: Person) -> None:
    async def fail() -> None:
        async with database.transaction() as session:
            await factories.add_action(session, author)
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert await execute(database, "SELECT id FROM urgent_action") == []
    assert (await intake(database, author)).number == 1


async def intake_once(database: Database, author: Person, key: str) -> tuple[str, bool]:
    """Take a case in under a key, as the API does; return its id and whether it is new."""
    async with database.transaction() as session:
        known = await actions.remembered_intake(session, author.id, key)
        if known:
            return str(known.action_id), False
        action = await factories.add_action(session, author)
        session.add(IdempotencyKey(person_id=author.id, key=key, body_digest=b"digest", action_id=action.id))
        return str(action.id), True


async def test_a_key_used_at_the_same_time_takes_in_one_action(database: Database, author: Person) -> None:
    answers = await asyncio.gather(*(intake_once(database, author, "k") for _ in range(INTAKES)))
    assert len({action_id for action_id, _new in answers}) == 1
    assert sum(new for _action_id, new in answers) == 1
    assert len(await execute(database, "SELECT id FROM urgent_action")) == 1


async def test_a_key_belongs_to_one_person(database: Database, author: Person) -> None:
    async with database.transaction() as session:
        other = await factories.add_person(session, Role.COORDINATOR)
    first, second = await intake_once(database, author, "k"), await intake_once(database, other, "k")
    assert first != second
    assert first[1]
    assert second[1]


async def row(case: Case) -> UrgentAction:
    async with case.database.transaction() as session:
        return await actions.action_by_id(session, case.action.id)


async def judged(case: Case, decision: Decision) -> Refusal | None:
    async with case.database.transaction() as session:
        action = await actions.action_by_reference(session, case.action.reference, lock=True)
        assert action
        return await decisions.decide(session, action, decision, case.action.author_id)


async def test_of_two_holds_at_the_same_time_one_is_refused(case: Case) -> None:
    answers = await asyncio.gather(*(judged(case, Decision.HOLD) for _ in range(4)))
    assert sorted(map(str, answers)) == ["None"] + ["already_on_hold"] * 3
    assert (await row(case)).held_at
    kinds = await execute(case.database, "SELECT kind FROM audit_event WHERE kind = 'held'")
    assert len(kinds) == 1


async def test_a_resumed_action_runs_and_a_stopped_one_takes_no_more_decisions(case: Case) -> None:
    assert await judged(case, Decision.RESUME) is Refusal.NOT_ON_HOLD
    assert await judged(case, Decision.HOLD) is None
    assert await judged(case, Decision.RESUME) is None
    assert (await row(case)).held_at is None
    assert await judged(case, Decision.STOP) is None
    assert (await row(case)).stopped_at
    for decision in (Decision.HOLD, Decision.RESUME, Decision.STOP):
        assert await judged(case, decision) is Refusal.ALREADY_ENDED


async def attesting(case: Case) -> int:
    async with case.database.transaction() as session:
        version = (await documents.current_version(session, case.action.id)).version
        return (await standing.attested(session, case.action, version)).people


async def test_one_person_attests_a_version_once(database: Database) -> None:
    case = await make_case(database, attested=False)
    async with database.transaction() as session:
        verifier = await factories.add_person(session, Role.VERIFIER)

    async def attest() -> list[str]:
        async with database.transaction() as session:
            action = await actions.action_by_reference(session, case.action.reference, lock=True)
            assert action
            version = (await documents.current_version(session, action.id)).version
            return await decisions.attest(session, action, version, verifier.id, ["facts", "consent"])

    new = await asyncio.gather(*(attest() for _ in range(6)))
    assert sorted(new) == [[]] * 5 + [["consent", "facts"]]
    assert await attesting(case) == 1


async def test_the_authors_own_attestation_and_one_of_another_text_do_not_count(case: Case) -> None:
    assert await attesting(case) == 2
    await execute(
        case.database,
        "UPDATE attestation SET person_id = :author WHERE person_id = :second",
        author=case.action.author_id,
        second=case.verifiers[1],
    )
    await execute(
        case.database,
        "UPDATE attestation SET digest = sha256('x') WHERE person_id = :first",
        first=case.verifiers[0],
    )
    assert await attesting(case) == 0


async def move(case: Case, *phases: Phase) -> None:
    for phase in phases:
        async with case.database.transaction() as session:
            await actions.record_phase(session, case.action.id, phase)


async def test_a_phase_is_recorded_once_and_an_end_stays(case: Case) -> None:
    await move(case, Phase.VERIFYING, Phase.VERIFYING, Phase.RELEASING)
    released_at = (await row(case)).released_at
    assert released_at
    await move(case, Phase.RELEASING, Phase.FOLLOWING_UP, Phase.RELEASING, Phase.CLOSED)
    ended = await row(case)
    assert (ended.phase, ended.released_at) == (Phase.CLOSED, released_at)
    assert ended.closed_at
    await move(case, Phase.FOLLOWING_UP, Phase.STOPPED)
    assert (await row(case)).phase is Phase.CLOSED
    changes = await execute(
        case.database,
        "SELECT detail ->> 'phase' FROM audit_event WHERE kind = 'phase_changed' ORDER BY sequence",
    )
    assert [change[0] for change in changes] == [
        "verifying",
        "releasing",
        "following_up",
        "closed",
    ]


async def test_a_move_that_the_lifecycle_does_not_know_is_not_recorded(case: Case) -> None:
    await move(case, Phase.FOLLOWING_UP)
    assert (await row(case)).phase is Phase.RECEIVED
