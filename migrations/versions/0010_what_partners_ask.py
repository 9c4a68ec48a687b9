"""Signatures that somebody else in the organisation confirms, and questions of partners

Revision: 0010
Follows: 0009
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(40)


def upgrade() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("invitation_id", sa.Uuid(), sa.ForeignKey("invitation.id"), nullable=False, index=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("visibility", WORD, nullable=False),
        sa.Column("proposer_name", sa.String(), nullable=False),
        sa.Column("proposer_role", sa.String(), nullable=False),
        sa.Column("approver_name", sa.String(), nullable=False),
        sa.Column("approver_email", sa.String(), nullable=False),
        sa.Column("approver_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("approver_language", sa.String(), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
    )
    op.create_index(
        "one_open_proposal",
        "proposal",
        ["invitation_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    for table in ("sign_link", "signature"):
        op.add_column(table, sa.Column("proposal_id", sa.Uuid(), sa.ForeignKey("proposal.id"), nullable=True))
        op.create_index(f"ix_{table}_proposal_id", table, ["proposal_id"])
    # Whether it was told is in the outbox; nothing was written here before.
    op.drop_column("registered_address_change", "told_at")
    op.create_index(
        "ix_delivery_former_address",
        "delivery",
        ["recipient_id"],
        postgresql_where=sa.text("recipient_kind = 'former_address'"),
    )
    op.create_table(
        "question",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("invitation_id", sa.Uuid(), sa.ForeignKey("invitation.id"), nullable=False, index=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("sealed_text", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("answer_turn", sa.Integer(), nullable=True),
        sa.Column("sealed_answer", sa.LargeBinary(), nullable=True),
        sa.Column("answered_by", sa.Uuid(), sa.ForeignKey("person.id"), nullable=True, index=True),
        sa.Column("answered_at", MOMENT, nullable=True),
    )


def downgrade() -> None:
    op.drop_table("question")
    op.drop_index("ix_delivery_former_address", "delivery")
    op.add_column("registered_address_change", sa.Column("told_at", MOMENT, nullable=True))
    # A link of an approver would open the page of the contact.
    op.execute("UPDATE sign_link SET revoked_at = now() WHERE proposal_id IS NOT NULL AND revoked_at IS NULL")
    for table in ("signature", "sign_link"):
        op.drop_column(table, "proposal_id")
    op.drop_table("proposal")
