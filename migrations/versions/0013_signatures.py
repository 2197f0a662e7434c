"""Electronic signatures, which the database refuses to change."""

import sqlalchemy as sa
from alembic import op

from portal.store import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MEANINGS = (
    *(
        "authored",
        "performed",
        "witnessed",
        "reviewed",
        "verified",
        "approved",
        "approved_with_conditions",
        "waived",
    ),
    *("rejected", "released", "certified", "quarantined", "acknowledged", "withdrawn", "superseded"),
)
ROLES = (
    *("founder", "facility_manager", "qa", "qp", "adviser", "investor", "support_provider", "analyst"),
    "administrator",
)
APPEND_ONLY = {
    "sqlite": [
        (
            "CREATE TRIGGER signature_refuses_update BEFORE UPDATE ON signature BEGIN SELECT "
            "RAISE(ABORT, 'a signature stays as it is'); END"
        ),
        (
            "CREATE TRIGGER signature_refuses_delete BEFORE DELETE ON signature BEGIN SELECT "
            "RAISE(ABORT, 'a signature stays as it is'); END"
        ),
    ],
    "postgresql": [
        (
            "CREATE OR REPLACE FUNCTION signature_stays() RETURNS trigger LANGUAGE plpgsql AS $$ "
            "BEGIN RAISE EXCEPTION 'a signature stays as it is'; END $$"
        ),
        (
            "CREATE TRIGGER signature_refuses_change BEFORE UPDATE OR DELETE ON signature FOR "
            "EACH ROW EXECUTE FUNCTION signature_stays()"
        ),
    ],
}


def _choice(words: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "signature",
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("meaning", _choice(MEANINGS, "meaning"), nullable=False),
        sa.Column("signer_id", IDENTITY, nullable=False),
        sa.Column("signer_name", sa.String(length=120), nullable=False),
        sa.Column("signer_role", _choice(ROLES, "signer_role"), nullable=False),
        sa.Column("signed_at", UtcDateTime(), nullable=False),
        sa.Column("method", _choice(("password", "demo"), "method"), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(["signer_id"], ["user.id"], name=op.f("fk_signature_signer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
        sa.UniqueConstraint("digest", name=op.f("uq_signature_digest")),
    )
    with op.batch_alter_table("signature", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signature_signer_id"), ["signer_id"], unique=False)
        batch_op.create_index(
            "ix_signature_subject_kind_subject_id", ["subject_kind", "subject_id"], unique=False
        )
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("signature")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION signature_stays()")
