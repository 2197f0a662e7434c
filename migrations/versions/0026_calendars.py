"""Calendar feeds, who wants invitations, what each last said, and mail that carries one."""

import sqlalchemy as sa
from alembic import op

from portal.store import UtcDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables and the columns."""
    op.create_table(
        "calendar_feed",
        sa.Column("user_id", IDENTITY, nullable=False),
        sa.Column("organisation_id", IDENTITY, nullable=False),
        sa.Column(
            "scope",
            sa.Enum(
                "person",
                "organisation",
                "facility",
                "cleanroom",
                name="scope",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("facility_id", IDENTITY, nullable=True),
        sa.Column("cleanroom_id", IDENTITY, nullable=True),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("id", IDENTITY, nullable=False),
        sa.CheckConstraint(
            "(scope IN ('facility', 'cleanroom')) = (facility_id IS NOT NULL) "
            "AND (scope = 'cleanroom') = (cleanroom_id IS NOT NULL)",
            name=op.f("ck_calendar_feed_scope_names_its_place"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_calendar_feed_user_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_calendar_feed_organisation_id")
        ),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_calendar_feed_facility_id")),
        sa.ForeignKeyConstraint(
            ["cleanroom_id"], ["cleanroom.id"], name=op.f("fk_calendar_feed_cleanroom_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
    )
    op.create_index(op.f("ix_calendar_feed_user_id"), "calendar_feed", ["user_id"])
    op.create_table(
        "calendar_choice",
        sa.Column("user_id", IDENTITY, nullable=False),
        sa.Column("invites", sa.Boolean(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_calendar_choice_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_choice")),
        sa.UniqueConstraint("user_id", name=op.f("uq_calendar_choice_user_id")),
    )
    op.create_table(
        "calendar_invitation",
        sa.Column("booking_id", IDENTITY, nullable=False),
        sa.Column("user_id", IDENTITY, nullable=False),
        sa.Column("cleanroom_id", IDENTITY, nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("tentative", sa.Boolean(), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_calendar_invitation_booking_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_calendar_invitation_user_id")),
        sa.ForeignKeyConstraint(
            ["cleanroom_id"], ["cleanroom.id"], name=op.f("fk_calendar_invitation_cleanroom_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_invitation")),
        sa.UniqueConstraint("booking_id", "user_id", name=op.f("uq_calendar_invitation_booking_id_user_id")),
    )
    op.create_index(op.f("ix_calendar_invitation_user_id"), "calendar_invitation", ["user_id"])
    with op.batch_alter_table("outgoing_mail") as batch:
        batch.add_column(sa.Column("calendar", sa.Text(), nullable=True))
        batch.add_column(sa.Column("calendar_method", sa.String(length=10), nullable=True))


def downgrade() -> None:
    """Remove the columns and the tables."""
    with op.batch_alter_table("outgoing_mail") as batch:
        batch.drop_column("calendar_method")
        batch.drop_column("calendar")
    op.drop_table("calendar_invitation")
    op.drop_table("calendar_choice")
    op.drop_table("calendar_feed")
