"""A case whose statement may go out to so many members, half of whom read Spanish and half English."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from assembly import build_cipher, build_fingerprint
from models.actions import UrgentAction
from models.case import parse_case
from models.messages import DispatchRequest, DocumentRef, Purpose
from models.people import Person
from models.verification import POLICIES, confirmable
from models.vocabulary import Channel, Role
from models.yaml_tree import read_yaml
from settings import Settings
from storage import actions, decisions, documents
from storage.database import Database
from web.intake import Intake

CASE: Final = Path(__file__).resolve().parent.parent / "examples" / "case.yaml"

_ADD_MEMBERS: Final = text("""
    WITH added AS (
        INSERT INTO contact (id, slug, name, kind, languages, tags, lists, updated_at)
        SELECT gen_random_uuid(), 'miembra-' || number, 'Compañera Número ' || number, 'member',
               CASE WHEN number % 2 = 0 THEN ARRAY['es'] ELSE ARRAY['en'] END, '{}', '{}', now()
        FROM generate_series(1, :count) AS number
        RETURNING id, slug)
    INSERT INTO contact_address (id, contact_id, position, channel, address, fingerprint)
    SELECT gen_random_uuid(), id, 0, 'email', slug || '@amigas.example', sha256(convert_to(slug, 'UTF8'))
    FROM added
""")


async def replace_members(database: Database, count: int) -> None:
    """Have so many members in the directory, and nobody else."""
    async with database.transaction() as session:
        await session.execute(text("DELETE FROM contact_address"))
        await session.execute(text("DELETE FROM contact"))
        await session.execute(_ADD_MEMBERS, {"count": count})
    async with database.transaction() as session:
        await session.execute(text("ANALYZE"))


async def confirmed_case(database: Database, settings: Settings) -> DispatchRequest:
    """Store a case that two people have confirmed; return the request to release its statement."""
    async with database.transaction() as session:
        author = await _person(session, settings, Role.COORDINATOR)
        action = await _stored(session, settings, author)
        version = (await documents.current_version(session, action.id)).version
        for _ in range(2):
            verifier = await _person(session, settings, Role.VERIFIER)
            await decisions.attest(session, action, version, verifier.id, confirmable(action.languages))
        document = (await documents.current_version(session, action.id)).document
    ref = DocumentRef(
        action_id=action.id, reference=action.reference, document_id=document.id, number=document.number
    )
    return DispatchRequest(document=ref, purpose=Purpose.STATEMENT, round=1)


async def _stored(session: AsyncSession, settings: Settings, author: Person) -> UrgentAction:
    tree = read_yaml(CASE.read_text())
    if not isinstance(tree, dict):
        raise TypeError("the example is no case")
    tree["release"] = {"audiences": ["members"]}
    case, year = parse_case(tree), datetime.now(UTC).year
    intake = Intake(
        case, author.id, build_cipher(settings), build_fingerprint(settings), POLICIES[case.urgency]
    )
    action = intake.action(year, await actions.next_number(session, year))
    await actions.store(session, intake.generations(action))
    return action


async def _person(session: AsyncSession, settings: Settings, role: Role) -> Person:
    fingerprint = build_fingerprint(settings)
    address = f"{uuid4()}@red.example"
    person = Person(
        name="Persona Ejemplo",
        email=address,
        fingerprint=fingerprint.of(Channel.EMAIL, address),
        language="es",
        time_zone=settings.default_time_zone,
        roles=[role.value],
    )
    session.add(person)
    await session.flush()
    return person


async def states(database: Database, action_id: UUID) -> dict[str, int]:
    """Count the deliveries of an action by their states."""
    counted = text("""
        SELECT delivery.state, count(*) AS deliveries
        FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
        WHERE dispatch.action_id = :action_id GROUP BY delivery.state
    """)
    async with database.transaction() as session:
        rows = await session.execute(counted, {"action_id": action_id})
        return {row.state: row.deliveries for row in rows}
