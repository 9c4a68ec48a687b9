"""What stands behind a document: policy, attestations one by one, renderings, requests, objections

Revision: 0002
Follows: 0001
"""

from collections.abc import Sequence
from hashlib import sha256
from json import dumps

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "objection",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("returned", "rejected", name="objectionkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("sealed_reason", sa.LargeBinary(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_id"],
            ["urgent_action.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_objection_action_id"), "objection", ["action_id"], unique=False)
    op.create_index(op.f("ix_objection_person_id"), "objection", ["person_id"], unique=False)
    op.create_table(
        "possible_duplicate",
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("similarity", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_id"],
            ["urgent_action.id"],
        ),
        sa.ForeignKeyConstraint(
            ["other_id"],
            ["urgent_action.id"],
        ),
        sa.PrimaryKeyConstraint("action_id", "other_id"),
    )
    op.create_index(op.f("ix_possible_duplicate_other_id"), "possible_duplicate", ["other_id"], unique=False)
    op.create_table(
        "verification_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["action_id"],
            ["urgent_action.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("action_id", "cycle", "person_id"),
    )
    op.create_index(
        op.f("ix_verification_request_action_id"), "verification_request", ["action_id"], unique=False
    )
    op.create_index(
        op.f("ix_verification_request_person_id"), "verification_request", ["person_id"], unique=False
    )
    op.create_table(
        "consent_passage",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_at_risk_id", sa.Uuid(), nullable=False),
        sa.Column(
            "because",
            sa.Enum("death", "disappearance", name="passagereason", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("sealed_family", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_at_risk_id"],
            ["person_at_risk.id"],
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person_at_risk_id"),
    )
    op.create_index(
        op.f("ix_consent_passage_person_at_risk_id"), "consent_passage", ["person_at_risk_id"], unique=False
    )
    op.create_index(op.f("ix_consent_passage_recorded_by"), "consent_passage", ["recorded_by"], unique=False)
    op.create_table(
        "rendering",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("language", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("public", "identified", name="renderingkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("people", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["document_version.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("version_id", "language", "kind"),
    )
    op.create_index(op.f("ix_rendering_version_id"), "rendering", ["version_id"], unique=False)
    op.create_table(
        "verification_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["delivery.id"],
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["verification_request.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index(
        op.f("ix_verification_link_delivery_id"), "verification_link", ["delivery_id"], unique=False
    )
    op.create_index(
        op.f("ix_verification_link_request_id"), "verification_link", ["request_id"], unique=False
    )
    _divide_attestations()
    op.add_column("consent", sa.Column("sealed_reason", sa.LargeBinary(), nullable=True))
    op.add_column("consent", sa.Column("recorded_by", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_consent_recorded_by"), "consent", ["recorded_by"], unique=False)
    op.create_foreign_key(None, "consent", "person", ["recorded_by"], ["id"])
    op.add_column("delivery", sa.Column("request_id", sa.Uuid(), nullable=True))
    op.add_column(
        "delivery",
        sa.Column(
            "disclosure",
            sa.Enum("public", "authority", "mechanism", name="disclosure", native_enum=False, length=40),
            nullable=False,
            server_default="public",
        ),
    )
    op.alter_column("delivery", "disclosure", server_default=None)
    op.add_column(
        "delivery",
        sa.Column(
            "rendering",
            sa.Enum("public", "identified", name="renderingkind", native_enum=False, length=40),
            nullable=False,
            server_default="public",
        ),
    )
    op.alter_column("delivery", "rendering", server_default=None)
    op.add_column("delivery", sa.Column("digest", sa.LargeBinary(), nullable=True))
    op.create_index(op.f("ix_delivery_request_id"), "delivery", ["request_id"], unique=False)
    op.create_foreign_key(None, "delivery", "verification_request", ["request_id"], ["id"])
    op.add_column("dispatch", sa.Column("cycle", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column("dispatch", "cycle", server_default=None)
    op.add_column(
        "dispatch", sa.Column("languages", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}")
    )
    op.alter_column("dispatch", "languages", server_default=None)
    op.drop_constraint(op.f("dispatch_document_id_purpose_round_key"), "dispatch", type_="unique")
    op.create_unique_constraint(None, "dispatch", ["document_id", "purpose", "cycle", "round"])
    op.add_column(
        "urgent_action", sa.Column("sources_required", sa.Integer(), nullable=False, server_default="2")
    )
    op.alter_column("urgent_action", "sources_required", server_default=None)
    op.add_column("urgent_action", sa.Column("direct_sources_required", sa.Integer(), nullable=True))
    op.add_column(
        "urgent_action", sa.Column("attestations_required", sa.Integer(), nullable=False, server_default="2")
    )
    op.alter_column("urgent_action", "attestations_required", server_default=None)
    op.add_column(
        "urgent_action", sa.Column("approvals_required", sa.Integer(), nullable=False, server_default="1")
    )
    op.alter_column("urgent_action", "approvals_required", server_default=None)
    op.add_column(
        "urgent_action", sa.Column("verification_cycle", sa.Integer(), nullable=False, server_default="1")
    )
    op.alter_column("urgent_action", "verification_cycle", server_default=None)
    op.add_column(
        "urgent_action", sa.Column("leading_document", sa.Integer(), nullable=False, server_default="1")
    )
    op.alter_column("urgent_action", "leading_document", server_default=None)
    op.add_column("urgent_action", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("urgent_action", sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("urgent_action", sa.Column("rejected_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("urgent_action", sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True))
    _give_open_cases_the_policy_of_today()
    _render_what_was_written()


def downgrade() -> None:
    op.drop_column("urgent_action", "reopened_at")
    op.drop_column("urgent_action", "rejected_at")
    op.drop_column("urgent_action", "returned_at")
    op.drop_column("urgent_action", "withdrawn_at")
    op.drop_column("urgent_action", "leading_document")
    op.drop_column("urgent_action", "verification_cycle")
    op.drop_column("urgent_action", "approvals_required")
    op.drop_column("urgent_action", "attestations_required")
    op.drop_column("urgent_action", "direct_sources_required")
    op.drop_column("urgent_action", "sources_required")
    op.drop_constraint("dispatch_document_id_purpose_cycle_round_key", "dispatch", type_="unique")
    op.create_unique_constraint(
        op.f("dispatch_document_id_purpose_round_key"), "dispatch", ["document_id", "purpose", "round"]
    )
    op.drop_column("dispatch", "languages")
    op.drop_column("dispatch", "cycle")
    op.drop_constraint("delivery_request_id_fkey", "delivery", type_="foreignkey")
    op.drop_index(op.f("ix_delivery_request_id"), table_name="delivery")
    op.drop_column("delivery", "digest")
    op.drop_column("delivery", "rendering")
    op.drop_column("delivery", "disclosure")
    op.drop_column("delivery", "request_id")
    op.drop_constraint("consent_recorded_by_fkey", "consent", type_="foreignkey")
    op.drop_index(op.f("ix_consent_recorded_by"), table_name="consent")
    op.drop_column("consent", "recorded_by")
    op.drop_column("consent", "sealed_reason")
    _join_attestations()
    op.drop_index(op.f("ix_verification_link_request_id"), table_name="verification_link")
    op.drop_index(op.f("ix_verification_link_delivery_id"), table_name="verification_link")
    op.drop_table("verification_link")
    op.drop_index(op.f("ix_rendering_version_id"), table_name="rendering")
    op.drop_table("rendering")
    op.drop_index(op.f("ix_consent_passage_recorded_by"), table_name="consent_passage")
    op.drop_index(op.f("ix_consent_passage_person_at_risk_id"), table_name="consent_passage")
    op.drop_table("consent_passage")
    op.drop_index(op.f("ix_verification_request_person_id"), table_name="verification_request")
    op.drop_index(op.f("ix_verification_request_action_id"), table_name="verification_request")
    op.drop_table("verification_request")
    op.drop_index(op.f("ix_possible_duplicate_other_id"), table_name="possible_duplicate")
    op.drop_table("possible_duplicate")
    op.drop_index(op.f("ix_objection_person_id"), table_name="objection")
    op.drop_index(op.f("ix_objection_action_id"), table_name="objection")
    op.drop_table("objection")


def _divide_attestations() -> None:
    """One row for each thing that somebody confirmed: `texts` were all languages of the version."""
    op.drop_constraint("attestation_version_id_person_id_key", "attestation", type_="unique")
    op.alter_column("attestation", "confirms", new_column_name="confirmed")
    op.add_column("attestation", sa.Column("confirms", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.execute("""
        INSERT INTO attestation
            (id, action_id, version_id, digest, person_id, confirmed, confirms, attested_at)
        SELECT gen_random_uuid(), action_id, version_id, digest, person_id, confirmed, one, attested_at
        FROM attestation, LATERAL (
            SELECT thing AS one FROM unnest(confirmed) AS thing WHERE thing <> 'texts'
            UNION ALL
            SELECT 'text:' || language FROM document_text
            WHERE document_text.version_id = attestation.version_id AND 'texts' = ANY(confirmed)) AS things
    """)
    op.execute("DELETE FROM attestation WHERE confirms IS NULL")
    op.alter_column("attestation", "confirms", nullable=False)
    op.drop_column("attestation", "confirmed")
    op.create_unique_constraint(None, "attestation", ["version_id", "person_id", "confirms"])


def _join_attestations() -> None:
    op.drop_constraint("attestation_version_id_person_id_confirms_key", "attestation", type_="unique")
    op.add_column("attestation", sa.Column("confirmed", postgresql.ARRAY(sa.Text()), nullable=True))
    op.execute("DELETE FROM attestation WHERE confirms <> 'facts'")
    op.execute("UPDATE attestation SET confirmed = ARRAY['facts', 'consent', 'texts']")
    op.drop_column("attestation", "confirms")
    op.alter_column("attestation", "confirmed", new_column_name="confirms", nullable=False)
    op.create_unique_constraint(None, "attestation", ["version_id", "person_id"])


def _give_open_cases_the_policy_of_today() -> None:
    op.execute("UPDATE urgent_action SET direct_sources_required = 1 WHERE urgency = 'immediate'")
    op.execute("""
        UPDATE urgent_action SET policy = policy || jsonb_build_object('verification', CASE urgency
            WHEN 'immediate' THEN '{"remind_after": "PT1H", "escalate_after": "PT2H"}'::jsonb
            WHEN 'urgent' THEN '{"remind_after": "PT4H", "escalate_after": "PT12H"}'::jsonb
            ELSE '{"remind_after": "P1D", "escalate_after": "P3D"}'::jsonb END)
    """)
    op.execute("""
        UPDATE dispatch SET languages = ARRAY(
            SELECT language FROM document_text WHERE document_text.version_id = dispatch.version_id)
    """)


def _render_what_was_written() -> None:
    """Texts of before have the public rendering only: it names nobody beside them."""
    connection = op.get_bind()
    texts = connection.execute(
        sa.text(
            "SELECT version_id, language, headline, summary, body, background, demands FROM document_text"
        )
    )
    for version_id, *text in texts.all():
        tree = [text, []]
        digest = sha256(dumps(tree, ensure_ascii=False, separators=(",", ":")).encode()).digest()
        connection.execute(
            sa.text("""
                INSERT INTO rendering (id, version_id, language, kind, people, digest)
                VALUES (gen_random_uuid(), :version_id, :language, 'public', '{}', :digest)
            """),
            {"version_id": version_id, "language": text[0], "digest": digest},
        )
