"""What the reminder of a day of a case says: its kind and date, and nothing of what is sealed."""

from activities.drafts import Draft
from models.columns import now
from models.milestone_vocabulary import MilestoneState
from storage.database import Database
from storage.milestones import milestone_of_round


async def milestone_context(database: Database, draft: Draft) -> dict[str, object]:
    """Return the date as it stands now: a claim lets no reminder of another one leave."""
    contents = draft.contents
    async with database.transaction() as session:
        known = await milestone_of_round(session, contents.document.id, contents.round)
    date = known.date
    return {
        "recipient_name": draft.recipient.name,
        "reference": contents.action.reference,
        "number": known.milestone.number,
        "kind": known.milestone.kind.value,
        "on": date.day,
        "at": date.moment(date.at) if date.at else None,
        "time_zone": date.zone,
        "held": known.state is MilestoneState.HELD,
        "passed": known.state is MilestoneState.HELD or date.is_over(now()),
    }
