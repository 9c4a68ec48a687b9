"""Contacts: importing, finding, exporting and removing them."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from models.contact_vocabulary import RemovalReason
from storage import contact_imports, contacts
from storage.contacts import ContactRecord, Wanted
from storage.directory import have_directory_alone
from web.authentication import DirectoryKeeper
from web.contact_bodies import MANUAL, contacts_body
from web.contact_imports import carried_out, planned
from web.contact_rows import contact_view
from web.contact_schemas import (
    ContactPage,
    ContactRemoved,
    ContactsCheck,
    ContactsImported,
    ContactsQuery,
    ContactWhole,
    SuppressedAddress,
)
from web.errors import ApiError
from web.import_schemas import UpdatedEntry
from web.services import Work

router = APIRouter(prefix="/contacts", tags=["directory"])

SHOWN_CHANGES = 200


@router.post("", openapi_extra=MANUAL)
async def import_contacts(services: Work, caller: DirectoryKeeper, request: Request) -> ContactsImported:
    """Create or update contacts by their ids: all of them, or none where one has a problem."""
    body = await contacts_body(request)
    async with services.database.transaction() as session:
        plan = await planned(session, services, body)
        await carried_out(session, plan, caller)
    return ContactsImported(**plan.counts._asdict())


@router.post("/check", openapi_extra=MANUAL)
async def check_import(services: Work, _caller: DirectoryKeeper, request: Request) -> ContactsCheck:
    """Tell everything that is wrong with a file, and what importing it would do; nothing is changed."""
    body = await contacts_body(request)
    async with services.database.transaction() as session:
        plan = await planned(session, services, body)
        shown = await contact_imports.some_changes(session, SHOWN_CHANGES)
    return ContactsCheck(
        **plan.counts._asdict(),
        problems=list(plan.reading.told()),
        changes=[UpdatedEntry(id=slug, fields=fields) for slug, fields in shown.updated],
        barred_ids=shown.barred,
    )


@router.get("", response_model_exclude_none=True)
async def list_contacts(
    services: Work,
    _caller: DirectoryKeeper,
    response: Response,
    asked: Annotated[ContactsQuery, Query()],
) -> ContactPage:
    """List contacts by their ids, page by page, in the form of a contacts file: it can be imported again."""
    wanted = Wanted(asked.list, asked.tag, asked.country, asked.kind, asked.search)
    async with services.database.transaction() as session:
        page = await contacts.contact_page(session, wanted, asked.after, asked.limit)
    response.headers["Cache-Control"] = "no-store"
    return ContactPage(
        contacts=[contact_view(record) for record in page],
        next_after=page[-1].contact.slug if len(page) == asked.limit else None,
    )


async def _found(session: AsyncSession, contact_id: str) -> ContactRecord:
    record = await contacts.contact_by_slug(session, contact_id)
    if record is None:
        raise ApiError(404, "There is no such contact.", "Look the id up: starter.py contacts list.")
    return record


@router.get("/{contact_id}", response_model_exclude_none=True)
async def show_contact(
    contact_id: str, services: Work, _caller: DirectoryKeeper, response: Response
) -> ContactWhole:
    """Show a contact, and which of her addresses are not written to."""
    async with services.database.transaction() as session:
        record = await _found(session, contact_id)
        suppressed = await contacts.suppressions_of(session, record.addresses)
    response.headers["Cache-Control"] = "no-store"
    return ContactWhole(
        contact=contact_view(record),
        suppressed=[
            SuppressedAddress(place=place, reason=found.reason, since=found.suppressed_at)
            for place, one in enumerate(record.addresses)
            if (found := suppressed.get(one.fingerprint))
        ],
        updated_at=record.contact.updated_at,
    )


@router.delete("/{contact_id}")
async def remove_contact(
    contact_id: str, services: Work, caller: DirectoryKeeper, why: RemovalReason = RemovalReason.ASKED
) -> ContactRemoved:
    """Remove a contact. Where she asked for it, keyed hashes of her addresses stay: none is written to."""
    async with services.database.transaction() as session:
        await have_directory_alone(session)
        record = await _found(session, contact_id)
        await contacts.remove(session, record, why, caller.person_id)
    return ContactRemoved(id=record.contact.slug, why=why)
