"""Slot requests, bookings and blocks of time that cannot overlap."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.store import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

GUARDS = {
    "sqlite": [
        (
            "CREATE TRIGGER block_takes_the_room_insert BEFORE INSERT ON block WHEN NEW.kind IN "
            "('booking', 'hold', 'closure') BEGIN SELECT RAISE(ABORT, 'block_takes_the_room') WHERE "
            "EXISTS (SELECT 1 FROM block AS other WHERE other.cleanroom_id = NEW.cleanroom_id AND "
            "other.id <> -1 AND other.kind IN ('booking', 'hold', 'closure') AND other.starts_at < "
            "NEW.ends_at AND other.ends_at > NEW.starts_at); END"
        ),
        (
            "CREATE TRIGGER block_takes_the_room_update BEFORE UPDATE OF cleanroom_id, kind, "
            "starts_at, ends_at ON block WHEN NEW.kind IN ('booking', 'hold', 'closure') BEGIN SELECT "
            "RAISE(ABORT, 'block_takes_the_room') WHERE EXISTS (SELECT 1 FROM block AS other WHERE "
            "other.cleanroom_id = NEW.cleanroom_id AND other.id <> OLD.id AND other.kind IN "
            "('booking', 'hold', 'closure') AND other.starts_at < NEW.ends_at AND other.ends_at > "
            "NEW.starts_at); END"
        ),
        (
            "CREATE TRIGGER block_leaves_changeover_insert BEFORE INSERT ON block WHEN NEW.kind IN "
            "('booking', 'hold', 'changeover') BEGIN SELECT RAISE(ABORT, 'block_leaves_changeover') "
            "WHERE EXISTS (SELECT 1 FROM block AS other WHERE other.cleanroom_id = NEW.cleanroom_id "
            "AND other.id <> -1 AND other.kind IN ('booking', 'hold', 'changeover') AND "
            "other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at); END"
        ),
        (
            "CREATE TRIGGER block_leaves_changeover_update BEFORE UPDATE OF cleanroom_id, kind, "
            "starts_at, ends_at ON block WHEN NEW.kind IN ('booking', 'hold', 'changeover') BEGIN "
            "SELECT RAISE(ABORT, 'block_leaves_changeover') WHERE EXISTS (SELECT 1 FROM block AS "
            "other WHERE other.cleanroom_id = NEW.cleanroom_id AND other.id <> OLD.id AND other.kind "
            "IN ('booking', 'hold', 'changeover') AND other.starts_at < NEW.ends_at AND other.ends_at "
            "> NEW.starts_at); END"
        ),
    ],
    "postgresql": [
        (
            "ALTER TABLE block ADD CONSTRAINT block_takes_the_room EXCLUDE USING gist "
            "(int8range(cleanroom_id, cleanroom_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH "
            "&&) WHERE (kind IN ('booking', 'hold', 'closure'))"
        ),
        (
            "ALTER TABLE block ADD CONSTRAINT block_leaves_changeover EXCLUDE USING gist "
            "(int8range(cleanroom_id, cleanroom_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH "
            "&&) WHERE (kind IN ('booking', 'hold', 'changeover'))"
        ),
    ],
}


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "block",
        sa.Column("cleanroom_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "booking",
                "hold",
                "changeover",
                "closure",
                "released",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=12,
            ),
            nullable=False,
        ),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("after_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_block_ends_after_start")),
        sa.ForeignKeyConstraint(["after_id"], ["block.id"], name=op.f("fk_block_after_id")),
        sa.ForeignKeyConstraint(["cleanroom_id"], ["cleanroom.id"], name=op.f("fk_block_cleanroom_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block")),
        sa.UniqueConstraint("after_id", name=op.f("uq_block_after_id")),
        sa.UniqueConstraint("id", "kind", name=op.f("uq_block_id_kind")),
    )
    with op.batch_alter_table("block", schema=None) as batch_op:
        batch_op.create_index(
            "ix_block_cleanroom_id_starts_at", ["cleanroom_id", "starts_at", "ends_at"], unique=False
        )
    op.create_table(
        "slot_request",
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("requested_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("handled_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "needs_info",
                "offered",
                "approved",
                "waitlisted",
                "rejected",
                "withdrawn",
                "expired",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "run_kind",
            sa.Enum(
                "process_development",
                "engineering_run",
                "aseptic_process_simulation",
                "process_performance_qualification",
                "clinical_batch",
                "stability",
                "other",
                name="run_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("pre_gmp", "gmp", name="kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "grade",
            sa.Enum(
                "CNC",
                "D",
                "C",
                "B",
                "A_in_B",
                name="grade",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("bsl", sa.Integer(), nullable=False),
        sa.Column(
            "vector_level",
            sa.Enum(
                "none",
                "aav",
                "lentiviral_retroviral",
                "replication_competent",
                name="vector_level",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("gmo_class", sa.Integer(), nullable=False),
        sa.Column("process_class", sa.String(length=40), nullable=True),
        sa.Column(
            "equipment",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "mode",
            sa.Enum(
                "working", "continuous", name="mode", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("duration", sa.Integer(), nullable=False),
        sa.Column(
            "duration_unit",
            sa.Enum(
                "day",
                "half_day",
                "hour",
                name="duration_unit",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("earliest_start", sa.Date(), nullable=False),
        sa.Column("latest_end", sa.Date(), nullable=True),
        sa.Column(
            "acceptable_facility_ids",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=True,
        ),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("cleanroom_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("starts_at", UtcDateTime(), nullable=True),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.Column(
            "estimate",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=True,
        ),
        sa.Column("terms_version", sa.Integer(), nullable=True),
        sa.Column("terms_accepted_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("submitted_at", UtcDateTime(), nullable=True),
        sa.Column("waiting_since", UtcDateTime(), nullable=True),
        sa.Column("waitlisted_at", UtcDateTime(), nullable=True),
        sa.Column("offers_missed", sa.Integer(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(starts_at IS NULL) = (ends_at IS NULL)", name=op.f("ck_slot_request_asked_window_is_whole")
        ),
        sa.CheckConstraint("duration >= 1", name=op.f("ck_slot_request_duration_is_positive")),
        sa.CheckConstraint(
            "latest_end IS NULL OR latest_end >= earliest_start", name=op.f("ck_slot_request_window")
        ),
        sa.CheckConstraint(
            "starts_at IS NULL OR starts_at < ends_at", name=op.f("ck_slot_request_asked_window_order")
        ),
        sa.ForeignKeyConstraint(
            ["cleanroom_id"], ["cleanroom.id"], name=op.f("fk_slot_request_cleanroom_id")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_slot_request_decided_by_id")),
        sa.ForeignKeyConstraint(["handled_by_id"], ["user.id"], name=op.f("fk_slot_request_handled_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_slot_request_organisation_id")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_slot_request_project_id")),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["user.id"], name=op.f("fk_slot_request_requested_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot_request")),
    )
    with op.batch_alter_table("slot_request", schema=None) as batch_op:
        batch_op.create_index("ix_slot_request_cleanroom_id_state", ["cleanroom_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_slot_request_handled_by_id"), ["handled_by_id"], unique=False)
        batch_op.create_index(
            "ix_slot_request_organisation_id_state", ["organisation_id", "state"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_slot_request_project_id"), ["project_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_slot_request_requested_by_id"), ["requested_by_id"], unique=False
        )
    op.create_table(
        "booking",
        sa.Column("block_id", sa.Integer(), nullable=False),
        sa.Column(
            "block_kind",
            sa.String(length=12),
            sa.Computed(
                "CASE state WHEN 'held' THEN 'hold' WHEN 'cancelled' THEN 'released' WHEN 'expired' THEN 'released' ELSE 'booking' END",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "held",
                "confirmed",
                "in_use",
                "completed",
                "cancelled",
                "no_show",
                "expired",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("request_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column(
            "run_kind",
            sa.Enum(
                "process_development",
                "engineering_run",
                "aseptic_process_simulation",
                "process_performance_qualification",
                "clinical_batch",
                "stability",
                "other",
                name="run_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("process_class", sa.String(length=40), nullable=True),
        sa.Column("held_until", UtcDateTime(), nullable=True),
        sa.Column("condition", sa.Text(), nullable=True),
        sa.Column(
            "estimate",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=True,
        ),
        sa.Column("fee", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("fee_currency", sa.String(length=3), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("import_key", sa.String(length=300), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(state = 'held') = (held_until IS NOT NULL)", name=op.f("ck_booking_held_has_an_end")
        ),
        sa.ForeignKeyConstraint(
            ["block_id", "block_kind"],
            ["block.id", "block.kind"],
            name="fk_booking_block_of_its_state",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_booking_created_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_booking_organisation_id")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_booking_project_id")),
        sa.ForeignKeyConstraint(["request_id"], ["slot_request.id"], name=op.f("fk_booking_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("block_id", name=op.f("uq_booking_block_id")),
        sa.UniqueConstraint("import_key", name=op.f("uq_booking_import_key")),
    )
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_booking_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_booking_project_id"), ["project_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_booking_request_id"), ["request_id"], unique=False)
        batch_op.create_index("ix_booking_state_held_until", ["state", "held_until"], unique=False)
    op.create_table(
        "closure",
        sa.Column("block_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "maintenance",
                "requalification",
                "aseptic_process_simulation",
                "other",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["block_id"], ["block.id"], name=op.f("fk_closure_block_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_closure_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
        sa.UniqueConstraint("block_id", name=op.f("uq_closure_block_id")),
    )
    op.create_table(
        "slot_request_message",
        sa.Column("request_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "side",
            sa.Enum(
                "requester", "facility", name="side", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_slot_request_message_author_id")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["slot_request.id"], name=op.f("fk_slot_request_message_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot_request_message")),
    )
    with op.batch_alter_table("slot_request_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_slot_request_message_request_id"), ["request_id"], unique=False)
    op.create_table(
        "move_proposal",
        sa.Column("booking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "side",
            sa.Enum(
                "requester", "facility", name="side", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("proposed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("cleanroom_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "accepted",
                "declined",
                "withdrawn",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("answer_note", sa.Text(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_move_proposal_booking_id")),
        sa.ForeignKeyConstraint(
            ["cleanroom_id"], ["cleanroom.id"], name=op.f("fk_move_proposal_cleanroom_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["user.id"], name=op.f("fk_move_proposal_proposed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move_proposal")),
    )
    with op.batch_alter_table("move_proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_move_proposal_booking_id"), ["booking_id"], unique=False)

    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Remove the tables."""
    op.drop_table("move_proposal")
    op.drop_table("slot_request_message")
    op.drop_table("closure")
    op.drop_table("booking")
    op.drop_table("slot_request")
    op.drop_table("block")
