"""Delivery receipts, suppressions that can be lifted, messages in doubt that are sent again

Revision: 0021
Follows: 0020
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(40)
KNOWN = "'no_such_address', 'bounced', 'unsubscribed', 'complained', 'removed'"


def upgrade() -> None:
    # Nothing held back whoever wrote another reason by hand.
    op.execute(f"UPDATE suppression SET reason = 'no_such_address' WHERE reason NOT IN ({KNOWN})")  # noqa: S608
    op.alter_column("suppression", "reason", type_=WORD, existing_nullable=False)
    op.drop_constraint("suppression_pkey", "suppression")
    op.create_primary_key("suppression_pkey", "suppression", ["fingerprint", "reason"])
    op.create_table(
        "lifted_suppression",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False, index=True),
        sa.Column("reason", WORD, nullable=False),
        sa.Column("suppressed_at", MOMENT, nullable=False),
        sa.Column("lifted_at", MOMENT, nullable=False),
        sa.Column("lifted_by", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("why", WORD, nullable=False),
        sa.Column("consent_given_on", sa.Date(), nullable=True),
        sa.Column("consent_method", WORD, nullable=True),
    )
    op.create_table(
        "delivery_receipt",
        sa.Column("delivery_id", sa.Uuid(), sa.ForeignKey("delivery.id"), primary_key=True),
        sa.Column("kind", WORD, primary_key=True),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
    )
    op.create_index("ix_delivery_receipt_fingerprint", "delivery_receipt", ["fingerprint", "received_at"])
    op.create_table(
        "early_receipt",
        sa.Column("provider", sa.String(40), primary_key=True),
        sa.Column("reference", sa.String(200), primary_key=True),
        sa.Column("kind", WORD, primary_key=True),
        sa.Column("received_at", MOMENT, nullable=False),
    )
    op.add_column("delivery", sa.Column("resent_at", MOMENT, nullable=True))
    op.create_index(
        "ix_delivery_reference",
        "delivery",
        ["provider_reference"],
        postgresql_where=sa.text("channel = 'sms' AND provider_reference IS NOT NULL"),
    )
    op.create_index(
        "ix_delivery_in_doubt",
        "delivery",
        ["dispatch_id"],
        postgresql_where=sa.text("state IN ('unknown', 'parked') OR resent_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_delivery_in_doubt", "delivery")
    op.drop_index("ix_delivery_reference", "delivery")
    # Nobody would know any more that it may have arrived before.
    op.execute(
        "UPDATE delivery SET state = 'unknown', failure = 'sender_died', settled_at = now()"
        " WHERE resent_at IS NOT NULL AND state IN ('ready', 'cancelled', 'suppressed')"
    )
    op.drop_column("delivery", "resent_at")
    op.drop_table("early_receipt")
    op.drop_table("delivery_receipt")
    op.drop_table("lifted_suppression")
    # Of several reasons one that concerns more than the lists must stay.
    op.execute(
        "DELETE FROM suppression USING suppression AS other"
        " WHERE other.fingerprint = suppression.fingerprint"
        " AND (other.reason NOT IN ('unsubscribed', 'removed'), other.reason)"
        " > (suppression.reason NOT IN ('unsubscribed', 'removed'), suppression.reason)"
    )
    op.drop_constraint("suppression_pkey", "suppression")
    op.create_primary_key("suppression_pkey", "suppression", ["fingerprint"])
    op.alter_column(
        "suppression", "reason", type_=sqlmodel.sql.sqltypes.AutoString(), existing_nullable=False
    )
