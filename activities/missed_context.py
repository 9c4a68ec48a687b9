"""What the alarm about invitations that reached nobody says."""

from activities.drafts import Draft
from storage.database import Database
from storage.inviting import missed_at


async def missed_context(database: Database, draft: Draft) -> dict[str, object]:
    """Return how many partners were not reached, and how many of them have another contact."""
    contents = draft.contents
    async with database.transaction() as session:
        missed = await missed_at(session, contents.document.id, contents.round)
    return {
        "recipient_name": draft.recipient.name,
        "reference": contents.action.reference,
        "document": contents.document.number,
        **missed._asdict(),
    }
