"""What completed work is charged, kept with its booking."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def upgrade() -> None:
    """Add the column; work that is already completed is charged what was agreed."""
    op.add_column("booking", sa.Column("actual", JSON, nullable=True))
    op.execute("UPDATE booking SET actual = estimate WHERE state = 'completed' AND estimate IS NOT NULL")


def downgrade() -> None:
    """Remove the column."""
    op.drop_column("booking", "actual")
