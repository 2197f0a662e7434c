"""Campaigns and their links; run records and what is attached to them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.store import UtcDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "campaign",
        sa.Column("project_id", IDENTITY, nullable=False),
        sa.Column("organisation_id", IDENTITY, nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by_id", IDENTITY, nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_campaign_created_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_campaign_organisation_id")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_campaign_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
    )
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_campaign_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_campaign_project_id"), ["project_id"], unique=False)

    op.create_table(
        "campaign_link",
        sa.Column("campaign_id", IDENTITY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("request_id", IDENTITY, nullable=False),
        sa.Column("after_id", IDENTITY, nullable=True),
        sa.Column("lag_days", sa.Integer(), nullable=False),
        sa.Column("spacing_days", sa.Integer(), nullable=False),
        sa.Column("waits_for_rest", sa.Boolean(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.CheckConstraint("lag_days >= 0", name=op.f("ck_campaign_link_lag_is_not_negative")),
        sa.CheckConstraint("spacing_days >= 0", name=op.f("ck_campaign_link_spacing_is_not_negative")),
        sa.ForeignKeyConstraint(["after_id"], ["campaign_link.id"], name=op.f("fk_campaign_link_after_id")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_link_campaign_id")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["slot_request.id"], name=op.f("fk_campaign_link_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_link")),
        sa.UniqueConstraint("request_id", name=op.f("uq_campaign_link_request_id")),
    )
    with op.batch_alter_table("campaign_link", schema=None) as batch_op:
        batch_op.create_index(
            "ix_campaign_link_campaign_id_position", ["campaign_id", "position"], unique=False
        )

    op.create_table(
        "run",
        sa.Column("booking_id", IDENTITY, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "closed",
                "certified",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("operators", sa.String(length=500), nullable=False),
        sa.Column("batch_reference", sa.String(length=80), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "success", "failure", name="outcome", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column("deviations", sa.Integer(), nullable=True),
        sa.Column(
            "failure",
            sa.Enum(
                "contamination",
                "equipment",
                "facility",
                "starting_material",
                "specification",
                "operator",
                "other",
                name="failure",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("yield_amount", sa.Double(), nullable=True),
        sa.Column("yield_target", sa.Double(), nullable=True),
        sa.Column("yield_unit", sa.String(length=40), nullable=False),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column(
            "writer_ids",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("closed_by_id", IDENTITY, nullable=True),
        sa.Column("certified_at", UtcDateTime(), nullable=True),
        sa.Column("certified_by_id", IDENTITY, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.CheckConstraint(
            "(state = 'certified') = (certified_at IS NOT NULL)", name=op.f("ck_run_certified_has_a_moment")
        ),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name=op.f("ck_run_closed_has_a_moment")),
        sa.CheckConstraint(
            "deviations IS NULL OR deviations >= 0", name=op.f("ck_run_deviations_are_counted")
        ),
        sa.CheckConstraint(
            "ended_at IS NULL OR started_at IS NULL OR started_at < ended_at", name=op.f("ck_run_ends_later")
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_run_booking_id")),
        sa.ForeignKeyConstraint(["certified_by_id"], ["user.id"], name=op.f("fk_run_certified_by_id")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["user.id"], name=op.f("fk_run_closed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_run_booking_id")),
    )
    op.create_table(
        "run_file",
        sa.Column("run_id", IDENTITY, nullable=False),
        sa.Column("file_id", IDENTITY, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("added_by_id", IDENTITY, nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["user.id"], name=op.f("fk_run_file_added_by_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_run_file_file_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_file_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_file")),
    )
    with op.batch_alter_table("run_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_run_file_run_id"), ["run_id"], unique=False)


def downgrade() -> None:
    """Remove the tables."""
    op.drop_table("run_file")
    op.drop_table("run")
    op.drop_table("campaign_link")
    op.drop_table("campaign")
