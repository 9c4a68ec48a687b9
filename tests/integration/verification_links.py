"""Verifiers who are asked about a case, and the links by which they are."""

from uuid import UUID

from sqlmodel import col, select

from models.attestations import VerificationRequest
from models.messages import DispatchRequest, Purpose
from models.outbox import Delivery
from models.verification_messages import AskVerifiers
from models.vocabulary import Role
from security.pins import PinHasher
from security.tokens import new_token, token_hash
from storage import freezing, verification
from storage.database import Database
from storage.standing import facts_of
from tests import factories
from tests.integration.verifiers import PIN


async def on_duty(database: Database, pins: PinHasher, position: int, *roles: Role) -> UUID:
    """Add a verifier to the duty list, with the PIN of these tests."""
    async with database.transaction() as session:
        person = await factories.add_person(session, *(roles or (Role.VERIFIER,)))
        person.duty_position = position
        person.pin_hash = await pins.hash(person.id, PIN)
    return person.id


async def ask(database: Database, action_id: UUID, turn: int = 1) -> None:
    """Ask the next on the duty list, and have their messages written, as the workflow does."""
    async with database.transaction() as session:
        wanted = (await facts_of(session, action_id)).verification
        assert wanted
        assert (await verification.ask(session, AskVerifiers(verification=wanted, round=turn))).asked
    request = DispatchRequest(
        document=wanted.document, purpose=Purpose.VERIFICATION, round=turn, cycle=wanted.cycle
    )
    async with database.transaction() as session:
        await freezing.freeze(session, request)


async def verification_link(database: Database, action_id: UUID, person_id: UUID) -> str:
    """Issue a link to somebody who was asked, as her message would carry it, and return its token."""
    token = new_token()
    async with database.transaction() as session:
        found = await session.exec(
            select(VerificationRequest.id, Delivery.id)
            .join(Delivery, col(Delivery.request_id) == VerificationRequest.id)
            .where(VerificationRequest.action_id == action_id, VerificationRequest.person_id == person_id)
            .order_by(col(VerificationRequest.cycle).desc())
        )
        request_id, delivery_id = found.first() or (None, None)
        assert request_id
        assert delivery_id
        await verification.issue_verification_link(session, request_id, delivery_id, token_hash(token))
    return token
