"""Terms by which records are found. On a database that holds records already, run `portal search rebuild` afterwards."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SHELVES = (
    *("project_teaser", "project_identity", "project_process", "project_roadmap", "request", "booking"),
    *("facility", "cleanroom", "person", "organisation", "organisation_record"),
)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "search_term",
        sa.Column(
            "shelf",
            sa.Enum(*SHELVES, name="shelf", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column(
            "term",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("in_name", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_term")),
        sa.UniqueConstraint("shelf", "record_id", "term", name=op.f("uq_search_term_shelf_record_id_term")),
    )
    op.create_index("ix_search_term_shelf_term", "search_term", ["shelf", "term", "record_id", "in_name"])


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("search_term")
