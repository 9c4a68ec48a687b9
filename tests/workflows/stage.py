"""A world, the development server and the real workflows; every workflow keeps its own, skippable time."""

import asyncio
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.converter import DataConverter
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment
from temporalio.worker import Worker

from assembly import WORKFLOWS, _methods
from local.temporal import temporal_binary
from models.lifecycle import Decision, Phase
from models.messages import ActionOutcome, CaseState, DeliveryState, DispatchRequest, Purpose
from models.run_messages import ActionRun
from models.sign_on_messages import SignOnStatus
from security.keys import KeyRing
from temporal_client import data_converter
from tests.workflows.fake_follow_up import FakeFollowUp
from tests.workflows.fake_rounds import FakeDigests, FakeReceipts, FakeResending
from tests.workflows.fake_sign_on import FakeSignOn
from tests.workflows.fakes import (
    FakeCase,
    FakeOutbox,
    FakeSending,
    FakeVerification,
)
from tests.workflows.world import ACTION, DOCUMENT, LATER, PATIENCE_SECONDS, World, by_coordinator
from workflows.addresses import (
    CASE_QUEUE,
    CHANNEL_QUEUES,
    action_workflow_id,
    distribution_workflow_id,
    follow_up_workflow_id,
    receipts_workflow_id,
    resending_workflow_id,
    sign_on_workflow_id,
    verification_workflow_id,
)
from workflows.receipts import ReceiptsWorkflow
from workflows.resending import ResendingWorkflow
from workflows.urgent_action import UrgentActionWorkflow

_KEY = urlsafe_b64encode(b"tests-only-invented-key-32-bytes").decode()

CONVERTER = data_converter(KeyRing.parse(f"histories:{_KEY}"))
"""Under its key, which protects nothing, the committed histories are encrypted."""

Handle = WorkflowHandle[Any, Any]


class Stage:
    """Plays what people and the clock do to an action."""

    def __init__(self, environment: WorkflowEnvironment, world: World) -> None:
        self.environment = environment
        self.client = environment.client
        self.world = world
        self.digests: Handle | None = None
        """The first run that has weekly digests sent, where one was started."""
        self._workers = AsyncExitStack()

    async def install(self, version: str, workflows: Sequence[type[Any]] = WORKFLOWS) -> None:
        """End the workers, and start those of another version in their place."""
        await self._workers.aclose()
        for worker in _workers(self.client, self.world, version, workflows):
            await self._workers.enter_async_context(worker)

    async def end_workers(self) -> None:
        """End the workers for good."""
        await self._workers.aclose()

    @property
    def action(self) -> Handle:
        return self.client.get_workflow_handle(
            action_workflow_id(ACTION.reference), result_type=ActionOutcome
        )

    @property
    def sign_on(self) -> Handle:
        return self.client.get_workflow_handle(sign_on_workflow_id(DOCUMENT.reference, DOCUMENT.number))

    @property
    def later_sign_on(self) -> Handle:
        return self.client.get_workflow_handle(sign_on_workflow_id(LATER.reference, LATER.number))

    @property
    def verification(self) -> Handle:
        """The cycle of asking that the world wants now."""
        assert self.world.verification
        return self.client.get_workflow_handle(verification_workflow_id(self.world.verification))

    @property
    def receipts(self) -> Handle:
        return self.client.get_workflow_handle(receipts_workflow_id(ACTION.reference))

    @property
    def resending(self) -> Handle:
        return self.client.get_workflow_handle(resending_workflow_id(ACTION.reference))

    @property
    def follow_up(self) -> Handle:
        return self.client.get_workflow_handle(follow_up_workflow_id(DOCUMENT))

    def distribution(self, purpose: Purpose, number: int = 1, cycle: int = 0) -> Handle:
        request = DispatchRequest(document=DOCUMENT, purpose=purpose, round=number, cycle=cycle)
        return self.client.get_workflow_handle(distribution_workflow_id(request))

    def action_child(self, request: DispatchRequest) -> Handle:
        """The distribution of any document's request."""
        return self.client.get_workflow_handle(distribution_workflow_id(request))

    async def start(self) -> None:
        """Start the action as the web process does."""
        with self.environment.with_time_skipping_disabled():
            await self.client.start_workflow(
                UrgentActionWorkflow.run,
                ActionRun(**ACTION.model_dump()),
                id=action_workflow_id(ACTION.reference),
                task_queue=CASE_QUEUE,
                start_signal="nudge",
            )

    async def nudge(self) -> None:
        await self.action.signal(UrgentActionWorkflow.nudge)

    async def attest_twice(self) -> None:
        self.world.attestations = 2
        await self.nudge()

    async def sign(self, count: int = 1) -> None:
        """Have partners sign, each telling the sign-on of it."""
        for _ in range(count):
            self.world.signed += 1
            await self.sign_on.signal("nudge")

    async def answer(self, count: int = 1) -> None:
        """Have partners answer, of which they are to be told, as the web process does."""
        self.world.untold_answers += count
        with self.environment.with_time_skipping_disabled():
            await self.client.start_workflow(
                ReceiptsWorkflow.run,
                ACTION,
                id=receipts_workflow_id(ACTION.reference),
                task_queue=CASE_QUEUE,
                start_signal="nudge",
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            )

    async def send_again(self, request: DispatchRequest, *positions: int) -> None:
        """Have messages of a dispatch sent again that were in doubt, as the web process does.

        What was handed over before counts no more: nobody knows whether it arrived.
        """
        sheet = self.world.sheets[request.purpose, request.round]
        for position in positions:
            sheet.states[position] = DeliveryState.READY
            self.world.sent[request.purpose, request.round, position] = 0
        self.world.resent.append(request)
        with self.environment.with_time_skipping_disabled():
            await self.client.start_workflow(
                ResendingWorkflow.run,
                ACTION,
                id=resending_workflow_id(ACTION.reference),
                task_queue=CASE_QUEUE,
                start_signal="nudge",
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            )

    async def decide(self, decision: Decision, until: datetime | None = None) -> CaseState:
        """Ask for a decision, or tell of one that was committed."""
        asked = decision if decision in {Decision.RELEASE, Decision.CLOSE} else "take_note"
        by = by_coordinator(decision, until)
        state: CaseState = await self.action.execute_update(str(asked), by, result_type=CaseState)
        return state

    async def hold(self) -> None:
        self.world.on_hold = True
        await self.decide(Decision.HOLD)

    async def resume(self) -> None:
        self.world.on_hold = False
        await self.decide(Decision.RESUME)

    async def send_back(self) -> None:
        self.world.returned = True
        await self.decide(Decision.RETURN)

    async def complete(self) -> None:
        self.world.returned = False
        await self.decide(Decision.COMPLETE)

    async def stop(self) -> None:
        self.world.stopped = True
        await self.decide(Decision.STOP)

    async def state(self) -> CaseState:
        state: CaseState = await self.action.query(UrgentActionWorkflow.state)
        return state

    async def sign_on_result(self) -> SignOnStatus:
        return SignOnStatus.model_validate(await self.sign_on.result())

    async def pass_time(self, handle: Handle, duration: timedelta | None = None) -> None:
        """Let the time of one workflow pass; without a duration until its end."""
        await self.environment.fast_forward(handle, duration)

    async def started(self, child: Handle, times: int = 1) -> None:
        """Wait until a child of the action has started, or so many that followed each other."""
        await self._read_until("child_workflow_execution_started_event_attributes", child, times)

    async def ended(self, child: Handle) -> None:
        """Wait until the action knows that a child has completed."""
        await self._read_until("child_workflow_execution_completed_event_attributes", child)

    async def _read_until(self, kind: str, child: Handle, times: int = 1) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for event in self.action.fetch_history_events(wait_new_event=True):
                times -= getattr(event, kind).workflow_execution.workflow_id == child.id
                if times == 0:
                    return

    async def unfinished(self) -> list[str]:
        """List the workflows that still run."""
        requests = [sheet.request for sheet in self.world.sheets.values()]
        rounds = [self.action_child(request) for request in requests]
        signing = [self.sign_on, self.later_sign_on]
        handles = [self.action, *signing, self.receipts, self.resending, self.follow_up, *rounds]
        running = WorkflowExecutionStatus.RUNNING
        return [handle.id for handle in handles if await status_of(handle) is running]


async def status_of(handle: Handle) -> WorkflowExecutionStatus | None:
    """Return how a workflow stands; None where it was never started."""
    try:
        return (await handle.describe()).status
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return None


async def run_of(handle: Handle) -> str:
    """Return the id of the run in which a workflow is now."""
    return str((await handle.describe()).run_id)


async def assert_ended(stage: Stage, phase: Phase) -> None:
    """Check that an action came to its end, sent nothing twice and left nothing under way."""
    world = stage.world
    assert (await stage.action.result()).phase is phase
    assert world.phases[-1] is phase
    assert world.calls["cancel_outstanding"] == 1
    assert set(world.sent.values()) <= {1}
    assert not any(DeliveryState.READY in sheet.states for sheet in world.sheets.values())
    assert await stage.unfinished() == []


@asynccontextmanager
async def open_stage(world: World, converter: DataConverter = CONVERTER) -> AsyncIterator[Stage]:
    """Start a server and the workers, and end them."""
    environment = await WorkflowEnvironment.start_time_skipping_v2(
        dev_server_existing_path=str(temporal_binary()),
        dev_server_extra_args=_configured(world),
        data_converter=converter,
        ts_config=TimeSkippingConfig(disable_propagation=True),
        identity="stage",
    )
    async with environment:
        stage = Stage(environment, world)
        await stage.install("today")
        try:
            yield stage
        finally:
            await stage.end_workers()


def _configured(world: World) -> list[str]:
    values = ["frontend.WorkflowTimeSkippingEnabled=true"]
    if world.suggests_after:
        values.append(f"limit.historyCount.suggestContinueAsNew={world.suggests_after}")
    return [part for value in values for part in ("--dynamic-config-value", value)]


def _workers(client: Client, world: World, version: str, workflows: Sequence[type[Any]]) -> list[Worker]:
    rounds = (FakeReceipts, FakeResending, FakeDigests)
    parts = (FakeCase, FakeVerification, FakeSignOn, FakeFollowUp, *rounds, FakeOutbox)
    facts = [method for part in parts for method in _methods(part(world))]
    sending = _methods(FakeSending(world))
    return [
        Worker(client, task_queue=CASE_QUEUE, workflows=workflows, activities=facts, identity=version),
        *(Worker(client, task_queue=queue, activities=sending) for queue in CHANNEL_QUEUES.values()),
    ]
