"""Enrolled verifiers, as a database holds them."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from pydantic import SecretStr

from models.people import PinOutcome, PinVerdict
from models.vocabulary import Role
from security.keys import decode_key, new_key
from security.pins import PinHasher
from security.tokens import new_token, token_hash
from storage import verifiers
from storage.database import Database
from tests import factories

HASHER = PinHasher(decode_key(new_key()))
PIN, WRONG = SecretStr("493817"), SecretStr("271828")


class Judging:
    """Judges PINs for real, and counts how many were looked at."""

    def __init__(self, hasher: PinHasher = HASHER) -> None:
        self._hasher = hasher
        self.evaluated = 0

    def __call__(self, pin: SecretStr) -> Callable[[UUID, str], Awaitable[PinVerdict]]:
        judge = self._hasher.judge(pin)

        async def counted(person_id: UUID, pin_hash: str) -> PinVerdict:
            self.evaluated += 1
            return await judge(person_id, pin_hash)

        return counted


async def enrolment_link(database: Database, person_id: UUID) -> str:
    """Issue a link and return its token."""
    token = new_token()
    async with database.transaction() as session:
        await verifiers.issue_enrolment(session, person_id, token_hash(token))
    return token


async def verifier(database: Database, *roles: Role, duty: int | None = None, pin: bool = False) -> UUID:
    """Add a person, by default with the role verifier, and give her the PIN of these tests."""
    async with database.transaction() as session:
        person = await factories.add_person(session, *(roles or (Role.VERIFIER,)))
        person.duty_position = duty
    if pin:
        await enrol(database, person.id)
    return person.id


async def enrol(database: Database, person_id: UUID, pin: SecretStr = PIN) -> None:
    """Have a person set her PIN by a link of her own."""
    token = await enrolment_link(database, person_id)
    async with database.transaction() as session:
        opened = await verifiers.open_enrolment(session, token_hash(token), lock=True)
        assert opened
        verifiers.set_pin(opened, await HASHER.hash(person_id, pin))


async def typed(
    database: Database, person_id: UUID, *pins: SecretStr, judging: Judging | None = None
) -> list[PinOutcome]:
    """Type PINs one after the other."""
    judge = judging or Judging()
    return [await verifiers.check_pin(database, person_id, judge(pin)) for pin in pins]
