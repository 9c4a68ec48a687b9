"""Weekly digests: one workflow of an installation waits for when the next is due, and has it sent."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.references import DigestActivities
    from models.digest_messages import AskDigests, DigestTurn
    from workflows.activity_options import FACTS
    from workflows.rounds import distribute
    from workflows.timers import happens_before


@workflow.defn
class DigestsWorkflow:
    """Looks at whose digest is due, has each sent by a distribution of its own, and goes on anew."""

    @workflow.run
    async def run(self, turn: DigestTurn) -> None:
        """Wait, look and send; what was decided in a run that was lost is told again to the next."""
        if turn.at:
            await happens_before(turn.at, lambda: False)
        due = await workflow.execute_activity_method(
            DigestActivities.digests_due, AskDigests(now=workflow.now()), **FACTS
        )
        for request in due.requests:
            await distribute(request)
        workflow.continue_as_new(DigestTurn(at=due.next_at))
