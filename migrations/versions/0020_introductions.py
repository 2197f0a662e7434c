"""Introductions of projects to partners."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.store import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON_DATA = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "introduction",
        sa.Column("project_id", IDENTITY, nullable=False),
        sa.Column("partner_id", IDENTITY, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "suggested",
                "shortlisted",
                "consent_asked",
                "teaser_sent",
                "mutual_yes",
                "introduced",
                "in_discussion",
                "invested",
                "supported",
                "closed",
                "declined",
                "later",
                "expired",
                "consent_withdrawn",
                name="introduction_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("adviser_id", IDENTITY, nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("wished_at", UtcDateTime(), nullable=True),
        sa.Column("consent_asked_at", UtcDateTime(), nullable=True),
        sa.Column("consented_at", UtcDateTime(), nullable=True),
        sa.Column("consented_by_id", IDENTITY, nullable=True),
        sa.Column("groups", JSON_DATA, nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("reminded_at", UtcDateTime(), nullable=True),
        sa.Column("quarter", sa.String(length=6), nullable=True),
        sa.Column("seat", sa.Integer(), nullable=True),
        sa.Column("later_until", sa.Date(), nullable=True),
        sa.Column("agreed_at", UtcDateTime(), nullable=True),
        sa.Column("declined_at", UtcDateTime(), nullable=True),
        sa.Column(
            "declined_by",
            sa.Enum(
                "founder",
                "partner",
                "adviser",
                name="declined_by",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "decline_reason",
            sa.Enum(
                "too_early",
                "too_late",
                "not_our_area",
                "not_our_modality",
                "not_our_class",
                "not_our_region",
                "amount",
                "no_room_now",
                "conflict",
                "not_wanted",
                "other",
                name="decline_reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("decline_words", sa.Text(), nullable=True),
        sa.Column("decline_final", sa.Boolean(), nullable=False),
        sa.Column("outcome_on", sa.Date(), nullable=True),
        sa.Column("outcome_amount", IDENTITY, nullable=True),
        sa.Column("outcome_currency", sa.String(length=3), nullable=True),
        sa.Column("outcome_words", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.CheckConstraint(
            "state <> 'declined' OR declined_by IS NOT NULL",
            name=op.f("ck_introduction_decline_says_by_whom"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('teaser_sent', 'mutual_yes', 'introduced', 'in_discussion') OR consented_at IS NOT NULL",
            name=op.f("ck_introduction_nothing_is_sent_without_consent"),
        ),
        sa.CheckConstraint(
            "(seat IS NULL) = (quarter IS NULL)", name=op.f("ck_introduction_seat_has_its_quarter")
        ),
        sa.CheckConstraint("seat IS NULL OR seat >= 1", name=op.f("ck_introduction_seat_is_counted_from_1")),
        sa.ForeignKeyConstraint(["adviser_id"], ["user.id"], name=op.f("fk_introduction_adviser_id")),
        sa.ForeignKeyConstraint(
            ["consented_by_id"], ["user.id"], name=op.f("fk_introduction_consented_by_id")
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_introduction_partner_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_introduction_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introduction")),
    )
    with op.batch_alter_table("introduction", schema=None) as batch_op:
        batch_op.create_index("ix_introduction_partner_id_state", ["partner_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_introduction_project_id"), ["project_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_introduction_state"), ["state"], unique=False)
        batch_op.create_index("ix_introduction_state_due_at", ["state", "due_at"], unique=False)
        batch_op.create_index(
            "uq_introduction_open",
            ["project_id", "partner_id"],
            unique=True,
            sqlite_where=sa.text(
                "state IN ('suggested', 'shortlisted', 'consent_asked', 'teaser_sent', 'mutual_yes', 'introduced', 'in_discussion', 'later')"
            ),
            postgresql_where=sa.text(
                "state IN ('suggested', 'shortlisted', 'consent_asked', 'teaser_sent', 'mutual_yes', 'introduced', 'in_discussion', 'later')"
            ),
        )
        batch_op.create_index(
            "uq_introduction_seat",
            ["partner_id", "quarter", "seat"],
            unique=True,
            sqlite_where=sa.text("seat IS NOT NULL"),
            postgresql_where=sa.text("seat IS NOT NULL"),
        )


def downgrade() -> None:
    """Remove the tables."""
    with op.batch_alter_table("introduction", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_introduction_seat",
            sqlite_where=sa.text("seat IS NOT NULL"),
            postgresql_where=sa.text("seat IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_introduction_open",
            sqlite_where=sa.text(
                "state IN ('suggested', 'shortlisted', 'consent_asked', 'teaser_sent', 'mutual_yes', 'introduced', 'in_discussion', 'later')"
            ),
            postgresql_where=sa.text(
                "state IN ('suggested', 'shortlisted', 'consent_asked', 'teaser_sent', 'mutual_yes', 'introduced', 'in_discussion', 'later')"
            ),
        )
        batch_op.drop_index("ix_introduction_state_due_at")
        batch_op.drop_index(batch_op.f("ix_introduction_state"))
        batch_op.drop_index(batch_op.f("ix_introduction_project_id"))
        batch_op.drop_index("ix_introduction_partner_id_state")

    op.drop_table("introduction")
