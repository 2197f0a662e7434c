"""Projects, phases, teams, grants and uploaded sheets."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.store import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "project",
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("teaser", sa.Text(), nullable=False),
        sa.Column("teaser_sv", sa.Text(), nullable=True),
        sa.Column(
            "product_class",
            sa.Enum(
                "GTMP",
                "sCTMP",
                "TEP",
                "combined",
                name="product_class",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("modality", sa.String(length=60), nullable=False),
        sa.Column("indication_area", sa.String(length=60), nullable=False),
        sa.Column("indication", sa.String(length=200), nullable=True),
        sa.Column(
            "phase",
            sa.Enum(
                "discovery",
                "preclinical",
                "phase_1",
                "phase_2",
                "phase_3",
                "marketing_authorisation",
                "on_market",
                name="phase",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("phase_since", sa.Date(), nullable=True),
        sa.Column("on_hold", sa.Boolean(), nullable=False),
        sa.Column("autologous", sa.Boolean(), nullable=True),
        sa.Column("gmo_class", sa.Integer(), nullable=True),
        sa.Column("vector", sa.String(length=80), nullable=True),
        sa.Column("vector_level", sa.String(length=40), nullable=True),
        sa.Column("process_class", sa.String(length=40), nullable=True),
        sa.Column("process_state", sa.String(length=40), nullable=True),
        sa.Column("starting_material", sa.String(length=40), nullable=True),
        sa.Column("infectious_status", sa.String(length=40), nullable=True),
        sa.Column("cell_bank", sa.Boolean(), nullable=True),
        sa.Column("animal_origin", sa.Boolean(), nullable=True),
        sa.Column("shelf_life_hours", sa.Integer(), nullable=True),
        sa.Column("device", sa.Boolean(), nullable=True),
        sa.Column("bsl", sa.Integer(), nullable=True),
        sa.Column("orphan", sa.Boolean(), nullable=True),
        sa.Column("paediatric", sa.Boolean(), nullable=True),
        sa.Column(
            "needs",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("funding_min", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("funding_max", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("funding_currency", sa.String(length=3), nullable=True),
        sa.Column(
            "visibility",
            sa.Enum(
                "private",
                "investors",
                "public",
                name="visibility",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("archived_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("bsl IS NULL OR bsl BETWEEN 1 AND 4", name=op.f("ck_project_bsl_is_1_to_4")),
        sa.CheckConstraint(
            "funding_min IS NULL OR funding_max IS NULL OR funding_max >= funding_min",
            name=op.f("ck_project_funding_range"),
        ),
        sa.CheckConstraint(
            "gmo_class IS NULL OR gmo_class BETWEEN 0 AND 3", name=op.f("ck_project_gmo_class_is_0_to_3")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_project_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
        sa.UniqueConstraint("reference", name=op.f("uq_project_reference")),
    )
    with op.batch_alter_table("project", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_project_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_project_visibility"), ["visibility"], unique=False)
        batch_op.create_index(
            "uq_project_name_in_organisation",
            ["organisation_id", "name"],
            unique=True,
            sqlite_where=sa.text("archived_at IS NULL"),
            postgresql_where=sa.text("archived_at IS NULL"),
        )
    op.create_table(
        "project_grant",
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "field_group",
            sa.Enum(
                "teaser",
                "identity",
                "process",
                "roadmap",
                "money",
                "bookings",
                name="field_group",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "request",
                "consent",
                "introduction",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason_id", sa.Integer(), nullable=True),
        sa.Column("granted_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["granted_by_id"], ["user.id"], name=op.f("fk_project_grant_granted_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_project_grant_organisation_id")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_project_grant_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_grant")),
    )
    with op.batch_alter_table("project_grant", schema=None) as batch_op:
        batch_op.create_index("ix_project_grant_because", ["reason", "reason_id"], unique=False)
        batch_op.create_index(
            "ix_project_grant_lookup", ["organisation_id", "project_id", "field_group"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_project_grant_project_id"), ["project_id"], unique=False)
    op.create_table(
        "project_phase_change",
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "phase",
            sa.Enum(
                "discovery",
                "preclinical",
                "phase_1",
                "phase_2",
                "phase_3",
                "marketing_authorisation",
                "on_market",
                name="phase",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("on_hold", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("noted_at", UtcDateTime(), nullable=False),
        sa.Column("noted_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["user.id"], name=op.f("fk_project_phase_change_noted_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_phase_change_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_phase_change")),
    )
    with op.batch_alter_table("project_phase_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_project_phase_change_project_id"), ["project_id"], unique=False)
    op.create_table(
        "project_sheet",
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uploaded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uploaded_at", UtcDateTime(), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("imported_at", UtcDateTime(), nullable=True),
        sa.Column(
            "outcome",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=True,
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_project_sheet_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["user.id"], name=op.f("fk_project_sheet_uploaded_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_sheet")),
    )
    with op.batch_alter_table("project_sheet", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_project_sheet_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_project_sheet_uploaded_by_id"), ["uploaded_by_id"], unique=False)
    op.create_table(
        "project_team_member",
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("task", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_team_member_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_team_member")),
    )
    with op.batch_alter_table("project_team_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_project_team_member_project_id"), ["project_id"], unique=False)


def downgrade() -> None:
    """Remove the tables."""
    op.drop_table("project_team_member")
    op.drop_table("project_sheet")
    op.drop_table("project_phase_change")
    op.drop_table("project_grant")
    op.drop_table("project")
