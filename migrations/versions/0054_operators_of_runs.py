"""Who is named to run what is booked, and on how many runs at once one person may be named."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table, and let each facility name a person on one run at a time."""
    op.create_table(
        "booking_operator",
        sa.Column("booking_id", IDENTITY, nullable=False),
        sa.Column("user_id", IDENTITY, nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_booking_operator_booking_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_booking_operator_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_operator")),
        sa.UniqueConstraint("booking_id", "user_id", name=op.f("uq_booking_operator_booking_id_user_id")),
    )
    op.create_index(op.f("ix_booking_operator_user_id"), "booking_operator", ["user_id"])
    with op.batch_alter_table("facility") as batch:
        batch.add_column(sa.Column("most_runs_each", sa.Integer(), nullable=False, server_default="1"))
        batch.create_check_constraint(op.f("ck_facility_most_runs_each"), "most_runs_each >= 1")
    with op.batch_alter_table("facility") as batch:
        batch.alter_column("most_runs_each", server_default=None)


def downgrade() -> None:
    """Remove both."""
    with op.batch_alter_table("facility") as batch:
        batch.drop_constraint(op.f("ck_facility_most_runs_each"), type_="check")
        batch.drop_column("most_runs_each")
    op.drop_table("booking_operator")
