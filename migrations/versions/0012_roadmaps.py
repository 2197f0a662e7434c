"""Versions of the catalogue of steps, roadmaps with their plans and steps, and readiness."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.store import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "roadmap_catalogue",
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("shipped_version", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("frozen_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roadmap_catalogue")),
        sa.UniqueConstraint("digest", name=op.f("uq_roadmap_catalogue_digest")),
        sa.UniqueConstraint("label", name=op.f("uq_roadmap_catalogue_label")),
    )
    op.create_table(
        "readiness_assessment",
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dimension", sa.String(length=40), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("assessed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("assessed_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("confirmation", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by_id IS NULL)",
            name=op.f("ck_readiness_assessment_confirmed_by_somebody_at_some_time"),
        ),
        sa.CheckConstraint("level BETWEEN 0 AND 9", name=op.f("ck_readiness_assessment_level_is_0_to_9")),
        sa.ForeignKeyConstraint(
            ["assessed_by_id"], ["user.id"], name=op.f("fk_readiness_assessment_assessed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["user.id"], name=op.f("fk_readiness_assessment_confirmed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_readiness_assessment_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readiness_assessment")),
    )
    with op.batch_alter_table("readiness_assessment", schema=None) as batch_op:
        batch_op.create_index(
            "ix_readiness_assessment_project_dimension", ["project_id", "dimension", "id"], unique=False
        )

    op.create_table(
        "roadmap",
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("catalogue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("answers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("baseline", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("baseline_on", sa.Date(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["catalogue_id"], ["roadmap_catalogue.id"], name=op.f("fk_roadmap_catalogue_id")
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["user.id"], name=op.f("fk_roadmap_made_by_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_roadmap_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roadmap")),
        sa.UniqueConstraint("project_id", name=op.f("uq_roadmap_project_id")),
    )
    with op.batch_alter_table("roadmap", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roadmap_catalogue_id"), ["catalogue_id"], unique=False)

    op.create_table(
        "roadmap_plan",
        sa.Column("roadmap_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("computed_on", sa.Date(), nullable=False),
        sa.Column("computed_at", UtcDateTime(), nullable=False),
        sa.Column("outlook", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("plan", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["roadmap_id"], ["roadmap.id"], name=op.f("fk_roadmap_plan_roadmap_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roadmap_plan")),
        sa.UniqueConstraint("roadmap_id", name=op.f("uq_roadmap_plan_roadmap_id")),
    )
    with op.batch_alter_table("roadmap_plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roadmap_plan_computed_on"), ["computed_on"], unique=False)

    op.create_table(
        "roadmap_step",
        sa.Column("roadmap_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step_id", sa.String(length=80), nullable=False),
        sa.Column("started", sa.Date(), nullable=True),
        sa.Column("finished", sa.Date(), nullable=True),
        sa.Column("day_unknown", sa.Boolean(), nullable=False),
        sa.Column("not_before", sa.Date(), nullable=True),
        sa.Column("owner", sa.String(length=120), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("skipped", sa.Text(), nullable=True),
        sa.Column("own", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "started IS NULL OR finished IS NULL OR finished >= started",
            name=op.f("ck_roadmap_step_finished_after_started"),
        ),
        sa.ForeignKeyConstraint(["roadmap_id"], ["roadmap.id"], name=op.f("fk_roadmap_step_roadmap_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roadmap_step")),
        sa.UniqueConstraint("roadmap_id", "step_id", name=op.f("uq_roadmap_step_roadmap_id_step_id")),
    )


def downgrade() -> None:
    """Remove the tables."""
    for table in ("roadmap_step", "roadmap_plan", "roadmap", "readiness_assessment", "roadmap_catalogue"):
        op.drop_table(table)
