"""Where an action stands: what its workflow waits for, and what decisions are judged by."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, NamedTuple
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import TextClause, text
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.attestations import VerificationRequest
from models.documents import DocumentVersion
from models.lifecycle import Decision, Phase, Refusal, Standing, WhenExpired
from models.messages import (
    CaseFacts,
    CasePlan,
    DispatchRequest,
    FollowUpPlan,
    Purpose,
    VerificationPlan,
    VerificationRef,
)
from models.outbox import Delivery, Dispatch
from models.verification_messages import VerificationStatus
from storage.actions import action_by_id
from storage.addenda import addendum_to_send
from storage.audiences import REACHED
from storage.documents import (
    AS_DISPATCH,
    CurrentVersion,
    approved_languages,
    current_version,
    current_versions,
    leading_version,
    texts_of,
)
from storage.gate import ATTESTED_BY, CHECKS, Check
from storage.gate_of_consents import ATTESTATIONS_REQUIRED
from storage.invitations import links_to_send
from storage.late_joiners import documents_missed
from storage.personal import personal_rounds
from storage.release_rounds import next_round, rounds_of
from storage.sign_on_plans import asked_document, later_window, plan_of_sign_on
from storage.signing_again import asked_again

_DURATION = TypeAdapter(timedelta)
_DURATIONS = TypeAdapter(tuple[timedelta, ...])

NEEDED: Final = {
    "sources": Refusal.SOURCES_MISSING,
    "asked anew": Refusal.NOT_ASKED_ANEW,
    "attested": Refusal.ATTESTATIONS_MISSING,
    "some text approved": Refusal.APPROVAL_MISSING,
    "editorial confirmed": Refusal.EDITORIAL_MISSING,
}
"""The checks of the gate that a release waits for, most basic first."""


def stands_statement(checks: Mapping[str, Check]) -> TextClause:
    """Ask which of the checks that a release waits for hold; one that is not made holds."""
    held = (checks[name].holds if name in checks else "true" for name in NEEDED)
    return text(f"""
        SELECT {", ".join(held)}
        FROM urgent_action AS action, {AS_DISPATCH} WHERE action.id = :action_id
    """)


_STANDS = stands_statement(CHECKS)

_ATTESTATIONS = text(f"""
    SELECT {ATTESTED_BY}, {ATTESTATIONS_REQUIRED}
    FROM urgent_action AS action, {AS_DISPATCH} WHERE action.id = :action_id
""")

_UNTOLD = text(f"""
    SELECT EXISTS (
        SELECT 1 FROM ({REACHED}) AS reached
        WHERE NOT EXISTS (
            SELECT 1 FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
            WHERE dispatch.document_id = :document_id
              AND ((delivery.channel = reached.channel AND delivery.fingerprint = reached.fingerprint)
                   OR (delivery.channel = 'partner_api' AND reached.reached_by = 'partner_api'
                       AND delivery.recipient_id = reached.recipient_id))))
""")


NAMES_SOMEBODY: Final = "names_somebody"
"""The failure of a message that the leak guard parked; it keeps it when it is cancelled."""


class Attested(NamedTuple):
    """How many people attested a version, and how many must."""

    people: int
    required: int


def _version_parameters(action_id: UUID, version: DocumentVersion) -> dict[str, object]:
    return {"action_id": action_id, "version_id": version.id, "digest": version.digest}


async def lacking(
    session: AsyncSession, action: UrgentAction, version: DocumentVersion
) -> tuple[Refusal, ...]:
    """List what a version still needs before it may go out, most basic first."""
    await session.flush()
    stands = (await session.execute(_STANDS, _version_parameters(action.id, version))).one()
    return tuple(refusal for refusal, holds in zip(NEEDED.values(), stands, strict=True) if not holds)


async def attested(session: AsyncSession, action: UrgentAction, version: DocumentVersion) -> Attested:
    """Count the people other than the authors who confirmed facts and consent of a version."""
    return Attested(*(await session.execute(_ATTESTATIONS, _version_parameters(action.id, version))).one())


def phase_of(action: UrgentAction) -> Phase:
    """Return the phase that decisions have brought, whether the workflow has followed or not."""
    if action.stopped_at:
        return Phase.STOPPED
    if action.rejected_at:
        return Phase.REJECTED
    return Phase.RETURNED if action.returned_at else action.phase


async def standing_of(session: AsyncSession, action: UrgentAction, decision: Decision) -> Standing:
    """Return what a decision about an action is judged by; only a release looks beyond the action itself.

    So nothing that goes on at its texts or messages can keep a stop waiting.
    """
    standing = Standing(
        phase_of(action), action.held_at is not None, withdrawn=action.withdrawn_at is not None
    )
    if decision is not Decision.RELEASE:
        return standing
    current = await released_next(session, action)
    return standing._replace(
        lacking=await lacking(session, action, current.version),
        releasable=await _release(session, action, current) is not None,
    )


async def facts_of(session: AsyncSession, action_id: UUID) -> CaseFacts:
    """Read what a workflow waits for."""
    action = await action_by_id(session, action_id)
    current = await released_next(session, action)
    notice = await _notice(session, action)
    still_lacks = await lacking(session, action, current.version)
    release = await _release(session, action, current)
    window = await later_window(session, action, current.document)
    return CaseFacts(
        lacking=still_lacks,
        on_hold=action.held_at is not None,
        stopped=action.stopped_at is not None,
        returned=action.returned_at is not None,
        rejected=action.rejected_at is not None,
        withdrawn=action.withdrawn_at is not None,
        parked_dispatches=await _parked_dispatches(session, action_id),
        verification=await _verification(session, action),
        release=release,
        personal=(*await personal_rounds(session, action), *await _whole(session, action)),
        links=await links_to_send(session, action),
        sign_again=await _sign_again(session, action, current),
        addendum=await addendum_to_send(session, action),
        notice=notice and await next_round(session, action, notice, Purpose.STOP_NOTICE),
        untold=notice is not None and await _untold(session, notice),
        sign_on=asked_document(action, current, window, may_go_out=not still_lacks),
        signed=release if window and window.lets_go_out else None,
    )


async def _sign_again(
    session: AsyncSession, action: UrgentAction, current: CurrentVersion
) -> DispatchRequest | None:
    """Return whom to ask about a text that changed, once it may go out."""
    over = action.stopped_at or action.closed_at or action.rejected_at or action.returned_at
    if over or await lacking(session, action, current.version):
        return None
    return await asked_again(session, action, current)


async def plan_of(session: AsyncSession, action_id: UUID) -> CasePlan:
    """Read the numbers that the workflow of an action runs on."""
    action = await action_by_id(session, action_id)
    leading, follow_up = await leading_version(session, action), action.policy["follow_up"]
    return CasePlan(
        reached=action.phase,
        released_at=action.released_at,
        document=leading.ref(action),
        sign_on=plan_of_sign_on(action, leading.document),
        follow_up=FollowUpPlan(
            expires_after=_DURATION.validate_python(follow_up["expires_after"]),
            check_ins=_DURATIONS.validate_python(follow_up["check_ins"]),
            sleeps=follow_up.get("when_expired") == WhenExpired.SLEEP,
        ),
    )


async def verification_status(session: AsyncSession, verification: VerificationRef) -> VerificationStatus:
    """Count how the verifiers of a cycle answered, and tell whether anything is left to verify."""
    action = await action_by_id(session, verification.document.action_id)
    counted = await session.exec(
        select(
            func.count(),
            func.count(col(VerificationRequest.acknowledged_at)),
            func.count(col(VerificationRequest.answered_at)),
        ).where(VerificationRequest.action_id == action.id, VerificationRequest.cycle == verification.cycle)
    )
    asked, acknowledged, answered = counted.one()
    wanted = await _verification(session, action)
    return VerificationStatus(
        asked=asked,
        acknowledged=acknowledged,
        answered=answered,
        wanted=wanted is not None and wanted.cycle == verification.cycle,
    )


async def released_next(session: AsyncSession, action: UrgentAction) -> CurrentVersion:
    """Return the newest document that is meant for the whole audience."""
    versions = await current_versions(session, action.id)
    return next(one for one in reversed(versions) if not one.document.is_notice)


async def _release(
    session: AsyncSession, action: UrgentAction, current: CurrentVersion
) -> DispatchRequest | None:
    """Return the next release of a document; None where all that may go out of it is under way."""
    if await lacking(session, action, current.version):
        return None
    return await next_round(session, action, current, Purpose.STATEMENT)


async def _whole(session: AsyncSession, action: UrgentAction) -> list[DispatchRequest]:
    """Return the rounds by which those who joined late get the documents before."""
    if action.stopped_at or action.closed_at or action.rejected_at:
        return []
    return [
        DispatchRequest(
            document=one.ref(action), purpose=Purpose.STATEMENT, round=await rounds_of(session, one) + 1
        )
        for one in await documents_missed(session, action)
        if not await lacking(session, action, one.version)
    ]


async def _verification(session: AsyncSession, action: UrgentAction) -> VerificationRef | None:
    """Return what verifiers are to look at: the newest document, where something of it is not confirmed."""
    current = await current_version(session, action.id)
    is_notice = current.document.is_notice
    over = action.rejected_at or action.returned_at or (action.closed_at and not action.stopped_at)
    if over or (action.stopped_at is not None) != is_notice:
        return None
    approved = await approved_languages(session, action, current.version)
    whole = await texts_of(session, current.version.id)
    missing = {Refusal.APPROVAL_MISSING} if is_notice else set(NEEDED.values())
    if len(approved) == len(whole) and not missing & set(await lacking(session, action, current.version)):
        return None
    times = action.policy["verification"]
    plan = VerificationPlan.model_validate(times)
    return VerificationRef(document=current.ref(action), cycle=action.verification_cycle, plan=plan)


async def _parked_dispatches(session: AsyncSession, action_id: UUID) -> int:
    counted = await session.exec(
        select(func.count(func.distinct(Delivery.dispatch_id)))
        .join(Dispatch, col(Dispatch.id) == Delivery.dispatch_id)
        .where(Dispatch.action_id == action_id, Delivery.failure == NAMES_SOMEBODY)
    )
    return counted.one()


async def _notice(session: AsyncSession, action: UrgentAction) -> CurrentVersion | None:
    """Return the newest notice of a stopped action."""
    current = await current_version(session, action.id)
    is_notice = current.document.is_notice
    return current if action.stopped_at and is_notice else None


async def _untold(session: AsyncSession, notice: CurrentVersion) -> bool:
    parameters = {"action_id": notice.document.action_id, "document_id": notice.document.id}
    return bool((await session.execute(_UNTOLD, parameters)).scalar_one())
