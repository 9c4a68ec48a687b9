"""Who declined a proposed signature, or took it back

Revision: 0023
Follows: 0022
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("proposal", sa.Column("ended_by", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("proposal", "ended_by")
