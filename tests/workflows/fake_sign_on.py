"""The activities of a world's sign-on."""

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import references
from models.messages import DocumentRef, Purpose
from models.sign_on_messages import (
    InvitedAgain,
    SignOnOpened,
    SignOnRequest,
    SignOnStatus,
    WindowChange,
    WindowEnd,
)
from tests.workflows.fakes import moment
from tests.workflows.world import World


class FakeSignOn(references.SignOnActivities):
    """The window and its answers."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn
    async def open_sign_on(self, request: SignOnRequest) -> SignOnOpened:
        world = self._world
        world.closes_at = world.closes_at or moment() + request.plan.closes_after
        world.opened_at = world.opened_at or world.closes_at - request.plan.closes_after
        await world.called("open_sign_on")
        return SignOnOpened(
            invited=world.invited,
            closes_at=world.closes_at,
            opened_at=world.opened_at,
            ended=world.sign_on_ended,
        )

    @activity.defn
    async def count_answers(self, _document: DocumentRef) -> SignOnStatus:
        world = self._world
        answered = world.signed + world.declined
        status = SignOnStatus(
            invited=world.invited, signed=world.signed, answered=answered, unasked=world.unasked
        )
        await world.called("count_answers")
        return status

    @activity.defn
    async def invite_again(self, _document: DocumentRef) -> InvitedAgain:
        world = self._world
        await world.called("invite_again")
        self._be_away()
        rounds = len(world.rounds(Purpose.INVITATION))
        return InvitedAgain(round=rounds + 1 if world.unasked else None, alarms=tuple(world.missed_turns))

    @activity.defn
    async def change_window(self, change: WindowChange) -> None:
        await self._world.called("change_window")
        self._world.closes_at = change.closes_at

    @activity.defn
    async def end_by_hand(self, _end: WindowEnd) -> None:
        await self._world.called("end_by_hand")
        self._be_away()
        self._world.sign_on_ended = True

    @activity.defn
    async def end_sign_on(self, _document: DocumentRef) -> None:
        self._world.sign_on_ended = True

    def _be_away(self) -> None:
        """Fail, once, where an outage is played."""
        if outage := self._world.outage:
            self._world.outage = None
            raise ApplicationError("away", type="away", next_retry_delay=outage)
