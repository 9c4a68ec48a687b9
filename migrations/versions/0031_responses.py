"""What targets answered, and the files that came with it

Revision: 0031
Follows: 0028
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0031"
down_revision: str | None = "0028"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(40)


def upgrade() -> None:
    op.create_table(
        "response",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("action_id", sa.Uuid(), sa.ForeignKey("urgent_action.id"), nullable=False, index=True),
        sa.Column("target_id", sa.Uuid(), sa.ForeignKey("target.id"), nullable=False, index=True),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("channel", WORD, nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("pledged_for", sa.Date(), nullable=True),
        sa.Column("sealed_note", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("corrects", sa.Uuid(), sa.ForeignKey("response.id"), nullable=True, unique=True),
    )
    op.create_table(
        "response_attachment",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("response_id", sa.Uuid(), sa.ForeignKey("response.id"), nullable=False, index=True),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sealed_content", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=False),
        sa.Column("added_by", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("added_at", MOMENT, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("response_attachment")
    op.drop_table("response")
