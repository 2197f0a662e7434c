"""Terms by which partners are found. Run `portal search rebuild` afterwards, so that those that are there already are found."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

BEFORE = (
    *("project_teaser", "project_identity", "project_process", "project_roadmap", "request", "booking"),
    *("facility", "cleanroom", "person", "organisation", "organisation_record"),
)
AFTER = (*BEFORE[:8], "partner", *BEFORE[8:])


def upgrade() -> None:
    """Let there be terms of partners."""
    _allow(AFTER)


def downgrade() -> None:
    """Remove the terms of partners, and refuse them."""
    op.execute("DELETE FROM search_term WHERE shelf = 'partner'")
    _allow(BEFORE)


def _allow(shelves: tuple[str, ...]) -> None:
    words = ", ".join(f"'{shelf}'" for shelf in shelves)
    with op.batch_alter_table("search_term") as batch_op:
        batch_op.drop_constraint(op.f("ck_search_term_shelf"), type_="check")
        batch_op.create_check_constraint(op.f("ck_search_term_shelf"), f"shelf IN ({words})")
