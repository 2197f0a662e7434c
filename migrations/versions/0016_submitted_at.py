"""Slot requests in the order in which they were sent, for whoever counts those of the last months."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_slot_request_submitted_at", "slot_request", ["submitted_at"])


def downgrade() -> None:
    """Remove the index."""
    op.drop_index("ix_slot_request_submitted_at", table_name="slot_request")
