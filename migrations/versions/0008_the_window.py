"""The window: messages that wait for their hour, and partners' time zones

Revision: 0008
Follows: 0005
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = "0008"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("not_before", sa.DateTime(timezone=True), nullable=True))
    op.add_column("partner", sa.Column("time_zone", sqlmodel.sql.sqltypes.AutoString(), nullable=True))


def downgrade() -> None:
    op.drop_column("partner", "time_zone")
    op.drop_column("delivery", "not_before")
