"""A case whose statement may go out, frozen into the outbox, for tests of the gate and of sending."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.contact_file import ContactEntry
from models.documents import DocumentText
from models.lifecycle import Decision
from models.messages import (
    Batch,
    DeliveryState,
    Dispatched,
    DispatchRequest,
    DocumentRef,
    Purpose,
    SignOnPlan,
)
from models.outbox import Delivery
from models.verification import confirmable
from models.vocabulary import Channel, DocumentKind, ReleasePolicy, Role
from storage import actions, claims, decisions, documents, freezing, outbox, sign_on
from storage.contact_imports import ContactRow, upsert_contacts
from storage.database import Database
from storage.handing_over import Claimed, Outcome, Settled, hand_over, settle
from tests import factories
from web.contact_rows import contact_row
from web.versions import new_version

SIGN_ON = SignOnPlan(
    closes_after=timedelta(hours=1), release=ReleasePolicy.AT_CLOSE, quorum=4, remind_after=()
)
EVERYTHING = 10_000


@dataclass(frozen=True)
class Case:
    """A stored action with two attestations and a directory."""

    database: Database
    action: UrgentAction
    document: DocumentRef
    verifiers: tuple[UUID, UUID]

    async def confirm(self) -> None:
        """Have both verifiers attest all of the newest version, once more."""
        async with self.database.transaction() as session:
            action = await actions.action_by_id(session, self.action.id)
            version = (await documents.current_version(session, action.id)).version
            for verifier in self.verifiers:
                await decisions.attest(session, action, version, verifier, confirmable(action.languages))

    async def freeze(self, purpose: Purpose = Purpose.STATEMENT, turn: int = 1) -> Dispatched:
        request = DispatchRequest(document=self.document, purpose=purpose, round=turn)
        async with self.database.transaction() as session:
            return await freezing.freeze(session, request)

    async def batch(
        self, purpose: Purpose = Purpose.STATEMENT, channel: Channel = Channel.EMAIL, turn: int = 1
    ) -> Batch:
        """Freeze a purpose and return all its messages of one channel as one batch."""
        dispatched = await self.freeze(purpose, turn)
        async with self.database.transaction() as session:
            batches = await outbox.unsent_ranges(session, dispatched, EVERYTHING)
        return next(batch for batch in batches if batch.channel is channel)

    async def claim(
        self,
        batch: Batch,
        claim_id: UUID | None = None,
        limit: int = EVERYTHING,
        *,
        provider: str = "smtp",
    ) -> list[Delivery]:
        async with self.database.transaction() as session:
            return await claims.claim(
                session, batch, claim_id or uuid4(), after=batch.first - 1, limit=limit, provider=provider
            )

    async def settle(self, claim_id: UUID, *outcomes: Outcome) -> None:
        async with self.database.transaction() as session:
            await settle(session, self.action.id, [Settled(claim_id, one) for one in outcomes])

    async def end(
        self,
        purpose: Purpose,
        turn: int = 1,
        state: DeliveryState = DeliveryState.SENT,
        *,
        otherwise: Mapping[str, DeliveryState] = MappingProxyType({}),
    ) -> None:
        """Claim the mails of a round and settle all with a state, or by their addresses otherwise."""
        batch, claim_id = await self.batch(purpose, turn=turn), uuid4()
        claimed = await self.claim(batch, claim_id)
        states = [otherwise.get(one.address, state) for one in claimed]
        await self.settle(claim_id, *(Outcome(one.id, to) for one, to in zip(claimed, states, strict=True)))

    async def decide(self, decision: Decision) -> None:
        async with self.database.transaction() as session:
            action = await actions.action_by_reference(session, self.action.reference, lock=True)
            assert action
            assert await decisions.decide(session, action, decision, self.action.author_id) is None

    async def deliveries(self, batch: Batch) -> list[Delivery]:
        async with self.database.transaction() as session:
            found = await session.exec(
                select(Delivery)
                .where(
                    Delivery.dispatch_id == batch.dispatch_id,
                    Delivery.channel == batch.channel,
                    col(Delivery.position).between(batch.first, batch.last),
                )
                .order_by(col(Delivery.position))
            )
            return list(found)

    async def states(self, batch: Batch) -> list[DeliveryState]:
        return [delivery.state for delivery in await self.deliveries(batch)]

    async def open_sign_on(self) -> None:
        request = self.document
        async with self.database.transaction() as session:
            await sign_on.open_sign_on(session, request, SIGN_ON)


async def handed_over_alone(
    session: AsyncSession, action_id: UUID, delivery_id: UUID, claim_id: UUID
) -> bool:
    """Hand over one delivery; False where the gate is closed."""
    return await hand_over(session, action_id, [Claimed(delivery_id, claim_id)]) == {delivery_id}


async def execute(database: Database, statement: str, **parameters: object) -> list[Any]:
    """Run SQL in a transaction of its own and return its rows, if it has some."""
    async with database.transaction() as session:
        result = await session.execute(text(statement), parameters)
        return list(result) if result.returns_rows else []  # type: ignore[attr-defined]


async def changed_text(case: Case, added: str = "Hubo otra llamada el martes.") -> None:
    """Write another version of the document, of which others confirm all; it is no editorial one."""
    async with case.database.transaction() as session:
        action = await actions.action_by_id(session, case.action.id)
        document, version = await documents.current_version(session, action.id)
        before = (await documents.texts_of(session, version.id)).values()
        texts = [_longer(one, added) for one in before]
        new = new_version(document.id, texts, action.author_id)
        await documents.write_version(session, action, document, new, action.author_id)
    await case.confirm()


async def further(case: Case, kind: DocumentKind = DocumentKind.FURTHER_INFORMATION) -> DocumentRef:
    """Write the next document, and have it confirmed."""
    async with case.database.transaction() as session:
        action = await actions.action_by_id(session, case.action.id)
        texts = [
            DocumentText(
                version_id=uuid4(), language=language, headline="x", summary="x", body="x", demands=[]
            )
            for language in action.languages
        ]
        new = new_version(uuid4(), texts, action.author_id)
        await documents.open_document(session, action, kind, new, action.author_id)
        ref = (await documents.current_version(session, action.id)).ref(action)
    await case.confirm()
    return ref


def _longer(text: DocumentText, added: str) -> DocumentText:
    return DocumentText(**{**text.model_dump(exclude={"id"}), "body": f"{text.body}\n\n{added}"})


async def make_case(database: Database, tree: dict[str, Any] | None = None, *, attested: bool = True) -> Case:
    """Store a case with the demo's directory."""
    async with database.transaction() as session:
        author = await factories.add_person(session, Role.COORDINATOR)
        action = await factories.add_action(session, author, tree)
        verifiers = await factories.attest_twice(session, action) if attested else (uuid4(), uuid4())
        await factories.add_directory(session)
        document = (await documents.current_version(session, action.id)).document
    ref = DocumentRef(
        action_id=action.id, reference=action.reference, document_id=document.id, number=document.number
    )
    return Case(database, action, ref, verifiers)


async def add_members(
    database: Database, count: int, language: str = "es", channel: Channel = Channel.EMAIL
) -> None:
    """Add members with one address each."""
    async with database.transaction() as session:
        await upsert_contacts(session, [_member(number, language, channel) for number in range(count)])


def _member(number: int, language: str, channel: Channel) -> ContactRow:
    address = f"m{number}@amigas.example" if channel is Channel.EMAIL else f"+1202555{number:04}"
    entry = {
        "id": f"miembra-{number}",
        "name": f"Compañera {number}",
        "kind": "member",
        "languages": [language],
        "basis": {"kind": "member", "on": "2026-01-02"},
        "channels": [{"channel": "email", "value": "written@below.example"}],
    }
    row = contact_row(ContactEntry.model_validate(entry), factories.FINGERPRINT)
    fingerprint = factories.FINGERPRINT.of(channel, address).hex()
    return {**row, "channels": [channel], "addresses": [address], "fingerprints": [fingerprint]}


def by_address(deliveries: Sequence[Delivery]) -> dict[str, Delivery]:
    """Map addresses to deliveries."""
    return {delivery.address: delivery for delivery in deliveries}
