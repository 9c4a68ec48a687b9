"""Receipts of answers: what was disowned, doubted, or follows from a mandate

Revision: 0009
Follows: 0008
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    # Nobody is written to about what she answered long ago.
    op.add_column(
        "signature", sa.Column("wants_receipt", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.alter_column("signature", "wants_receipt", server_default=None)
    op.add_column("signature", sa.Column("disowned", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("signature", "disowned", server_default=None)
    op.add_column("signature", sa.Column("doubted_at", MOMENT, nullable=True))
    op.add_column("signature", sa.Column("confirmed_at", MOMENT, nullable=True))
    op.add_column("signature", sa.Column("confirmed_by", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column("signature", sa.Column("by_mandate_of", sa.Uuid(), nullable=True))
    op.create_foreign_key("signature_by_mandate_of_fkey", "signature", "partner", ["by_mandate_of"], ["id"])
    op.create_index("ix_signature_by_mandate_of", "signature", ["by_mandate_of"])
    op.add_column("delivery", sa.Column("signature_id", sa.Uuid(), nullable=True))
    op.create_foreign_key("delivery_signature_id_fkey", "delivery", "signature", ["signature_id"], ["id"])
    op.create_index("ix_delivery_signature_id", "delivery", ["signature_id"])
    _create_answer_link()


def _create_answer_link() -> None:
    op.create_table(
        "answer_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitation.id"]),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index("ix_answer_link_invitation_id", "answer_link", ["invitation_id"])
    op.create_index("ix_answer_link_delivery_id", "answer_link", ["delivery_id"])


def downgrade() -> None:
    op.drop_table("answer_link")
    # Nothing may count again by itself that a partner has yet to confirm.
    op.execute(
        "UPDATE signature SET superseded_at = now() WHERE doubted_at IS NOT NULL AND superseded_at IS NULL"
    )
    op.drop_column("delivery", "signature_id")
    op.drop_column("signature", "by_mandate_of")
    op.drop_column("signature", "confirmed_by")
    op.drop_column("signature", "confirmed_at")
    op.drop_column("signature", "doubted_at")
    op.drop_column("signature", "disowned")
    op.drop_column("signature", "wants_receipt")
