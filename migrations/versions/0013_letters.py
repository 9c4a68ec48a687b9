"""When letters were posted; deliveries to one address

Revision: 0013
Follows: 0015
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("posted_on", sa.Date(), nullable=True))
    op.create_index("ix_delivery_fingerprint", "delivery", ["fingerprint"])


def downgrade() -> None:
    op.drop_index("ix_delivery_fingerprint", table_name="delivery")
    op.drop_column("delivery", "posted_on")
