"""One word for the UN special procedures; submissions that were sent have reply clocks

Revision: 0038
Follows: 0033
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0038"
down_revision: str | None = "0033"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

RENAME = "UPDATE submission SET mechanism = '{new}' WHERE mechanism = '{old}'"
ABOUT_ONE = "num_nonnulls(target_id, submission_id) = 1"


def upgrade() -> None:
    op.execute(RENAME.format(old="special_procedures", new="un_special_procedures"))
    for table, check in (("response", "response_to_one"), ("escalation_step", "step_about_one")):
        op.add_column(table, sa.Column("submission_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(None, table, "submission", ["submission_id"], ["id"])
        op.create_index(f"ix_{table}_submission_id", table, ["submission_id"])
        op.alter_column(table, "target_id", nullable=True)
        op.create_check_constraint(check, table, ABOUT_ONE)
    op.create_unique_constraint(None, "escalation_step", ["submission_id", "number"])


def downgrade() -> None:
    op.execute(
        "UPDATE inbound_mail SET response_id = NULL WHERE response_id IN "
        "(SELECT id FROM response WHERE submission_id IS NOT NULL)"
    )
    for table, check in (("escalation_step", "step_about_one"), ("response", "response_to_one")):
        op.drop_constraint(check, table)
        op.execute(f"DELETE FROM {table} WHERE submission_id IS NOT NULL")  # noqa: S608 - names of our own
        op.drop_column(table, "submission_id")
        op.alter_column(table, "target_id", nullable=False)
    op.execute(RENAME.format(old="un_special_procedures", new="special_procedures"))
