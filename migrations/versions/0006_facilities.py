"""Facilities, cleanrooms, rates, changeover times, holidays and duties."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.store import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "facility",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "pre_gmp",
                "gmp",
                "both",
                "process_development",
                "cdmo",
                "centre",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("operator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("operator_name", sa.String(length=250), nullable=False),
        sa.Column("operator_kind", sa.String(length=40), nullable=True),
        sa.Column("city", sa.String(length=120), nullable=False),
        sa.Column("region", sa.String(length=120), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "operating",
                "under_construction",
                "unknown",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("opened", sa.String(length=10), nullable=True),
        sa.Column("expected_operational", sa.String(length=10), nullable=True),
        sa.Column("area_m2", sa.Integer(), nullable=True),
        sa.Column("cleanroom_count", sa.Integer(), nullable=True),
        sa.Column(
            "modalities",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "services",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("permits", sa.Text(), nullable=True),
        sa.Column("website", sa.String(length=300), nullable=True),
        sa.Column(
            "former_names",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("contact_name", sa.String(length=120), nullable=True),
        sa.Column("contact_email", sa.String(length=254), nullable=True),
        sa.Column("contact_phone", sa.String(length=40), nullable=True),
        sa.Column("booking_terms", sa.Text(), nullable=True),
        sa.Column("confidentiality_terms", sa.Text(), nullable=True),
        sa.Column("confidentiality_version", sa.Integer(), nullable=False),
        sa.Column("public_records", sa.Boolean(), nullable=True),
        sa.Column("hold_working_days", sa.Integer(), nullable=False),
        sa.Column("default_changeover_days", sa.Integer(), nullable=False),
        sa.Column("same_project_changeover_days", sa.Integer(), nullable=False),
        sa.Column("charges_changeover", sa.Boolean(), nullable=False),
        sa.Column("signs_pre_gmp", sa.Boolean(), nullable=False),
        sa.Column(
            "priority",
            sa.Enum(
                "oldest_first",
                "clinical_first",
                name="priority",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "cancellation_steps",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("moves_without_asking_days", sa.Integer(), nullable=True),
        sa.Column(
            "source",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=True,
        ),
        sa.Column(
            "further_sources",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("confidence", sa.String(length=12), nullable=True),
        sa.Column(
            "to_verify",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "shipped",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=True,
        ),
        sa.Column(
            "local_fields",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("is_open_for_requests", sa.Boolean(), nullable=False),
        sa.Column("edited_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["operator_id"], ["organisation.id"], name=op.f("fk_facility_operator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility")),
        sa.UniqueConstraint("slug", name=op.f("uq_facility_slug")),
    )
    with op.batch_alter_table("facility", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_facility_operator_id"), ["operator_id"], unique=False)
    op.create_table(
        "cleanroom",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("facility_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("pre_gmp", "gmp", name="kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "grade",
            sa.Enum(
                "CNC",
                "D",
                "C",
                "B",
                "A_in_B",
                name="grade",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("area_m2", sa.Integer(), nullable=True),
        sa.Column("bsl", sa.Integer(), nullable=False),
        sa.Column(
            "vector_level",
            sa.Enum(
                "none",
                "aav",
                "lentiviral_retroviral",
                "replication_competent",
                name="vector_level",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("gmo_class", sa.Integer(), nullable=True),
        sa.Column("isolator", sa.Boolean(), nullable=False),
        sa.Column(
            "equipment",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "unit",
            sa.Enum(
                "day", "half_day", "hour", name="unit", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "open_weekdays",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("opens_hour", sa.Integer(), nullable=False),
        sa.Column("closes_hour", sa.Integer(), nullable=False),
        sa.Column("min_units", sa.Integer(), nullable=False),
        sa.Column("max_units", sa.Integer(), nullable=True),
        sa.Column("notice_days", sa.Integer(), nullable=False),
        sa.Column("qualified_until", sa.Date(), nullable=True),
        sa.Column("air_handling", sa.String(length=40), nullable=True),
        sa.Column("last_class", sa.String(length=40), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("is_bookable", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("edited_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("bsl BETWEEN 1 AND 3", name=op.f("ck_cleanroom_bsl_is_1_to_3")),
        sa.CheckConstraint(
            "gmo_class IS NULL OR gmo_class BETWEEN 0 AND 3", name=op.f("ck_cleanroom_gmo_class_is_0_to_3")
        ),
        sa.CheckConstraint(
            "min_units >= 1 AND (max_units IS NULL OR max_units >= min_units)",
            name=op.f("ck_cleanroom_units"),
        ),
        sa.CheckConstraint(
            "opens_hour >= 0 AND closes_hour <= 24 AND opens_hour < closes_hour",
            name=op.f("ck_cleanroom_opening_hours"),
        ),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_cleanroom_facility_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cleanroom")),
        sa.UniqueConstraint("facility_id", "code", name=op.f("uq_cleanroom_facility_id_code")),
        sa.UniqueConstraint("slug", name=op.f("uq_cleanroom_slug")),
    )
    with op.batch_alter_table("cleanroom", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cleanroom_facility_id"), ["facility_id"], unique=False)
    op.create_table(
        "facility_duty",
        sa.Column("facility_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "founder",
                "facility_manager",
                "qa",
                "qp",
                "adviser",
                "investor",
                "support_provider",
                "analyst",
                "administrator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("stands_in_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_facility_duty_ends_after_start")
        ),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_facility_duty_facility_id")),
        sa.ForeignKeyConstraint(
            ["stands_in_for_id"], ["user.id"], name=op.f("fk_facility_duty_stands_in_for_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_facility_duty_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility_duty")),
    )
    with op.batch_alter_table("facility_duty", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_facility_duty_facility_id"), ["facility_id"], unique=False)
        batch_op.create_index("ix_facility_duty_user_id", ["user_id", "facility_id", "role"], unique=False)
    op.create_table(
        "facility_holiday",
        sa.Column("facility_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_facility_holiday_facility_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility_holiday")),
        sa.UniqueConstraint("facility_id", "day", name=op.f("uq_facility_holiday_facility_id_day")),
    )
    with op.batch_alter_table("facility_holiday", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_facility_holiday_facility_id"), ["facility_id"], unique=False)
    op.create_table(
        "facility_licence",
        sa.Column("facility_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=True),
        sa.Column("authority", sa.String(length=120), nullable=True),
        sa.Column("scope", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_facility_licence_facility_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility_licence")),
    )
    with op.batch_alter_table("facility_licence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_facility_licence_facility_id"), ["facility_id"], unique=False)
    op.create_table(
        "cleanroom_changeover_time",
        sa.Column("cleanroom_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("before", sa.String(length=40), nullable=False),
        sa.Column("after", sa.String(length=40), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("days BETWEEN 0 AND 365", name=op.f("ck_cleanroom_changeover_time_days")),
        sa.ForeignKeyConstraint(
            ["cleanroom_id"], ["cleanroom.id"], name=op.f("fk_cleanroom_changeover_time_cleanroom_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cleanroom_changeover_time")),
        sa.UniqueConstraint(
            "cleanroom_id",
            "before",
            "after",
            name=op.f("uq_cleanroom_changeover_time_cleanroom_id_before_after"),
        ),
    )
    with op.batch_alter_table("cleanroom_changeover_time", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_cleanroom_changeover_time_cleanroom_id"), ["cleanroom_id"], unique=False
        )
    op.create_table(
        "cleanroom_rate",
        sa.Column("cleanroom_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "customer_kind",
            sa.Enum(
                "academic",
                "sme",
                "company",
                "hospital",
                name="customer_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("vat_basis_points", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_cleanroom_rate_amount_is_not_negative")),
        sa.CheckConstraint("vat_basis_points BETWEEN 0 AND 10000", name=op.f("ck_cleanroom_rate_vat")),
        sa.ForeignKeyConstraint(
            ["cleanroom_id"], ["cleanroom.id"], name=op.f("fk_cleanroom_rate_cleanroom_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cleanroom_rate")),
        sa.UniqueConstraint(
            "cleanroom_id",
            "customer_kind",
            "valid_from",
            name=op.f("uq_cleanroom_rate_cleanroom_id_customer_kind_valid_from"),
        ),
    )
    with op.batch_alter_table("cleanroom_rate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cleanroom_rate_cleanroom_id"), ["cleanroom_id"], unique=False)


def downgrade() -> None:
    """Remove the tables."""
    op.drop_table("cleanroom_rate")
    op.drop_table("cleanroom_changeover_time")
    op.drop_table("facility_licence")
    op.drop_table("facility_holiday")
    op.drop_table("facility_duty")
    op.drop_table("cleanroom")
    op.drop_table("facility")
