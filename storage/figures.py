"""Figures over all actions: counts and times alone, never of whom."""

from typing import Final, NamedTuple

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from models.figures import Ending, Rate, Span
from models.outcome_file import Impact
from models.partner_actions import PartnerActionKind
from models.vocabulary import TargetKind
from storage.gate_of_answers import COUNTS
from storage.partner_actions import COUNTED
from storage.signatures import COUNTING

_ACTIONS = text("""
    SELECT count(*) AS actions, count(released_at) AS released FROM urgent_action
""")

_SPAN = text("""
    SELECT count(*) AS actions,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) AS median,
           min(hours) AS shortest, max(hours) AS longest
    FROM (SELECT greatest(0, extract(epoch FROM
                 released_at - (occurred_on::date::timestamp AT TIME ZONE :time_zone)) / 3600) AS hours
          FROM urgent_action WHERE released_at IS NOT NULL AND length(occurred_on) = 10) AS span
""")
"""From the beginning of the day of the event; where only its month is known, an action is left out."""

_SIGN_ON = text(f"""
    SELECT count(DISTINCT document.id) AS documents, count(*) AS invited,
           count(*) FILTER (WHERE EXISTS (
               SELECT 1 FROM signature
               WHERE signature.document_id = invitation.document_id
                 AND signature.partner_id = invitation.partner_id AND signature.answer = 'signed'
                 AND {COUNTING})) AS signed
    FROM invitation JOIN document ON document.id = invitation.document_id
    WHERE document.sign_on_opened_at IS NOT NULL
""")

ASKED: Final = f"""
    SELECT DISTINCT target.id, target.kind, target.action_id
    FROM target
    JOIN delivery ON delivery.recipient_kind = 'target' AND delivery.recipient_id = target.id
    JOIN dispatch ON dispatch.id = delivery.dispatch_id
    WHERE dispatch.purpose = 'statement' AND delivery.state IN ('sent', 'delivered')
    UNION ALL
    SELECT submission.id, '{TargetKind.MECHANISM}', submission.action_id
    FROM submission WHERE submission.sent_at IS NOT NULL
"""
"""The offices that a statement has reached, and the submissions that were sent: each asks a mechanism."""

COUNTING_RESPONSES: Final = f"""
    SELECT coalesce(response.target_id, response.submission_id) AS asked_id,
           response.kind, response.received_on
    FROM response WHERE {COUNTS}
"""
"""The responses that no other one corrects."""

_RESPONSES = text(f"""
    SELECT asked.kind, count(*) AS asked,
           count(*) FILTER (WHERE EXISTS (
               SELECT 1 FROM ({COUNTING_RESPONSES}) AS given
               WHERE given.asked_id = asked.id AND given.kind <> 'none')) AS answered
    FROM ({ASKED}) AS asked
    GROUP BY asked.kind
""")

_ENDINGS = text("""
    SELECT CASE WHEN rejected_at IS NOT NULL THEN 'rejected'
                WHEN withdrawn_at IS NOT NULL THEN 'withdrawn'
                WHEN stopped_at IS NOT NULL THEN 'stopped'
                WHEN closed_at IS NOT NULL THEN 'closed'
                ELSE 'open' END AS ending,
           count(*) AS count
    FROM urgent_action GROUP BY ending
""")

COUNTING_OUTCOMES: Final = """
    SELECT DISTINCT ON (person_at_risk_id) action_id, person_at_risk_id, impact
    FROM outcome ORDER BY person_at_risk_id, recorded_at DESC
"""
"""The newest outcome of each person."""

_IMPACTS = text(f"SELECT impact, count(*) FROM ({COUNTING_OUTCOMES}) AS newest GROUP BY impact")

_PARTNER_ACTIONS = text(f"""
    SELECT done.kind, count(DISTINCT (done.action_id, done.partner_id))
    FROM partner_action AS done WHERE {COUNTED} GROUP BY done.kind
""")
"""An organisation counts once an action, whatever it did how often."""


class Figures(NamedTuple):
    """What may be counted over all actions, before small numbers are left out."""

    actions: int
    released: int
    event_to_release: Span
    documents_signed_on: int
    sign_on: Rate
    responses: dict[TargetKind, Rate]
    partner_actions: dict[PartnerActionKind, int]
    endings: dict[Ending, int]
    impacts: dict[Impact, int]


async def figures(session: AsyncSession, time_zone: str) -> Figures:
    """Count over all actions."""
    counted = (await session.execute(_ACTIONS)).one()
    span = (await session.execute(_SPAN, {"time_zone": time_zone})).one()
    signing = (await session.execute(_SIGN_ON)).one()
    responses = await session.execute(_RESPONSES)
    acted = await session.execute(_PARTNER_ACTIONS)
    endings = await session.execute(_ENDINGS)
    impacts = await session.execute(_IMPACTS)
    return Figures(
        actions=counted.actions,
        released=counted.released,
        event_to_release=Span(span.actions, *(_hours(span[place]) for place in (1, 2, 3))),
        documents_signed_on=signing.documents,
        sign_on=Rate(signing.invited, signing.signed),
        responses={TargetKind(row.kind): Rate(row.asked, row.answered) for row in responses},
        partner_actions={PartnerActionKind(row.kind): row[1] for row in acted},
        endings={Ending(row.ending): row[1] for row in endings},
        impacts={Impact(row.impact): row[1] for row in impacts},
    )


def _hours(value: object) -> float | None:
    return None if value is None else round(float(str(value)), 1)
