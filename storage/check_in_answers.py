"""Check-ins that were asked, the answers to them, and the links by which they are given."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select as select_rows
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import and_, col, exists, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.check_ins import CheckInAnswer, CheckInLink
from models.columns import now
from models.documents import Document
from models.follow_up import FallenDueRow
from models.follow_up_messages import DueKind
from models.messages import Purpose
from models.outbox import Delivery, Dispatch
from models.people import ApiKey, Person
from models.records import EventKind
from models.vocabulary import News, Role
from storage.decisions import tell
from storage.records import record


class AskedCheckIn(NamedTuple):
    """A check-in that was asked, and its answer where it has one."""

    document: Document
    number: int
    asked_at: datetime
    answer: CheckInAnswer | None


class OpenedCheckIn(NamedTuple):
    """What a link opens: a check-in of a coordinator, or word that a target or mechanism is late."""

    action: UrgentAction
    document: Document
    person: Person
    link: CheckInLink
    answer: CheckInAnswer | None
    purpose: Purpose

    @property
    def is_check_in(self) -> bool:
        """Tell whether it asks for news."""
        return self.purpose is Purpose.CHECK_IN


async def issue_check_in_link(
    session: AsyncSession, delivery: Delivery, token_hash: bytes, expires_at: datetime
) -> None:
    """Make a link live by which the recipient answers a check-in or logs a response; earlier ones stay so."""
    found = await session.exec(select(Dispatch).where(Dispatch.id == delivery.dispatch_id))
    dispatch = found.one()
    session.add(
        CheckInLink(
            action_id=dispatch.action_id,
            document_id=dispatch.document_id,
            number=dispatch.round,
            person_id=delivery.recipient_id,
            delivery_id=delivery.id,
            token_hash=token_hash,
            expires_at=expires_at,
        )
    )


async def opened_check_in(session: AsyncSession, token_hash: bytes) -> OpenedCheckIn | None:
    """Find what a token opens, while its action runs and its person is a coordinator with a live key."""
    holds_a_key = exists().where(col(ApiKey.person_id) == col(Person.id), col(ApiKey.revoked_at).is_(None))
    found = await session.execute(
        select_rows(UrgentAction, Document, Person, CheckInLink, CheckInAnswer, col(Dispatch.purpose))
        .join(CheckInLink, col(CheckInLink.action_id) == UrgentAction.id)
        .join(Document, col(Document.id) == CheckInLink.document_id)
        .join(Person, col(Person.id) == CheckInLink.person_id)
        .join(Delivery, col(Delivery.id) == CheckInLink.delivery_id)
        .join(Dispatch, col(Dispatch.id) == Delivery.dispatch_id)
        .outerjoin(
            CheckInAnswer,
            and_(
                col(CheckInAnswer.document_id) == CheckInLink.document_id,
                col(CheckInAnswer.number) == CheckInLink.number,
                col(Dispatch.purpose) == Purpose.CHECK_IN,
            ),
        )
        .where(
            col(CheckInLink.token_hash) == token_hash,
            col(CheckInLink.expires_at) > now(),
            col(Person.roles).contains([Role.COORDINATOR]),
            holds_a_key,
            col(UrgentAction.closed_at).is_(None),
            col(UrgentAction.stopped_at).is_(None),
            col(UrgentAction.rejected_at).is_(None),
            col(UrgentAction.leading_document) <= Document.number,
        )
    )
    row = found.one_or_none()
    return None if row is None else OpenedCheckIn(*row)


async def late_subject(session: AsyncSession, opened: OpenedCheckIn) -> UUID | None:
    """Return the target or submission of which word was sent that it is late; None for a check-in."""
    if opened.is_check_in:
        return None
    found = await session.exec(
        select(FallenDueRow.subject_id).where(
            FallenDueRow.document_id == opened.document.id,
            FallenDueRow.kind == DueKind.REPLY,
            FallenDueRow.round == opened.link.number,
        )
    )
    return found.one_or_none()


async def answer_check_in(session: AsyncSession, given: CheckInAnswer) -> CheckInAnswer:
    """Write an answer down, and return the one that counts: the first of a check-in, whoever gave it.

    Nobody is asked any more what was answered: what waits to be sent is cancelled.
    """
    inserted = await session.execute(
        insert(CheckInAnswer)
        .values(given.model_dump())
        .on_conflict_do_nothing(index_elements=["document_id", "number"])
        .returning(col(CheckInAnswer.id))
    )
    if inserted.scalar_one_or_none():
        detail = {"document_id": str(given.document_id), "number": given.number, "news": given.news}
        await record(session, given.action_id, EventKind.CHECK_IN_ANSWERED, given.person_id, detail)
        await tell(session, given.action_id)
    found = await session.exec(
        select(CheckInAnswer).where(
            CheckInAnswer.document_id == given.document_id, CheckInAnswer.number == given.number
        )
    )
    return found.one()


async def asked_check_ins(session: AsyncSession, action_id: UUID) -> list[AskedCheckIn]:
    """List the check-ins of an action that were asked, oldest first."""
    found = await session.execute(
        select_rows(Document, col(Dispatch.round), col(Dispatch.frozen_at), CheckInAnswer)
        .join(Dispatch, col(Dispatch.document_id) == Document.id)
        .outerjoin(
            CheckInAnswer,
            and_(
                col(CheckInAnswer.document_id) == Document.id,
                col(CheckInAnswer.number) == Dispatch.round,
            ),
        )
        .where(col(Dispatch.action_id) == action_id, col(Dispatch.purpose) == Purpose.CHECK_IN)
        .order_by(col(Dispatch.frozen_at), col(Dispatch.round))
    )
    return [AskedCheckIn(*row) for row in found]


def answered_by(
    action: UrgentAction, document: Document, number: int, news: News, person_id: UUID, *, by_link: bool
) -> CheckInAnswer:
    """Make the row of an answer."""
    return CheckInAnswer(
        action_id=action.id,
        document_id=document.id,
        number=number,
        news=news,
        by_link=by_link,
        person_id=person_id,
    )
