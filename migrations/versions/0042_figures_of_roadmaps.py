"""What is counted over all roadmaps, once a day."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.store import UtcDateTime

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON_DATA = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "roadmap_figures",
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("counted_at", UtcDateTime(), nullable=False),
        sa.Column("content", JSON_DATA, nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roadmap_figures")),
        sa.UniqueConstraint("counted_on", name=op.f("uq_roadmap_figures_counted_on")),
    )


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("roadmap_figures")
