"""Conflicts of interest that advisers declare."""

import sqlalchemy as sa
from alembic import op

from portal.store import UtcDateTime

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "adviser_conflict",
        sa.Column("user_id", IDENTITY, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("declared_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_adviser_conflict_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adviser_conflict")),
    )
    op.create_index(op.f("ix_adviser_conflict_user_id"), "adviser_conflict", ["user_id"])


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("adviser_conflict")
