"""Importing contacts."""

from typing import Annotated, Any

from fastapi import APIRouter, Body

from models.contacts import Contact, ContactAddress
from models.directory import ContactEntry, parse_contacts
from security.fingerprints import AddressFingerprint
from storage import directory
from storage.directory import ContactRecord
from web.authentication import DirectoryKeeper
from web.schemas import ImportResult
from web.services import Work

router = APIRouter(tags=["directory"])

_CONTACTS_EXAMPLE = {
    "contacts": [
        {
            "id": "diario-ejemplo",
            "name": "Diario Ejemplo",
            "kind": "press",
            "language": "es",
            "channels": [{"channel": "email", "value": "redaccion@diario.example"}],
        }
    ]
}


@router.post("/contacts")
async def import_contacts(
    services: Work, _caller: DirectoryKeeper, tree: Annotated[Any, Body(examples=[_CONTACTS_EXAMPLE])]
) -> ImportResult:
    """Create or update contacts by their ids: all of them, or none where one has a problem."""
    rows = [contact_record(entry, services.fingerprint) for entry in parse_contacts(tree)]
    async with services.database.transaction() as session:
        imported = await directory.upsert_contacts(session, rows)
    return ImportResult(created=imported.created, updated=imported.updated)


def contact_record(entry: ContactEntry, fingerprint: AddressFingerprint) -> ContactRecord:
    """Turn an entry of a contacts file into rows."""
    contact = Contact(
        slug=entry.id,
        name=entry.name,
        kind=entry.kind,
        language=entry.language,
        country=entry.country,
        time_zone=entry.time_zone,
    )
    addresses = [
        ContactAddress(
            contact_id=contact.id,
            position=position,
            channel=way.channel,
            address=way.value,
            fingerprint=fingerprint.of(way.channel, way.value),
        )
        for position, way in enumerate(entry.channels)
    ]
    return ContactRecord(contact, addresses)
