"""Days that matter in a case, and all that was written down of each

Revision: 0036
Follows: 0038
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0036"
down_revision: str | None = "0038"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WORD = sa.String(40)


def _link(name: str, target: str) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(target), nullable=False, index=True)


def upgrade() -> None:
    op.create_table(
        "milestone",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _link("action_id", "urgent_action.id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("response_id", sa.Uuid(), sa.ForeignKey("response.id"), nullable=True, unique=True),
        sa.UniqueConstraint("action_id", "number"),
    )
    op.create_table(
        "milestone_entry",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _link("milestone_id", "milestone.id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("at_time", sa.Time(), nullable=True),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("remind_before", postgresql.ARRAY(sa.Interval()), nullable=False),
        sa.Column("remind_after", postgresql.ARRAY(sa.Interval()), nullable=False),
        sa.Column("sealed_note", sa.LargeBinary(), nullable=True),
        _link("recorded_by", "person.id"),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("milestone_id", "number"),
    )


def downgrade() -> None:
    op.drop_table("milestone_entry")
    op.drop_table("milestone")
