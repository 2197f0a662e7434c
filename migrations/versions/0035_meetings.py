"""Meetings of introductions: when each side is free, what was agreed, and what invitations said."""

import sqlalchemy as sa
from alembic import op

from portal.store import UtcDateTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STANDING = "state IN ('agreed', 'proposed')"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "introduction_free_time",
        sa.Column("introduction_id", IDENTITY, nullable=False),
        sa.Column("side", _choice("free_side", "founder", "partner", "adviser"), nullable=False),
        sa.Column("stated_by_id", IDENTITY, nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("stated_at", UtcDateTime(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.CheckConstraint(
            "starts_at < ends_at", name=op.f("ck_introduction_free_time_free_time_ends_after_it_starts")
        ),
        _key("introduction_free_time", "introduction_id", "introduction"),
        _key("introduction_free_time", "stated_by_id", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introduction_free_time")),
    )
    op.create_index(
        op.f("ix_introduction_free_time_introduction_id"), "introduction_free_time", ["introduction_id"]
    )
    op.create_table(
        "introduction_meeting",
        sa.Column("introduction_id", IDENTITY, nullable=False),
        sa.Column(
            "state",
            _choice("meeting_state", "proposed", "agreed", "cancelled", "over"),
            nullable=False,
        ),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("place", sa.String(length=500), nullable=False),
        sa.Column("proposed_by_id", IDENTITY, nullable=False),
        sa.Column("founder_yes_id", IDENTITY, nullable=True),
        sa.Column("partner_yes_id", IDENTITY, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.CheckConstraint(
            "starts_at < ends_at", name=op.f("ck_introduction_meeting_meeting_ends_after_it_starts")
        ),
        sa.CheckConstraint(
            "state <> 'agreed' OR (founder_yes_id IS NOT NULL AND partner_yes_id IS NOT NULL)",
            name=op.f("ck_introduction_meeting_agreed_by_both"),
        ),
        _key("introduction_meeting", "introduction_id", "introduction"),
        _key("introduction_meeting", "proposed_by_id", "user"),
        _key("introduction_meeting", "founder_yes_id", "user"),
        _key("introduction_meeting", "partner_yes_id", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introduction_meeting")),
    )
    op.create_index(
        op.f("ix_introduction_meeting_introduction_id"), "introduction_meeting", ["introduction_id"]
    )
    op.create_index("ix_introduction_meeting_state_ends_at", "introduction_meeting", ["state", "ends_at"])
    op.create_index(
        "uq_introduction_meeting_standing",
        "introduction_meeting",
        ["introduction_id"],
        unique=True,
        sqlite_where=sa.text(STANDING),
        postgresql_where=sa.text(STANDING),
    )
    op.create_table(
        "meeting_invitation",
        sa.Column("meeting_id", IDENTITY, nullable=False),
        sa.Column("user_id", IDENTITY, nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("place", sa.String(length=500), nullable=False),
        sa.Column("tentative", sa.Boolean(), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        _key("meeting_invitation", "meeting_id", "introduction_meeting"),
        _key("meeting_invitation", "user_id", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_invitation")),
        sa.UniqueConstraint("meeting_id", "user_id", name=op.f("uq_meeting_invitation_meeting_id_user_id")),
    )
    op.create_index(op.f("ix_meeting_invitation_user_id"), "meeting_invitation", ["user_id"])


def downgrade() -> None:
    """Remove the tables."""
    op.drop_table("meeting_invitation")
    op.drop_table("introduction_meeting")
    op.drop_table("introduction_free_time")


def _choice(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
