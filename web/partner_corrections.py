"""Partners correct their own details, and coordinators decide."""

import json
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from models.directory import parse_partners
from models.partner_correction import PartnerCorrection, corrected
from models.partner_records import PartnerChange
from models.partner_vocabulary import ChangeOutcome
from models.vocabulary import Channel
from security.fields import FieldCipher
from security.sealed_places import partner_change_place
from storage import directory, partner_changes, partners
from storage.directory import PartnerRecord
from storage.partner_changes import ProposedChange
from web.authentication import Coordinator
from web.errors import ApiError
from web.partner_imports import carried_out, planned
from web.partner_rows import contact_entry, entry_of
from web.partner_schemas import ChangeDecided, ChangeDecision, ChangeDecisionRequest, ChangeList, ChangeView
from web.services import Services, Work

router = APIRouter(prefix="/partners/changes", tags=["directory"])

_OUTCOMES = {
    ChangeDecision.APPROVE: ChangeOutcome.APPROVED,
    ChangeDecision.REFUSE: ChangeOutcome.REFUSED,
}


async def propose_correction(
    session: AsyncSession, cipher: FieldCipher, slug: str, contact_id: UUID, wanted: PartnerCorrection
) -> PartnerChange | None:
    """Keep what a contact corrected until a coordinator decides; None where nothing was, or she has left."""
    (record,) = await partners.partner_records(session, slug)
    contact = next((one for one in record.contacts if one.id == contact_id), None)
    fields = wanted.changes(entry_of(record), contact_entry(contact)) if contact else {}
    if not fields:
        return None
    change_id = uuid4()
    change = PartnerChange(
        id=change_id,
        partner_id=record.partner.id,
        contact_id=contact_id,
        sealed_fields=cipher.seal(
            json.dumps(fields, ensure_ascii=False), context=partner_change_place(change_id)
        ),
    )
    await partner_changes.propose(session, change, sorted(fields))
    return change


@router.get("")
async def list_changes(services: Work, _caller: Coordinator, response: Response) -> ChangeList:
    """List what partners corrected and nobody has decided about, oldest first."""
    async with services.database.transaction() as session:
        proposed = await partner_changes.open_changes(session)
        records = {one.partner.id: one for one in await partners.partner_records(session)} if proposed else {}
    response.headers["Cache-Control"] = "no-store"
    return ChangeList(changes=[_view(services, one, records[one.partner.id]) for one in proposed])


@router.post("/{change_id}")
async def decide_change(
    change_id: UUID, services: Work, caller: Coordinator, wanted: ChangeDecisionRequest
) -> ChangeDecided:
    """Take a correction into the directory, by the rules of an import, or refuse it."""
    async with services.database.transaction() as session:
        await directory.have_directory_alone(session)
        proposed = await partner_changes.proposed_change(session, change_id)
        if proposed is None:
            raise ApiError(404, "There is no such correction.", "List them: starter.py partners changes.")
        if proposed.change.outcome:
            raise ApiError(409, "The correction was decided before.", "Change the directory by an import.")
        if wanted.decision is ChangeDecision.APPROVE:
            await _take_in(session, services, proposed, caller.person_id)
        outcome = _OUTCOMES[wanted.decision]
        await partner_changes.decide(session, proposed.change, outcome, caller.person_id)
    return ChangeDecided(id=change_id, partner=proposed.partner.slug, outcome=outcome)


async def _take_in(
    session: AsyncSession, services: Services, proposed: ProposedChange, person_id: UUID
) -> None:
    """Import the partner as it was corrected; the contact keeps her row under another address.

    Raises:
        InvalidInput: the corrected entry breaks a rule.
    """
    contact, changes = proposed.contact, _opened(services, proposed.change)
    if contact.gone_at:
        raise ApiError(409, "The contact who proposed it has left the partner.", "Refuse the correction.")
    (record,) = await partners.partner_records(session, proposed.partner.slug)
    tree = corrected(entry_of(record), contact.email, changes)
    plan = await planned(session, services, tuple(enumerate(parse_partners({"partners": [tree]}))))
    contact.email = changes.get("contact", {}).get("email", contact.email)
    contact.fingerprint = services.fingerprint.of(Channel.EMAIL, contact.email)
    await carried_out(session, services, plan, person_id, by_change=proposed.change.id)


def _opened(services: Services, change: PartnerChange) -> dict[str, Any]:
    opened = services.cipher.open(change.sealed_fields, context=partner_change_place(change.id))
    fields: dict[str, Any] = json.loads(opened)
    return fields


def _view(services: Services, proposed: ProposedChange, record: PartnerRecord) -> ChangeView:
    fields = _opened(services, proposed.change)
    entry = entry_of(record).model_dump(mode="json")
    own = contact_entry(proposed.contact).model_dump(mode="json")
    before = {field: entry[field] for field in fields if field != "contact"}
    if "contact" in fields:
        before["contact"] = {field: own[field] for field in fields["contact"]}
    return ChangeView(
        id=proposed.change.id,
        partner=proposed.partner.slug,
        contact=proposed.contact.name,
        proposed_at=proposed.change.proposed_at,
        fields=fields,
        now=before,
    )
