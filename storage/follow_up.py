"""The follow-up of a document: what is due next, and what becomes of what fell due."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy import text
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.columns import now
from models.falling_due import next_of
from models.follow_up import FallenDueRow
from models.follow_up_messages import Due, DueKind, FallDue, FallenDue, NextDue
from models.messages import DocumentRef
from storage.action_lock import have_action_alone
from storage.actions import action_by_id
from storage.due_rules import RULES
from storage.followed import Followed, settled_of
from storage.people import person
from storage.reminders import Reminders
from storage.reply_clocks import asking_document

_SETTLE = text("""
    UPDATE fallen_due SET settled_at = now()
    WHERE action_id = :action_id AND kind = :kind AND subject_id = :subject_id AND number = :number
      AND settled_at IS NULL
""")


class FollowUps:
    """Reads and writes the follow-ups of documents, by the hours at which people may be reminded."""

    def __init__(self, session: AsyncSession, reminders: Reminders) -> None:
        self._session = session
        self._reminders = reminders

    async def next_due(self, document: DocumentRef, at: datetime) -> NextDue:
        """Return what is due next; nothing while the action is held, and `over` where it has ended."""
        followed = await self.followed(document)
        if followed is None:
            return NextDue(over=True)
        if followed.action.held_at is not None:
            return NextDue()
        return NextDue(due=next_of(await self._upcoming(followed), at))

    async def fall_due(self, falling: FallDue) -> FallenDue:
        """Do what fell due, once; what is not due any more, or is held, brings nothing about."""
        await have_action_alone(self._session, falling.document.action_id)
        followed = await self.followed(falling.document)
        if followed is None:
            return FallenDue(over=True)
        due, rule = falling.due, RULES[falling.due.kind]
        held = followed.action.held_at is not None
        if held or due != next_of(await self._upcoming(followed), falling.now):
            return FallenDue()
        known = await self._known(rule.of(followed), due)
        if known is None:
            known = await self._write_down(rule.of(followed), due)
            await rule.carry_out(self._session, followed, due)
        rounds = rule.rounds(followed, due, known.round)
        if not rounds:
            await self.settle(falling)
        return FallenDue(rounds=rounds, over=due.kind is DueKind.EXPIRY)

    async def settle(self, falling: FallDue) -> None:
        """Note that the messages of what fell due are begun, also where its document was replaced since."""
        due = falling.due
        await self._session.flush()
        await self._session.execute(
            _SETTLE,
            {
                "action_id": falling.document.action_id,
                "kind": due.kind,
                "subject_id": due.subject,
                "number": due.number,
            },
        )

    async def _upcoming(self, followed: Followed) -> list[Due]:
        return [due for rule in RULES.values() for due in await rule.upcoming(self._session, followed)]

    async def followed(self, document: DocumentRef) -> Followed | None:
        """Return the action as far as its follow-up came; None where that has ended."""
        action = await action_by_id(self._session, document.action_id)
        over = action.closed_at or action.stopped_at or action.rejected_at
        if over or action.leading_document != document.number:
            return None
        asking = await asking_document(self._session, action)
        settled = await settled_of(self._session, document.document_id, asking.id)
        zone = (await person(self._session, action.author_id)).time_zone
        released_at = action.released_at or now()
        return Followed(action, document, asking, released_at, settled, self._reminders, zone)

    async def _known(self, document: DocumentRef, due: Due) -> FallenDueRow | None:
        found = await self._session.exec(
            select(FallenDueRow).where(
                FallenDueRow.document_id == document.document_id,
                FallenDueRow.kind == due.kind,
                FallenDueRow.subject_id == due.subject,
                FallenDueRow.number == due.number,
            )
        )
        return found.one_or_none()

    async def _write_down(self, document: DocumentRef, due: Due) -> FallenDueRow:
        counted = await self._session.exec(
            select(func.max(FallenDueRow.round)).where(
                FallenDueRow.document_id == document.document_id, col(FallenDueRow.kind) == due.kind
            )
        )
        row = FallenDueRow(
            id=uuid4(),
            action_id=document.action_id,
            document_id=document.document_id,
            kind=due.kind,
            subject_id=due.subject,
            number=due.number,
            round=(counted.one() or 0) + 1,
            due_at=due.at,
        )
        self._session.add(row)
        await self._session.flush()
        return row
