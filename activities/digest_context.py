"""What a weekly digest says: references, states, counts and dates, as they are when it is written."""

from activities.drafts import Draft
from models.columns import now
from models.lifecycle import Phase
from storage.database import Database
from storage.digests import DigestCase, digest_of


async def digest_context(database: Database, draft: Draft, time_zone: str) -> dict[str, object]:
    """Return what waits for its reader; the action that it is kept with is one among others."""
    async with database.transaction() as session:
        cases = await digest_of(session, draft.delivery.recipient_id, time_zone, now())
    return {"recipient_name": draft.recipient.name, "cases": [_told(one) for one in cases]}


def _told(case: DigestCase) -> dict[str, object]:
    return {
        "reference": case.reference,
        "on_hold": case.on_hold,
        "stopped": case.phase is Phase.STOPPED,
        "sleeps": case.phase is Phase.DORMANT,
        "waiting": case.waiting._asdict() if case.waiting else None,
    }
