"""Facts that change under a case

Revision: 0040
Follows: 0039
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0040"
down_revision: str | None = "0039"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(40)


def _link(name: str, target: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(target), nullable=nullable, index=True)


def upgrade() -> None:
    op.create_table(
        "changed_fact",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _link("action_id", "urgent_action.id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("change", WORD, nullable=False),
        _link("person_at_risk_id", "person_at_risk.id", nullable=True),
        sa.Column("demands", WORD, nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        _link("source_id", "source.id"),
        _link("draft_id", "document_version.id"),
        _link("recorded_by", "person.id"),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.UniqueConstraint("action_id", "number"),
    )
    op.add_column("document", sa.Column("guided", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("document", "guided", server_default=None)
    op.add_column("consent", sa.Column("voided_by", sa.Uuid(), nullable=True))
    op.create_foreign_key(None, "consent", "changed_fact", ["voided_by"], ["id"])
    op.create_index("ix_consent_voided_by", "consent", ["voided_by"])
    op.add_column("consent_passage", sa.Column("ended_at", MOMENT, nullable=True))
    op.drop_constraint("consent_passage_person_at_risk_id_key", "consent_passage", type_="unique")
    op.create_index(
        "uq_consent_passage_of_now",
        "consent_passage",
        ["person_at_risk_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("uq_consent_passage_of_now", "consent_passage")
    op.execute("DELETE FROM consent_passage WHERE ended_at IS NOT NULL")
    op.create_unique_constraint(
        "consent_passage_person_at_risk_id_key", "consent_passage", ["person_at_risk_id"]
    )
    op.drop_column("consent_passage", "ended_at")
    op.drop_column("consent", "voided_by")
    op.drop_column("document", "guided")
    op.drop_table("changed_fact")
