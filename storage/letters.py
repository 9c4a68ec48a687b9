"""Letters to targets: which there are, printing one through the gate, and what became of it.

A person is the provider of this channel. Printing is the claim and the hand-over at once: from then on the
letter may be under way, until somebody says when she posted it.
"""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.messages import Batch, DeliveryState
from models.outbox import Delivery
from models.vocabulary import Channel
from storage import claims
from storage.audiences import LETTER_FINGERPRINT
from storage.handing_over import Claimed, hand_over
from storage.message_events import record_states
from storage.records import announce

PRINTED_BY = "person"
"""Who takes a letter: its provider, in the words of the outbox."""

_LETTERS = text("""
    SELECT DISTINCT ON (target.position)
           target.position AS target, target.id AS target_id, target.offices ->> delivery.language AS office,
           delivery.id AS delivery_id, delivery.dispatch_id, delivery.channel, delivery.language,
           delivery.state, delivery.handed_over_at AS printed_at, delivery.posted_on
    FROM target
    JOIN delivery ON delivery.recipient_kind = 'target' AND delivery.recipient_id = target.id
    JOIN dispatch ON dispatch.id = delivery.dispatch_id
    WHERE dispatch.document_id = :document_id AND dispatch.purpose IN ('statement', 'stop_notice')
    ORDER BY target.position, dispatch.frozen_at DESC, delivery.channel = 'letter' DESC
""")

_LOCK_DISPATCH = text("SELECT id FROM dispatch WHERE id = :dispatch_id FOR UPDATE")

_ADD = text(f"""
    WITH added AS (
        INSERT INTO delivery (id, dispatch_id, position, recipient_kind, recipient_id, channel, address,
                              fingerprint, language, disclosure, rendering, state, attempts)
        SELECT gen_random_uuid(), other.dispatch_id,
               (SELECT max(position) + 1 FROM delivery WHERE dispatch_id = other.dispatch_id),
               'target', target.id, 'letter',
               coalesce((SELECT address FROM target_address
                         WHERE target_id = target.id AND channel = 'letter'
                           AND (valid_until IS NULL OR valid_until >= now()::date)
                         ORDER BY position LIMIT 1), ''),
               {LETTER_FINGERPRINT}, other.language, other.disclosure, 'public', 'ready', 0
        FROM delivery AS other JOIN target ON target.id = other.recipient_id
        WHERE other.id = :delivery_id
        ON CONFLICT (dispatch_id, recipient_id, channel, fingerprint) DO NOTHING
        RETURNING id, dispatch_id)
    UPDATE dispatch SET size = size + 1 FROM added WHERE dispatch.id = added.dispatch_id RETURNING added.id
""")

_PRINT_AGAIN = text("""
    UPDATE delivery SET state = 'ready' WHERE id = :delivery_id AND channel = 'letter' AND state = 'sending'
""")

_POSTED = text("""
    UPDATE delivery
    SET state = 'sent', posted_on = :on, provider_reference = :tracking, settled_at = now(), failure = NULL
    WHERE id = :delivery_id AND channel = 'letter' AND state IN ('sending', 'unknown')
    RETURNING id, state
""")


class TargetLetter(NamedTuple):
    """The letter that a target gets of a document, or the message in whose place it may be printed."""

    target: int
    target_id: UUID
    office: str
    delivery_id: UUID
    dispatch_id: UUID
    channel: Channel
    language: str
    state: DeliveryState
    printed_at: datetime | None
    posted_on: date | None

    @property
    def is_letter(self) -> bool:
        """Tell whether a letter is what the target gets."""
        return self.channel is Channel.LETTER


async def letters_of(session: AsyncSession, document_id: UUID) -> list[TargetLetter]:
    """List the targets to which a document was released, by their position in the case."""
    found = await session.execute(_LETTERS, {"document_id": document_id})
    return [
        TargetLetter(*row)._replace(channel=Channel(row.channel), state=DeliveryState(row.state))
        for row in found
    ]


async def take(session: AsyncSession, action_id: UUID, letter: TargetLetter) -> Delivery | None:
    """Take a letter for printing, if the gate allows it now; whoever shares the action's lock may ask.

    A target that is written to otherwise gets a letter beside that. One is printed again until it is posted.
    """
    await session.execute(_LOCK_DISPATCH, {"dispatch_id": letter.dispatch_id})
    if not letter.is_letter:
        await session.execute(_ADD, {"delivery_id": letter.delivery_id})
    found = await session.exec(
        select(Delivery).where(
            Delivery.dispatch_id == letter.dispatch_id,
            Delivery.recipient_id == letter.target_id,
            Delivery.channel == Channel.LETTER,
        )
    )
    delivery = found.one()
    await session.execute(_PRINT_AGAIN, {"delivery_id": delivery.id})
    return await _claimed(session, action_id, delivery)


async def _claimed(session: AsyncSession, action_id: UUID, delivery: Delivery) -> Delivery | None:
    claim_id, place = uuid4(), delivery.position
    batch = Batch(
        action_id=action_id,
        dispatch_id=delivery.dispatch_id,
        channel=Channel.LETTER,
        first=place,
        last=place,
    )
    session.expire(delivery)
    claimed = await claims.claim(session, batch, claim_id, after=place - 1, limit=1, provider=PRINTED_BY)
    passed = await hand_over(session, action_id, [Claimed(one.id, claim_id) for one in claimed])
    return claimed[0] if passed else None


async def posted(
    session: AsyncSession, action_id: UUID, letter: TargetLetter, on: date, tracking: str | None
) -> bool:
    """Write down when a printed letter was posted; also after the action ended, since it did leave."""
    changed = await session.execute(
        _POSTED, {"delivery_id": letter.delivery_id, "on": on, "tracking": tracking}
    )
    rows = changed.all()
    await record_states(session, action_id, rows)
    await announce(session, action_id)
    return bool(rows)
