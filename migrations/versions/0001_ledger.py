"""The append-only ledger, its seals and deliveries."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.store import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = {
    "sqlite": [
        (
            "CREATE TRIGGER ledger_entry_refuses_update BEFORE UPDATE ON ledger_entry BEGIN SELECT "
            "RAISE(ABORT, 'the ledger only grows'); END"
        ),
        (
            "CREATE TRIGGER ledger_entry_refuses_delete BEFORE DELETE ON ledger_entry BEGIN SELECT "
            "RAISE(ABORT, 'the ledger only grows'); END"
        ),
        (
            "CREATE TRIGGER ledger_subject_refuses_update BEFORE UPDATE ON ledger_subject BEGIN "
            "SELECT RAISE(ABORT, 'the ledger only grows'); END"
        ),
        (
            "CREATE TRIGGER ledger_subject_refuses_delete BEFORE DELETE ON ledger_subject BEGIN "
            "SELECT RAISE(ABORT, 'the ledger only grows'); END"
        ),
        (
            "CREATE TRIGGER ledger_seal_refuses_update BEFORE UPDATE ON ledger_seal BEGIN SELECT "
            "RAISE(ABORT, 'the ledger only grows'); END"
        ),
        (
            "CREATE TRIGGER ledger_seal_refuses_delete BEFORE DELETE ON ledger_seal BEGIN SELECT "
            "RAISE(ABORT, 'the ledger only grows'); END"
        ),
        (
            "CREATE TRIGGER ledger_sealed_entry_refuses_update BEFORE UPDATE ON ledger_sealed_entry "
            "BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END"
        ),
        (
            "CREATE TRIGGER ledger_sealed_entry_refuses_delete BEFORE DELETE ON ledger_sealed_entry "
            "BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END"
        ),
    ],
    "postgresql": [
        (
            "CREATE OR REPLACE FUNCTION ledger_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ "
            "BEGIN RAISE EXCEPTION 'the ledger only grows'; END $$"
        ),
        (
            "CREATE TRIGGER ledger_entry_refuses_change BEFORE UPDATE OR DELETE ON ledger_entry FOR "
            "EACH ROW EXECUTE FUNCTION ledger_only_grows()"
        ),
        (
            "CREATE TRIGGER ledger_subject_refuses_change BEFORE UPDATE OR DELETE ON ledger_subject "
            "FOR EACH ROW EXECUTE FUNCTION ledger_only_grows()"
        ),
        (
            "CREATE TRIGGER ledger_seal_refuses_change BEFORE UPDATE OR DELETE ON ledger_seal FOR "
            "EACH ROW EXECUTE FUNCTION ledger_only_grows()"
        ),
        (
            "CREATE TRIGGER ledger_sealed_entry_refuses_change BEFORE UPDATE OR DELETE ON "
            "ledger_sealed_entry FOR EACH ROW EXECUTE FUNCTION ledger_only_grows()"
        ),
    ],
}


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "ledger_entry",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("assisted_by_id", sa.Integer(), nullable=True),
        sa.Column(
            "facts",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "private_digests",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
    )
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_entry_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_entry_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_entry_name"), ["name"], unique=False)
    op.create_table(
        "ledger_seal",
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("sealed_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_seal")),
        sa.UniqueConstraint("digest", name=op.f("uq_ledger_seal_digest")),
        sa.UniqueConstraint("previous", name=op.f("uq_ledger_seal_previous")),
    )
    op.create_table(
        "ledger_delivery",
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("handler", sa.String(length=120), nullable=False),
        sa.Column("delivered_at", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("last_error", sa.String(length=400), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_ledger_delivery_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_delivery")),
        sa.UniqueConstraint("entry_id", "handler", name=op.f("uq_ledger_delivery_entry_id_handler")),
    )
    op.create_table(
        "ledger_private_value",
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("field_group", sa.String(length=40), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=True),
        sa.Column(
            "value",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=True,
        ),
        sa.Column("erased_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entry.id"], name=op.f("fk_ledger_private_value_entry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_private_value")),
        sa.UniqueConstraint("entry_id", "field", name=op.f("uq_ledger_private_value_entry_id_field")),
    )
    op.create_table(
        "ledger_sealed_entry",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["seal_id"], ["ledger_seal.id"], name=op.f("fk_ledger_sealed_entry_seal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_sealed_entry")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_ledger_sealed_entry_entry_id")),
        sa.UniqueConstraint("seal_id", "position", name=op.f("uq_ledger_sealed_entry_seal_id_position")),
    )
    op.create_table(
        "ledger_subject",
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_ledger_subject_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_subject")),
    )
    with op.batch_alter_table("ledger_subject", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_subject_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(
            "ix_ledger_subject_kind_subject_id", ["kind", "subject_id", "entry_id"], unique=False
        )
    op.create_table(
        "ledger_waiting",
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_ledger_waiting_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_waiting")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_ledger_waiting_entry_id")),
    )

    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Remove the tables."""
    op.drop_table("ledger_waiting")
    op.drop_table("ledger_subject")
    op.drop_table("ledger_sealed_entry")
    op.drop_table("ledger_private_value")
    op.drop_table("ledger_delivery")
    op.drop_table("ledger_seal")
    op.drop_table("ledger_entry")
