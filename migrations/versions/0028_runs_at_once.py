"""How many runs a facility carries at once."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column."""
    with op.batch_alter_table("facility") as batch:
        batch.add_column(sa.Column("most_runs", sa.Integer(), nullable=True))
        batch.create_check_constraint(op.f("ck_facility_most_runs"), "most_runs IS NULL OR most_runs >= 1")


def downgrade() -> None:
    """Remove the column."""
    with op.batch_alter_table("facility") as batch:
        batch.drop_constraint(op.f("ck_facility_most_runs"), type_="check")
        batch.drop_column("most_runs")
