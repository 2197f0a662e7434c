"""Teasers that fit, as a topic of their own that may come weekly; what was chosen about introductions holds for them too."""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

TOPICS_BEFORE = (
    *("requests", "decisions", "bookings", "deadlines"),
    *("gates", "introductions", "reminders", "work"),
)
TOPICS = (*TOPICS_BEFORE[:6], "teasers", *TOPICS_BEFORE[6:])
WAYS_BEFORE = ("at_once", "digest", "portal", "none")
WAYS = ("at_once", "digest", "weekly", "portal", "none")


def upgrade() -> None:
    """Let choices be about teasers, and say weekly."""
    _allow("topic", TOPICS)
    _allow("way", WAYS)
    op.execute(
        "INSERT INTO message_preference (user_id, topic, way) "
        "SELECT user_id, 'teasers', way FROM message_preference WHERE topic = 'introductions'"
    )


def downgrade() -> None:
    """Forget choices about teasers, and refuse them."""
    op.execute("DELETE FROM message_preference WHERE topic = 'teasers'")
    _allow("way", WAYS_BEFORE)
    _allow("topic", TOPICS_BEFORE)


def _allow(column: str, allowed: tuple[str, ...]) -> None:
    words = ", ".join(f"'{word}'" for word in allowed)
    name = op.f(f"ck_message_preference_{column}")
    with op.batch_alter_table("message_preference") as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, f"{column} IN ({words})")
