"""Messages to people."""

import sqlalchemy as sa
from alembic import op

from portal.store import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "message",
        sa.Column("recipient_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_message_entry_id")),
        sa.ForeignKeyConstraint(["recipient_id"], ["user.id"], name=op.f("fk_message_recipient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint(
            "recipient_id", "entry_id", "code", name=op.f("uq_message_recipient_id_entry_id_code")
        ),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index("ix_message_recipient_id_read_at", ["recipient_id", "read_at"], unique=False)


def downgrade() -> None:
    """Remove the tables."""
    op.drop_table("message")
