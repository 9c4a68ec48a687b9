"""What the follow-up of a document reads and writes down."""

from temporalio import activity

from activities import references
from models.follow_up_messages import AskNextDue, FallDue, FallenDue, NextDue
from storage.database import Database
from storage.follow_up import FollowUps
from storage.reminders import Reminders


class FollowUpActivities(references.FollowUpActivities):
    """Short transactions on what falls due."""

    def __init__(self, database: Database, reminders: Reminders) -> None:
        self._database = database
        self._reminders = reminders

    @activity.defn
    async def next_due(self, asking: AskNextDue) -> NextDue:
        """Return what is due next, and when; nothing while the action is held."""
        async with self._database.transaction() as session:
            return await FollowUps(session, self._reminders).next_due(asking.document, asking.now)

    @activity.defn
    async def fall_due(self, falling: FallDue) -> FallenDue:
        """Do what fell due, once, and return the messages that it brings about."""
        async with self._database.transaction() as session:
            return await FollowUps(session, self._reminders).fall_due(_as_of_now(falling))

    @activity.defn
    async def settle_due(self, falling: FallDue) -> NextDue:
        """Note that the messages of what fell due are under way, and return what is due next."""
        async with self._database.transaction() as session:
            follow_ups = FollowUps(session, self._reminders)
            await follow_ups.settle(falling)
            return await follow_ups.next_due(falling.document, _as_of_now(falling).now)


def _as_of_now(falling: FallDue) -> FallDue:
    """Look at what is due by the time of this attempt: after an outage it is long after the workflow's."""
    return falling.model_copy(update={"now": max(falling.now, activity.info().started_time)})
