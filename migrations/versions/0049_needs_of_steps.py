"""The steps of the roadmap that a need is for."""

import sqlalchemy as sa
from alembic import op

from portal.store import json_list

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what was stated before names no step."""
    with op.batch_alter_table("stated_need") as batch_op:
        batch_op.add_column(sa.Column("steps", json_list(), nullable=False, server_default="[]"))
    with op.batch_alter_table("stated_need") as batch_op:
        batch_op.alter_column("steps", server_default=None)


def downgrade() -> None:
    """Remove it."""
    with op.batch_alter_table("stated_need") as batch_op:
        batch_op.drop_column("steps")
