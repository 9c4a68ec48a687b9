"""In which order Temporal hands out batches that wait in a queue: by priority, then fairly by dispatch."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import yaml
from temporalio import activity, workflow
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from local.ports import free_port
from local.stack import ROOT
from local.temporal import QUEUE_ORDER, EmbeddedTemporal, temporal_binary
from models.messages import Batch, BatchOutcome, Purpose
from models.priorities import priority_of
from models.vocabulary import Channel, Urgency
from tests.waiting import until
from tests.workflows.stage import CONVERTER
from workflows.activity_options import sending
from workflows.addresses import CASE_QUEUE, CHANNEL_QUEUES

QUEUE = CHANNEL_QUEUES[Channel.EMAIL]


@workflow.defn
class SendOne:
    """Has one batch sent as a distribution does."""

    @workflow.run
    async def run(self, batch: Batch) -> None:
        await workflow.execute_activity("send_batch", batch, result_type=BatchOutcome, **sending(batch))


class Sending:
    """Notes whose batch came, one after the other."""

    def __init__(self) -> None:
        self.came: list[Batch] = []

    @activity.defn
    async def send_batch(self, batch: Batch) -> BatchOutcome:
        self.came.append(batch)
        return BatchOutcome(sent=1, ended=1, waiting=0, on_hold=False)


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    """A server as the local stack starts it."""
    server = EmbeddedTemporal(temporal_binary(), tmp_path / "temporal.db", free_port())
    await server.start()
    try:
        yield await Client.connect(server.address, data_converter=CONVERTER)
    finally:
        await server.stop()


def batch(dispatch_id: UUID, purpose: Purpose, urgency: Urgency) -> Batch:
    return Batch(
        action_id=uuid4(),
        dispatch_id=dispatch_id,
        channel=Channel.EMAIL,
        first=1,
        last=500,
        priority=priority_of(purpose, urgency),
    )


async def waiting(client: Client) -> int:
    """Count the batches that wait at the server."""
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=QUEUE),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        report_stats=True,
    )
    return (await client.workflow_service.describe_task_queue(request)).stats.approximate_backlog_count


async def handed_out(client: Client, batches: Sequence[Batch]) -> list[Batch]:
    """Let batches wait, in this order, while nobody sends; return the order in which one sender gets them."""
    sender = Sending()
    handles: list[WorkflowHandle[SendOne, None]] = []
    async with Worker(
        client, task_queue=CASE_QUEUE, workflows=[SendOne], workflow_runner=UnsandboxedWorkflowRunner()
    ):
        for number, one in enumerate(batches, start=1):
            handles.append(
                await client.start_workflow(SendOne.run, one, id=str(uuid4()), task_queue=CASE_QUEUE)
            )

            async def all_wait(number: int = number) -> bool:
                return await waiting(client) == number

            await until(all_wait)
        async with Worker(
            client,
            task_queue=QUEUE,
            activities=[sender.send_batch],
            max_concurrent_activities=1,
            max_concurrent_activity_task_polls=1,
        ):
            await asyncio.gather(*(handle.result() for handle in handles))
    return sender.came


async def test_a_stop_overtakes_everything_and_an_immediate_case_a_standard_one(client: Client) -> None:
    standard = [batch(uuid4(), Purpose.STATEMENT, Urgency.STANDARD) for _ in range(3)]
    immediate = batch(uuid4(), Purpose.STATEMENT, Urgency.IMMEDIATE)
    stop = batch(uuid4(), Purpose.STOP_NOTICE, Urgency.STANDARD)
    came = await handed_out(client, [*standard, immediate, stop])
    assert came[:2] == [stop, immediate]
    assert sorted(came[2:], key=standard.index) == standard


async def test_a_release_that_came_first_does_not_keep_another_waiting(client: Client) -> None:
    large, small = uuid4(), uuid4()
    first = [batch(large, Purpose.STATEMENT, Urgency.URGENT) for _ in range(6)]
    second = [batch(small, Purpose.STATEMENT, Urgency.URGENT) for _ in range(3)]
    came = await handed_out(client, [*first, *second])
    places = [place for place, one in enumerate(came) if one.dispatch_id == small]
    assert len(places) == 3
    assert places[-1] <= 6, "the small release came last"


def test_the_server_of_the_compose_file_orders_its_queues_alike() -> None:
    written = yaml.safe_load((ROOT / "docker" / "temporal" / "dynamic-config.yaml").read_text())
    values = {name: str(entries[0]["value"]).lower() for name, entries in written.items()}
    assert QUEUE_ORDER.items() <= values.items()
    assert all(len(entries) == 1 and entries[0].keys() == {"value"} for entries in written.values())
