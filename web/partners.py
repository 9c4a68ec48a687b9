"""Partners: importing and exporting them, and how each stands with the network."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Body, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from models.directory import parse_partners, read_partners
from models.partner_records import PartnerLogo
from models.partner_vocabulary import PartnerStatus
from models.partners import Partner
from models.problems import InvalidInput, Problem
from storage import directory, partners, people
from storage.directory import PartnerRecord
from web.authentication import DirectoryKeeper
from web.errors import ApiError
from web.import_schemas import ImportResult, UpdatedEntry
from web.partner_imports import carried_out, planned
from web.partner_rows import entry_of
from web.partner_schemas import (
    ImportCheck,
    LogoView,
    PartnerEventView,
    PartnerList,
    PartnerView,
    PartnerWhole,
    StatusRequest,
    StatusView,
)
from web.services import Work

router = APIRouter(prefix="/partners", tags=["directory"])

_EXAMPLE = {
    "partners": [
        {
            "id": "red-ejemplo",
            "name": "Red Ejemplo",
            "kind": "network",
            "country": "MX",
            "languages": ["es"],
            "groups": ["mesoamerica"],
            "time_zone": "America/Mexico_City",
            "website": "https://red.example",
            "registered_address": "oficina@red.example",
            "contacts": [{"name": "Ana Ejemplo", "email": "ana@red.example", "language": "es"}],
            "member_count": 12,
        }
    ]
}

PartnersTree = Annotated[Any, Body(examples=[_EXAMPLE])]


async def found_partner(session: AsyncSession, partner_id: str) -> PartnerRecord:
    """Return the partner of an id, or answer 404."""
    known = "\0" not in partner_id  # with which PostgreSQL would refuse the query
    for record in await partners.partner_records(session, partner_id) if known else ():
        return record
    raise ApiError(404, "There is no such partner.", "Look the id up: starter.py partners list.")


@router.post("")
async def import_partners(services: Work, caller: DirectoryKeeper, tree: PartnersTree) -> ImportResult:
    """Create or update partners by their ids: all of them, or none where one has a problem."""
    entries = tuple(enumerate(parse_partners(tree)))
    async with services.database.transaction() as session:
        plan = await planned(session, services, entries)
        imported = await carried_out(session, services, plan, caller.person_id)
    return ImportResult(created=imported.created, updated=imported.updated, unchanged=len(plan.unchanged))


@router.post("/check")
async def check_import(services: Work, _caller: DirectoryKeeper, tree: PartnersTree) -> ImportCheck:
    """Tell everything that is wrong with a file, and what importing it would do; nothing is changed."""
    read = read_partners(tree)
    async with services.database.transaction() as session:
        plan = await planned(session, services, read.entries, _named(tree))
    return ImportCheck(
        problems=[*read.problems, *plan.problems],
        created=[entry.id for entry in plan.created],
        updated=[UpdatedEntry(id=entry.id, fields=fields) for entry, fields in plan.updated],
        unchanged=[entry.id for entry in plan.unchanged],
    )


def _named(tree: object) -> set[str]:
    """Return the ids of a file, also of entries that cannot be read."""
    listed = tree.get("partners") if isinstance(tree, Mapping) else None
    entries = [entry for entry in listed if isinstance(entry, Mapping)] if isinstance(listed, list) else []
    return {slug for entry in entries if isinstance(slug := entry.get("id"), str)}


@router.get("", response_model_exclude_none=True)
async def export_partners(services: Work, _caller: DirectoryKeeper, response: Response) -> PartnerList:
    """List every partner in the form of a partners file; secrets of partners' systems are left out."""
    async with services.database.transaction() as session:
        records = await partners.partner_records(session)
    response.headers["Cache-Control"] = "no-store"
    return PartnerList(partners=[partner_view(record) for record in records])


@router.get("/{partner_id}", response_model_exclude_none=True)
async def show_partner(
    partner_id: str, services: Work, _caller: DirectoryKeeper, response: Response
) -> PartnerWhole:
    """Show a partner, and who did what to it."""
    async with services.database.transaction() as session:
        record = await found_partner(session, partner_id)
        logo = await partners.logo_of(session, partner_id)
        events = await partners.events_of(session, record.partner.id)
        names = await people.names_of(session, {event.person_id for event in events if event.person_id})
    response.headers["Cache-Control"] = "no-store"
    return PartnerWhole(
        partner=partner_view(record),
        updated_at=record.partner.updated_at,
        former_secret_until=record.partner.former_secret_until,
        logo=logo_view(logo) if logo else None,
        events=[
            PartnerEventView(
                at=event.at,
                kind=event.kind,
                person=names.get(event.person_id) if event.person_id else None,
                detail=event.detail,
            )
            for event in events
        ],
    )


@router.post("/{partner_id}/status")
async def set_status(
    partner_id: str, services: Work, caller: DirectoryKeeper, wanted: StatusRequest
) -> StatusView:
    """Set whether a partner is invited from now on; invitations that are out stay as they are."""
    if wanted.status is PartnerStatus.COMPROMISED:
        problem = Problem(
            field="status",
            rule="is more than a status: links have to be revoked, and signatures confirmed again",
            remedy="Use active, paused or ended; or starter.py partners compromised.",
        )
        raise InvalidInput([problem])
    async with services.database.transaction() as session:
        await directory.have_directory_alone(session)
        partner = (await found_partner(session, partner_id)).partner
        refuse_compromised(partner)
        changed = await partners.set_status(session, partner, wanted.status, caller.person_id)
    return StatusView(id=partner.slug, status=partner.status, changed=changed)


def refuse_compromised(partner: Partner) -> None:
    """Answer 409 where somebody else may hold the addresses or links of a partner."""
    if partner.status is PartnerStatus.COMPROMISED:
        remedy = "Correct its registered address and contacts, then: starter.py partners restore ID."
        raise ApiError(409, "This partner was compromised.", remedy)


def partner_view(record: PartnerRecord) -> PartnerView:
    """Show a partner as a partners file holds it."""
    return PartnerView.model_validate(entry_of(record).model_dump())


def logo_view(logo: PartnerLogo) -> LogoView:
    """Tell what a logo is like."""
    return LogoView(width=logo.width, height=logo.height, bytes=len(logo.png), sha256=logo.sha256.hex())
