"""What the sign-on of a document reads and writes down."""

from temporalio import activity

from activities import references
from models.messages import DocumentRef
from models.sign_on_messages import (
    InvitedAgain,
    SignOnOpened,
    SignOnRequest,
    SignOnStatus,
    WindowChange,
    WindowEnd,
)
from storage import inviting, sign_on, windows
from storage.database import Database


class SignOnActivities(references.SignOnActivities):
    """Short transactions on invitations and signatures."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn
    async def open_sign_on(self, request: SignOnRequest) -> SignOnOpened:
        """Invite the partners, once."""
        async with self._database.transaction() as session:
            return await sign_on.open_sign_on(session, request.document, request.plan)

    @activity.defn
    async def count_answers(self, document: DocumentRef) -> SignOnStatus:
        """Count the invited, the answers and the signatures."""
        async with self._database.transaction() as session:
            return await sign_on.sign_on_status(session, document.document_id)

    @activity.defn
    async def invite_again(self, document: DocumentRef) -> InvitedAgain:
        """Turn to the next contacts of partners whom nothing reached, and tell what is to be sent."""
        async with self._database.transaction() as session:
            return await inviting.invite_again(session, document)

    @activity.defn
    async def change_window(self, change: WindowChange) -> None:
        """Have the window close at another moment."""
        async with self._database.transaction() as session:
            await windows.change_window(session, change)

    @activity.defn
    async def end_by_hand(self, end: WindowEnd) -> None:
        """Close the window as somebody said."""
        async with self._database.transaction() as session:
            await sign_on.end_sign_on(session, end.document, end.person_id)

    @activity.defn
    async def end_sign_on(self, document: DocumentRef) -> None:
        """Close the window."""
        async with self._database.transaction() as session:
            await sign_on.end_sign_on(session, document)
