"""Runs at once by day, what licences are needed for, and until when equipment and training are valid."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NEEDED_FOR = sa.Enum(
    "nothing",
    "every_room",
    "gmp_rooms",
    "gmo_work",
    name="needed_for",
    native_enum=False,
    create_constraint=True,
    length=32,
)


def upgrade() -> None:
    """Make the tables and columns; no licence blocks anything until its facility says so."""
    op.create_table(
        "facility_run_limit",
        sa.Column("facility_id", IDENTITY, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("most_runs", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.CheckConstraint("most_runs >= 0", name=op.f("ck_facility_run_limit_most_runs_is_not_negative")),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_facility_run_limit_days")),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_facility_run_limit_facility_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility_run_limit")),
    )
    op.create_index(op.f("ix_facility_run_limit_facility_id"), "facility_run_limit", ["facility_id"])
    op.create_table(
        "cleanroom_equipment_validity",
        sa.Column("cleanroom_id", IDENTITY, nullable=False),
        sa.Column("equipment", sa.String(length=60), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(
            ["cleanroom_id"], ["cleanroom.id"], name=op.f("fk_cleanroom_equipment_validity_cleanroom_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cleanroom_equipment_validity")),
        sa.UniqueConstraint(
            "cleanroom_id", "equipment", name=op.f("uq_cleanroom_equipment_validity_cleanroom_id_equipment")
        ),
    )
    op.create_table(
        "cleanroom_training",
        sa.Column("cleanroom_id", IDENTITY, nullable=False),
        sa.Column("user_id", IDENTITY, nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(
            ["cleanroom_id"], ["cleanroom.id"], name=op.f("fk_cleanroom_training_cleanroom_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_cleanroom_training_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cleanroom_training")),
        sa.UniqueConstraint(
            "cleanroom_id", "user_id", name=op.f("uq_cleanroom_training_cleanroom_id_user_id")
        ),
    )
    op.create_index(op.f("ix_cleanroom_training_user_id"), "cleanroom_training", ["user_id"])
    with op.batch_alter_table("facility_licence") as batch:
        batch.add_column(sa.Column("needed_for", NEEDED_FOR, nullable=False, server_default="nothing"))
    with op.batch_alter_table("facility_licence") as batch:
        batch.alter_column("needed_for", server_default=None)
    with op.batch_alter_table("cleanroom") as batch:
        batch.add_column(sa.Column("trained_needed", sa.Integer(), nullable=True))
        batch.create_check_constraint(
            op.f("ck_cleanroom_trained_needed"), "trained_needed IS NULL OR trained_needed >= 1"
        )


def downgrade() -> None:
    """Remove them."""
    with op.batch_alter_table("cleanroom") as batch:
        batch.drop_constraint(op.f("ck_cleanroom_trained_needed"), type_="check")
        batch.drop_column("trained_needed")
    with op.batch_alter_table("facility_licence") as batch:
        batch.drop_column("needed_for")
    op.drop_table("cleanroom_training")
    op.drop_table("cleanroom_equipment_validity")
    op.drop_table("facility_run_limit")
