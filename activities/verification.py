"""What the verification of a document reads and writes down."""

from temporalio import activity

from activities import references
from models.messages import VerificationRef
from models.verification_messages import AskVerifiers, VerificationRound, VerificationStatus
from storage import standing, verification
from storage.database import Database


class VerificationActivities(references.VerificationActivities):
    """Short transactions on those who are asked to verify."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn
    async def ask_verifiers(self, asking: AskVerifiers) -> VerificationRound:
        """Ask the next people of the duty list, once for each round."""
        async with self._database.transaction() as session:
            return await verification.ask(session, asking)

    @activity.defn
    async def count_verifiers(self, asked: VerificationRef) -> VerificationStatus:
        """Count how those who were asked have answered."""
        async with self._database.transaction() as session:
            return await standing.verification_status(session, asked)
