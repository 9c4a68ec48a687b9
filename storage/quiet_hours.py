"""Text messages that wake nobody: they wait while it is quiet where their recipients are."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.case_parts import QuietHours
from models.columns import now
from models.messages import Batch, Purpose
from models.quiet_hours import next_moment, zones_of_recipient
from models.vocabulary import Channel, Urgency

_REQUESTS: Final = frozenset({Purpose.VERIFICATION, Purpose.VERIFICATION_REMINDER})
"""What verifiers are sent: within hours they are reminded, and others asked in their stead."""

_ANY_POSITION: Final = 2_147_483_647

_RECIPIENTS = text("""
    SELECT delivery.id, delivery.address, coalesce(contact.time_zone, person.time_zone) AS time_zone,
           contact.country
    FROM delivery
    LEFT JOIN contact ON delivery.recipient_kind = 'contact' AND contact.id = delivery.recipient_id
    LEFT JOIN person ON delivery.recipient_kind = 'person' AND person.id = delivery.recipient_id
    WHERE delivery.dispatch_id = :dispatch_id AND delivery.channel = 'sms'
""")

_NOTE = text("""
    UPDATE delivery SET time_zones = string_to_array(place.zones, ' ')
    FROM unnest(CAST(:deliveries AS uuid[]), CAST(:zones AS text[])) AS place (id, zones)
    WHERE delivery.id = place.id
""")

_AWAITED = """
    delivery.dispatch_id = :dispatch_id AND delivery.channel = 'sms' AND delivery.state = 'ready'
    AND delivery.position BETWEEN :first AND :last AND delivery.time_zones IS NOT NULL
    AND (delivery.not_before IS NULL OR delivery.not_before <= :moment)
"""

_PLACES = text(f"""
    SELECT DISTINCT delivery.time_zones, action.policy #>> '{{release,quiet_hours,sms}}' AS quiet
    FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
                  JOIN urgent_action AS action ON action.id = dispatch.action_id
    WHERE {_AWAITED}
""")

_PUT_OFF = text(f"""
    UPDATE delivery SET not_before = asleep.until
    FROM (SELECT delivery.id, place.until
          FROM delivery JOIN unnest(CAST(:zones AS text[]), CAST(:moments AS timestamptz[]))
                             AS place (zones, until)
                          ON delivery.time_zones = string_to_array(place.zones, ' ')
          WHERE {_AWAITED}
          FOR UPDATE OF delivery SKIP LOCKED) AS asleep
    WHERE delivery.id = asleep.id
""")


def _quiet_hours_of(action: UrgentAction, purpose: Purpose) -> QuietHours | None:
    """Return when a purpose sends no text; verifiers are woken where a case has a day at most."""
    if purpose in _REQUESTS and action.urgency is not Urgency.STANDARD:
        return None
    written = action.policy["release"].get("quiet_hours")
    return QuietHours.model_validate(written) if written else None


async def begin_quiet_hours(
    session: AsyncSession, action: UrgentAction, purpose: Purpose, dispatch_id: UUID, time_zone: str
) -> None:
    """Note for each text of a dispatch where its recipient may be, and put off what would wake somebody.

    `time_zone` is the network's: that of recipients of whom nothing is known.
    """
    if _quiet_hours_of(action, purpose) is None:
        return
    moment = now()
    zones = {
        row.id: zones_of_recipient(
            row.address, moment, own=row.time_zone, country=row.country, network=time_zone
        )
        for row in await session.execute(_RECIPIENTS, {"dispatch_id": dispatch_id})
    }
    if not zones:
        return
    places = {"deliveries": list(zones), "zones": [" ".join(one) for one in zones.values()]}
    await session.execute(_NOTE, places)
    await _wait(session, {"dispatch_id": dispatch_id, "first": 1, "last": _ANY_POSITION}, moment)


async def keep_quiet_hours(session: AsyncSession, batch: Batch) -> None:
    """Put off what a batch may not send now: quiet hours may have begun since it was frozen."""
    if batch.channel is Channel.SMS:
        of_batch = {"dispatch_id": batch.dispatch_id, "first": batch.first, "last": batch.last}
        await _wait(session, of_batch, now())


async def _wait(session: AsyncSession, of_range: dict[str, object], moment: datetime) -> None:
    parameters = {**of_range, "moment": moment}
    places = list(await session.execute(_PLACES, parameters))
    due = [_awake(moment, place.time_zones, place.quiet) for place in places]
    later = [(place, at) for place, at in zip(places, due, strict=True) if at > moment]
    if later:
        zones = [" ".join(place.time_zones) for place, _ in later]
        await session.execute(_PUT_OFF, {**parameters, "zones": zones, "moments": [at for _, at in later]})


def _awake(moment: datetime, zones: list[str], quiet: str) -> datetime:
    return next_moment(moment, QuietHours.model_validate({"sms": quiet}).sms, zones)
