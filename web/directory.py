"""Importing partners and contacts."""

from typing import Annotated, Any

from fastapi import APIRouter, Body

from models.contacts import Contact, ContactAddress
from models.directory import ContactEntry, PartnerEntry, parse_contacts, parse_partners
from models.partners import Partner, PartnerContact
from models.problems import InvalidInput, Problem
from models.vocabulary import Channel
from security.fields import FieldCipher
from security.fingerprints import AddressFingerprint
from security.sealed_places import api_secret_place
from storage import directory
from storage.directory import ContactRecord, PartnerRecord
from web.authentication import DirectoryKeeper
from web.schemas import ImportResult
from web.services import Services, Work

router = APIRouter(tags=["directory"])

_PARTNERS_EXAMPLE = {
    "partners": [
        {
            "id": "red-ejemplo",
            "name": "Red Ejemplo",
            "country": "MX",
            "languages": ["es"],
            "groups": ["mesoamerica"],
            "contacts": [{"name": "Ana Ejemplo", "email": "ana@red.example", "language": "es"}],
        }
    ]
}
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


@router.post("/partners")
async def import_partners(
    services: Work, _caller: DirectoryKeeper, tree: Annotated[Any, Body(examples=[_PARTNERS_EXAMPLE])]
) -> ImportResult:
    """Create or update partners by their ids: all of them, or none where one has a problem."""
    entries = parse_partners(tree)
    _refuse_insecure_addresses(services, entries)
    rows = [partner_record(entry, services.cipher, services.fingerprint) for entry in entries]
    async with services.database.transaction() as session:
        imported = await directory.upsert_partners(session, rows)
    return ImportResult(created=imported.created, updated=imported.updated)


@router.post("/contacts")
async def import_contacts(
    services: Work, _caller: DirectoryKeeper, tree: Annotated[Any, Body(examples=[_CONTACTS_EXAMPLE])]
) -> ImportResult:
    """Create or update contacts by their ids: all of them, or none where one has a problem."""
    rows = [contact_record(entry, services.fingerprint) for entry in parse_contacts(tree)]
    async with services.database.transaction() as session:
        imported = await directory.upsert_contacts(session, rows)
    return ImportResult(created=imported.created, updated=imported.updated)


def _refuse_insecure_addresses(services: Services, entries: tuple[PartnerEntry, ...]) -> None:
    if services.insecure_partner_apis:
        return
    problems = tuple(
        Problem(
            field=f"partners.{position}.api.url",
            rule="must begin with https://",
            remedy="Ask the partner for an address with TLS.",
        )
        for position, entry in enumerate(entries)
        if entry.api and not entry.api.url.startswith("https://")
    )
    if problems:
        raise InvalidInput(problems)


def partner_record(
    entry: PartnerEntry, cipher: FieldCipher, fingerprint: AddressFingerprint
) -> PartnerRecord:
    """Turn an entry of a partners file into rows; the secret is sealed for its address."""
    partner = Partner(
        slug=entry.id,
        name=entry.name,
        country=entry.country,
        languages=list(entry.languages),
        groups=list(entry.groups),
    )
    if entry.api:
        partner.api_url = entry.api.url
        partner.sealed_api_secret = cipher.seal(
            entry.api.secret.get_secret_value(), context=api_secret_place(entry.api.url)
        )
    contacts = [
        PartnerContact(
            partner_id=partner.id,
            position=position,
            name=contact.name,
            email=contact.email,
            fingerprint=fingerprint.of(Channel.EMAIL, contact.email),
            language=contact.language,
        )
        for position, contact in enumerate(entry.contacts)
    ]
    return PartnerRecord(partner, contacts)


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
