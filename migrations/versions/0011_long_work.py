"""Long work, processes, and what the clock's duties did; mail that can be stopped and tried again."""

import sqlalchemy as sa
from alembic import op

from portal.store import UtcDateTime
from portal.store.columns import json_list, json_object

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NOT_ENDED = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Make the tables, and add the columns."""
    with op.batch_alter_table("work_lease") as batch_op:
        batch_op.add_column(sa.Column("renewed_at", UtcDateTime(), nullable=True))
    op.execute("UPDATE work_lease SET renewed_at = taken_at")
    with op.batch_alter_table("work_lease") as batch_op:
        batch_op.alter_column("renewed_at", existing_type=UtcDateTime(), nullable=False)
    op.create_table(
        "work_process",
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_process")),
        sa.UniqueConstraint("holder", name=op.f("uq_work_process_holder")),
    )
    op.create_table(
        "work_duty",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("every_seconds", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", UtcDateTime(), nullable=True),
        sa.Column("last_error", sa.String(length=400), nullable=True),
        sa.Column("id", IDENTITY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_duty")),
        sa.UniqueConstraint("name", name=op.f("uq_work_duty_name")),
    )
    op.create_table(
        "work_job",
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("assisted_by_id", sa.Integer(), nullable=True),
        sa.Column("arguments", json_object(), nullable=True),
        sa.Column("kept", json_object(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "running",
                "done",
                "failed",
                "cancelled",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("taken_by", sa.String(length=80), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("cancel_asked_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", json_object(), nullable=True),
        sa.Column("reasons", json_list(), nullable=True),
        sa.Column("last_error", sa.String(length=400), nullable=True),
        sa.Column("id", IDENTITY, nullable=False),
        sa.CheckConstraint(
            "(state IN ('done', 'failed', 'cancelled')) = (ended_at IS NOT NULL)",
            name=op.f("ck_work_job_ended_has_a_moment"),
        ),
        sa.CheckConstraint(
            "(state = 'running') = (taken_by IS NOT NULL)", name=op.f("ck_work_job_running_has_a_process")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_job")),
    )
    with op.batch_alter_table("work_job") as batch_op:
        batch_op.create_index("ix_work_job_owner_id_id", ["owner_id", "id"])
        batch_op.create_index(
            "ix_work_job_not_ended",
            ["state", "next_at"],
            sqlite_where=NOT_ENDED,
            postgresql_where=NOT_ENDED,
        )
        batch_op.create_index(
            "uq_work_job_key", ["key"], unique=True, sqlite_where=NOT_ENDED, postgresql_where=NOT_ENDED
        )
    with op.batch_alter_table("outgoing_mail") as batch_op:
        batch_op.add_column(sa.Column("tried_again_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("unsubscribe", sa.String(length=400), nullable=True))
        batch_op.create_index("ix_outgoing_mail_given_up_at", ["given_up_at"])


def downgrade() -> None:
    """Remove the tables and the columns."""
    with op.batch_alter_table("outgoing_mail") as batch_op:
        batch_op.drop_index("ix_outgoing_mail_given_up_at")
        batch_op.drop_column("unsubscribe")
        batch_op.drop_column("tried_again_at")
    op.drop_table("work_job")
    op.drop_table("work_duty")
    op.drop_table("work_process")
    with op.batch_alter_table("work_lease") as batch_op:
        batch_op.drop_column("renewed_at")
