"""What partners state, and exchange rates."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.store import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON_DATA = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "exchange_rate",
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("millionths", IDENTITY, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("entered_by_id", IDENTITY, nullable=True),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.CheckConstraint("millionths > 0", name=op.f("ck_exchange_rate_rate_is_positive")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user.id"], name=op.f("fk_exchange_rate_entered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_rate")),
        sa.UniqueConstraint("currency", "day", name=op.f("uq_exchange_rate_currency_day")),
    )
    op.create_table(
        "partner",
        sa.Column("organisation_id", IDENTITY, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "investor",
                "support",
                name="partner_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "open",
                "closed",
                name="partner_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("investor_kind", sa.String(length=40), nullable=True),
        sa.Column("expert_kind", sa.String(length=40), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_sv", sa.Text(), nullable=True),
        sa.Column("serves", JSON_DATA, nullable=False),
        sa.Column("product_classes", JSON_DATA, nullable=False),
        sa.Column("modalities", JSON_DATA, nullable=False),
        sa.Column("indication_areas", JSON_DATA, nullable=False),
        sa.Column("phases", JSON_DATA, nullable=False),
        sa.Column("countries", JSON_DATA, nullable=False),
        sa.Column("organisation_kinds", JSON_DATA, nullable=False),
        sa.Column("ticket_min", IDENTITY, nullable=True),
        sa.Column("ticket_max", IDENTITY, nullable=True),
        sa.Column("ticket_currency", sa.String(length=3), nullable=True),
        sa.Column("instruments", JSON_DATA, nullable=False),
        sa.Column("lead_or_follow", sa.String(length=20), nullable=True),
        sa.Column("horizon_years", sa.Integer(), nullable=True),
        sa.Column("exclude_product_classes", JSON_DATA, nullable=False),
        sa.Column("exclude_modalities", JSON_DATA, nullable=False),
        sa.Column("exclude_indication_areas", JSON_DATA, nullable=False),
        sa.Column("exclude_countries", JSON_DATA, nullable=False),
        sa.Column("exclusions", sa.Text(), nullable=True),
        sa.Column("accepts_on_hold", sa.Boolean(), nullable=False),
        sa.Column("eligibility", sa.Text(), nullable=True),
        sa.Column("cost", sa.String(length=200), nullable=True),
        sa.Column("calls", sa.Text(), nullable=True),
        sa.Column("lead_time_days", sa.Integer(), nullable=True),
        sa.Column("opens", sa.Date(), nullable=True),
        sa.Column("closes", sa.Date(), nullable=True),
        sa.Column("website", sa.String(length=300), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=True),
        sa.Column("conflicts", JSON_DATA, nullable=False),
        sa.Column("drafted_by_id", IDENTITY, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.CheckConstraint("capacity >= 0", name=op.f("ck_partner_capacity_is_not_negative")),
        sa.CheckConstraint(
            "ticket_min IS NULL OR ticket_max IS NULL OR ticket_max >= ticket_min",
            name=op.f("ck_partner_ticket_range"),
        ),
        sa.CheckConstraint(
            "ticket_min IS NULL OR ticket_min >= 0", name=op.f("ck_partner_ticket_is_not_negative")
        ),
        sa.ForeignKeyConstraint(["drafted_by_id"], ["user.id"], name=op.f("fk_partner_drafted_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_partner_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_partner_organisation_id_name")),
    )
    with op.batch_alter_table("partner", schema=None) as batch_op:
        batch_op.create_index("ix_partner_state_kind", ["state", "kind"], unique=False)


def downgrade() -> None:
    """Remove the tables."""
    with op.batch_alter_table("partner", schema=None) as batch_op:
        batch_op.drop_index("ix_partner_state_kind")

    op.drop_table("partner")
    op.drop_table("exchange_rate")
