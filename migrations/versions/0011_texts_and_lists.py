"""Editorial versions and the signatures that they keep; addenda; links to the live page of an action

Revision: 0011
Follows: 0010
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

EDITORIAL = "document_version_editorial_of_fkey"
CARRIED = "signature_carried_from_fkey"
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("document_version", sa.Column("editorial_of", sa.Uuid(), nullable=True))
    op.add_column("document_version", sa.Column("editorial_why", sa.String(), nullable=True))
    op.create_foreign_key(EDITORIAL, "document_version", "document_version", ["editorial_of"], ["id"])
    op.create_index("ix_document_version_editorial_of", "document_version", ["editorial_of"])
    op.add_column("signature", sa.Column("carried_from", sa.Uuid(), nullable=True))
    op.create_foreign_key(CARRIED, "signature", "signature", ["carried_from"], ["id"])
    op.create_index("ix_signature_carried_from", "signature", ["carried_from"])
    op.create_table(
        "addendum",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("wanted_by", sa.Uuid(), nullable=True),
        sa.Column("wanted_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"]),
        sa.ForeignKeyConstraint(["wanted_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("document_id", "round"),
    )
    op.create_index("ix_addendum_document_id", "addendum", ["document_id"])
    op.create_index("ix_addendum_wanted_by", "addendum", ["wanted_by"])
    op.create_table(
        "screen_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["action_id"], ["urgent_action.id"]),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index("ix_screen_link_action_id", "screen_link", ["action_id"])
    op.create_index("ix_screen_link_made_by", "screen_link", ["made_by"])


def downgrade() -> None:
    op.drop_table("screen_link")
    op.drop_table("addendum")
    for table, column, key in (
        ("signature", "carried_from", CARRIED),
        ("document_version", "editorial_of", EDITORIAL),
    ):
        op.drop_index(f"ix_{table}_{column}", table_name=table)
        op.drop_constraint(key, table, type_="foreignkey")
        op.drop_column(table, column)
    op.drop_column("document_version", "editorial_why")
