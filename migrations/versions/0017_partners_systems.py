"""Secrets of partners' systems that are being replaced; keys by which these systems read

Revision: 0017
Follows: 0013
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("partner", sa.Column("sealed_former_secret", sa.LargeBinary(), nullable=True))
    op.add_column("partner", sa.Column("former_secret_until", MOMENT, nullable=True))
    op.create_table(
        "partner_api_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_used_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key_hash"),
    )
    op.create_index("ix_partner_api_key_partner_id", "partner_api_key", ["partner_id"])
    op.create_index(
        "ix_delivery_partner",
        "delivery",
        ["recipient_id"],
        postgresql_where=sa.text("recipient_kind = 'partner'"),
    )


def downgrade() -> None:
    op.drop_index("ix_delivery_partner", table_name="delivery")
    op.drop_table("partner_api_key")
    op.drop_column("partner", "former_secret_until")
    op.drop_column("partner", "sealed_former_secret")
