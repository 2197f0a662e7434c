"""Units that a programme pays a share of at a facility, and which bookings use them."""

import sqlalchemy as sa
from alembic import op

from portal.store import UtcDateTime

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "subsidy",
        sa.Column("facility_id", IDENTITY, nullable=False),
        sa.Column("programme", sa.String(length=160), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("used_units", sa.Integer(), nullable=False),
        sa.Column("unit", _words("unit", "day", "half_day", "hour"), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("project_id", IDENTITY, nullable=True),
        sa.Column(
            "customer_kind",
            _words("customer_kind", "academic", "sme", "company", "hospital"),
            nullable=True,
        ),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by_id", IDENTITY, nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.CheckConstraint("units > 0", name=op.f("ck_subsidy_units_are_positive")),
        sa.CheckConstraint(
            "used_units BETWEEN 0 AND units", name=op.f("ck_subsidy_nothing_beyond_the_budget")
        ),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name=op.f("ck_subsidy_percent")),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_subsidy_last_day_after_first")),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_subsidy_facility_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["user.id"], name=op.f("fk_subsidy_made_by_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_subsidy_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subsidy")),
    )
    op.create_index(op.f("ix_subsidy_facility_id"), "subsidy", ["facility_id"])
    op.create_table(
        "subsidy_use",
        sa.Column("subsidy_id", IDENTITY, nullable=False),
        sa.Column("booking_id", IDENTITY, nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("amount", IDENTITY, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.CheckConstraint("units > 0", name=op.f("ck_subsidy_use_units_are_positive")),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_subsidy_use_amount_is_not_negative")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_subsidy_use_booking_id")),
        sa.ForeignKeyConstraint(["subsidy_id"], ["subsidy.id"], name=op.f("fk_subsidy_use_subsidy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subsidy_use")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_subsidy_use_booking_id")),
    )
    op.create_index(op.f("ix_subsidy_use_subsidy_id"), "subsidy_use", ["subsidy_id"])


def downgrade() -> None:
    """Remove the tables."""
    op.drop_table("subsidy_use")
    op.drop_table("subsidy")


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)
