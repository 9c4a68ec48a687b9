"""Makers of what tests need, all invented."""

from copy import deepcopy
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.case import parse_case
from models.contact_file import ContactsHead, parse_contacts
from models.directory import parse_partners
from models.people import ApiKey, Person
from models.strict_model import parse
from models.verification import POLICIES, confirmable
from models.vocabulary import Channel, Role
from models.yaml_tree import read_yaml
from security.fields import FieldCipher
from security.fingerprints import AddressFingerprint
from security.keys import KeyRing, decode_key, new_key, new_key_ring
from security.tokens import new_api_key, token_hash
from storage import actions, contacts, decisions, directory, documents
from storage.contact_imports import upsert_contacts
from web.contact_imports import list_row
from web.contact_rows import contact_row
from web.intake import Intake
from web.partner_rows import partner_record

EXAMPLES = Path(__file__).parent.parent / "examples"
FIELD_KEYS, FINGERPRINT_KEY = new_key_ring("test"), new_key()
CIPHER = FieldCipher(KeyRing.parse(FIELD_KEYS))
FINGERPRINT = AddressFingerprint(decode_key(FINGERPRINT_KEY))
UNSUBSCRIBING_KEY = decode_key(FINGERPRINT_KEY)
_numbers = count(1)


def case_tree() -> dict[str, Any]:
    """Return the demo's case, to be changed at will."""
    tree = read_yaml((EXAMPLES / "case.yaml").read_text())
    assert isinstance(tree, dict)
    return deepcopy(tree)


async def add_person(session: AsyncSession, *roles: Role, email: str | None = None) -> Person:
    """Add a coordinator, verifier or admin."""
    address = email or f"person{next(_numbers)}@red.example"
    person = Person(
        name=f"Persona {next(_numbers)}",
        email=address,
        fingerprint=FINGERPRINT.of(Channel.EMAIL, address),
        language="es",
        time_zone="America/Mexico_City",
        roles=[role.value for role in roles],
    )
    session.add(person)
    await session.flush()
    return person


async def add_key(session: AsyncSession, person: Person) -> str:
    """Give a person a key and return it."""
    key = new_api_key()
    session.add(ApiKey(person_id=person.id, key_hash=token_hash(key)))
    await session.flush()
    return key


async def add_action(
    session: AsyncSession, author: Person, tree: dict[str, Any] | None = None
) -> UrgentAction:
    """Store a case as intake does, without telling a workflow."""
    case = parse_case(tree or case_tree())
    intake = Intake(case, author.id, CIPHER, FINGERPRINT, POLICIES[case.urgency])
    year = datetime.now(UTC).year
    action = intake.action(year, await actions.next_number(session, year))
    await actions.store(session, intake.generations(action))
    return action


async def attest_twice(session: AsyncSession, action: UrgentAction) -> tuple[UUID, UUID]:
    """Have two verifiers attest the current version."""
    first, second = await add_person(session, Role.VERIFIER), await add_person(session, Role.VERIFIER)
    version = (await documents.current_version(session, action.id)).version
    for verifier in (first, second):
        await decisions.attest(session, action, version, verifier.id, confirmable(action.languages))
    await session.flush()
    return first.id, second.id


async def add_directory(session: AsyncSession) -> None:
    """Import the demo's partners and contacts."""
    await add_partners(session)
    tree = read_yaml((EXAMPLES / "contacts.yaml").read_text())
    assert isinstance(tree, dict)
    await contacts.keep_lists(
        session,
        map(list_row, parse(ContactsHead, {"lists": tree["lists"]}).lists),
        (await add_person(session, Role.ADMIN)).id,
    )
    rows = [contact_row(entry, FINGERPRINT) for entry in parse_contacts(tree)]
    await upsert_contacts(session, rows)


async def add_partners(session: AsyncSession) -> None:
    """Import the demo's partners, among whom the demo's case is signed."""
    partners = parse_partners(read_yaml((EXAMPLES / "partners.yaml").read_text()))
    await directory.upsert_partners(
        session, [partner_record(entry, CIPHER, FINGERPRINT) for entry in partners]
    )
