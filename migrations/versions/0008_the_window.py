"""The window: messages that wait for their hour, and contacts who were not reached

Revision: 0008
Follows: 0007
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("not_before", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "missed_contact",
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("missed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"],
            ["invitation.id"],
        ),
        sa.PrimaryKeyConstraint("invitation_id", "fingerprint"),
    )


def downgrade() -> None:
    op.drop_table("missed_contact")
    op.drop_column("delivery", "not_before")
