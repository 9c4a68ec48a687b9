"""Freezing: the audience of a dispatch becomes deliveries, once, where the gate lets it."""

from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import TextClause, text
from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.messages import (
    Dispatched,
    DispatchRequest,
    Purpose,
)
from models.outbox import Delivery, Dispatch
from models.records import EventKind
from models.vocabulary import Audience
from storage.action_lock import share_action
from storage.actions import action_by_id
from storage.addenda import tell_with_next_document, tells_withdrawals, wait_until_due
from storage.addressed import ADDRESSED
from storage.audience_counts import unreachable_contacts
from storage.contact_audiences import selection_parameters
from storage.database import plan_for_values
from storage.documents import approved_languages, version_of
from storage.gate import gate_of_dispatches, outcome_of_refusal
from storage.message_events import record_states
from storage.partner_conditions import PERSONAL, SIGN_ON
from storage.quiet_hours import begin_quiet_hours
from storage.records import announce, record
from storage.reminders import REMINDERS, Reminders, one_at_a_time, wait_for_working_hours
from storage.targets import unreachable_targets

_OPEN_DISPATCH = text("""
    INSERT INTO dispatch (id, action_id, document_id, version_id, digest,
                          purpose, cycle, round, languages, size, frozen_at)
    VALUES (:id, :action_id, :document_id, :version_id, :digest,
            :purpose, :cycle, :round, :languages, 0, now())
    ON CONFLICT (document_id, purpose, cycle, round) DO NOTHING
    RETURNING id
""")


def permitted_statement(gate: str) -> TextClause:
    """Write the question whether a gate lets the messages of a dispatch be frozen."""
    return text(f"""
        SELECT {gate}
        FROM dispatch JOIN urgent_action AS action ON action.id = dispatch.action_id
        WHERE dispatch.id = :id
    """)


_PERMITTED = permitted_statement(gate_of_dispatches())

_FREEZE = {
    purpose: text(f"""
        INSERT INTO delivery (id, dispatch_id, position, recipient_kind, recipient_id, invitation_id,
                              request_id, signature_id, channel, address, fingerprint, language, disclosure,
                              rendering, state, attempts)
        SELECT gen_random_uuid(), :dispatch_id,
               row_number() OVER (ORDER BY spoken.channel, spoken.rank, spoken.recipient_id),
               spoken.recipient_kind, spoken.recipient_id, spoken.invitation_id, spoken.request_id,
               {"spoken.signature_id" if purpose is Purpose.ANSWER_RECEIPT else "NULL::uuid"}, spoken.channel,
               spoken.address, spoken.fingerprint, spoken.spoken_in, spoken.disclosure, 'public', 'ready', 0
        FROM ({addressed}) AS spoken
        WHERE spoken.spoken_in IS NOT NULL
    """)
    for purpose, addressed in ADDRESSED.items()
}


def possible_statement(refusal: str) -> TextClause:
    """Ask whether a gate lets any of the frozen messages leave, now or later."""
    return text(f"""
        SELECT EXISTS (
            SELECT 1 FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
                          JOIN urgent_action AS action ON action.id = dispatch.action_id
            WHERE dispatch.id = :dispatch_id AND {refusal} IS DISTINCT FROM 'not_permitted')
    """)


_POSSIBLE = possible_statement(outcome_of_refusal())

_UNPARK = text("""
    UPDATE delivery SET state = 'cancelled', settled_at = now()
    FROM dispatch
    WHERE dispatch.id = delivery.dispatch_id AND dispatch.document_id = :document_id
      AND dispatch.purpose = :purpose AND delivery.state = 'parked'
    RETURNING delivery.id, delivery.state
""")


LARGE: Final = 1_000
"""From this size on, a dispatch changes how claims of it are best planned."""

# Where the table is being looked at already, or vacuumed, nobody waits for that.
_ANALYZE_DELIVERIES = text("ANALYZE (SKIP_LOCKED) delivery")


class NotPermittedError(Exception):
    """The action has ended, or what a release needs is not there."""


async def freeze(
    session: AsyncSession, request: DispatchRequest, reminders: Reminders = REMINDERS
) -> Dispatched:
    """Write the messages of a purpose to the outbox, once: a repetition returns what the first call froze.

    Raises:
        NotPermittedError: the action ended, or what the messages need is not there.
    """
    await share_action(session, request.document.action_id)
    if request.purpose in SIGN_ON | PERSONAL:
        await one_at_a_time(session, request.document.document_id)
    action = await action_by_id(session, request.document.action_id)
    version = await version_of(session, request.document.document_id)
    parameters = {
        "action_id": action.id,
        "document_id": request.document.document_id,
        "version_id": version.id,
        "digest": version.digest,
        "purpose": request.purpose,
        "cycle": request.cycle,
        "round": request.round,
        "languages": await approved_languages(session, action, version),
        "most_reminders": reminders.most,
        "telling": tells_withdrawals(action),
    }
    opened = await session.execute(_OPEN_DISPATCH, {"id": uuid4(), **parameters})
    dispatch_id = opened.scalar_one_or_none()
    if dispatch_id is None:
        return await _frozen_before(session, request)
    permitted = await session.execute(_PERMITTED, {"id": dispatch_id})
    if not permitted.scalar_one():
        raise NotPermittedError
    dispatched = await _fill(session, dispatch_id, action, parameters)
    await begin_quiet_hours(session, action, request.purpose, dispatch_id, reminders.time_zone)
    if request.purpose is Purpose.SIGN_ON_REMINDER:
        await wait_for_working_hours(session, dispatch_id, reminders)
    elif request.purpose is Purpose.ADDENDUM:
        await wait_until_due(session, dispatch_id)
    elif request.purpose is Purpose.STATEMENT:
        await tell_with_next_document(session, action, request.document.document_id)
    return dispatched


async def _frozen_before(session: AsyncSession, request: DispatchRequest) -> Dispatched:
    found = await session.exec(
        select(Dispatch).where(
            Dispatch.document_id == request.document.document_id,
            Dispatch.purpose == request.purpose,
            Dispatch.cycle == request.cycle,
            Dispatch.round == request.round,
        )
    )
    dispatch = found.one()
    return Dispatched(action_id=dispatch.action_id, dispatch_id=dispatch.id, size=dispatch.size)


async def _fill(
    session: AsyncSession, dispatch_id: UUID, action: UrgentAction, parameters: dict[str, object]
) -> Dispatched:
    purpose = Purpose(str(parameters["purpose"]))
    await record_states(session, action.id, await session.execute(_UNPARK, parameters))
    await plan_for_values(session)
    await session.execute(
        _FREEZE[purpose],
        {**parameters, "dispatch_id": dispatch_id, **selection_parameters(action.policy)},
    )
    counted = await session.exec(select(func.count()).where(Delivery.dispatch_id == dispatch_id))
    dispatch = (await session.exec(select(Dispatch).where(Dispatch.id == dispatch_id))).one()
    dispatch.size = counted.one()
    if dispatch.size >= LARGE:
        await session.execute(_ANALYZE_DELIVERIES)
    if dispatch.size and not (await session.execute(_POSSIBLE, {"dispatch_id": dispatch_id})).scalar_one():
        raise NotPermittedError
    detail = {
        "dispatch_id": str(dispatch_id),
        "purpose": purpose,
        "size": dispatch.size,
        **await _unreachable(session, action, purpose),
    }
    await record(session, action.id, EventKind.DISPATCH_FROZEN, detail=detail)
    await announce(session, action.id)
    return Dispatched(action_id=action.id, dispatch_id=dispatch_id, size=dispatch.size)


async def _unreachable(session: AsyncSession, action: UrgentAction, purpose: Purpose) -> dict[str, int]:
    """Count those without a usable address whom a release is meant for."""
    if purpose is not Purpose.STATEMENT:
        return {}
    targets = len(await unreachable_targets(session, action))
    contacts = await unreachable_contacts(session, action)
    counts = {"unreachable_contacts": contacts} if contacts else {}
    is_for_targets = Audience.TARGETS in action.policy["release"]["audiences"]
    return {"unreachable_targets": targets, **counts} if is_for_targets else counts


async def record_refusal(session: AsyncSession, request: DispatchRequest) -> None:
    """Write down that the gate refused a dispatch, so that people see why nothing goes out."""
    detail = {"purpose": request.purpose, "round": request.round}
    await record(session, request.document.action_id, EventKind.DISPATCH_REFUSED, detail=detail)
    await announce(session, request.document.action_id)
