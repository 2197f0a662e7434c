"""How a project's product will be paid for, its freedom to operate, and its rights."""

import sqlalchemy as sa
from alembic import op

from portal.store import UtcDateTime

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "market_access",
        sa.Column("project_id", IDENTITY, nullable=False),
        sa.Column("value_story", sa.Text(), nullable=False),
        sa.Column("comparator", sa.Text(), nullable=False),
        sa.Column("patients", sa.Integer(), nullable=True),
        sa.Column("patients_basis", sa.Text(), nullable=False),
        sa.Column("evidence_plan", sa.Text(), nullable=False),
        sa.Column("price_low", sa.Integer(), nullable=True),
        sa.Column("price_high", sa.Integer(), nullable=True),
        sa.Column("price_currency", sa.String(length=3), nullable=True),
        sa.Column("price_basis", sa.Text(), nullable=False),
        sa.Column("stated_at", UtcDateTime(), nullable=False),
        sa.Column("stated_by_id", IDENTITY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.CheckConstraint(
            "price_low IS NULL OR price_high IS NULL OR price_high >= price_low",
            name=op.f("ck_market_access_price_corridor"),
        ),
        sa.CheckConstraint(
            "patients IS NULL OR patients >= 0", name=op.f("ck_market_access_patients_not_negative")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_market_access_project_id")),
        sa.ForeignKeyConstraint(["stated_by_id"], ["user.id"], name=op.f("fk_market_access_stated_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_access")),
        sa.UniqueConstraint("project_id", name=op.f("uq_market_access_project_id")),
    )
    op.create_table(
        "freedom_to_operate",
        sa.Column("project_id", IDENTITY, nullable=False),
        sa.Column(
            "finding",
            _words("freedom", "not_begun", "under_way", "free", "conditions", "barred"),
            nullable=False,
        ),
        sa.Column("searched_on", sa.Date(), nullable=True),
        sa.Column("searched_by", sa.String(length=200), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_freedom_to_operate_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_freedom_to_operate")),
        sa.UniqueConstraint("project_id", name=op.f("uq_freedom_to_operate_project_id")),
    )
    op.create_table(
        "project_right",
        sa.Column("project_id", IDENTITY, nullable=False),
        sa.Column(
            "kind", _words("right_kind", "family", "licence_in", "licence_out", "other"), nullable=False
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("party", sa.String(length=200), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_what", sa.String(length=200), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.CheckConstraint(
            "since IS NULL OR until IS NULL OR until >= since",
            name=op.f("ck_project_right_until_after_since"),
        ),
        sa.CheckConstraint(
            "due_on IS NULL OR due_what <> ''", name=op.f("ck_project_right_due_day_has_words")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_project_right_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_right")),
    )
    for column in ("project_id", "until", "due_on"):
        op.create_index(op.f(f"ix_project_right_{column}"), "project_right", [column])


def downgrade() -> None:
    """Remove the tables."""
    op.drop_table("project_right")
    op.drop_table("freedom_to_operate")
    op.drop_table("market_access")


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)
