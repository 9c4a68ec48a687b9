"""From entries of a partners file to rows, and back."""

import hmac
from collections.abc import Callable

from models.directory import Mandate, PartnerApi, PartnerContact, PartnerEntry
from models.partner_rules import filled_in
from models.partner_vocabulary import PartnerStatus
from models.partners import Partner
from models.partners import PartnerContact as ContactRow
from models.vocabulary import Channel
from security.fields import FieldCipher
from security.fingerprints import AddressFingerprint
from security.sealed_places import api_secret_place, former_secret_place
from storage.directory import PartnerRecord


def partner_record(
    entry: PartnerEntry,
    cipher: FieldCipher,
    fingerprint: AddressFingerprint,
    known: PartnerRecord | None = None,
) -> PartnerRecord:
    """Turn an entry into rows; what it leaves out stays as it is `known`.

    The secret is sealed for its address.
    """
    whole = filled_in(entry, entry_of(known) if known else None)
    registered = whole.registered_address or whole.contacts[0].email
    partner = Partner(
        slug=whole.id,
        name=whole.name,
        kind=whole.kind,
        country=whole.country,
        languages=list(whole.languages),
        groups=list(whole.groups),
        time_zone=whole.time_zone,
        website=whole.website,
        registered_address=registered,
        registered_fingerprint=fingerprint.of(Channel.EMAIL, registered),
        member_count=whole.member_count,
        members=[],
        status=whole.status or PartnerStatus.ACTIVE,
    )
    if whole.mandate:
        partner.mandate_given_on = whole.mandate.given_on
        partner.mandate_given_by = whole.mandate.given_by
    if whole.api:
        partner.api_url = whole.api.url
        partner.sealed_api_secret = _sealed_secret(whole.api, cipher, known)
        if known and _is_as_it_was(entry, known, cipher):
            partner.sealed_former_secret = known.partner.sealed_former_secret
            partner.former_secret_until = known.partner.former_secret_until
    contacts = [
        _contact_row(partner, place, contact, fingerprint) for place, contact in enumerate(whole.contacts)
    ]
    return PartnerRecord(partner, contacts, whole.members, whole.mandate.follows if whole.mandate else None)


def _sealed_secret(api: PartnerApi, cipher: FieldCipher, known: PartnerRecord | None) -> bytes | None:
    if api.secret:
        return cipher.seal(api.secret.get_secret_value(), context=api_secret_place(api.url))
    return known.partner.sealed_api_secret if known else None


def _is_as_it_was(entry: PartnerEntry, known: PartnerRecord, cipher: FieldCipher) -> bool:
    """Tell whether an entry leaves the secret of the partner's system alone."""
    if entry.api is None:
        return True
    same_address = entry.api.url == known.partner.api_url
    return same_address and (entry.api.secret is None or knows_secret(entry, known, cipher))


def _contact_row(
    partner: Partner, position: int, contact: PartnerContact, fingerprint: AddressFingerprint
) -> ContactRow:
    return ContactRow(
        partner_id=partner.id,
        position=position,
        name=contact.name,
        email=contact.email,
        fingerprint=fingerprint.of(Channel.EMAIL, contact.email),
        language=contact.language,
        phone=contact.phone,
        phone_fingerprint=fingerprint.of(Channel.SMS, contact.phone) if contact.phone else None,
        asked_by=contact.asked_by,
    )


def entry_of(record: PartnerRecord) -> PartnerEntry:
    """Turn rows into the entry that a file would hold, without the secret of its system.

    Nothing is checked: what an older version took must be readable.
    """
    partner = record.partner
    api = PartnerApi.model_construct(url=partner.api_url) if partner.api_url else None
    return PartnerEntry.model_construct(
        id=partner.slug,
        name=partner.name,
        kind=partner.kind,
        country=partner.country,
        languages=tuple(partner.languages),
        groups=tuple(partner.groups),
        time_zone=partner.time_zone,
        website=partner.website,
        registered_address=partner.registered_address,
        contacts=tuple(contact_entry(contact) for contact in record.contacts),
        member_count=partner.member_count,
        members=record.members,
        mandate=_mandate(record),
        status=partner.status,
        api=api,
    )


def contact_entry(contact: ContactRow) -> PartnerContact:
    """Turn the row of a contact into what a file would hold."""
    return PartnerContact.model_construct(
        name=contact.name,
        email=contact.email,
        language=contact.language,
        phone=contact.phone,
        asked_by=contact.asked_by,
    )


def _mandate(record: PartnerRecord) -> Mandate | None:
    given_on, given_by = record.partner.mandate_given_on, record.partner.mandate_given_by
    if record.follows is None or given_on is None or given_by is None:
        return None
    return Mandate.model_construct(follows=record.follows, given_on=given_on, given_by=given_by)


def knows_secret(entry: PartnerEntry, known: PartnerRecord, cipher: FieldCipher) -> bool:
    """Tell whether the secret of an entry is the one that is sealed for its address already."""
    sealed = known.partner.sealed_api_secret
    return sealed is not None and _holds(entry, known, lambda url: opened_secret(cipher, url, sealed))


def brings_back(entry: PartnerEntry, known: PartnerRecord, cipher: FieldCipher) -> bool:
    """Tell whether an entry holds the secret that was replaced, as a file from before does."""
    sealed = known.partner.sealed_former_secret
    return sealed is not None and _holds(
        entry, known, lambda url: cipher.open(sealed, context=former_secret_place(url))
    )


def opened_secret(cipher: FieldCipher, url: str, sealed: bytes) -> str:
    """Open the secret that is sealed for the address of a partner's system."""
    return cipher.open(sealed, context=api_secret_place(url))


def _holds(entry: PartnerEntry, known: PartnerRecord, kept: Callable[[str], str]) -> bool:
    if entry.api is None or entry.api.secret is None or entry.api.url != known.partner.api_url:
        return False
    return hmac.compare_digest(kept(entry.api.url), entry.api.secret.get_secret_value())
