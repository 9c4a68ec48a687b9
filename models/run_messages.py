"""What the workflow of an action begins a run with."""

from models.messages import ActionRef, CaseState, DispatchRequest, DocumentRef, FollowUpRequest, Message


class CarriedOver(Message):
    """What one run of an action hands to the next, so that nothing is lost and nothing begins anew.

    `beside` are the messages that go out beside the steps; `overruled` is what was let go by hand.
    """

    state: CaseState
    follow_up: FollowUpRequest
    beside: tuple[DispatchRequest, ...] = ()
    overruled: DocumentRef | None = None


class ActionRun(ActionRef):
    """An action as a run of its workflow begins with it; nothing is carried over into the first."""

    carried: CarriedOver | None = None

    @property
    def action(self) -> ActionRef:
        """Name the action alone."""
        return ActionRef(action_id=self.action_id, reference=self.reference)
