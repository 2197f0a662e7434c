"""Proposals of who is to meet whom."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.store import UtcDateTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON_DATA = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "match_round",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("per_project", sa.Integer(), nullable=False),
        sa.Column("made_by_id", IDENTITY, nullable=False),
        sa.Column("organisation_id", IDENTITY, nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("computed_at", UtcDateTime(), nullable=True),
        sa.Column("result", JSON_DATA, nullable=True),
        sa.Column("applied_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["user.id"], name=op.f("fk_match_round_made_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_match_round_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_round")),
    )
    op.create_index(op.f("ix_match_round_made_by_id"), "match_round", ["made_by_id"])


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("match_round")
