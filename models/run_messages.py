"""What the workflow of an action begins a run with."""

from models.messages import (
    ActionRef,
    CaseState,
    DispatchRequest,
    DocumentRef,
    FollowUpRequest,
    Message,
    VerificationRef,
)


class CarriedOver(Message):
    """What one run of an action hands to the next, so that nothing is lost; nothing, into the first.

    `beside` are the messages that go out beside the steps, `verification` is the cycle in which verifiers are
    asked, and `overruled` what was let go by hand.
    """

    state: CaseState = CaseState()
    follow_up: FollowUpRequest | None = None
    beside: tuple[DispatchRequest, ...] = ()
    verification: VerificationRef | None = None
    overruled: DocumentRef | None = None


class ActionRun(ActionRef):
    """An action as a run of its workflow begins with it."""

    carried: CarriedOver = CarriedOver()

    @property
    def action(self) -> ActionRef:
        """Name the action alone."""
        return ActionRef(action_id=self.action_id, reference=self.reference)
