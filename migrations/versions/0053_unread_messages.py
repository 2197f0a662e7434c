"""Unread messages are counted from an index alone, since every page of a reader counts them."""

from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

INDEX = "ix_message_recipient_id_read_at"


def upgrade() -> None:
    """Let the index say too what is put away."""
    op.drop_index(INDEX, table_name="message")
    op.create_index(INDEX, "message", ["recipient_id", "read_at", "archived_at"])


def downgrade() -> None:
    """Let it say only what is read."""
    op.drop_index(INDEX, table_name="message")
    op.create_index(INDEX, "message", ["recipient_id", "read_at"])
