"""When and how often partners are reminded: in their working hours, and not without end."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from models.columns import now
from models.working_hours import (
    DEFAULT_HOURS,
    MOST_REMINDERS,
    WorkingHours,
    working_hours,
    zone_of_country,
)


class Reminders(NamedTuple):
    """How often a partner is reminded of one document, when, and in which time zone where none is known."""

    most: int
    hours: WorkingHours
    time_zone: str


REMINDERS: Final = Reminders(MOST_REMINDERS, working_hours(DEFAULT_HOURS), "UTC")

_ONE_AT_A_TIME = text("""
    SELECT pg_advisory_xact_lock(hashtextextended('invitations:' || CAST(:document_id AS text), 0))
""")

_PLACES = text("""
    SELECT DISTINCT partner.time_zone, partner.country
    FROM delivery JOIN partner ON partner.id = delivery.recipient_id
    WHERE delivery.dispatch_id = :dispatch_id
""")

_PUT_OFF = text("""
    UPDATE delivery SET not_before = place.due
    FROM partner, unnest(CAST(:zones AS text[]), CAST(:countries AS text[]), CAST(:moments AS timestamptz[]))
                  AS place (time_zone, country, due)
    WHERE delivery.dispatch_id = :dispatch_id AND partner.id = delivery.recipient_id
      AND partner.country = place.country AND partner.time_zone IS NOT DISTINCT FROM place.time_zone
""")


async def one_at_a_time(session: AsyncSession, document_id: UUID) -> None:
    """Have whoever freezes invitations or reminders of a document see what was frozen before."""
    await session.execute(_ONE_AT_A_TIME, {"document_id": str(document_id)})


async def wait_for_working_hours(session: AsyncSession, dispatch_id: UUID, reminders: Reminders) -> None:
    """Put off each message of a dispatch until its partner is at work."""
    moment = now()
    places = list(await session.execute(_PLACES, {"dispatch_id": dispatch_id}))
    due = [_at_work(moment, place.time_zone, place.country, reminders) for place in places]
    later = [(place, at) for place, at in zip(places, due, strict=True) if at > moment]
    parameters = {
        "dispatch_id": dispatch_id,
        "zones": [place.time_zone for place, _ in later],
        "countries": [place.country for place, _ in later],
        "moments": [at for _, at in later],
    }
    await session.execute(_PUT_OFF, parameters)


def _at_work(moment: datetime, time_zone: str | None, country: str, reminders: Reminders) -> datetime:
    zone = time_zone or zone_of_country(country) or reminders.time_zone
    return reminders.hours.next_moment(moment, zone, country)
