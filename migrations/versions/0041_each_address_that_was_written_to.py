"""Whoever was written to at two addresses is told of a stop at both

Revision: 0041
Follows: 0037
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0041"
down_revision: str | None = "0037"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BY_RECIPIENT = ["dispatch_id", "recipient_id", "channel"]
ONCE = "delivery_dispatch_id_recipient_id_channel_key"
ONCE_BY_ADDRESS = "delivery_dispatch_id_recipient_id_channel_fingerprint_key"


def upgrade() -> None:
    op.drop_constraint(ONCE, "delivery")
    op.create_unique_constraint(ONCE_BY_ADDRESS, "delivery", [*BY_RECIPIENT, "fingerprint"])


def downgrade() -> None:
    op.drop_constraint(ONCE_BY_ADDRESS, "delivery")
    op.create_unique_constraint(ONCE, "delivery", BY_RECIPIENT)
