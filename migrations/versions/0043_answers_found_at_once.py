"""The answer that counts is found by its invitation, and those that were set aside by their document

Revision: 0043
Follows: 0042
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0043"
down_revision: str | None = "0042"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "uq_signature_of_invitation",
        "signature",
        ["invitation_id"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(
        "ix_signature_set_aside",
        "signature",
        ["document_id"],
        postgresql_where=sa.text("superseded_at IS NOT NULL OR doubted_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_signature_set_aside", table_name="signature")
    op.drop_index("uq_signature_of_invitation", table_name="signature")
