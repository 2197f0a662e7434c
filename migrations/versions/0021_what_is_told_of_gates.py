"""Messages about gates and introductions, among what people choose about."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

BEFORE = ("requests", "decisions", "bookings", "deadlines", "reminders", "work")
AFTER = ("requests", "decisions", "bookings", "deadlines", "gates", "introductions", "reminders", "work")


def upgrade() -> None:
    """Let a choice be about the new topics too."""
    _allow(AFTER)


def downgrade() -> None:
    """Forget choices about the new topics, and refuse them."""
    op.execute("DELETE FROM message_preference WHERE topic IN ('gates', 'introductions')")
    _allow(BEFORE)


def _allow(topics: tuple[str, ...]) -> None:
    words = ", ".join(f"'{topic}'" for topic in topics)
    with op.batch_alter_table("message_preference") as batch_op:
        batch_op.drop_constraint(op.f("ck_message_preference_topic"), type_="check")
        batch_op.create_check_constraint(op.f("ck_message_preference_topic"), f"topic IN ({words})")
