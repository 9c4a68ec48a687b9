"""How many a release would go to, counted by the SQL that freezes it; and who could not be written to."""

from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.messages import Purpose
from models.outbox import RecipientKind
from models.vocabulary import Channel
from storage.addressed import ADDRESSED
from storage.contact_audiences import UNREACHABLE_CONTACTS, selection_parameters
from storage.database import plan_for_values
from storage.documents import CurrentVersion

_COUNT = text(f"""
    WITH spoken AS (
        SELECT * FROM ({ADDRESSED[Purpose.STATEMENT]}) AS addressed WHERE addressed.spoken_in IS NOT NULL)
    SELECT recipient_kind, channel, spoken_in, NULL AS list, count(*) FROM spoken GROUP BY 1, 2, 3
    UNION ALL
    SELECT NULL, NULL, NULL, listed.slug, count(*)
    FROM spoken JOIN contact ON spoken.recipient_kind = 'contact' AND contact.id = spoken.recipient_id
    CROSS JOIN LATERAL unnest(contact.lists) AS listed (slug)
    GROUP BY listed.slug
""")

_UNREACHABLE_CONTACTS = text(UNREACHABLE_CONTACTS)


class Group(NamedTuple):
    """What the messages of one count have in common."""

    recipient: RecipientKind
    channel: Channel
    language: str


class AudienceCounts(NamedTuple):
    """How many messages would be frozen now, by what they have in common, and by list of their contacts.

    Who stands on several lists is counted with each; `unreachable` contacts are selected, and not written to.
    """

    groups: Counter[Group]
    lists: Counter[str]
    unreachable: int

    @property
    def total(self) -> int:
        """How many messages there are in all."""
        return self.groups.total()


async def count_audience(
    session: AsyncSession, action: UrgentAction, current: CurrentVersion, languages: Collection[str]
) -> AudienceCounts:
    """Count whom a release of a version would go to now, if these languages are approved, in this order."""
    parameters = {
        "action_id": action.id,
        "document_id": current.document.id,
        "version_id": current.version.id,
        "digest": current.version.digest,
        "purpose": Purpose.STATEMENT,
        "languages": list(languages),
        **selection_parameters(action.policy),
    }
    groups, lists = Counter[Group](), Counter[str]()
    await plan_for_values(session)
    for kind, channel, language, slug, count in await session.execute(_COUNT, parameters):
        if slug is None:
            groups[Group(RecipientKind(kind), Channel(channel), language)] = count
        else:
            lists[slug] = count
    return AudienceCounts(groups, lists, await unreachable_contacts(session, action))


async def unreachable_contacts(session: AsyncSession, action: UrgentAction) -> int:
    """Count the contacts whom a release is meant for and who must not, or cannot, be written to."""
    counted = await session.execute(_UNREACHABLE_CONTACTS, selection_parameters(action.policy))
    return int(counted.scalar_one())
