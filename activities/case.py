"""What the workflow of an action reads and writes down."""

from temporalio import activity

from activities import references
from models.decision_messages import DecisionRecord
from models.messages import (
    ActionRef,
    CaseFacts,
    CasePlan,
    PhaseChange,
)
from storage import actions, decisions, standing
from storage.cancelling import cancel_outstanding
from storage.database import Database


class CaseActivities(references.CaseActivities):
    """Short transactions on the case."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn
    async def plan_case(self, action: ActionRef) -> CasePlan:
        """Read the numbers that the case runs on."""
        async with self._database.transaction() as session:
            return await standing.plan_of(session, action.action_id)

    @activity.defn
    async def read_facts(self, action: ActionRef) -> CaseFacts:
        """Read what the workflow waits for."""
        async with self._database.transaction() as session:
            return await standing.facts_of(session, action.action_id)

    @activity.defn
    async def record_phase(self, change: PhaseChange) -> None:
        """Show a move of the action."""
        async with self._database.transaction() as session:
            await actions.record_phase(session, change.action_id, change.phase)

    @activity.defn
    async def record_decision(self, decision: DecisionRecord) -> None:
        """Write down a decision that the workflow accepted."""
        async with self._database.transaction() as session:
            await decisions.record_decision(
                session, decision.action_id, decision.decision, decision.person_id
            )

    @activity.defn
    async def cancel_outstanding(self, action: ActionRef) -> None:
        """Cancel every message that was not yet claimed."""
        async with self._database.transaction() as session:
            await cancel_outstanding(session, action.action_id)
