"""Asking partners whom an invitation did not reach: their next contacts, and what is told of that."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from models.messages import DeliveryState, DocumentRef
from models.partners import Partner
from models.records import Addressee, EventKind
from models.sign_on_messages import InvitedAgain
from storage.action_lock import have_action_alone
from storage.link_revocation import REVOKED_BEFORE
from storage.message_events import ChangedRow
from storage.partner_audiences import (
    MISSED_STATES,
    NEWEST_MESSAGE,
    UNANSWERED,
    UNASKED,
    UNASKED_HERE,
    was_missed,
)
from storage.records import announce, record, request_nudge
from storage.suppressions import LISTS_ALONE

_MISSED = frozenset({DeliveryState.BOUNCED, DeliveryState.FAILED, DeliveryState.SUPPRESSED})

_OF_DOCUMENT = f"""
    FROM invitation JOIN partner_contact AS chosen ON chosen.id = invitation.contact_id
    {NEWEST_MESSAGE}
    WHERE invitation.document_id = :document_id
"""

_CAN_BE_ASKED = f"""
    other.gone_at IS NULL AND NOT {was_missed("other")}
    AND NOT EXISTS (SELECT 1 FROM suppression
                    WHERE suppression.fingerprint = other.fingerprint
                      AND suppression.reason NOT IN ({LISTS_ALONE}))
"""

_COUNT_UNASKED = text(f"""
    SELECT count(*) {_OF_DOCUMENT} AND {UNASKED}
      AND ((newest.fingerprint IS NOT NULL AND NOT {was_missed("newest")})
           OR EXISTS (SELECT 1 FROM partner_contact AS other
                      WHERE other.partner_id = invitation.partner_id AND {_CAN_BE_ASKED}))
""")

_COUNT_TO_INVITE = text(f"SELECT count(*) {_OF_DOCUMENT} AND {UNASKED_HERE}")

_NOTE_MISSED = text(f"""
    INSERT INTO missed_contact (invitation_id, fingerprint, turn, missed_at)
    SELECT invitation.id, newest.fingerprint,
           (SELECT coalesce(max(missed.turn), 0) + 1
            FROM missed_contact AS missed JOIN invitation AS of ON of.id = missed.invitation_id
            WHERE of.document_id = :document_id),
           now()
    {_OF_DOCUMENT} AND newest.state IN {MISSED_STATES} AND {UNANSWERED}
    ON CONFLICT (invitation_id, fingerprint) DO NOTHING
    RETURNING invitation_id
""")

_TURN_ON = text(f"""
    UPDATE invitation SET contact_id = following.id
    FROM (SELECT invitation.id AS invitation_id, candidate.id
          FROM invitation JOIN partner_contact AS chosen ON chosen.id = invitation.contact_id
          CROSS JOIN LATERAL (
              SELECT other.id FROM partner_contact AS other
              WHERE other.partner_id = invitation.partner_id AND {_CAN_BE_ASKED}
              ORDER BY other.position LIMIT 1) AS candidate
          WHERE invitation.document_id = :document_id AND {UNANSWERED} AND {was_missed("chosen")})
         AS following
    WHERE invitation.id = following.invitation_id
""")

_UNTOLD = text("""
    SELECT DISTINCT missed_contact.turn
    FROM missed_contact JOIN invitation ON invitation.id = missed_contact.invitation_id
    WHERE invitation.document_id = :document_id
      AND NOT EXISTS (SELECT 1 FROM dispatch
                      WHERE dispatch.document_id = :document_id AND dispatch.purpose = 'invitation_alarm'
                        AND dispatch.round = missed_contact.turn)
    ORDER BY missed_contact.turn
""")

_NEXT_ROUND = text("""
    SELECT coalesce(max(round), 0) + 1 FROM dispatch
    WHERE document_id = :document_id AND purpose = 'invitation'
""")

_COUNT_MISSED = text(f"""
    SELECT count(*) AS partners, count(*) FILTER (WHERE {was_missed("chosen")}) AS lost
    FROM missed_contact AS noted
    JOIN invitation ON invitation.id = noted.invitation_id
    JOIN partner_contact AS chosen ON chosen.id = invitation.contact_id
    WHERE invitation.document_id = :document_id AND noted.turn = :turn
""")

_LIST_MISSED = text(f"""
    SELECT partner.name, partner.country, bool_and({was_missed("chosen")}) AS lost
    FROM missed_contact AS noted
    JOIN invitation ON invitation.id = noted.invitation_id
    JOIN partner ON partner.id = invitation.partner_id
    JOIN partner_contact AS chosen ON chosen.id = invitation.contact_id
    WHERE invitation.document_id = :document_id AND {UNANSWERED}
    GROUP BY partner.id ORDER BY partner.country, partner.name
""")

_INVITE = text(f"""
    INSERT INTO invitation (id, document_id, version_id, partner_id, contact_id, invited_at, revoked_at)
    SELECT gen_random_uuid(), :document_id, version.id, partner.id, chosen.id, now(), {REVOKED_BEFORE}
    FROM (SELECT id FROM document_version WHERE document_id = :document_id
          ORDER BY number DESC LIMIT 1) AS version
    CROSS JOIN (SELECT CAST(:partner_id AS uuid) AS id) AS partner
    CROSS JOIN (SELECT id FROM partner_contact WHERE partner_id = :partner_id
                ORDER BY position LIMIT 1) AS chosen
    ON CONFLICT (document_id, partner_id) DO NOTHING
    RETURNING id
""")

_SIGN_ONS = text("""
    SELECT DISTINCT document.number
    FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
                  JOIN document ON document.id = dispatch.document_id
    WHERE delivery.id = ANY(:deliveries) AND delivery.invitation_id IS NOT NULL
    ORDER BY document.number
""")


class Missed(NamedTuple):
    """How many partners were not reached, and how many of them have nobody else who could be asked."""

    partners: int
    lost: int


class MissedPartner(NamedTuple):
    """A partner that was not reached; `lost` where nobody of it is left to be asked."""

    name: str
    country: str
    lost: bool


async def count_unasked(session: AsyncSession, document_id: UUID) -> int:
    """Count the invited whom nothing that asks them has reached or will, and of whom somebody knows more yet.

    Not those whose addresses were all found to lead nowhere, and were told of.
    """
    counted = await session.execute(_COUNT_UNASKED, {"document_id": document_id})
    return int(counted.scalar_one())


async def invite_again(session: AsyncSession, ref: DocumentRef) -> InvitedAgain:
    """Turn to the next contacts of partners whom nothing reached, and tell which rounds are to be sent.

    A repetition tells the same until they are frozen.
    """
    await have_action_alone(session, ref.action_id)
    of_document = {"document_id": ref.document_id}
    missed = len((await session.execute(_NOTE_MISSED, of_document)).all())
    await session.execute(_TURN_ON, of_document)
    if missed:
        detail = {"document": ref.number, "count": missed}
        await record(session, ref.action_id, EventKind.CONTACTS_MISSED, detail=detail)
        await announce(session, ref.action_id)
    waiting = (await session.execute(_COUNT_TO_INVITE, of_document)).scalar_one()
    turns = (await session.execute(_UNTOLD, of_document)).scalars()
    following = (await session.execute(_NEXT_ROUND, of_document)).scalar_one()
    return InvitedAgain(round=following if waiting else None, alarms=tuple(turns))


async def missed_at(session: AsyncSession, document_id: UUID, turn: int) -> Missed:
    """Count the partners that were found not to have been reached at one turn."""
    counted = await session.execute(_COUNT_MISSED, {"document_id": document_id, "turn": turn})
    return Missed(*counted.one())


async def missed_partners(session: AsyncSession, document_id: UUID) -> list[MissedPartner]:
    """List the partners that were not reached at some address and have not answered, by country and name."""
    found = await session.execute(_LIST_MISSED, {"document_id": document_id})
    return [MissedPartner(*row) for row in found]


async def invite_partner(session: AsyncSession, ref: DocumentRef, partner: Partner, person_id: UUID) -> bool:
    """Invite one more partner, and have those asked whom nothing reached; False where it was invited before.

    One whose links in the action were revoked is asked once one is reissued. The window must be open, and
    the action locked.
    """
    parameters = {"document_id": ref.document_id, "partner_id": partner.id}
    invited = (await session.execute(_INVITE, parameters)).scalar_one_or_none() is not None
    if invited:
        detail = {"document": ref.number, "partner_id": str(partner.id)}
        await record(session, ref.action_id, EventKind.PARTNER_INVITED, person_id, detail)
    await request_nudge(session, ref.action_id, Addressee.SIGN_ON, ref.number)
    await announce(session, ref.action_id)
    return invited


async def tell_of_missed(session: AsyncSession, action_id: UUID, changed: Iterable[ChangedRow]) -> None:
    """Have sign-ons count again whose invitations or reminders did not arrive, given rows of id and state."""
    missed = [row.id for row in changed if row.state in _MISSED]
    if not missed:
        return
    for number in (await session.execute(_SIGN_ONS, {"deliveries": missed})).scalars():
        await request_nudge(session, action_id, Addressee.SIGN_ON, number)
