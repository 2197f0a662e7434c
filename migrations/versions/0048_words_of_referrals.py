"""Terms by which the words of referrals are found; `portal migrate` writes them right after."""

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

BEFORE = (
    *("project_teaser", "project_identity", "project_process", "project_roadmap", "request", "booking"),
    *("campaign", "campaign_reference", "run", "referral", "market_access", "right"),
    *("facility", "cleanroom", "partner", "person", "organisation", "organisation_record"),
)
AFTER = (*BEFORE[:10], "referral_message", *BEFORE[10:])


def upgrade() -> None:
    """Let there be terms of them."""
    _allow(AFTER)


def downgrade() -> None:
    """Remove their terms, and refuse them."""
    op.execute("DELETE FROM search_term WHERE shelf = 'referral_message'")
    _allow(BEFORE)


def _allow(shelves: tuple[str, ...]) -> None:
    words = ", ".join(f"'{shelf}'" for shelf in shelves)
    with op.batch_alter_table("search_term") as batch_op:
        batch_op.drop_constraint(op.f("ck_search_term_shelf"), type_="check")
        batch_op.create_check_constraint(op.f("ck_search_term_shelf"), f"shelf IN ({words})")
