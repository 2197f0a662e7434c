"""Which process holds the clock."""

import sqlalchemy as sa
from alembic import op

from portal.store import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "work_lease",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_lease")),
        sa.UniqueConstraint("name", name=op.f("uq_work_lease_name")),
    )


def downgrade() -> None:
    """Remove the tables."""
    op.drop_table("work_lease")
