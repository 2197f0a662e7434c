"""Who takes part in a round, and which of its pairs are kept."""

import sqlalchemy as sa
from alembic import op

from portal.store import json_object

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep the terms; rounds without any take everybody."""
    with op.batch_alter_table("match_round") as batch_op:
        batch_op.add_column(sa.Column("terms", json_object(), nullable=True))


def downgrade() -> None:
    """Forget them."""
    with op.batch_alter_table("match_round") as batch_op:
        batch_op.drop_column("terms")
