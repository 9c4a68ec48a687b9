"""What people do to a window: moving its end, ending it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from models.lifecycle import Refusal
from models.messages import SignOnPlan
from models.sign_on_messages import SignOnRequest, WindowChange, WindowEnd
from tests.workflows.stage import Handle, Stage
from tests.workflows.world import COORDINATOR, DOCUMENT, SIGN_ON
from workflows.addresses import CASE_QUEUE, sign_on_workflow_id
from workflows.refusals import DECISION_REFUSED
from workflows.sign_on import SignOnWorkflow


def opened_at(stage: Stage) -> datetime:
    assert stage.world.opened_at
    return stage.world.opened_at


async def start_window(stage: Stage, closes_at: datetime | None = None, plan: SignOnPlan = SIGN_ON) -> Handle:
    """Start a sign-on without its action; with a closing time, its window was opened earlier."""
    stage.world.attestations = 2
    if closes_at:
        stage.world.closes_at, stage.world.opened_at = closes_at, closes_at - plan.closes_after
    with stage.environment.with_time_skipping_disabled():
        return await stage.client.start_workflow(
            SignOnWorkflow.run,
            SignOnRequest(document=DOCUMENT, plan=plan),
            id=sign_on_workflow_id(DOCUMENT.reference, DOCUMENT.number),
            task_queue=CASE_QUEUE,
        )


async def close_at(stage: Stage, moment: datetime, until: datetime | None = None) -> None:
    """Have the window close at another moment."""
    change = WindowChange(document=DOCUMENT, person_id=COORDINATOR, closes_at=moment, until=until)
    await stage.sign_on.execute_update(SignOnWorkflow.change_window, change)


async def end_window(stage: Stage, until: datetime | None = None) -> None:
    """End the window by hand."""
    end = WindowEnd(document=DOCUMENT, person_id=COORDINATOR, until=until)
    await stage.sign_on.execute_update(SignOnWorkflow.end_window, end)


def refusal_in(error: WorkflowUpdateFailedError) -> Refusal:
    """Read why an update was refused."""
    assert isinstance(error.cause, ApplicationError)
    assert error.cause.type == DECISION_REFUSED
    return Refusal(error.cause.message)


async def runs(stage: Stage, first_run_id: str | None, of: Handle | None = None) -> AsyncIterator[Handle]:
    """Go through the runs of a workflow, by default the sign-on, each of which followed the one before it."""
    run_id = first_run_id
    while run_id:
        handle = stage.client.get_workflow_handle((of or stage.sign_on).id, run_id=run_id)
        yield handle
        history = await handle.fetch_history()
        last = history.events[-1].workflow_execution_continued_as_new_event_attributes
        run_id = last.new_execution_run_id


SOON = timedelta(minutes=2)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
