"""The activities of a world that tell what round is to be sent next."""

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import references
from models.digest_messages import AskDigests, DigestsDue
from models.messages import ActionRef, DeliveryState, DispatchRequest, Purpose
from models.round_messages import ReceiptsDue, ResendingDue
from models.weekly import week_of
from tests.workflows.fakes import moment
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


class FakeDigests(references.DigestActivities):
    """One coordinator with something to look after."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn
    async def digests_due(self, asking: AskDigests) -> DigestsDue:
        world, at = self._world, max(asking.now, moment())
        if world.outage:
            outage, world.outage = world.outage, None
            raise ApplicationError("away", type="away", next_retry_delay=outage)
        world.looked.append(at)
        week = week_of(at, world.zone)
        if world.weekly.moment(week, world.zone) <= at:
            world.digests.setdefault(week, at)
        number = [*world.digests].index(week) + 1 if week in world.digests else None
        await world.called("digests_due")
        unsent = number is not None and (Purpose.DIGEST, number) not in world.sheets
        found = DispatchRequest(document=DOCUMENT, purpose=Purpose.DIGEST, round=number) if unsent else None
        next_at = world.weekly.next_after(at, world.zone)
        return DigestsDue(requests=(found,) if found else (), next_at=next_at)
