"""From when until when programmes take applications."""

import sqlalchemy as sa
from alembic import op

from portal.store import UtcDateTime

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table; no call is known before somebody notes it."""
    op.create_table(
        "programme_call",
        sa.Column("programme_id", sa.String(length=80), nullable=False),
        sa.Column("opens", sa.Date(), nullable=True),
        sa.Column("closes", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("entered_by_id", IDENTITY, nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.CheckConstraint(
            "opens IS NULL OR opens <= closes", name=op.f("ck_programme_call_closes_after_opening")
        ),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user.id"], name=op.f("fk_programme_call_entered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_call")),
        sa.UniqueConstraint("programme_id", "closes", name=op.f("uq_programme_call_programme_id_closes")),
    )


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("programme_call")
