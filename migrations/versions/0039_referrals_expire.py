"""Referrals that nobody answers expire."""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

BEFORE = ("asked", "accepted", "refused", "withdrawn", "completed")
AFTER = (*BEFORE, "expired")


def upgrade() -> None:
    """Let a referral be expired."""
    _let_states_be(AFTER)


def downgrade() -> None:
    """Call what has expired refused, which ended its access too."""
    op.execute("UPDATE referral SET state = 'refused' WHERE state = 'expired'")
    _let_states_be(BEFORE)


def _let_states_be(states: tuple[str, ...]) -> None:
    allowed = ", ".join(f"'{state}'" for state in states)
    with op.batch_alter_table("referral") as batch_op:
        batch_op.drop_constraint(op.f("ck_referral_referral_state"), type_="check")
        batch_op.create_check_constraint(op.f("ck_referral_referral_state"), f"state IN ({allowed})")
