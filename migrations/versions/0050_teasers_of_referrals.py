"""The words of a teaser that a provider was asked with, which it reads and no others until it accepts."""

from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

GRANTS = "reason = 'referral' AND field_group = 'teaser'"


def upgrade() -> None:
    """Keep with each grant what stands today."""
    for column in ("teaser", "teaser_sv"):
        words = f"(SELECT project.{column} FROM project WHERE project.id = project_grant.project_id)"  # noqa: S608  (fixed names)
        op.execute(f"UPDATE project_grant SET {column} = {words} WHERE {GRANTS}")  # noqa: S608  (fixed names)


def downgrade() -> None:
    """Forget these words."""
    op.execute(f"UPDATE project_grant SET teaser = NULL, teaser_sv = NULL WHERE {GRANTS}")  # noqa: S608  (fixed names)
