"""What partners did for a case: reported by their links, taken back, listed and counted."""

from collections.abc import Mapping
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select as select_rows
from sqlalchemy import text
from sqlmodel import and_, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.columns import now
from models.documents import Document, Target
from models.partner_actions import MOST_A_DAY, PartnerAction, PartnerActionKind
from models.partners import Partner, Signature
from models.records import EventKind
from models.vocabulary import SignatureVisibility
from storage.records import announce, record
from storage.signatures import COUNTING, CURRENT

# The last lock that is taken: whoever has it waits for nobody else.
_ONE_AT_A_TIME = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('partner_action:' || CAST(:partner_id AS text), 0))"
)
_REPORTED_LATELY = text("""
    SELECT count(*) FROM partner_action
    WHERE partner_id = :partner_id AND reported_at > now() - interval '24 hours'
""")

_SIGNED: Final = f"""
    SELECT 1 FROM signature
    WHERE signature.invitation_id = done.invitation_id AND signature.answer = 'signed' AND {COUNTING}
"""

COUNTED: Final = f"done.withdrawn_at IS NULL AND EXISTS ({_SIGNED})"
"""Asked of a `partner_action` as `done`: it was not taken back, and its partner's signature stands."""

_TALLY: Final = """
    SELECT done.kind, count(DISTINCT done.partner_id) AS organisations
    FROM partner_action AS done
    WHERE done.action_id = :action_id AND {counted}
    GROUP BY done.kind
"""
_BY_NAME: Final = SignatureVisibility.PUBLIC
_OF_ALL: Final = text(_TALLY.format(counted=COUNTED))
_OF_THOSE_NAMED: Final = text(
    _TALLY.format(counted=f"{COUNTED} AND EXISTS ({_SIGNED} AND signature.visibility = '{_BY_NAME}')")
)


class Reported(NamedTuple):
    """Something that a partner did, with which target in view."""

    done: PartnerAction
    target: Target


class Acted(NamedTuple):
    """Something that a partner did, as those who work on the case may know of it."""

    done: PartnerAction
    target: Target
    document: Document
    partner: Partner | None
    """Nobody where the name of its organisation is withheld."""


async def reported_by(session: AsyncSession, invitation_id: UUID) -> list[Reported]:
    """List what was reported by way of an invitation and not taken back, newest first."""
    found = await session.exec(
        select(PartnerAction, Target)
        .join(Target, col(Target.id) == PartnerAction.target_id)
        .where(PartnerAction.invitation_id == invitation_id, col(PartnerAction.withdrawn_at).is_(None))
        .order_by(col(PartnerAction.reported_at).desc(), col(PartnerAction.id))
    )
    return [Reported(*row) for row in found]


async def may_report_more(session: AsyncSession, partner_id: UUID) -> bool:
    """Tell whether a partner has reports left today; until this transaction ends, it reports nothing else."""
    await session.execute(_ONE_AT_A_TIME, {"partner_id": str(partner_id)})
    counted = await session.execute(_REPORTED_LATELY, {"partner_id": partner_id})
    return int(counted.scalar_one()) < MOST_A_DAY


async def report(session: AsyncSession, reported: Reported) -> None:
    """Write down what a partner did; the trail does not tell which partner: its name may be withheld."""
    session.add(reported.done)
    await _recorded(session, EventKind.PARTNER_ACTED, reported)


async def take_back(session: AsyncSession, reported: Reported) -> None:
    """Have a report count no more; its row stays."""
    reported.done.withdrawn_at = now()
    session.add(reported.done)
    await _recorded(session, EventKind.PARTNER_ACTION_TAKEN_BACK, reported)


async def _recorded(session: AsyncSession, kind: EventKind, reported: Reported) -> None:
    done, target = reported
    detail = {"partner_action_id": str(done.id), "kind": done.kind, "target": target.position}
    await record(session, done.action_id, kind, detail=detail)
    await announce(session, done.action_id)


async def partner_actions_of(session: AsyncSession, action_id: UUID) -> list[Acted]:
    """List all that partners reported about a case, oldest first."""
    found = await session.execute(
        select_rows(PartnerAction, Target, Document, Partner, Signature)
        .join(Target, col(Target.id) == PartnerAction.target_id)
        .join(Partner, col(Partner.id) == PartnerAction.partner_id)
        .join(Signature, and_(col(Signature.invitation_id) == PartnerAction.invitation_id, CURRENT))
        .join(Document, col(Document.id) == Signature.document_id)
        .where(col(PartnerAction.action_id) == action_id)
        .order_by(col(PartnerAction.reported_at), col(PartnerAction.id))
    )
    return [
        Acted(done, target, document, None if signature.is_hidden else partner)
        for done, target, document, partner, signature in found
    ]


async def tally_of(
    session: AsyncSession, action_id: UUID, *, named_only: bool = False
) -> Mapping[PartnerActionKind, int]:
    """Count the organisations that did something of each kind, as long as their signatures stand.

    With `named_only`, only those that sign by their names.
    """
    query = _OF_THOSE_NAMED if named_only else _OF_ALL
    found = {row.kind: row.organisations for row in await session.execute(query, {"action_id": action_id})}
    return {kind: found[kind] for kind in PartnerActionKind if kind in found}
