"""Whose weekly digest is due."""

from temporalio import activity

from activities import references
from models.digest_messages import AskDigests, DigestsDue
from storage import weekly_digests
from storage.database import Database
from storage.weekly_digests import DigestRules


class DigestActivities(references.DigestActivities):
    """Short transactions on weekly digests."""

    def __init__(self, database: Database, rules: DigestRules) -> None:
        self._database = database
        self._rules = rules

    @activity.defn
    async def digests_due(self, asking: AskDigests) -> DigestsDue:
        """Return the digests that are to be sent, and when to look again."""
        at = max(asking.now, activity.info().started_time)  # after an outage it is long after it was asked
        async with self._database.transaction() as session:
            return await weekly_digests.digests_due(session, self._rules, at)
