"""The weights of the ranking that an adviser keeps."""

import sqlalchemy as sa
from alembic import op

from portal.store import UtcDateTime, json_object

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "adviser_weights",
        sa.Column("user_id", IDENTITY, nullable=False),
        sa.Column("weights", json_object(), nullable=False),
        sa.Column("kept_at", UtcDateTime(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_adviser_weights_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adviser_weights")),
        sa.UniqueConstraint("user_id", name=op.f("uq_adviser_weights_user_id")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("adviser_weights")
