"""What goes on beside the steps of an action: verifiers are asked, alarms raised, links and releases sent."""

from temporalio import workflow
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from models.messages import (
        CaseFacts,
        DispatchRequest,
        DocumentRef,
        Purpose,
        VerificationRef,
    )
    from models.verification_messages import Verifying
    from workflows.addresses import verification_workflow_id
    from workflows.children import Child, dismiss, has_ended, nudge
    from workflows.rounds import Rounds
    from workflows.verification import VerificationWorkflow


class Sidelines:
    """Children that the steps do not wait for; they may outlive the workflow that began them."""

    def __init__(
        self, begun: tuple[DispatchRequest, ...] = (), verifying: VerificationRef | None = None
    ) -> None:
        """Begin none, or join the messages and the asking that an earlier run left under way."""
        self._verifying = verifying
        self._verification = _joined(verifying) if verifying else None
        self._alarms = 0
        self._asked: list[DispatchRequest] = [*begun]
        self._rounds = [Rounds(one.document, (one,)) for one in begun]

    async def follow(self, facts: CaseFacts, document: DocumentRef) -> None:
        """Begin what changed facts ask for, and pass the news on."""
        cycle = self._verifying.cycle if self._verifying else 0
        if facts.verification and facts.verification.cycle > cycle:
            await self._verify(facts.verification)
        elif self._verification:
            await self._tell_verification(self._verification)
        if facts.parked_dispatches > self._alarms:
            self._alarms = facts.parked_dispatches
            await self._new_rounds(document).begin(Purpose.LEAK_ALARM, self._alarms)
        self._forget_refused(facts)
        for asked in (facts.links, facts.sign_again, facts.addendum, *facts.personal, facts.signed):
            if asked and asked not in self._asked:
                self._asked.append(asked)
                await self._new_rounds(asked.document).send(asked)
        if not facts.on_hold:
            for rounds in list(self._rounds):
                await rounds.nudge()

    def _forget_refused(self, facts: CaseFacts) -> None:
        """Have a release that is not due any more begin again when it is: the gate may have refused it."""
        due = (*facts.personal, facts.signed)
        self._asked = [one for one in self._asked if one.purpose is not Purpose.STATEMENT or one in due]

    def under_way(self) -> tuple[DispatchRequest, ...]:
        """List the messages that are not known to have gone out."""
        return tuple(one for rounds in self._rounds for one in rounds.under_way())

    def verifying(self) -> VerificationRef | None:
        """Name the cycle of asking that is not known to have ended."""
        is_asked = self._verification and not has_ended(self._verification)
        return self._verifying if is_asked else None

    async def release(self, request: DispatchRequest) -> None:
        """Send a document, or a language of one, that was approved while the follow-up runs."""
        await self._new_rounds(request.document).send(request)

    async def dismiss(self) -> None:
        """Let everything finish what it has under way."""
        if self._verification:
            await dismiss(self._verification)
        for rounds in list(self._rounds):
            await rounds.dismiss()

    async def _tell_verification(self, asking: Child) -> None:
        if not await nudge(asking) and self._verification is asking:
            self._verification = None

    async def _verify(self, verification: VerificationRef) -> None:
        """Start a cycle of asking, or join the one that an earlier, lost run left under way."""
        if self._verification:
            await dismiss(self._verification)
        self._verifying = verification
        try:
            self._verification = await workflow.start_child_workflow(
                VerificationWorkflow.run,
                Verifying(verification=verification),
                id=verification_workflow_id(verification),
                parent_close_policy=ParentClosePolicy.ABANDON,
            )
        except WorkflowAlreadyStartedError:
            self._verification = _joined(verification)

    def _new_rounds(self, document: DocumentRef) -> Rounds:
        rounds = Rounds(document)
        self._rounds.append(rounds)
        return rounds


def _joined(verification: VerificationRef) -> Child:
    return workflow.get_external_workflow_handle(verification_workflow_id(verification))
