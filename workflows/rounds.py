"""The rounds of messages that a workflow sends about one document: a distribution each."""

from temporalio import workflow
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from models.messages import DispatchRequest, DocumentRef, Purpose
    from workflows.addresses import distribution_workflow_id
    from workflows.children import Child, dismiss, has_ended, nudge
    from workflows.distribution import DistributionWorkflow


class Rounds:
    """Distributions that may outlive the workflow that began them."""

    def __init__(self, document: DocumentRef, begun: tuple[DispatchRequest, ...] = ()) -> None:
        """Begin none, or join those that an earlier run of the workflow left under way."""
        self._document = document
        self._begun: list[tuple[DispatchRequest, Child]] = [(one, _joined(one)) for one in begun]

    async def begin(self, purpose: Purpose, number: int, cycle: int = 0) -> None:
        """Start a round about the document."""
        await self.send(DispatchRequest(document=self._document, purpose=purpose, round=number, cycle=cycle))

    async def send(self, request: DispatchRequest) -> None:
        """Start a round, or join the one that an earlier, lost run of this workflow left under way."""
        self._begun.append((request, await distribute(request)))

    def under_way(self) -> tuple[DispatchRequest, ...]:
        """List the rounds that are not known to have ended."""
        return tuple(request for request, child in self._begun if not has_ended(child))

    async def nudge(self) -> None:
        """Tell every round that a hold ended, or that facts changed, and forget those that are gone."""
        for one in list(self._begun):
            if not await nudge(one[1]) and one in self._begun:
                self._begun.remove(one)

    async def dismiss(self) -> None:
        """Let every round finish what it has under way."""
        for _, child in list(self._begun):
            await dismiss(child)


async def distribute(request: DispatchRequest) -> Child:
    """Start a distribution that outlives whoever began it, or join the one that is under way."""
    try:
        return await workflow.start_child_workflow(
            DistributionWorkflow.run,
            request,
            id=distribution_workflow_id(request),
            parent_close_policy=ParentClosePolicy.ABANDON,
        )
    except WorkflowAlreadyStartedError:
        return _joined(request)


def _joined(request: DispatchRequest) -> Child:
    return workflow.get_external_workflow_handle(distribution_workflow_id(request))
