"""Answers that supersede each other, and links that expire, are revoked and reissued

Revision: 0007
Follows: 0006
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
ONE_ANSWER = "signature_document_id_partner_id_key"
ONE_CURRENT = "uq_signature_current"


def upgrade() -> None:
    op.add_column("signature", sa.Column("late", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("signature", "late", server_default=None)
    op.add_column("signature", sa.Column("sealed_reason", sa.LargeBinary(), nullable=True))
    op.add_column("signature", sa.Column("superseded_at", MOMENT, nullable=True))
    op.drop_constraint(ONE_ANSWER, "signature", type_="unique")
    op.create_index(
        ONE_CURRENT,
        "signature",
        ["document_id", "partner_id"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.add_column("invitation", sa.Column("revoked_at", MOMENT, nullable=True))
    op.add_column("invitation", sa.Column("reissued_at", MOMENT, nullable=True))
    # Links that are out keep the time that new ones get by default.
    op.add_column("sign_link", sa.Column("expires_at", MOMENT, nullable=True))
    op.execute("UPDATE sign_link SET expires_at = issued_at + interval '90 days'")
    op.alter_column("sign_link", "expires_at", nullable=False)


def downgrade() -> None:
    # No link may open again that was revoked with its invitation.
    op.execute(
        "UPDATE sign_link SET revoked_at = now() FROM invitation"
        " WHERE invitation.id = sign_link.invitation_id AND sign_link.revoked_at IS NULL"
        " AND (invitation.revoked_at IS NOT NULL OR sign_link.expires_at <= now())"
    )
    op.drop_column("sign_link", "expires_at")
    op.drop_column("invitation", "reissued_at")
    op.drop_column("invitation", "revoked_at")
    op.execute("DELETE FROM signature WHERE superseded_at IS NOT NULL")
    op.drop_index(ONE_CURRENT, table_name="signature")
    op.create_unique_constraint(ONE_ANSWER, "signature", ["document_id", "partner_id"])
    op.drop_column("signature", "superseded_at")
    op.drop_column("signature", "sealed_reason")
    op.drop_column("signature", "late")
