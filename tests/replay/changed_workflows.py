"""Negative controls: each workflow, changed in its first step; no history of the real one may fit it."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.references import CaseActivities
    from models.digest_messages import DigestTurn
    from models.messages import (
        ActionOutcome,
        ActionRef,
        DispatchOutcome,
        DispatchRequest,
        FollowUpRequest,
    )
    from models.run_messages import ActionRun
    from models.sign_on_messages import SignOnRequest, SignOnStatus
    from models.verification_messages import Verifying
    from workflows.activity_options import FACTS
    from workflows.digests import DigestsWorkflow
    from workflows.distribution import DistributionWorkflow
    from workflows.follow_up import FollowUpWorkflow
    from workflows.receipts import ReceiptsWorkflow
    from workflows.resending import ResendingWorkflow
    from workflows.sign_on import SignOnWorkflow
    from workflows.urgent_action import UrgentActionWorkflow
    from workflows.verification import VerificationWorkflow


async def _do_something_else_first(reference: str) -> None:
    action = ActionRef(action_id=workflow.uuid4(), reference=reference)
    await workflow.execute_activity_method(CaseActivities.cancel_outstanding, action, **FACTS)


@workflow.defn(name="UrgentActionWorkflow")
class ChangedUrgentAction(UrgentActionWorkflow):
    @workflow.init
    def __init__(self, action: ActionRun) -> None:
        super().__init__(action)

    @workflow.run
    async def run(self, action: ActionRun) -> ActionOutcome:
        await _do_something_else_first(action.reference)
        return await super().run(action)


@workflow.defn(name="SignOnWorkflow")
class ChangedSignOn(SignOnWorkflow):
    @workflow.init
    def __init__(self, request: SignOnRequest) -> None:
        super().__init__(request)

    @workflow.run
    async def run(self, request: SignOnRequest) -> SignOnStatus:
        await _do_something_else_first(request.document.reference)
        return await super().run(request)


@workflow.defn(name="DistributionWorkflow")
class ChangedDistribution(DistributionWorkflow):
    @workflow.run
    async def run(self, request: DispatchRequest) -> DispatchOutcome:
        await _do_something_else_first(request.document.reference)
        return await super().run(request)


@workflow.defn(name="FollowUpWorkflow")
class ChangedFollowUp(FollowUpWorkflow):
    @workflow.init
    def __init__(self, request: FollowUpRequest) -> None:
        super().__init__(request)

    @workflow.run
    async def run(self, request: FollowUpRequest) -> None:
        await _do_something_else_first(request.document.reference)
        await super().run(request)


@workflow.defn(name="VerificationWorkflow")
class ChangedVerification(VerificationWorkflow):
    @workflow.init
    def __init__(self, verifying: Verifying) -> None:
        super().__init__(verifying)

    @workflow.run
    async def run(self, verifying: Verifying) -> None:
        await _do_something_else_first(verifying.verification.document.reference)
        await super().run(verifying)


@workflow.defn(name="ReceiptsWorkflow")
class ChangedReceipts(ReceiptsWorkflow):
    @workflow.init
    def __init__(self, action: ActionRef) -> None:
        super().__init__(action)

    @workflow.run
    async def run(self, action: ActionRef) -> None:
        await _do_something_else_first(action.reference)
        await super().run(action)


@workflow.defn(name="ResendingWorkflow")
class ChangedResending(ResendingWorkflow):
    @workflow.init
    def __init__(self, action: ActionRef) -> None:
        super().__init__(action)

    @workflow.run
    async def run(self, action: ActionRef) -> None:
        await _do_something_else_first(action.reference)
        await super().run(action)


@workflow.defn(name="DigestsWorkflow")
class ChangedDigests(DigestsWorkflow):
    @workflow.run
    async def run(self, turn: DigestTurn) -> None:
        await _do_something_else_first("UA-2026-014")
        await super().run(turn)


CHANGED_WORKFLOWS = (
    ChangedUrgentAction,
    ChangedVerification,
    ChangedSignOn,
    ChangedDistribution,
    ChangedFollowUp,
    ChangedReceipts,
    ChangedResending,
    ChangedDigests,
)
