"""Enrolment of verifiers: how each is asked, her PIN, and her place on the duty list

Revision: 0004
Follows: 0003
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "enrolment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index(op.f("ix_enrolment_person_id"), "enrolment", ["person_id"], unique=False)
    op.add_column("person", sa.Column("phone", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column("person", sa.Column("phone_fingerprint", sa.LargeBinary(), nullable=True))
    op.add_column(
        "person",
        sa.Column(
            "asked_by",
            sa.Enum("email", "sms", "partner_api", "letter", name="channel", native_enum=False, length=40),
            nullable=False,
            server_default="email",
        ),
    )
    op.add_column("person", sa.Column("duty_position", sa.Integer(), nullable=True))
    op.add_column("person", sa.Column("pin_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column("person", sa.Column("pin_set_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("person", sa.Column("pin_failures", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("person", sa.Column("pin_locked_until", sa.DateTime(timezone=True), nullable=True))
    # The defaults are for those who are there already; from now on the models say what is written.
    op.alter_column("person", "asked_by", server_default=None)
    op.alter_column("person", "pin_failures", server_default=None)


def downgrade() -> None:
    op.drop_column("person", "pin_locked_until")
    op.drop_column("person", "pin_failures")
    op.drop_column("person", "pin_set_at")
    op.drop_column("person", "pin_hash")
    op.drop_column("person", "duty_position")
    op.drop_column("person", "asked_by")
    op.drop_column("person", "phone_fingerprint")
    op.drop_column("person", "phone")
    op.drop_index(op.f("ix_enrolment_person_id"), table_name="enrolment")
    op.drop_table("enrolment")
