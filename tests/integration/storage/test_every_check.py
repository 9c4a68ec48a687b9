"""Each check of the gate is needed: it alone keeps in what must not go, and with it taken out that goes."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from local.postgres import EmbeddedPostgres
from models.messages import Batch, Purpose
from models.outbox import Delivery
from models.vocabulary import Disclosure, RenderingKind
from storage import claims, freezing
from storage.database import Database
from storage.freezing import NotPermittedError
from storage.gate import (
    CHECKS,
    STILL_IDENTIFIED,
    Failing,
)
from tests.integration.gate_without import (
    claim_by,
    hand_over_by,
    without_at_claim,
    without_at_freezing,
    without_at_hand_over,
)
from tests.integration.outbox_cases import EVERYTHING, handed_over_alone
from tests.integration.storage.gate_scenarios import (
    ELSEWHERE,
    FREEZING,
    FROZEN_FROM_THE_NEWEST,
    REVOKED_BEHIND_A_PSEUDONYM,
    SCENARIOS,
    Scenario,
    Stage,
    set_stage,
)

NAME = "every_check"
MADE_AT_THE_FREEZING = sorted(
    name
    for name, check in CHECKS.items()
    if not check.is_of_each_delivery and check.failing is not Failing.WAITS
)


@pytest.fixture(scope="module")
def stage(postgres: EmbeddedPostgres, migrated: str) -> Iterator[Stage]:
    postgres.create_database(NAME, template=migrated)
    yield asyncio.run(set_stage(postgres.url(NAME)))
    postgres.drop_database(NAME)


@pytest.fixture
async def session(stage: Stage) -> AsyncIterator[AsyncSession]:
    """A transaction that is rolled back."""
    database = Database(stage.url)
    async with database.transaction() as opened:
        yield opened
        await opened.rollback()
    await database.close()


async def claimed(session: AsyncSession, batch: Batch) -> list[Delivery]:
    return await claims.claim(
        session, batch, uuid4(), after=batch.first - 1, limit=EVERYTHING, provider="smtp"
    )


async def listed(session: AsyncSession, batch: Batch) -> list[Delivery]:
    of_batch = select(Delivery).where(
        Delivery.dispatch_id == batch.dispatch_id,
        col(Delivery.position).between(batch.first, batch.last),
    )
    return list(await session.exec(of_batch.order_by(col(Delivery.position))))


async def handed_over(session: AsyncSession, batch: Batch, delivery: Delivery) -> bool:
    assert delivery.claim_id
    return await handed_over_alone(session, batch.action_id, delivery.id, delivery.claim_id)


async def broken(session: AsyncSession, scenario: Scenario, case: UUID) -> None:
    """Break something in one case; whatever other cases have is whole."""
    await session.execute(text(scenario.broken), {"case": case})


def test_a_scenario_exists_for_every_check() -> None:
    assert {*SCENARIOS, *FREEZING} == set(CHECKS)
    assert set(FREEZING) == {name for name, check in CHECKS.items() if check.only_frozen}


@pytest.mark.parametrize("name", SCENARIOS)
async def test_all_is_claimed_and_handed_over_while_nothing_is_broken(
    session: AsyncSession, stage: Stage, name: str
) -> None:
    batch = stage.batches[SCENARIOS[name].purpose]
    found = await claimed(session, batch)
    assert len(found) == batch.last - batch.first + 1
    assert any(SCENARIOS[name].concerns(one) for one in found)
    assert all([await handed_over(session, batch, one) for one in found])


@pytest.mark.parametrize("name", SCENARIOS)
async def test_no_claim_takes_what_a_check_keeps_in(session: AsyncSession, stage: Stage, name: str) -> None:
    scenario = SCENARIOS[name]
    batch = stage.batches[scenario.purpose]
    await broken(session, scenario, batch.action_id)
    others = [one.address for one in await listed(session, batch) if not scenario.concerns(one)]
    assert [one.address for one in await claimed(session, batch)] == others


@pytest.mark.parametrize("name", ELSEWHERE)
async def test_what_is_broken_in_another_case_keeps_nothing_in(
    session: AsyncSession, stage: Stage, name: str
) -> None:
    scenario = ELSEWHERE[name]
    batch = stage.batches[scenario.purpose]
    await broken(session, scenario, stage.neighbour)
    assert len(await claimed(session, batch)) == batch.last - batch.first + 1


async def test_after_a_stop_verifiers_are_asked_though_the_case_was_closed(
    session: AsyncSession, stage: Stage
) -> None:
    batch = stage.batches[Purpose.VERIFICATION]
    ended = "UPDATE urgent_action SET closed_at = now(), stopped_at = now() WHERE id = :case"
    await session.execute(text(ended), {"case": batch.action_id})
    assert await claimed(session, batch) == await listed(session, batch) != []


@pytest.mark.parametrize("name", SCENARIOS)
async def test_a_claim_takes_it_once_that_check_is_taken_out(
    session: AsyncSession, stage: Stage, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = SCENARIOS[name]
    batch = stage.batches[scenario.purpose]
    without_at_claim(monkeypatch, name)
    await broken(session, scenario, batch.action_id)
    assert any(scenario.concerns(one) for one in await claimed(session, batch))


@pytest.mark.parametrize("name", SCENARIOS)
async def test_no_hand_over_lets_through_what_a_check_keeps_in(
    session: AsyncSession, stage: Stage, name: str
) -> None:
    scenario = SCENARIOS[name]
    batch = stage.batches[scenario.purpose]
    found = await claimed(session, batch)
    await broken(session, scenario, batch.action_id)
    passed = [
        one.address for one in found if scenario.concerns(one) and await handed_over(session, batch, one)
    ]
    assert passed == []


@pytest.mark.parametrize("name", SCENARIOS)
async def test_a_hand_over_lets_it_through_once_that_check_is_taken_out(
    session: AsyncSession, stage: Stage, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = SCENARIOS[name]
    batch = stage.batches[scenario.purpose]
    without_at_hand_over(monkeypatch, name)
    found = [one for one in await claimed(session, batch) if scenario.concerns(one)]
    await broken(session, scenario, batch.action_id)
    assert all([await handed_over(session, batch, one) for one in found])


@pytest.mark.parametrize("taken_out", [False, True], ids=["with", "without"])
@pytest.mark.parametrize("name", [one for one in MADE_AT_THE_FREEZING if one not in FROZEN_FROM_THE_NEWEST])
async def test_a_check_of_a_whole_dispatch_alone_keeps_it_from_being_frozen(
    session: AsyncSession, stage: Stage, name: str, monkeypatch: pytest.MonkeyPatch, *, taken_out: bool
) -> None:
    if taken_out:
        without_at_freezing(monkeypatch, name)
    scenario = {**SCENARIOS, **FREEZING}[name]
    # Whoever had a place in the first round would not be served by another.
    await session.execute(text("UPDATE delivery SET state = 'cancelled' WHERE state = 'ready'"))
    await broken(session, scenario, stage.batches[scenario.purpose].action_id)
    again = stage.requests[scenario.purpose].model_copy(update={"round": 2})
    if taken_out:
        await freezing.freeze(session, again)
    else:
        with pytest.raises(NotPermittedError):
            await freezing.freeze(session, again)


async def renderings(session: AsyncSession, stage: Stage) -> set[RenderingKind]:
    """Claim the statement, and return what authorities would be shown."""
    found = await claimed(session, stage.batches[Purpose.STATEMENT])
    return {one.rendering for one in found if one.disclosure is Disclosure.AUTHORITY}


async def test_a_claim_shows_authorities_a_name_that_they_may_know(
    session: AsyncSession, stage: Stage
) -> None:
    assert await renderings(session, stage) == {RenderingKind.IDENTIFIED}


async def test_a_claim_shows_authorities_no_name_that_was_taken_back(
    session: AsyncSession, stage: Stage
) -> None:
    await session.execute(
        text(REVOKED_BEHIND_A_PSEUDONYM), {"case": stage.batches[Purpose.STATEMENT].action_id}
    )
    assert await renderings(session, stage) == {RenderingKind.PUBLIC}


async def test_a_claim_shows_authorities_no_name_that_was_approved_in_another_language_only(
    session: AsyncSession, stage: Stage
) -> None:
    await session.execute(text("DELETE FROM rendering WHERE kind = 'identified' AND language = 'es'"))
    assert await renderings(session, stage) == {RenderingKind.PUBLIC}


async def test_a_claim_would_show_it_without_the_question_whether_it_was_taken_back(
    session: AsyncSession, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim_by(monkeypatch, CHECKS.values(), "true")
    await session.execute(
        text(REVOKED_BEHIND_A_PSEUDONYM), {"case": stage.batches[Purpose.STATEMENT].action_id}
    )
    assert await renderings(session, stage) == {RenderingKind.IDENTIFIED}


@pytest.mark.parametrize("asked", [STILL_IDENTIFIED, "true"], ids=["asked", "not asked"])
async def test_a_name_that_was_taken_back_since_the_claim_is_kept_in_by_the_hand_over_alone(
    session: AsyncSession, stage: Stage, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    hand_over_by(monkeypatch, CHECKS.values(), asked)
    batch = stage.batches[Purpose.STATEMENT]
    found = await claimed(session, batch)
    await session.execute(
        text(REVOKED_BEHIND_A_PSEUDONYM), {"case": stage.batches[Purpose.STATEMENT].action_id}
    )
    authority = next(one for one in found if one.disclosure is Disclosure.AUTHORITY)
    public = next(one for one in found if one.disclosure is Disclosure.PUBLIC)
    assert await handed_over(session, batch, authority) is (asked == "true")
    assert await handed_over(session, batch, public)
