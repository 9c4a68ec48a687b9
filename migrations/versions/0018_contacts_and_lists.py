"""Contacts' languages, tags, lists and the basis on which they are written to; what was done to them

Revision: 0018
Follows: 0017
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TEXTS = postgresql.ARRAY(sa.Text())
TREE = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
WORD = sa.String(length=40)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for column in ("languages", "tags", "lists"):
        op.add_column("contact", sa.Column(column, TEXTS, server_default="{}", nullable=False))
        op.alter_column("contact", column, server_default=None)
    op.execute("UPDATE contact SET languages = ARRAY[language]")
    op.drop_column("contact", "language")
    op.add_column("contact", sa.Column("basis", WORD, nullable=True))
    op.add_column("contact", sa.Column("basis_on", sa.Date(), nullable=True))
    op.add_column("contact", sa.Column("basis_by", WORD, nullable=True))
    op.create_table(
        "contact_list",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("names", TREE, nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("slug"),
    )
    op.create_table(
        "contact_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("detail", TREE, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_contact_event_person_id", "contact_event", ["person_id"])


def downgrade() -> None:
    op.drop_table("contact_event")
    op.drop_table("contact_list")
    op.add_column("contact", sa.Column("language", sa.String(), nullable=True))
    op.execute("UPDATE contact SET language = languages[1]")
    op.alter_column("contact", "language", nullable=False)
    for column in ("basis", "basis_on", "basis_by", "languages", "tags", "lists"):
        op.drop_column("contact", column)
