"""By whose procedure targets answer, and what is proposed where they do not

Revision: 0032
Follows: 0034
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0032"
down_revision: str | None = "0034"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(40)


def _link(name: str, target: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(target), nullable=nullable, index=True)


def upgrade() -> None:
    op.add_column("target", sa.Column("mechanism", WORD, nullable=True))
    op.create_table(
        "escalation_step",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _link("action_id", "urgent_action.id"),
        _link("document_id", "document.id"),
        _link("target_id", "target.id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("step", WORD, nullable=False),
        _link("addressee_id", "target.id", nullable=True),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        _link("decided_by", "person.id", nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.UniqueConstraint("document_id", "target_id", "number"),
    )


def downgrade() -> None:
    op.drop_table("escalation_step")
    op.drop_column("target", "mechanism")
