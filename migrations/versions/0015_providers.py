"""Providers: which of them took a message, what they may be given, and whether they are served

Revision: 0015
Follows: 0011
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("delivery", sa.Column("provider", sa.String(length=40), nullable=True))
    # Progress is counted by channel and state: with both in it, the index alone can tell.
    op.drop_index("ix_delivery_state", table_name="delivery")
    op.create_index("ix_delivery_state", "delivery", ["dispatch_id", "state", "channel"])
    op.create_table(
        "provider",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("refilled_at", MOMENT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("taken_today", sa.Integer(), nullable=False),
        sa.Column("paused_until", MOMENT, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("openings", sa.Integer(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=True),
        sa.Column("probe_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    op.drop_table("provider")
    op.drop_index("ix_delivery_state", table_name="delivery")
    op.create_index("ix_delivery_state", "delivery", ["dispatch_id", "state"])
    op.drop_column("delivery", "provider")
