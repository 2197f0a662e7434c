"""Referrals of projects to support providers, what both sides write, and the grants that follow."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.store import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON_DATA = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BEFORE, AFTER = ("request", "consent", "introduction"), ("request", "consent", "introduction", "referral")
OPEN = sa.text("state IN ('asked', 'accepted')")


def upgrade() -> None:
    """Make the tables, and let a grant be given because of a referral."""
    op.create_table(
        "referral",
        sa.Column("project_id", IDENTITY, nullable=False),
        sa.Column("partner_id", IDENTITY, nullable=False),
        sa.Column("step_id", sa.String(length=80), nullable=False),
        sa.Column("step_name", JSON_DATA, nullable=False),
        sa.Column(
            "state",
            _words("referral_state", "asked", "accepted", "refused", "withdrawn", "completed"),
            nullable=False,
        ),
        sa.Column("groups", JSON_DATA, nullable=False),
        sa.Column("apply_by", sa.Date(), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("asked_by_id", IDENTITY, nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.CheckConstraint(
            "state = 'asked' OR answered_at IS NOT NULL", name=op.f("ck_referral_answer_has_its_time")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_referral_asked_by_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_referral_partner_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_referral_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
    )
    op.create_index(op.f("ix_referral_project_id"), "referral", ["project_id"])
    op.create_index("ix_referral_partner_id_state", "referral", ["partner_id", "state"])
    op.create_index(
        "uq_referral_open",
        "referral",
        ["project_id", "partner_id", "step_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_table(
        "referral_message",
        sa.Column("referral_id", IDENTITY, nullable=False),
        sa.Column("side", _words("referral_side", "founder", "provider"), nullable=False),
        sa.Column("author_id", IDENTITY, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_referral_message_author_id")),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referral.id"], name=op.f("fk_referral_message_referral_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_message")),
    )
    op.create_index(op.f("ix_referral_message_referral_id"), "referral_message", ["referral_id"])
    _let_reasons_be(AFTER)


def downgrade() -> None:
    """Remove the tables, and the grants that came of them."""
    op.drop_table("referral_message")
    op.drop_table("referral")
    op.execute("DELETE FROM project_grant WHERE reason = 'referral'")
    _let_reasons_be(BEFORE)


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def _let_reasons_be(reasons: tuple[str, ...]) -> None:
    allowed = ", ".join(f"'{word}'" for word in reasons)
    with op.batch_alter_table("project_grant") as batch_op:
        batch_op.drop_constraint(op.f("ck_project_grant_reason"), type_="check")
        batch_op.create_check_constraint(op.f("ck_project_grant_reason"), f"reason IN ({allowed})")
