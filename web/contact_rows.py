"""From entries of a contacts file to rows, and back."""

from models.contact_file import ContactEntry
from security.fingerprints import AddressFingerprint
from storage.contact_imports import ContactRow
from storage.contacts import ContactRecord
from web.contact_schemas import BasisView, ContactChannelView, ContactView


def contact_row(entry: ContactEntry, fingerprint: AddressFingerprint) -> ContactRow:
    """Turn an entry into what is staged."""
    return {
        "slug": entry.id,
        "name": entry.name,
        "kind": entry.kind.value,
        "languages": list(entry.languages),
        "country": entry.country,
        "time_zone": entry.time_zone,
        "tags": list(entry.tags),
        "lists": list(entry.lists),
        "basis": entry.basis.kind.value,
        "basis_on": entry.basis.on.isoformat(),
        "basis_by": entry.basis.by.value if entry.basis.by else None,
        "channels": [way.channel.value for way in entry.channels],
        "addresses": [way.value for way in entry.channels],
        "fingerprints": [fingerprint.of(way.channel, way.value).hex() for way in entry.channels],
    }


def contact_view(record: ContactRecord) -> ContactView:
    """Show a contact as a contacts file holds it."""
    contact = record.contact
    basis = None
    if contact.basis and contact.basis_on:
        basis = BasisView(kind=contact.basis, on=contact.basis_on, by=contact.basis_by)
    return ContactView(
        id=contact.slug,
        name=contact.name,
        kind=contact.kind,
        languages=contact.languages,
        country=contact.country,
        time_zone=contact.time_zone,
        tags=contact.tags,
        lists=contact.lists,
        basis=basis,
        channels=[ContactChannelView(channel=one.channel, value=one.address) for one in record.addresses],
    )
