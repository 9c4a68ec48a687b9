"""Which weekly digests were decided

Revision: 0037
Follows: 0040
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0037"
down_revision: str | None = "0040"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "weekly_digest",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("document_id", sa.Uuid(), sa.ForeignKey("document.id"), nullable=True, index=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("person_id", "week"),
    )


def downgrade() -> None:
    op.drop_table("weekly_digest")
