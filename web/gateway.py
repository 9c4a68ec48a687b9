"""The way to the workflows: starting them, telling them what was committed, asking for decisions."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from temporalio.client import (
    Client,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from models.actions import UrgentAction
from models.columns import now
from models.decision_messages import PersonDecision
from models.lifecycle import Decision, Refusal
from models.messages import ActionRef, CaseState, DocumentRef, Message
from models.sign_on_messages import WindowChange, WindowEnd
from workflows.addresses import (
    CASE_QUEUE,
    action_workflow_id,
    receipts_workflow_id,
    resending_workflow_id,
    sign_on_workflow_id,
)
from workflows.receipts import ReceiptsWorkflow
from workflows.refusals import DECISION_REFUSED
from workflows.resending import ResendingWorkflow
from workflows.sign_on import SignOnWorkflow
from workflows.urgent_action import UrgentActionWorkflow

_log = structlog.get_logger(__name__)
_ANSWER_SECONDS = 5
_PING_SECONDS = 2
_DECISION_SECONDS = 3
"""A workflow that hears of a decision later refuses it: by then its person was told of no answer."""


_UPDATES = {Decision.RELEASE: UrgentActionWorkflow.release, Decision.CLOSE: UrgentActionWorkflow.close}
_NOTED = UrgentActionWorkflow.take_note
"""Release and close are the workflow's to decide; of all else it takes note."""

_SILENCE = (RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED)


class TemporalUnavailableError(Exception):
    """Temporal, or the worker, does not answer in time."""


class DecisionRefusedError(Exception):
    """The workflow refused a decision."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


class WorkflowGateway:
    """Speaks to Temporal for the web process."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def ping(self) -> bool:
        """Tell whether Temporal answers."""
        try:
            async with asyncio.timeout(_PING_SECONDS):
                return await self._client.service_client.check_health()
        except (RPCError, RuntimeError, TimeoutError):
            return False

    async def nudge_action(self, action_id: UUID, reference: str) -> None:
        """Start the workflow of an action, or have the running one read the facts.

        A run that was lost or has ended is followed by a new one, which goes on where the database says: what
        was closed may have been reopened or withdrawn.

        Raises:
            TemporalUnavailableError: no answer within five seconds.
            RPCError: Temporal answers, and refuses this nudge.
        """
        await self._start(UrgentActionWorkflow.run, action_id, reference, action_workflow_id)

    async def nudge_receipts(self, action_id: UUID, reference: str) -> None:
        """Have what was answered told to those for whom it was, also where the action has ended.

        Raises:
            TemporalUnavailableError: no answer within five seconds.
            RPCError: Temporal answers, and refuses this nudge.
        """
        await self._start(ReceiptsWorkflow.run, action_id, reference, receipts_workflow_id)

    async def nudge_resending(self, action_id: UUID, reference: str) -> None:
        """Have messages in doubt sent again of which that was decided, also where the action has ended.

        Raises:
            TemporalUnavailableError: no answer within five seconds.
            RPCError: Temporal answers, and refuses this nudge.
        """
        await self._start(ResendingWorkflow.run, action_id, reference, resending_workflow_id)

    async def _start(
        self, run: Any, action_id: UUID, reference: str, workflow_id: Callable[[str], str]
    ) -> None:
        """Start a workflow of an action with a nudge, or nudge the one that runs."""
        with suppress(WorkflowAlreadyStartedError):
            async with _answering():
                await self._client.start_workflow(
                    run,
                    ActionRef(action_id=action_id, reference=reference),
                    id=workflow_id(reference),
                    task_queue=CASE_QUEUE,
                    start_signal="nudge",
                    id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                    id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                )

    async def nudge_sign_on(self, reference: str, document_number: int) -> None:
        """Have the sign-on of a document count the answers; one that ended needs no telling.

        Raises:
            TemporalUnavailableError: no answer within five seconds.
            RPCError: Temporal answers, and refuses this nudge.
        """
        handle = self._client.get_workflow_handle_for(
            SignOnWorkflow.run, sign_on_workflow_id(reference, document_number)
        )
        try:
            async with _answering():
                await handle.signal(SignOnWorkflow.recount)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise

    async def inform(self, action: UrgentAction, decision: Decision, person_id: UUID) -> bool:
        """Tell a workflow of a committed decision; false where that must be left to the sweep."""
        try:
            await self.decide(action, decision, person_id)
        except (TemporalUnavailableError, DecisionRefusedError):
            _log.warning("workflow.not_informed", decision=decision, action_id=str(action.id))
            return False
        return True

    async def decide(self, action: UrgentAction, decision: Decision, person_id: UUID) -> CaseState:
        """Ask a workflow for a decision, by the update of the decision's name, and return its state.

        Raises:
            DecisionRefusedError: the workflow says no.
            TemporalUnavailableError: no answer within five seconds; one that comes later is refused there.
        """
        by = PersonDecision(action_id=action.id, decision=decision, person_id=person_id, until=_last_moment())
        async with _deciding():
            return await self._update(action, decision, by)

    async def change_window(self, document: DocumentRef, person_id: UUID, closes_at: datetime) -> None:
        """Ask a sign-on to close at another moment.

        Raises:
            DecisionRefusedError: its window is over, or the moment is.
            TemporalUnavailableError: no answer within five seconds; one that comes later is refused there.
        """
        change = WindowChange(
            document=document, person_id=person_id, closes_at=closes_at, until=_last_moment()
        )
        await self._ask_sign_on(document, SignOnWorkflow.change_window, change)

    async def end_window(self, document: DocumentRef, person_id: UUID) -> None:
        """Ask a sign-on to end its window.

        Raises:
            DecisionRefusedError: it is over.
            TemporalUnavailableError: no answer within five seconds; one that comes later is refused there.
        """
        end = WindowEnd(document=document, person_id=person_id, until=_last_moment())
        await self._ask_sign_on(document, SignOnWorkflow.end_window, end)

    async def _ask_sign_on(self, document: DocumentRef, update: Any, argument: Message) -> None:
        handle = self._client.get_workflow_handle(sign_on_workflow_id(document.reference, document.number))
        async with _deciding():
            await handle.execute_update(update, argument)

    async def _update(self, action: UrgentAction, decision: Decision, by: PersonDecision) -> CaseState:
        """Execute an update; where the intake's nudge is still on its way, start the workflow first."""
        handle = self._client.get_workflow_handle(action_workflow_id(action.reference))
        try:
            state: CaseState = await handle.execute_update(_UPDATES.get(decision, _NOTED), by)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            await self.nudge_action(action.id, action.reference)
            state = await handle.execute_update(_UPDATES.get(decision, _NOTED), by)
        return state


@asynccontextmanager
async def _answering() -> AsyncIterator[None]:
    """Give Temporal five seconds, and tell its silence from its refusals.

    A server that accepts a connection and says nothing would otherwise be waited for without end.
    """
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            yield
    except RPCError as error:
        if error.status in _SILENCE:
            raise TemporalUnavailableError from None
        raise
    except (RuntimeError, TimeoutError):
        raise TemporalUnavailableError from None


@asynccontextmanager
async def _deciding() -> AsyncIterator[None]:
    """Give a workflow five seconds to decide, and tell its refusal from silence."""
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            yield
    except WorkflowUpdateFailedError as error:
        raise _refused(error) from None
    except (RPCError, RuntimeError, TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
        raise TemporalUnavailableError from None


def _last_moment() -> datetime:
    """Return until when a workflow may still decide."""
    return now() + timedelta(seconds=_DECISION_SECONDS)


def _refused(error: WorkflowUpdateFailedError) -> Exception:
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type == DECISION_REFUSED:
        return DecisionRefusedError(Refusal(cause.message))
    return TemporalUnavailableError()
