"""What an installation changed in the shipped facts, and who confirmed what."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.store import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "fact_confirmation",
        sa.Column("collection", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.String(length=120), nullable=False),
        sa.Column("field", sa.String(length=200), nullable=True),
        sa.Column(
            "value",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("text_read", sa.String(length=500), nullable=False),
        sa.Column("confirmed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["user.id"], name=op.f("fk_fact_confirmation_confirmed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact_confirmation")),
    )
    with op.batch_alter_table("fact_confirmation", schema=None) as batch_op:
        batch_op.create_index(
            "ix_fact_confirmation_record", ["collection", "record_id", "field"], unique=False
        )
    op.create_table(
        "fact_revision",
        sa.Column("collection", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.String(length=120), nullable=False),
        sa.Column("field", sa.String(length=200), nullable=False),
        sa.Column(
            "value",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "shipped_value",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("restores", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("revised_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revised_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["revised_by_id"], ["user.id"], name=op.f("fk_fact_revision_revised_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact_revision")),
    )
    with op.batch_alter_table("fact_revision", schema=None) as batch_op:
        batch_op.create_index("ix_fact_revision_record", ["collection", "record_id", "field"], unique=False)


def downgrade() -> None:
    """Remove the tables."""
    op.drop_table("fact_revision")
    op.drop_table("fact_confirmation")
