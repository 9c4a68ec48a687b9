"""Which consents somebody confirmed: one that is given later has to be confirmed anew

Revision: 0005
Follows: 0004
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BEFORE = "attestation_version_id_person_id_confirms_key"
AFTER = "attestation_version_id_person_id_confirms_consent_revision_key"


def upgrade() -> None:
    op.add_column(
        "urgent_action", sa.Column("consent_revision", sa.Integer(), nullable=False, server_default="1")
    )
    op.add_column(
        "attestation", sa.Column("consent_revision", sa.Integer(), nullable=False, server_default="0")
    )
    # Whoever confirmed the consents did so before this revision was counted: her word stays.
    op.execute("UPDATE attestation SET consent_revision = 1 WHERE confirms = 'consent'")
    op.alter_column("urgent_action", "consent_revision", server_default=None)
    op.alter_column("attestation", "consent_revision", server_default=None)
    op.drop_constraint(BEFORE, "attestation", type_="unique")
    op.create_unique_constraint(
        AFTER, "attestation", ["version_id", "person_id", "confirms", "consent_revision"]
    )


def downgrade() -> None:
    op.execute(
        "DELETE FROM attestation USING urgent_action AS action"
        " WHERE action.id = attestation.action_id AND attestation.confirms = 'consent'"
        " AND attestation.consent_revision <> action.consent_revision"
    )
    op.drop_constraint(AFTER, "attestation", type_="unique")
    op.create_unique_constraint(BEFORE, "attestation", ["version_id", "person_id", "confirms"])
    op.drop_column("attestation", "consent_revision")
    op.drop_column("urgent_action", "consent_revision")
