"""What a partner holds that a project may compete with."""

import sqlalchemy as sa
from alembic import op

from portal.store import json_list

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; nobody has named an asset yet."""
    with op.batch_alter_table("partner") as batch_op:
        batch_op.add_column(sa.Column("competing", json_list(), nullable=False, server_default="[]"))
    with op.batch_alter_table("partner") as batch_op:
        batch_op.alter_column("competing", server_default=None)


def downgrade() -> None:
    """Remove it."""
    with op.batch_alter_table("partner") as batch_op:
        batch_op.drop_column("competing")
