"""The directory of partners: what is known of each, its logo, corrections, and who did what

Revision: 0006
Follows: 0005
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

POSITION = "partner_contact_partner_id_position_key"
TEXT = sqlmodel.sql.sqltypes.AutoString()
MOMENT = sa.DateTime(timezone=True)

# Until now whoever stood first was whom a partner was reached by.
REGISTERED = """
    UPDATE partner SET registered_address = first.email, registered_fingerprint = first.fingerprint
    FROM (SELECT DISTINCT ON (partner_id) partner_id, email, fingerprint
          FROM partner_contact ORDER BY partner_id, position) AS first
    WHERE first.partner_id = partner.id
"""

# Two spellings of one address were two rows; the one asked later leaves.
ONE_AN_ADDRESS = """
    UPDATE partner_contact AS later SET gone_at = now(), position = NULL
    FROM partner_contact AS earlier
    WHERE earlier.partner_id = later.partner_id AND earlier.fingerprint = later.fingerprint
      AND earlier.position < later.position
"""


def enum(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, length=40)


KIND = enum(
    "partnerkind", "organisation", "network", "collective", "community", "union", "fund", "academic", "faith",
    "medium", "other",
)  # fmt: skip
STATUS = enum("partnerstatus", "active", "paused", "ended", "compromised")
CHANNEL = enum("channel", "email", "sms", "partner_api", "letter")
OUTCOME = enum("changeoutcome", "approved", "refused", "replaced")
EVENT = enum(
    "partnereventkind", "created", "updated", "status_changed", "logo_changed", "change_proposed",
    "change_approved", "change_refused",
)  # fmt: skip

NEW_OF_PARTNERS = (
    ("time_zone", TEXT),
    ("website", TEXT),
    ("member_count", sa.Integer()),
    ("mandate_follows", sa.Uuid()),
    ("mandate_given_on", sa.Date()),
    ("mandate_given_by", TEXT),
)
FILLED_OF_PARTNERS = (
    ("kind", KIND, "organisation"),
    ("registered_address", TEXT, ""),
    ("registered_fingerprint", sa.LargeBinary(), ""),
    ("members", postgresql.ARRAY(sa.Uuid()), "{}"),
    ("status", STATUS, "active"),
)


def upgrade() -> None:
    for name, kind, default in FILLED_OF_PARTNERS:
        op.add_column("partner", sa.Column(name, kind, nullable=False, server_default=default))
    for name, kind in NEW_OF_PARTNERS:
        op.add_column("partner", sa.Column(name, kind))
    op.create_foreign_key(None, "partner", "partner", ["mandate_follows"], ["id"])
    op.create_index(op.f("ix_partner_mandate_follows"), "partner", ["mandate_follows"])
    op.execute(REGISTERED)
    for name, _, _ in FILLED_OF_PARTNERS:
        op.alter_column("partner", name, server_default=None)
    change_contacts()
    make_tables()


def change_contacts() -> None:
    op.add_column("partner_contact", sa.Column("phone", TEXT))
    op.add_column("partner_contact", sa.Column("phone_fingerprint", sa.LargeBinary()))
    op.add_column("partner_contact", sa.Column("asked_by", CHANNEL, nullable=False, server_default="email"))
    op.alter_column("partner_contact", "asked_by", server_default=None)
    op.add_column("partner_contact", sa.Column("gone_at", MOMENT))
    op.alter_column("partner_contact", "position", nullable=True)
    op.drop_constraint(POSITION, "partner_contact", type_="unique")
    op.execute(ONE_AN_ADDRESS)
    op.create_unique_constraint(
        POSITION, "partner_contact", ["partner_id", "position"], deferrable=True, initially="DEFERRED"
    )
    op.create_check_constraint(
        "position_while_she_stays", "partner_contact", "(position IS NULL) = (gone_at IS NOT NULL)"
    )
    op.create_index(
        "one_contact_an_address",
        "partner_contact",
        ["partner_id", "fingerprint"],
        unique=True,
        postgresql_where=sa.text("gone_at IS NULL"),
    )


def make_tables() -> None:
    op.create_table(
        "partner_logo",
        sa.Column("partner_id", sa.Uuid(), sa.ForeignKey("partner.id"), primary_key=True),
        sa.Column("png", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
    )
    op.create_table(
        "partner_change",
        sa.Column("id", sa.Uuid(), primary_key=True),
        reference("partner_id", "partner", nullable=False),
        reference("contact_id", "partner_contact", nullable=False),
        sa.Column("sealed_fields", sa.LargeBinary(), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT),
        reference("decided_by", "person"),
        sa.Column("outcome", OUTCOME),
    )
    op.create_index(
        "one_open_change_a_contact",
        "partner_change",
        ["contact_id"],
        unique=True,
        postgresql_where=sa.text("outcome IS NULL"),
    )
    op.create_table(
        "registered_address_change",
        sa.Column("id", sa.Uuid(), primary_key=True),
        reference("partner_id", "partner", nullable=False),
        reference("change_id", "partner_change"),
        sa.Column("previous_address", TEXT, nullable=False),
        sa.Column("previous_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("told_at", MOMENT),
    )
    op.create_table(
        "partner_event",
        sa.Column("id", sa.Uuid(), primary_key=True),
        reference("partner_id", "partner", nullable=False),
        sa.Column("kind", EVENT, nullable=False),
        reference("person_id", "person"),
        reference("contact_id", "partner_contact"),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("detail", postgresql.JSONB(), nullable=False),
    )


def reference(column: str, table: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(column, sa.Uuid(), sa.ForeignKey(f"{table}.id"), nullable=nullable, index=True)


def downgrade() -> None:
    for table in ("partner_event", "registered_address_change", "partner_change", "partner_logo"):
        op.drop_table(table)
    op.drop_index("one_contact_an_address", "partner_contact")
    op.drop_constraint("position_while_she_stays", "partner_contact", type_="check")
    # Whoever left is still named by invitations: she goes behind those who stayed.
    op.execute(
        "UPDATE partner_contact AS gone SET position = 1000 + place.number FROM"
        " (SELECT id, row_number() OVER (ORDER BY gone_at, id) AS number FROM partner_contact"
        "  WHERE position IS NULL) AS place WHERE place.id = gone.id"
    )
    op.drop_constraint(POSITION, "partner_contact", type_="unique")
    op.create_unique_constraint(POSITION, "partner_contact", ["partner_id", "position"])
    op.alter_column("partner_contact", "position", nullable=False)
    for column in ("gone_at", "asked_by", "phone_fingerprint", "phone"):
        op.drop_column("partner_contact", column)
    for name, *_ in (*NEW_OF_PARTNERS, *FILLED_OF_PARTNERS):
        op.drop_column("partner", name)
