"""What the sign-on of a document reads and writes down."""

from temporalio import activity

from activities import references
from models.messages import DocumentRef, SignOnOpened, SignOnRequest, SignOnStatus
from storage import sign_on
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
    async def end_sign_on(self, document: DocumentRef) -> None:
        """Close the window."""
        async with self._database.transaction() as session:
            await sign_on.end_sign_on(session, document)
