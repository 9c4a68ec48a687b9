"""Text messages: where it may be night for their recipients, and the budget of a day

Revision: 0019
Follows: 0018
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("time_zones", sa.ARRAY(sa.Text()), nullable=True))
    op.add_column("delivery", sa.Column("counted_on", sa.Date(), nullable=True))
    op.create_table(
        "sms_use",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reserve", sa.String(length=40), nullable=False),
        sa.Column("prefix", sa.String(length=20), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "reserve", "prefix"),
    )


def downgrade() -> None:
    op.drop_table("sms_use")
    op.drop_column("delivery", "counted_on")
    op.drop_column("delivery", "time_zones")
