"""Gates: checklists, dossiers, items, evidence and waivers; and for which gate a hold waits."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.store import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables and the column."""
    op.create_table(
        "gate_dossier",
        sa.Column("project_id", IDENTITY, nullable=False),
        sa.Column("facility_id", IDENTITY, nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("opened_by_id", IDENTITY, nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_gate_dossier_facility_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["user.id"], name=op.f("fk_gate_dossier_opened_by_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_gate_dossier_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_dossier")),
        sa.UniqueConstraint("project_id", "facility_id", name=op.f("uq_gate_dossier_project_id_facility_id")),
    )
    with op.batch_alter_table("gate_dossier", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gate_dossier_facility_id"), ["facility_id"], unique=False)

    op.create_table(
        "gate_checklist",
        sa.Column("facility_id", IDENTITY, nullable=False),
        sa.Column(
            "gate",
            sa.Enum(
                "pre_gmp_exit",
                "gmp_entry",
                "first_clinical_batch_release",
                name="gate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "items",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("base_version", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.Column("published_by_id", IDENTITY, nullable=False),
        sa.Column("signature_id", IDENTITY, nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_gate_checklist_facility_id")),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["user.id"], name=op.f("fk_gate_checklist_published_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["signature_id"], ["signature.id"], name=op.f("fk_gate_checklist_signature_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_checklist")),
        sa.UniqueConstraint(
            "facility_id", "gate", "version", name=op.f("uq_gate_checklist_facility_id_gate_version")
        ),
    )
    op.create_table(
        "gate_item",
        sa.Column("dossier_id", IDENTITY, nullable=False),
        sa.Column("item", sa.String(length=60), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "given",
                "accepted",
                "returned",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reviewed_at", UtcDateTime(), nullable=True),
        sa.Column("reviewed_by_id", IDENTITY, nullable=True),
        sa.Column("review_note", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["gate_dossier.id"], name=op.f("fk_gate_item_dossier_id")),
        sa.ForeignKeyConstraint(["reviewed_by_id"], ["user.id"], name=op.f("fk_gate_item_reviewed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_item")),
        sa.UniqueConstraint("dossier_id", "item", name=op.f("uq_gate_item_dossier_id_item")),
    )
    op.create_table(
        "gate_evidence",
        sa.Column("gate_item_id", IDENTITY, nullable=False),
        sa.Column("file_id", IDENTITY, nullable=True),
        sa.Column("url", sa.String(length=500), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("stated_version", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("given_by_id", IDENTITY, nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.CheckConstraint("(file_id IS NULL) <> (url IS NULL)", name=op.f("ck_gate_evidence_file_or_link")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_gate_evidence_file_id")),
        sa.ForeignKeyConstraint(
            ["gate_item_id"], ["gate_item.id"], name=op.f("fk_gate_evidence_gate_item_id")
        ),
        sa.ForeignKeyConstraint(["given_by_id"], ["user.id"], name=op.f("fk_gate_evidence_given_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_evidence")),
    )
    with op.batch_alter_table("gate_evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gate_evidence_gate_item_id"), ["gate_item_id"], unique=False)

    op.create_table(
        "gate_waiver",
        sa.Column("gate_item_id", IDENTITY, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("signature_id", IDENTITY, nullable=False),
        sa.Column("waived_by_id", IDENTITY, nullable=False),
        sa.Column("waived_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by_id", IDENTITY, nullable=True),
        sa.Column("id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(["ended_by_id"], ["user.id"], name=op.f("fk_gate_waiver_ended_by_id")),
        sa.ForeignKeyConstraint(["gate_item_id"], ["gate_item.id"], name=op.f("fk_gate_waiver_gate_item_id")),
        sa.ForeignKeyConstraint(["signature_id"], ["signature.id"], name=op.f("fk_gate_waiver_signature_id")),
        sa.ForeignKeyConstraint(["waived_by_id"], ["user.id"], name=op.f("fk_gate_waiver_waived_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_waiver")),
    )
    with op.batch_alter_table("gate_waiver", schema=None) as batch_op:
        batch_op.create_index("ix_gate_waiver_gate_item_id", ["gate_item_id", "ended_at"], unique=False)
    op.add_column("booking", sa.Column("awaits_gate", sa.String(length=40), nullable=True))


def downgrade() -> None:
    """Remove the tables and the column."""
    op.drop_column("booking", "awaits_gate")
    op.drop_table("gate_waiver")
    op.drop_table("gate_evidence")
    op.drop_table("gate_item")
    op.drop_table("gate_checklist")
    op.drop_table("gate_dossier")
