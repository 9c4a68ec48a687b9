"""What is told about answers."""

from temporalio import activity

from activities import references
from models.messages import ActionRef
from models.round_messages import ReceiptsDue
from storage import receipts
from storage.database import Database


class ReceiptActivities(references.ReceiptActivities):
    """Short transactions on what was answered."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn
    async def next_receipts(self, action: ActionRef) -> ReceiptsDue:
        """Return the next round that is to be sent."""
        async with self._database.transaction() as session:
            return ReceiptsDue(request=await receipts.next_receipts(session, action.action_id))
