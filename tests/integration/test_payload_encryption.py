"""What a real Temporal server is told: raw histories, read without the codec, against planted canaries."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
import pytest_asyncio
import structlog
from pydantic import BaseModel
from temporalio import activity, workflow
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    StartWorkflowInput,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowUpdateFailedError,
)
from temporalio.common import RetryPolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from logs import LogFormat, configure_logging
from security.keys import KeyRing, UnknownKeyError, new_key_ring
from temporal_client import connect

CANARY = "Canary-Comandanta-9061"
OLD_KEY = new_key_ring("old")
NEW_KEY = new_key_ring("new")
RING = KeyRing.parse(OLD_KEY)
RUNNER = UnsandboxedWorkflowRunner()
KINDS_WITH_CONTENT = {
    *("ACTIVITY_TASK_SCHEDULED", "ACTIVITY_TASK_COMPLETED", "ACTIVITY_TASK_FAILED"),
    *("WORKFLOW_EXECUTION_STARTED", "WORKFLOW_EXECUTION_COMPLETED", "WORKFLOW_EXECUTION_FAILED"),
    *(
        "WORKFLOW_EXECUTION_SIGNALED",
        "WORKFLOW_EXECUTION_UPDATE_ACCEPTED",
        "WORKFLOW_EXECUTION_UPDATE_COMPLETED",
    ),
}


class Person(BaseModel, frozen=True):
    name: str
    fails: bool = False


class Greeting(BaseModel, frozen=True):
    text: str


@activity.defn
async def greet(person: Person) -> Greeting:
    activity.heartbeat(person.name)
    if person.fails:
        raise ApplicationError(f"no such person: {person.name}", person.name, type="PersonUnknown")
    return Greeting(text=f"Good day, {person.name}")


@workflow.defn
class GreetingWorkflow:
    def __init__(self) -> None:
        self._nickname = ""

    @workflow.run
    async def run(self, person: Person) -> Greeting:
        await workflow.wait_condition(lambda: bool(self._nickname))
        return await workflow.execute_activity(
            greet,
            person,
            start_to_close_timeout=timedelta(seconds=20),
            retry_policy=RetryPolicy(maximum_attempts=1),
            summary=f"greet {person.name}",
        )

    @workflow.signal
    def know(self, person: Person) -> None:
        self._nickname = person.name

    @workflow.update
    def rename(self, person: Person) -> Greeting:
        if person.fails:
            raise ApplicationError(f"refused: {person.name}")
        return Greeting(text=person.name)


Handle = WorkflowHandle[GreetingWorkflow, Greeting]


class Server(NamedTuple):
    address: str
    database: Path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    binary = Path(sys.executable).with_name("temporal")
    database = tmp_path_factory.mktemp("temporal") / "temporal.db"
    environment = await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(binary), dev_server_database_filename=str(database)
    )
    async with environment:
        yield Server(environment.client.service_client.config.target_host, database)


def worker(client: Client, queue: str) -> Worker:
    return Worker(
        client, task_queue=queue, workflows=[GreetingWorkflow], activities=[greet], workflow_runner=RUNNER
    )


async def started(client: Client, queue: str, person: Person) -> Handle:
    return await client.start_workflow(
        GreetingWorkflow.run,
        person,
        id=f"greeting-{uuid4()}",
        task_queue=queue,
        memo={"who": person.name},
        static_summary=person.name,
    )


async def play_everything(client: Client, canary: str) -> list[Handle]:
    """Run one workflow that succeeds and one that fails, through every kind of message that we use."""
    queue = f"queue-{uuid4()}"
    welcome, unknown = Person(name=canary), Person(name=canary, fails=True)
    async with worker(client, queue):
        good = await started(client, queue, welcome)
        bad = await started(client, queue, unknown)
        assert await good.execute_update(GreetingWorkflow.rename, welcome) == Greeting(text=canary)
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await good.execute_update(GreetingWorkflow.rename, unknown)
        assert canary in str(refused.value.cause)
        await good.signal(GreetingWorkflow.know, welcome)
        await bad.signal(GreetingWorkflow.know, welcome)
        assert await good.result() == Greeting(text=f"Good day, {canary}")
        with pytest.raises(WorkflowFailureError) as failed:
            await bad.result()
    assert isinstance(failed.value.cause, ActivityError)
    assert isinstance(failed.value.cause.cause, ApplicationError)
    assert failed.value.cause.cause.message == f"no such person: {canary}"
    assert failed.value.cause.cause.details == (canary,)
    return [good, bad]


async def raw_events(server: Server, handles: list[Handle]) -> list[HistoryEvent]:
    """Read histories as the server holds them, with a client that has no codec."""
    client = await Client.connect(server.address)
    named = [client.get_workflow_handle(handle.id) for handle in handles]
    return [event for handle in named async for event in handle.fetch_history_events()]


async def raw_descriptions(server: Server, handles: list[Handle]) -> list[bytes]:
    client = await Client.connect(server.address)
    described = [await client.get_workflow_handle(handle.id).describe() for handle in handles]
    return [description.raw_description.SerializeToString() for description in described]


def kinds_that_hold(canary: str, events: list[HistoryEvent]) -> set[str]:
    """Detect a text in the raw events; return the kinds of event that hold it."""
    return {
        EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")
        for event in events
        if canary.encode() in event.SerializeToString()
    }


def files_hold(canary: str, database: Path) -> bool:
    return any(canary.encode() in file.read_bytes() for file in database.parent.iterdir() if file.is_file())


async def test_the_detector_finds_a_planted_control_where_the_codec_is_off(server: Server) -> None:
    control = f"Control-{uuid4()}"
    client = await Client.connect(server.address, data_converter=pydantic_data_converter)

    handles = await play_everything(client, control)

    assert kinds_that_hold(control, await raw_events(server, handles)) >= KINDS_WITH_CONTENT
    assert all(control.encode() in raw for raw in await raw_descriptions(server, handles))
    assert files_hold(control, server.database)


async def test_no_history_memo_or_file_of_the_server_holds_what_was_said(server: Server) -> None:
    handles = await play_everything(await connect(server.address, "default", RING), CANARY)

    events = await raw_events(server, handles)
    assert kinds_that_hold("", events) >= KINDS_WITH_CONTENT
    assert kinds_that_hold(CANARY, events) == set()
    assert not [raw for raw in await raw_descriptions(server, handles) if CANARY.encode() in raw]
    assert not files_hold(CANARY, server.database)


async def test_a_failure_hides_its_message_and_stack_trace_and_shows_its_type(server: Server) -> None:
    _, bad = await play_everything(await connect(server.address, "default", RING), CANARY)

    (failed,) = [
        event.activity_task_failed_event_attributes.failure
        for event in await raw_events(server, [bad])
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED
    ]
    assert (failed.message, failed.stack_trace) == ("Encoded failure", "")
    assert failed.encoded_attributes.metadata["encoding"] == b"binary/encrypted"
    assert failed.application_failure_info.details.payloads[0].metadata["encoding"] == b"binary/encrypted"
    assert failed.application_failure_info.type == "PersonUnknown"


async def test_a_key_can_be_replaced_while_a_workflow_waits(server: Server) -> None:
    queue = f"queue-{uuid4()}"
    before = await connect(server.address, "default", RING)
    after = await connect(server.address, "default", KeyRing.parse(f"{NEW_KEY},{OLD_KEY}"))
    person = Person(name=CANARY)
    async with worker(before, queue):
        handle = await started(before, queue, person)
        await handle.execute_update(GreetingWorkflow.rename, person)

    async with worker(after, queue):
        await after.get_workflow_handle(handle.id).signal("know", person)
        result = await after.get_workflow_handle_for(GreetingWorkflow.run, handle.id).result()

    assert result == Greeting(text=f"Good day, {CANARY}")
    with pytest.raises(UnknownKeyError):
        await handle.result()


async def test_a_message_in_clear_is_refused_and_the_workflow_waits_for_repair(server: Server) -> None:
    queue = f"queue-{uuid4()}"
    client = await connect(server.address, "default", RING)
    stranger = await Client.connect(server.address, data_converter=pydantic_data_converter)
    async with worker(client, queue):
        handle = await started(client, queue, Person(name=CANARY))
        await stranger.get_workflow_handle(handle.id).signal("know", Person(name="Stranger"))
        failed = await refused_task(stranger, handle.id)
        await handle.terminate()

    assert failed.workflow_task_failed_event_attributes.failure.message == "Encoded failure"
    assert kinds_that_hold("Stranger", [failed]) == set()
    assert kinds_that_hold(CANARY, await raw_events(server, [handle])) == set()


async def refused_task(client: Client, workflow_id: str) -> HistoryEvent:
    events = client.get_workflow_handle(workflow_id).fetch_history_events(wait_new_event=True)
    async with asyncio.timeout(30):
        async for event in events:
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
                return event
    pytest.fail("the worker took a message in clear")


class HeaderOutbound(OutboundInterceptor):
    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002 - SDK's name
        input.headers = {"who": pydantic_data_converter.payload_converter.to_payload(CANARY)}
        return await super().start_workflow(input)


class HeaderInterceptor(Interceptor):
    intercept_client = staticmethod(HeaderOutbound)


async def test_headers_are_encrypted_too(server: Server) -> None:
    config = (await connect(server.address, "default", RING)).config()
    config["interceptors"] = [HeaderInterceptor()]
    client = Client(**config)

    handle = await started(client, f"queue-{uuid4()}", Person(name=CANARY))

    (event,) = [event for event in await raw_events(server, [handle]) if event.event_id == 1]
    await handle.terminate()
    fields = event.workflow_execution_started_event_attributes.header.fields
    assert fields["who"].metadata["encoding"] == b"binary/encrypted"


@pytest.mark.parametrize("log_format", LogFormat)
async def test_the_logs_of_a_worker_hold_nothing_of_what_was_said(
    server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], log_format: LogFormat
) -> None:
    client = await connect(server.address, "default", RING)
    with monkeypatch.context() as patch:
        patch.setattr(logging.getLogger(), "handlers", [])
        patch.setattr(logging.getLogger(), "level", logging.WARNING)
        patch.setattr("logs._log_uncaught_exceptions", lambda: None)
        configure_logging(log_format, "DEBUG")
        await play_everything(client, CANARY)
    structlog.reset_defaults()

    written = capsys.readouterr().err
    assert "Completing activity as failed" in written
    assert "ApplicationError" in written
    assert CANARY not in written
