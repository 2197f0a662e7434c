"""Messages that are put away or go out with a digest, what people chose about them, and reminders."""

import sqlalchemy as sa
from alembic import op

from portal.store import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _choice(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Make the tables, and add the columns."""
    with op.batch_alter_table("message") as batch_op:
        batch_op.add_column(sa.Column("archived_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("digest_at", UtcDateTime(), nullable=True))
        batch_op.create_index("ix_message_recipient_id_archived_at", ["recipient_id", "archived_at", "id"])
        batch_op.create_index("ix_message_digest_at", ["digest_at"])
    op.create_table(
        "message_preference",
        sa.Column("user_id", IDENTITY, nullable=False),
        sa.Column(
            "topic",
            _choice("topic", "requests", "decisions", "bookings", "deadlines", "reminders", "work"),
            nullable=False,
        ),
        sa.Column("way", _choice("way", "at_once", "digest", "portal", "none"), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_message_preference_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_preference")),
        sa.UniqueConstraint("user_id", "topic", name=op.f("uq_message_preference_user_id_topic")),
    )
    op.create_table(
        "message_digest_time",
        sa.Column("user_id", IDENTITY, nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("id", IDENTITY, nullable=False),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name=op.f("ck_message_digest_time_hour_of_a_day")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_message_digest_time_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_digest_time")),
        sa.UniqueConstraint("user_id", name=op.f("uq_message_digest_time_user_id")),
    )
    op.create_table(
        "message_reminded",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.String(length=60), nullable=False),
        sa.Column("entry_id", IDENTITY, nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_message_reminded_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_reminded")),
        sa.UniqueConstraint(
            "name", "subject_id", "occasion", name=op.f("uq_message_reminded_name_subject_id_occasion")
        ),
    )


def downgrade() -> None:
    """Remove the tables and the columns."""
    op.drop_table("message_reminded")
    op.drop_table("message_digest_time")
    op.drop_table("message_preference")
    with op.batch_alter_table("message") as batch_op:
        batch_op.drop_index("ix_message_digest_at")
        batch_op.drop_index("ix_message_recipient_id_archived_at")
        batch_op.drop_column("digest_at")
        batch_op.drop_column("archived_at")
