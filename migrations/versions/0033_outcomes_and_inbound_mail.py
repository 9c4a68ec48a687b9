"""What became of people at risk, and mails that came in

Revision: 0033
Follows: 0032
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0033"
down_revision: str | None = "0032"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(40)


def _link(name: str, target: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(target), nullable=nullable, index=True)


def upgrade() -> None:
    op.create_table(
        "outcome",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _link("action_id", "urgent_action.id"),
        _link("person_at_risk_id", "person_at_risk.id"),
        sa.Column("impact", WORD, nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("sealed_note", sa.LargeBinary(), nullable=True),
        _link("recorded_by", "person.id"),
        sa.Column("recorded_at", MOMENT, nullable=False),
    )
    op.create_table(
        "inbound_mail",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _link("action_id", "urgent_action.id"),
        _link("target_id", "target.id", nullable=True),
        sa.Column("matched_by", WORD, nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_mail", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("state", WORD, nullable=False),
        _link("response_id", "response.id", nullable=True),
        _link("decided_by", "person.id", nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.UniqueConstraint("action_id", "fingerprint"),
    )


def downgrade() -> None:
    op.drop_table("inbound_mail")
    op.drop_table("outcome")
