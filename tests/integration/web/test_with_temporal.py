"""The web process with a real Temporal server and the real worker of the case queue."""

import asyncio
import importlib
from abc import ABC
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from pkgutil import iter_modules
from typing import Any
from uuid import uuid4

import httpx
import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError
from temporalio.worker import Worker

import workflows
from activities import references
from assembly import WORKFLOWS, build_adapters, build_workers
from local.environment import free_ports, local_environment, settings_of
from local.ports import free_port
from local.temporal import EmbeddedTemporal, temporal_binary
from models.vocabulary import ConsentUse, Role
from storage.actions import action_by_reference
from storage.database import Database
from storage.standing import plan_of
from temporal_client import connect
from tests.factories import add_directory, case_tree
from tests.integration.outbox_cases import Case
from tests.integration.sign_links import sign_link
from tests.integration.web.sign_visits import Visit
from tests.integration.web.site import (
    API,
    PAYLOAD_KEYS,
    Caller,
    Site,
    eventually,
    problem,
    running_site,
    services_over,
)
from workflows.addresses import CASE_QUEUE, CHANNEL_QUEUES

PROMPTLY_SECONDS = 10
"""Within which the workflow of an intake starts after Temporal's return (issue 2)."""


@pytest.fixture
async def temporal(tmp_path: Path) -> AsyncIterator[EmbeddedTemporal]:
    """A development server that is not started; each test has its own, since references repeat."""
    server = EmbeddedTemporal(temporal_binary(), tmp_path / "temporal.db", free_port())
    yield server
    await server.kill()


@pytest.fixture
async def site(database_url: str, tmp_path: Path, temporal: EmbeddedTemporal) -> AsyncIterator[Site]:
    async with running_site(await services_over(database_url, tmp_path, temporal.address)) as running:
        yield running


@asynccontextmanager
async def all_workers(database_url: str, address: str, folder: Path) -> AsyncIterator[list[Worker]]:
    """Build every worker; none of them runs yet."""
    settings = settings_of(local_environment(folder, free_ports(), database_url))
    client = await connect(address, "default", PAYLOAD_KEYS)
    database, adapters = Database(database_url), build_adapters(settings)
    try:
        yield build_workers(settings, client, database, adapters)
    finally:
        for adapter in adapters.values():
            await adapter.close()
        await database.close()


@asynccontextmanager
async def case_worker(database_url: str, address: str, folder: Path) -> AsyncIterator[None]:
    """Run the worker of the case queue; what is sent waits for ever."""
    async with all_workers(database_url, address, folder) as workers:
        (case,) = (worker for worker in workers if worker.task_queue == CASE_QUEUE)
        async with case:
            yield


@dataclass(frozen=True)
class Network:
    """The people of a network, and one action that they hand in and carry."""

    site: Site
    coordinator: Caller
    verifiers: tuple[Caller, Caller]

    async def hand_in(self) -> str:
        answer = await self.coordinator.client.post(f"{API}/actions", json=case_tree())
        assert answer.status_code == 201
        return str(answer.json()["reference"])

    async def decide(self, reference: str, decision: str) -> httpx.Response:
        return await self.coordinator.client.post(f"{API}/actions/{reference}/{decision}")

    async def attest(self, reference: str) -> list[bool]:
        """Have both verifiers attest, and tell whether the workflow was informed."""
        view = (await self.coordinator.client.get(f"{API}/actions/{reference}")).json()
        answers = [
            await one.client.post(
                f"{API}/actions/{reference}/attestations", json={"digest": view["document"]["digest"]}
            )
            for one in self.verifiers
        ]
        return [answer.json()["workflow_informed"] for answer in answers]

    async def reaches(self, reference: str, phase: str) -> None:
        await self.sees(reference, lambda view: bool(view["phase"] == phase))

    async def sees(self, reference: str, expected: Callable[[dict[str, Any]], bool]) -> None:
        """Wait for what an action shows, as those who follow it do."""
        async with asyncio.timeout(20):
            query = {"seen": 0, "wait": 20}
            while True:
                view = (await self.coordinator.client.get(f"{API}/actions/{reference}", params=query)).json()
                if expected(view):
                    return
                query["seen"] = view["revision"]


@pytest.fixture
async def network(site: Site) -> Network:
    async with site.services.database.transaction() as session:
        await add_directory(session)
    verifiers = (await site.caller(Role.VERIFIER), await site.caller(Role.VERIFIER))
    return Network(site, await site.caller(Role.COORDINATOR), verifiers)


async def test_every_workflow_and_activity_is_registered(
    database_url: str, temporal: EmbeddedTemporal, tmp_path: Path
) -> None:
    await temporal.start()
    async with all_workers(database_url, temporal.address, tmp_path) as workers:
        registered = {
            _activity_name(method) for worker in workers for method in worker.config()["activities"]
        }
        workflows = {one for worker in workers for one in worker.config()["workflows"]}
        queues = [worker.task_queue for worker in workers]
    classes = [one for one in vars(references).values() if isinstance(one, type) and issubclass(one, ABC)]
    named = {_activity_name(method) for one in classes for method in vars(one).values()} - {None}
    assert len(named) > 10
    assert registered == named
    assert workflows == set(WORKFLOWS) == _workflow_classes()
    assert sorted(queues) == sorted([CASE_QUEUE, *CHANNEL_QUEUES.values()])


def _activity_name(method: object) -> str | None:
    definition = getattr(method, "__temporal_activity_definition", None)
    return definition.name if definition else None


def _workflow_classes() -> set[type]:
    """Find every workflow that a file of `workflows/` defines."""
    modules = [
        importlib.import_module(f"workflows.{found.name}") for found in iter_modules(workflows.__path__)
    ]
    return {
        one
        for module in modules
        for one in vars(module).values()
        if isinstance(one, type) and hasattr(one, "__temporal_workflow_definition")
    }


async def test_decisions_reach_the_workflow(
    database_url: str, temporal: EmbeddedTemporal, network: Network, tmp_path: Path
) -> None:
    await temporal.start()
    async with case_worker(database_url, temporal.address, tmp_path):
        reference = await network.hand_in()
        await network.reaches(reference, "verifying")
        assert await network.attest(reference) == [True, True]
        await network.reaches(reference, "signing")
        for decision in ("hold", "resume"):
            assert (await network.decide(reference, decision)).json()["workflow_informed"] is True
        assert (await network.decide(reference, "release")).status_code == 200
        assert problem(await network.decide(reference, "release"), 409)["refusal"] == "already_released"
        await network.reaches(reference, "releasing")
        other = await network.hand_in()
        assert (await network.decide(other, "close")).status_code == 200
        await network.reaches(other, "closed")
        assert problem(await network.decide(other, "close"), 409)["refusal"] == "already_ended"


async def test_at_rest_every_revocation_tells_its_workflow_before_it_is_answered(
    database_url: str, temporal: EmbeddedTemporal, network: Network, tmp_path: Path
) -> None:
    await temporal.start()
    async with case_worker(database_url, temporal.address, tmp_path):
        reference = await network.hand_in()
        await network.attest(reference)
        await network.reaches(reference, "signing")
        address = f"{API}/actions/{reference}/consents/revocations"
        for body in ({"person": person, "use": use} for person in range(3) for use in ConsentUse):
            answer = await network.verifiers[0].client.post(address, json=body)
            assert answer.json()["workflow_informed"] is True


async def test_signatures_reach_the_workflow_and_the_quorum_releases(
    database_url: str, temporal: EmbeddedTemporal, network: Network, tmp_path: Path
) -> None:
    await temporal.start()
    async with case_worker(database_url, temporal.address, tmp_path), network.site.client() as browser:
        reference = await network.hand_in()
        await network.attest(reference)
        await network.reaches(reference, "signing")
        await network.sees(reference, lambda view: view["sign_on"]["invited"] > 0)
        case = await _case(network, reference)
        for slug in ("casa-manantial", "red-del-volcan", "colectiva-las-ceibas", "tejedoras-del-maiz"):
            assert (await Visit(case, await sign_link(case, slug), browser).answer()).status_code == 200
        await network.reaches(reference, "releasing")


async def _case(network: Network, reference: str) -> Case:
    database = network.site.services.database
    async with database.transaction() as session:
        action = await action_by_reference(session, reference)
        assert action
        document = (await plan_of(session, action.id)).document
    return Case(database, action, document, (uuid4(), uuid4()))


async def test_a_closed_action_begins_again_with_a_sign_on_of_its_new_document(
    database_url: str, temporal: EmbeddedTemporal, network: Network, tmp_path: Path
) -> None:
    await temporal.start()
    text = {"summary": "Ceiba pide ayuda otra vez.", "body": "**Ceiba** pide ayuda otra vez."}
    document = {"kind": "action", "texts": {"es": text, "en": text}}
    async with case_worker(database_url, temporal.address, tmp_path):
        reference = await network.hand_in()
        assert (await network.decide(reference, "close")).is_success
        await network.reaches(reference, "closed")
        address = f"{API}/actions/{reference}/reopen"
        reopened = (await network.coordinator.client.post(address, json=document)).json()
        assert (reopened["phase"], reopened["workflow_informed"]) == ("verifying", True)
        assert await network.attest(reference) == [True, True]
        await network.reaches(reference, "signing")
        await network.sees(reference, lambda view: view["sign_on"]["invited"] > 0)
        case = await _case(network, reference)
    assert case.document.number == 2


@pytest.mark.parametrize("before", ["was never there", "went away"])
async def test_an_intake_without_temporal_starts_soon_after_its_return(
    temporal: EmbeddedTemporal, network: Network, before: str
) -> None:
    if before == "went away":
        await temporal.start()
        known = await network.hand_in()
        await eventually(lambda: _runs(temporal, known), seconds=PROMPTLY_SECONDS)
        await temporal.kill()
    reference = await network.hand_in()
    held = (await network.decide(reference, "hold")).json()
    assert (held["on_hold"], held["workflow_informed"]) == (True, False)
    await temporal.start()
    assert await eventually(lambda: _runs(temporal, reference), seconds=PROMPTLY_SECONDS) < PROMPTLY_SECONDS


async def _runs(temporal: EmbeddedTemporal, reference: str) -> bool:
    client = await connect(temporal.address, "default", PAYLOAD_KEYS)
    try:
        described = await client.get_workflow_handle(reference).describe()
    except RPCError:
        return False
    return described.status is WorkflowExecutionStatus.RUNNING


async def test_a_release_that_no_worker_answers_takes_no_effect_later(
    database_url: str, temporal: EmbeddedTemporal, network: Network, tmp_path: Path
) -> None:
    await temporal.start()
    async with case_worker(database_url, temporal.address, tmp_path):
        reference = await network.hand_in()
        await network.attest(reference)
        await network.reaches(reference, "signing")
    told = problem(await network.decide(reference, "release"), 503)
    assert "whether your request took effect" in told["detail"]
    async with case_worker(database_url, temporal.address, tmp_path):

        async def released() -> bool:
            return (await network.decide(reference, "release")).is_success

        await eventually(released, seconds=30)
        await network.reaches(reference, "releasing")
    timeline = await network.coordinator.client.get(f"{API}/actions/{reference}/timeline")
    assert timeline.text.count("release_decided") == 1
