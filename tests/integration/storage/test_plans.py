"""What PostgreSQL plans for large dispatches: one pass through all contacts, and claims of their size."""

import re
from collections.abc import Iterator
from typing import Any, Final
from uuid import uuid4

import pytest
from psycopg import sql
from sqlmodel.ext.asyncio.session import AsyncSession

from models.messages import DispatchRequest, Purpose
from storage import freezing
from storage.audience_counts import count_audience
from storage.contact_audiences import selection_parameters
from storage.database import Database, plan_for_values
from storage.documents import current_version
from storage.driver import driver_of
from tests.integration.outbox_cases import Case, add_members, execute, make_case

MEMBERS: Final = 3_000
_PARAMETER: Final = re.compile(r"(?<![:\w]):(\w+)")
_WHAT_FREEZES: Final = freezing._FREEZE[Purpose.STATEMENT].text
_PARAMETERS: Final = list(dict.fromkeys(_PARAMETER.findall(_WHAT_FREEZES)))


@pytest.fixture
async def case(database: Database) -> Case:
    """A case and a large directory, of which PostgreSQL knows how large it is."""
    case = await make_case(database)
    await add_members(database, MEMBERS)
    await execute(database, "ANALYZE contact, contact_address")
    return case


async def plan(session: AsyncSession, case: Case) -> dict[str, Any]:
    """Return the plan of what freezes a statement, as the session makes it of a prepared statement."""
    version = (await current_version(session, case.action.id)).version
    given = {
        "action_id": case.action.id,
        "dispatch_id": uuid4(),
        "document_id": case.document.document_id,
        "version_id": version.id,
        "digest": version.digest,
        "languages": ["es", "en"],
        "purpose": str(Purpose.STATEMENT),
        **selection_parameters(case.action.policy),
    }
    numbered = _PARAMETER.sub(lambda found: f"${_PARAMETERS.index(found[1]) + 1}", _WHAT_FREEZES)
    values = sql.SQL(", ").join(sql.Literal(given[name]) for name in _PARAMETERS)
    driver = await driver_of(session)
    await driver.execute(f"PREPARE freezing AS {numbered}".encode())
    explained = await driver.execute(sql.SQL("EXPLAIN (FORMAT JSON) EXECUTE freezing ({})").format(values))
    row = await explained.fetchone()
    await driver.execute("DEALLOCATE freezing")
    assert row
    found: dict[str, Any] = row[0][0]["Plan"]
    return found


def nodes(of: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a node of a plan, and all below it."""
    yield of
    for below in of.get("Plans", []):
        yield from nodes(below)


def reads_all_contacts_again_and_again(of: dict[str, Any]) -> bool:
    """Tell whether a plan goes through the whole directory for each row of something else."""
    inner = (
        loop["Plans"][1]
        for loop in nodes(of)
        if loop["Node Type"] == "Nested Loop" and loop["Plans"][1]["Node Type"] in {"Materialize", "Seq Scan"}
    )
    return any(node.get("Relation Name") == "contact" for one in inner for node in nodes(one))


async def test_what_freezes_goes_through_the_directory_once(case: Case) -> None:
    async with case.database.transaction() as session:
        await plan_for_values(session)
        assert not reads_all_contacts_again_and_again(await plan(session, case))


async def test_a_plan_for_any_choice_would_go_through_it_for_each_contact(case: Case) -> None:
    async with case.database.transaction() as session:
        assert reads_all_contacts_again_and_again(await plan(session, case))


async def mode(session: AsyncSession) -> str:
    shown = await (await (await driver_of(session)).execute("SHOW plan_cache_mode")).fetchone()
    assert shown
    return str(shown[0])


async def test_freezing_and_counting_are_planned_for_what_is_chosen(case: Case) -> None:
    async with case.database.transaction() as session:
        assert await mode(session) == "force_generic_plan"
        await freezing.freeze(
            session, DispatchRequest(document=case.document, purpose=Purpose.STATEMENT, round=1)
        )
        assert await mode(session) == "force_custom_plan"
    async with case.database.transaction() as session:
        assert await mode(session) == "force_generic_plan"
        await count_audience(session, case.action, await current_version(session, case.action.id), ["es"])
        assert await mode(session) == "force_custom_plan"


async def known_deliveries(case: Case) -> int:
    """Return how many PostgreSQL expects; below zero where it never looked."""
    ((expected,),) = await execute(
        case.database, "SELECT reltuples FROM pg_class WHERE oid = CAST('delivery' AS regclass)"
    )
    return int(expected)


async def test_claims_are_planned_for_a_large_dispatch_from_its_beginning(case: Case) -> None:
    dispatched = await case.freeze()
    assert dispatched.size > freezing.LARGE
    assert await known_deliveries(case) == dispatched.size


async def test_a_small_dispatch_is_not_worth_a_look(database: Database) -> None:
    case = await make_case(database)
    before = await known_deliveries(case)
    assert (await case.freeze()).size < freezing.LARGE
    assert await known_deliveries(case) == before
