"""The activities of a world that tell what round is to be sent next."""

from temporalio import activity

from activities import references
from models.messages import ActionRef, DeliveryState, DispatchRequest, Purpose
from models.round_messages import ReceiptsDue, ResendingDue
from tests.workflows.world import ACTION, DOCUMENT, World


class FakeReceipts(references.ReceiptActivities):
    """Answers of which somebody is to be told."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn
    async def next_receipts(self, action: ActionRef) -> ReceiptsDue:
        assert action == ACTION
        world = self._world
        purpose, told = Purpose.ANSWER_RECEIPT, len(world.rounds(Purpose.ANSWER_RECEIPT))
        await world.called("next_receipts")
        if world.on_hold or not world.untold_answers:
            return ReceiptsDue(request=None)
        return ReceiptsDue(request=DispatchRequest(document=DOCUMENT, purpose=purpose, round=told + 1))


class FakeResending(references.ResendingActivities):
    """Messages in doubt, which a coordinator has sent again."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn
    async def next_resending(self, action: ActionRef) -> ResendingDue:
        assert action == ACTION
        world = self._world
        due = (one for one in world.resent if world.states(one.purpose, one.round)[DeliveryState.READY])
        request = next(due, None)
        await world.called("next_resending")
        return ResendingDue(request=request)
