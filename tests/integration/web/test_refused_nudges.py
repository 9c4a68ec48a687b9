"""A nudge that Temporal refuses keeps back none behind it, and a burst of answers is told of together."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError

from local.ports import free_port
from local.temporal import EmbeddedTemporal, temporal_binary
from models.records import Addressee
from storage.records import request_nudge, undelivered_nudges
from temporal_client import connect
from tests.integration.outbox_cases import execute, make_case
from tests.integration.web.site import PAYLOAD_KEYS, services_over
from web.nudger import Nudger
from web.services import Services

TOO_LONG_FOR_A_WORKFLOW_ID = "UA-" + "9" * 1500


@pytest.fixture
async def temporal(tmp_path: Path) -> AsyncIterator[EmbeddedTemporal]:
    server = EmbeddedTemporal(temporal_binary(), tmp_path / "temporal.db", free_port())
    await server.start()
    yield server
    await server.kill()


@pytest.fixture
async def services(database_url: str, tmp_path: Path, temporal: EmbeddedTemporal) -> AsyncIterator[Services]:
    built = await services_over(database_url, tmp_path, temporal.address)
    yield built
    await built.database.close()


async def test_a_nudge_that_temporal_refuses_does_not_block_those_behind_it(
    services: Services, temporal: EmbeddedTemporal
) -> None:
    database = services.database
    cases = sorted([await make_case(database) for _ in range(3)], key=lambda case: case.action.id)
    refused, *others = [case.action for case in cases]
    await execute(
        database,
        "UPDATE urgent_action SET reference = :long WHERE id = :id",
        long=TOO_LONG_FOR_A_WORKFLOW_ID,
        id=refused.id,
    )
    async with database.transaction() as session:
        for case in cases:
            await request_nudge(session, case.action.id, Addressee.ACTION)
    with capture_logs() as logs:
        await Nudger(database, services.feed, services.gateway).deliver()
    told = [(line["event"], line["action_id"], line["addressee"], line["status"]) for line in logs]
    assert told == [("nudge.refused", str(refused.id), Addressee.ACTION, "INVALID_ARGUMENT")]
    async with database.transaction() as session:
        assert {nudge.action_id for nudge in await undelivered_nudges(session, 10)} == {refused.id}
    for action in others:
        assert await _runs(temporal, action.reference)


async def _runs(temporal: EmbeddedTemporal, reference: str) -> bool:
    client = await connect(temporal.address, "default", PAYLOAD_KEYS)
    try:
        described = await client.get_workflow_handle(reference).describe()
    except RPCError:
        return False
    return described.status is WorkflowExecutionStatus.RUNNING


async def test_a_workflow_hears_of_answers_at_once_and_then_of_all_that_gathered(services: Services) -> None:
    case, nudger = (
        await make_case(services.database),
        Nudger(services.database, services.feed, services.gateway),
    )

    async def waiting_after_a_request() -> set[Addressee]:
        async with services.database.transaction() as session:
            for addressee in (Addressee.ACTION, Addressee.RECEIPTS):
                await request_nudge(session, case.action.id, addressee)
        put_off = await nudger.deliver()
        async with services.database.reading() as session:
            waiting = {nudge.addressee for nudge in await undelivered_nudges(session, 10)}
        assert put_off == len(waiting)
        return waiting

    assert await waiting_after_a_request() == set()
    assert await waiting_after_a_request() == {Addressee.RECEIPTS}
    assert await Nudger(services.database, services.feed, services.gateway).deliver() == 0
    async with services.database.reading() as session:
        assert await undelivered_nudges(session, 10) == []
