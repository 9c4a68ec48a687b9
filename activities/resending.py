"""What is to be sent again."""

from temporalio import activity

from activities import references
from models.messages import ActionRef
from models.round_messages import ResendingDue
from storage import in_doubt
from storage.database import Database


class ResendingActivities(references.ResendingActivities):
    """Short transactions on messages that were in doubt."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn
    async def next_resending(self, action: ActionRef) -> ResendingDue:
        """Return the oldest dispatch that holds a message to be sent again."""
        async with self._database.transaction() as session:
            return ResendingDue(request=await in_doubt.next_resending(session, action.action_id))
