"""What a contacts file would do to the directory, and doing it: all of it, or nothing."""

import asyncio
from typing import NamedTuple

from sqlmodel.ext.asyncio.session import AsyncSession

from models.contact_file import ContactsReading, ListEntry
from models.contact_vocabulary import ContactEventKind
from models.contacts import ContactList
from models.problems import InvalidInput
from security.fingerprints import AddressFingerprint
from storage import contact_imports, contacts
from storage.contact_imports import Comparison, ContactRow
from storage.directory import have_directory_alone
from web.authentication import Caller
from web.contact_bodies import UNREADABLE, ContactsBody
from web.contact_rows import contact_row
from web.services import Services


class ContactsPlan(NamedTuple):
    """What was read of a file and staged beside the directory, and how the two compare."""

    reading: ContactsReading
    counts: Comparison


async def planned(session: AsyncSession, services: Services, body: ContactsBody) -> ContactsPlan:
    """Compare a file with the directory; nobody else changes it until the transaction ends.

    The contacts are read in a thread, batch by batch, so that nobody waits for them, and few are in memory.
    """
    await have_directory_alone(session)
    reading = ContactsReading(await contacts.list_slugs(session))
    reading.begin(body.head)
    await contact_imports.begin(session)
    for batch in body.batches:
        rows = await asyncio.to_thread(_rows, reading, body, batch, services.fingerprint)
        if reading.is_over:
            break
        await contact_imports.stage(session, rows)
    return ContactsPlan(reading, await contact_imports.compare(session))


def _rows(
    reading: ContactsReading, body: ContactsBody, batch: list[object], fingerprint: AddressFingerprint
) -> list[ContactRow]:
    rows = []
    for value in body.values(batch):
        if value is UNREADABLE:
            reading.refuse("is not well-formed JSON", "Write each contact as JSON on a line of its own.")
        elif entry := reading.read(value):
            rows.append(contact_row(entry, fingerprint))
    return rows


async def carried_out(session: AsyncSession, plan: ContactsPlan, caller: Caller) -> None:
    """Change the directory as it was planned, and write down who did it.

    Raises:
        InvalidInput: the file has problems.
    """
    if plan.reading.problems or plan.reading.is_over:
        raise InvalidInput(plan.reading.told())
    await contacts.keep_lists(session, map(list_row, plan.reading.lists), caller.person_id)
    await contact_imports.carry_over(session)
    counts = plan.counts._asdict()
    await contacts.note(session, ContactEventKind.IMPORTED, caller.person_id, counts)


def list_row(entry: ListEntry) -> ContactList:
    """Turn a list of a file into its row."""
    return ContactList(slug=entry.id, names=dict(entry.names), description=entry.description)
