"""What a project asks for in detail."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "stated_need",
        sa.Column("project_id", IDENTITY, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("by", sa.Date(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("instrument", sa.String(length=20), nullable=True),
        sa.Column("id", IDENTITY, nullable=False),
        sa.CheckConstraint(
            "instrument IS NULL OR kind = 'capital'", name=op.f("ck_stated_need_instrument_is_of_capital")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_stated_need_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stated_need")),
        sa.UniqueConstraint("project_id", "kind", name=op.f("uq_stated_need_project_id_kind")),
    )


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("stated_need")
