"""At which place of its project's ranking a partner stood when an introduction was begun."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of what was begun before, nobody knows the place."""
    op.add_column("introduction", sa.Column("place", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Remove it."""
    op.drop_column("introduction", "place")
