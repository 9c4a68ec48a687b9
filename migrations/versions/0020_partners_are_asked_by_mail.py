"""Contacts of partners are asked by mail, as they were in fact: decision 015

Revision: 0020
Follows: 0019
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("UPDATE partner_contact SET asked_by = 'email' WHERE asked_by = 'sms'")


def downgrade() -> None:
    """Leave them: mail is what they were asked by."""
