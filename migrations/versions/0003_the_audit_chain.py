"""The audit chain

Revision: 0003
Follows: 0002

What was recorded before is chained in the order in which it was numbered. The form that is hashed is written
out here, as it was when this migration was made, so that it never changes.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC
from hashlib import sha256
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FORMAT = "acuerpa-audit-1"
BEGINNING = "0" * 64
AT_ONCE = 1000

EVENT = sa.table(
    "audit_event",
    sa.column("sequence", sa.BigInteger()),
    sa.column("action_id", sa.Uuid()),
    sa.column("kind", sa.Text()),
    sa.column("person_id", sa.Uuid()),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("detail", postgresql.JSONB()),
    sa.column("number", sa.BigInteger()),
    sa.column("previous", sa.LargeBinary()),
    sa.column("hash", sa.LargeBinary()),
)
CHAIN = sa.table(
    "audit_chain",
    sa.column("action_id", sa.Uuid()),
    sa.column("length", sa.BigInteger()),
    sa.column("head", sa.LargeBinary()),
)


def upgrade() -> None:
    op.create_table(
        "audit_chain",
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["action_id"], ["urgent_action.id"]),
        sa.PrimaryKeyConstraint("action_id"),
    )
    op.add_column("audit_event", sa.Column("number", sa.BigInteger(), nullable=True))
    op.add_column("audit_event", sa.Column("previous", sa.LargeBinary(), nullable=True))
    op.add_column("audit_event", sa.Column("hash", sa.LargeBinary(), nullable=True))
    chain_what_was_recorded(op.get_bind())
    for column in ("number", "previous", "hash"):
        op.alter_column("audit_event", column, nullable=False)
    op.create_unique_constraint("audit_event_action_id_number_key", "audit_event", ["action_id", "number"])
    op.create_index(
        "ix_audit_event_timeline",
        "audit_event",
        ["action_id", "number"],
        postgresql_where=sa.text("kind NOT IN ('claimed', 'settled')"),
    )


def downgrade() -> None:
    op.drop_index("ix_audit_event_timeline", table_name="audit_event")
    op.drop_constraint("audit_event_action_id_number_key", "audit_event", type_="unique")
    for column in ("hash", "previous", "number"):
        op.drop_column("audit_event", column)
    op.drop_table("audit_chain")


def chain_what_was_recorded(connection: sa.Connection) -> None:
    recorded = connection.execute(sa.select(EVENT).order_by(EVENT.c.action_id, EVENT.c.sequence)).all()
    fill = (
        EVENT.update()
        .where(EVENT.c.sequence == sa.bindparam("of_sequence"))
        .values(
            number=sa.bindparam("new_number"),
            previous=sa.bindparam("new_previous"),
            hash=sa.bindparam("new_hash"),
        )
    )
    for action_id, events in groupby(recorded, key=attrgetter("action_id")):
        chained = list(chained_rows(events))
        for start in range(0, len(chained), AT_ONCE):
            connection.execute(fill, chained[start : start + AT_ONCE])
        last = chained[-1]
        head = {"action_id": action_id, "length": last["new_number"], "head": last["new_hash"]}
        connection.execute(CHAIN.insert(), head)


def chained_rows(events: Iterator[Any]) -> Iterator[dict[str, Any]]:
    previous = BEGINNING
    for number, event in enumerate(events, start=1):
        digest = hash_of(event, number, previous)
        yield {
            "of_sequence": event.sequence,
            "new_number": number,
            "new_previous": bytes.fromhex(previous),
            "new_hash": bytes.fromhex(digest),
        }
        previous = digest


def hash_of(event: Any, number: int, previous: str) -> str:
    hashed = [
        FORMAT,
        str(event.action_id),
        number,
        event.kind,
        None if event.person_id is None else str(event.person_id),
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.detail,
        previous,
    ]
    return sha256(json.dumps(hashed, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
