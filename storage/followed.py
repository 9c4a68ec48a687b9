"""The document that an action is followed up by, and what of its follow-up fell due before."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlmodel import case, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.documents import Document
from models.follow_up import FallenDueRow
from models.follow_up_messages import Due, DueKind
from models.messages import DispatchRequest, DocumentRef
from models.public_holidays import country_of_zone
from models.vocabulary import Urgency
from storage.reminders import Reminders

Settled = Mapping[tuple[DueKind, UUID], int]


class Followed(NamedTuple):
    """What the rules of each kind read: an action that was released, and how far its follow-up came.

    `document` leads it, `asking` is the one whose demands are those of now: another since a fact changed.
    """

    action: UrgentAction
    document: DocumentRef
    asking: Document
    released_at: datetime
    settled: Settled
    reminders: Reminders
    coordinators_zone: str

    @property
    def asking_ref(self) -> DocumentRef:
        """Name the document that asks as workflows do."""
        asking = self.asking
        return self.document.model_copy(update={"document_id": asking.id, "number": asking.number})

    @property
    def time_zone(self) -> str:
        """The zone by whose calendar days are counted."""
        return self.reminders.time_zone

    def at_work(self, moment: datetime) -> datetime:
        """Put a moment off until the coordinator is at work; whoever follows an immediate case always is."""
        if self.action.urgency is Urgency.IMMEDIATE:
            return moment
        zone = self.coordinators_zone
        return self.reminders.hours.next_moment(moment, zone, country_of_zone(zone))

    def last_at_work(self, moment: datetime) -> datetime:
        """Bring a moment forward to when the coordinator is at work last before it."""
        if self.action.urgency is Urgency.IMMEDIATE:
            return moment
        zone = self.coordinators_zone
        return self.reminders.hours.last_moment(moment, zone, country_of_zone(zone))

    def settled_of(self, kind: DueKind, subject: UUID) -> int:
        """Return the number of the last of a subject that fell due; 0 where none did."""
        return self.settled.get((kind, subject), 0)


def _leading(followed: Followed) -> DocumentRef:
    return followed.document


async def _nothing(_session: AsyncSession, _followed: Followed, _due: Due) -> None:
    pass


class DueRule(NamedTuple):
    """One kind of what falls due.

    `upcoming` lists all of it that did not fall due yet, missed ones too. `rounds` are the messages that one
    brings about; the number that it is given grows with each of its kind in a document. `carry_out` does what
    else there is to do, in the transaction in which it falls due, once. It is written down as of the
    document that `of` names.
    """

    upcoming: Callable[[AsyncSession, Followed], Awaitable[list[Due]]]
    rounds: Callable[[Followed, Due, int], tuple[DispatchRequest, ...]]
    carry_out: Callable[[AsyncSession, Followed, Due], Awaitable[None]] = _nothing
    of: Callable[[Followed], DocumentRef] = _leading


async def settled_of(session: AsyncSession, document_id: UUID, asking_id: UUID) -> Settled:
    """Return how far each subject of a follow-up came; what was not settled may fall due again.

    Replies and letters about them are those to the document that asks.
    """
    of_replies = col(FallenDueRow.kind).in_([DueKind.REPLY, DueKind.REPLY_LETTER])
    rows = await session.exec(
        select(FallenDueRow.kind, FallenDueRow.subject_id, func.max(FallenDueRow.number))
        .where(
            FallenDueRow.document_id == case((of_replies, asking_id), else_=document_id),
            col(FallenDueRow.settled_at).is_not(None),
        )
        .group_by(col(FallenDueRow.kind), col(FallenDueRow.subject_id))
    )
    return {(DueKind(kind), subject): number for kind, subject, number in rows}
