"""The way to the workflows: starting them, telling them what was committed, asking for decisions."""

import asyncio
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
from models.lifecycle import Decision, Refusal
from models.messages import ActionRef, CaseState, PersonDecision
from workflows.addresses import CASE_QUEUE, action_workflow_id, sign_on_workflow_id
from workflows.sign_on import SignOnWorkflow
from workflows.urgent_action import DECISION_REFUSED, UrgentActionWorkflow

_log = structlog.get_logger(__name__)
_ANSWER_SECONDS = 5


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
            return await self._client.service_client.check_health()
        except (RPCError, RuntimeError):
            return False

    async def nudge_action(self, action_id: UUID, reference: str) -> None:
        """Start the workflow of an action, or have the running one read the facts.

        A run that was lost (failed, terminated, timed out) is followed by a new one; a completed one is not.
        """
        try:
            await self._client.start_workflow(
                UrgentActionWorkflow.run,
                ActionRef(action_id=action_id, reference=reference),
                id=action_workflow_id(reference),
                task_queue=CASE_QUEUE,
                start_signal="nudge",
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
            )
        except WorkflowAlreadyStartedError:
            return
        except (RPCError, RuntimeError):
            raise TemporalUnavailableError from None

    async def nudge_sign_on(self, reference: str, document_number: int) -> None:
        """Have the sign-on of a document count the answers; one that ended needs no telling."""
        handle = self._client.get_workflow_handle_for(
            SignOnWorkflow.run, sign_on_workflow_id(reference, document_number)
        )
        try:
            await handle.signal(SignOnWorkflow.nudge)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise TemporalUnavailableError from None
        except RuntimeError:
            raise TemporalUnavailableError from None

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
            TemporalUnavailableError: no answer within five seconds; asking again is safe.
        """
        by = PersonDecision(action_id=action.id, person_id=person_id)
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                return await self._update(action, decision, by)
        except WorkflowUpdateFailedError as error:
            raise _refused(error) from None
        except (RPCError, RuntimeError, TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
            raise TemporalUnavailableError from None

    async def _update(self, action: UrgentAction, decision: Decision, by: PersonDecision) -> CaseState:
        """Execute an update; where the intake's nudge is still on its way, start the workflow first."""
        handle = self._client.get_workflow_handle(action_workflow_id(action.reference))
        try:
            state: CaseState = await handle.execute_update(decision.value, by, result_type=CaseState)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            await self.nudge_action(action.id, action.reference)
            state = await handle.execute_update(decision.value, by, result_type=CaseState)
        return state


def _refused(error: WorkflowUpdateFailedError) -> Exception:
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type == DECISION_REFUSED:
        return DecisionRefusedError(Refusal(cause.message))
    return TemporalUnavailableError()
