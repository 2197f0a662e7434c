"""Referrals that an adviser proposes, the places of a provider's quarter that they take, and messages of them as a topic."""

from collections import Counter
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from portal.store import UtcDateTime

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES_BEFORE = ("asked", "accepted", "refused", "withdrawn", "completed", "expired")
STATES = ("proposed", *STATES_BEFORE, "dropped")
SIDES_BEFORE = ("founder", "provider")
SIDES = (*SIDES_BEFORE, "adviser")
SEATED = ("asked", "accepted", "completed")
TOPICS_BEFORE = (
    *("requests", "decisions", "bookings", "deadlines", "gates"),
    *("introductions", "teasers", "reminders", "work"),
)
TOPICS = (*TOPICS_BEFORE[:6], "referrals", *TOPICS_BEFORE[6:])
OPEN_BEFORE = sa.text("state IN ('asked', 'accepted')")
OPEN = sa.text("state IN ('proposed', 'asked', 'accepted')")
HAS_SEAT = sa.text("seat IS NOT NULL")
CHECKS = {
    "seat_has_its_quarter": "(seat IS NULL) = (quarter IS NULL)",
    "seat_is_counted_from_1": "seat IS NULL OR seat >= 1",
    "asked_takes_a_seat": "seat IS NOT NULL OR state NOT IN ('asked', 'accepted')",
    "proposed_for_somebody": "(proposed_by_id IS NULL) = (proposed_for_id IS NULL)",
}
REFERRAL = sa.table(
    "referral",
    sa.column("id", IDENTITY),
    sa.column("partner_id", IDENTITY),
    sa.column("state", sa.String()),
    sa.column("asked_at", UtcDateTime()),
    sa.column("quarter", sa.String()),
    sa.column("seat", sa.Integer()),
)


def upgrade() -> None:
    """Let referrals be proposed and take places; those that are there take theirs in the order in which they were asked."""
    op.drop_index("uq_referral_open", table_name="referral")
    with op.batch_alter_table("referral") as batch_op:
        batch_op.add_column(sa.Column("proposed_by_id", IDENTITY, nullable=True))
        batch_op.add_column(sa.Column("proposed_for_id", IDENTITY, nullable=True))
        batch_op.add_column(sa.Column("quarter", sa.String(length=6), nullable=True))
        batch_op.add_column(sa.Column("seat", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_referral_proposed_by_id"), "user", ["proposed_by_id"], ["id"])
        batch_op.create_foreign_key(
            op.f("fk_referral_proposed_for_id"), "organisation", ["proposed_for_id"], ["id"]
        )
    _give_seats()
    _allow("referral", "state", "ck_referral_referral_state", STATES)
    _allow("referral_message", "side", "ck_referral_message_referral_side", SIDES)
    _allow("message_preference", "topic", "ck_message_preference_topic", TOPICS)
    _answered_unless(("proposed", "asked"))
    with op.batch_alter_table("referral") as batch_op:
        for name, rule in CHECKS.items():
            batch_op.create_check_constraint(op.f(f"ck_referral_{name}"), rule)
    op.create_index(op.f("ix_referral_proposed_for_id"), "referral", ["proposed_for_id"])
    _index("uq_referral_open", ["project_id", "partner_id", "step_id"], OPEN)
    _index("uq_referral_seat", ["partner_id", "quarter", "seat"], HAS_SEAT)


def downgrade() -> None:
    """Forget what was only proposed, and places."""
    op.execute("DELETE FROM referral_message WHERE side = 'adviser'")
    op.execute("DELETE FROM referral WHERE state IN ('proposed', 'dropped')")
    op.execute("DELETE FROM message_preference WHERE topic = 'referrals'")
    for index in ("uq_referral_seat", "uq_referral_open", op.f("ix_referral_proposed_for_id")):
        op.drop_index(index, table_name="referral")
    with op.batch_alter_table("referral") as batch_op:
        for name in CHECKS:
            batch_op.drop_constraint(op.f(f"ck_referral_{name}"), type_="check")
        batch_op.drop_constraint(op.f("fk_referral_proposed_by_id"), type_="foreignkey")
        batch_op.drop_constraint(op.f("fk_referral_proposed_for_id"), type_="foreignkey")
        for column in ("proposed_by_id", "proposed_for_id", "quarter", "seat"):
            batch_op.drop_column(column)
    _answered_unless(("asked",))
    _allow("message_preference", "topic", "ck_message_preference_topic", TOPICS_BEFORE)
    _allow("referral_message", "side", "ck_referral_message_referral_side", SIDES_BEFORE)
    _allow("referral", "state", "ck_referral_referral_state", STATES_BEFORE)
    _index("uq_referral_open", ["project_id", "partner_id", "step_id"], OPEN_BEFORE)


def _give_seats() -> None:
    connection, taken = op.get_bind(), Counter[tuple[int, str]]()
    rows = connection.execute(
        sa.select(REFERRAL.c.id, REFERRAL.c.partner_id, REFERRAL.c.asked_at)
        .where(REFERRAL.c.state.in_(SEATED))
        .order_by(REFERRAL.c.asked_at, REFERRAL.c.id)
    ).all()
    for row_id, partner_id, asked_at in rows:
        quarter = f"{asked_at.year}Q{(asked_at.month + 2) // 3}"
        taken[partner_id, quarter] += 1
        seat = {"quarter": quarter, "seat": taken[partner_id, quarter]}
        connection.execute(sa.update(REFERRAL).where(REFERRAL.c.id == row_id).values(**seat))


def _answered_unless(states: Sequence[str]) -> None:
    name = op.f("ck_referral_answer_has_its_time")
    open_yet = f"state = '{states[0]}'" if len(states) == 1 else f"state IN ({_words(states)})"
    with op.batch_alter_table("referral") as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, f"{open_yet} OR answered_at IS NOT NULL")


def _allow(table: str, column: str, name: str, allowed: Sequence[str]) -> None:
    with op.batch_alter_table(table) as batch_op:
        batch_op.drop_constraint(op.f(name), type_="check")
        batch_op.create_check_constraint(op.f(name), f"{column} IN ({_words(allowed)})")


def _index(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, "referral", columns, unique=True, sqlite_where=where, postgresql_where=where)


def _words(words: Sequence[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)
