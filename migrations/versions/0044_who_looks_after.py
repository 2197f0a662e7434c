"""Which adviser looks after a project."""

import sqlalchemy as sa
from alembic import op

from portal.store import UtcDateTime

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "adviser_case",
        sa.Column("project_id", IDENTITY, nullable=False),
        sa.Column("adviser_id", IDENTITY, nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(["adviser_id"], ["user.id"], name=op.f("fk_adviser_case_adviser_id_user")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_adviser_case_project_id_project")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adviser_case")),
        sa.UniqueConstraint("project_id", name=op.f("uq_adviser_case_project_id")),
    )
    op.create_index(op.f("ix_adviser_case_adviser_id"), "adviser_case", ["adviser_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("adviser_case")
