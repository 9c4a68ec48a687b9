"""The workflow of the weekly digests, as a worker starts it, and as it looks week after week."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from temporalio.client import WorkflowContinuedAsNewError
from temporalio.common import WorkflowIDConflictPolicy

from models.digest_messages import DigestTurn
from models.messages import Purpose
from tests.workflows.scenarios import rejected
from tests.workflows.stage import Stage
from workflows.addresses import CASE_QUEUE, DIGESTS_WORKFLOW_ID
from workflows.digests import DigestsWorkflow


async def start_digests(stage: Stage, at: datetime | None = None) -> None:
    """Start it, or join the one that runs."""
    with stage.environment.with_time_skipping_disabled():
        started = await stage.client.start_workflow(
            DigestsWorkflow.run,
            DigestTurn(at=at),
            id=DIGESTS_WORKFLOW_ID,
            task_queue=CASE_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
    stage.digests = stage.client.get_workflow_handle(
        DIGESTS_WORKFLOW_ID, run_id=started.first_execution_run_id
    )


async def pass_to_next_look(stage: Stage, duration: timedelta) -> None:
    """Let so much time pass for the run that waits, and see it followed by another."""
    newest = stage.client.get_workflow_handle(DIGESTS_WORKFLOW_ID)
    run_id = (await newest.describe()).run_id
    looks = stage.world.calls["digests_due"]
    await stage.pass_time(newest, duration)
    await stage.world.until_called("digests_due", looks + 1)
    await continued(stage, run_id)


async def continued(stage: Stage, run_id: str | None) -> None:
    """Wait until a run has gone on in another."""
    one = stage.client.get_workflow_handle(DIGESTS_WORKFLOW_ID, run_id=run_id)
    with suppress(WorkflowContinuedAsNewError):
        await one.result(follow_runs=False)
        raise AssertionError("it came to an end")


async def told_weekly(stage: Stage) -> None:
    """A digest is due in an hour and sent; a case that is rejected beside has nothing to do with it."""
    week = datetime.now(UTC) + timedelta(hours=1)
    stage.world.weekly = stage.world.weekly._replace(weekday=week.weekday(), at=week.time())
    await start_digests(stage, week)
    await pass_to_next_look(stage, timedelta(hours=1))
    await stage.world.until(lambda: stage.world.all_sent(Purpose.DIGEST))
    await rejected(stage)
