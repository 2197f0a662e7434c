"""What a facility's QA says of the rules of segregation, and what cleanrooms share."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.store import UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table and the columns."""
    op.create_table(
        "segregation_stance",
        sa.Column("facility_id", IDENTITY, nullable=False),
        sa.Column("rule_id", sa.String(length=80), nullable=False),
        sa.Column(
            "stance",
            sa.Enum(
                "adopted",
                "tightened",
                "set_aside",
                name="stance",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "rule",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("signature_id", IDENTITY, nullable=False),
        sa.Column("decided_by_id", IDENTITY, nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_segregation_stance_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["signature_id"], ["signature.id"], name=op.f("fk_segregation_stance_signature_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user.id"], name=op.f("fk_segregation_stance_decided_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segregation_stance")),
    )
    op.create_index("ix_segregation_stance_rule", "segregation_stance", ["facility_id", "rule_id"])
    with op.batch_alter_table("cleanroom") as batch:
        batch.add_column(sa.Column("corridor", sa.String(length=40), nullable=True))
        batch.add_column(sa.Column("staff_group", sa.String(length=40), nullable=True))
        batch.add_column(sa.Column("dedicated_to_id", IDENTITY, nullable=True))
        batch.create_foreign_key(op.f("fk_cleanroom_dedicated_to_id"), "project", ["dedicated_to_id"], ["id"])
        batch.create_index(batch.f("ix_cleanroom_dedicated_to_id"), ["dedicated_to_id"])


def downgrade() -> None:
    """Remove the columns and the table."""
    with op.batch_alter_table("cleanroom") as batch:
        batch.drop_index(batch.f("ix_cleanroom_dedicated_to_id"))
        batch.drop_constraint(op.f("fk_cleanroom_dedicated_to_id"), type_="foreignkey")
        batch.drop_column("dedicated_to_id")
        batch.drop_column("staff_group")
        batch.drop_column("corridor")
    op.drop_table("segregation_stance")
