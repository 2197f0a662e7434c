"""Sign-ins and devices, second factors, passkeys, recovery codes, new addresses."""

import sqlalchemy as sa
from alembic import op

from portal.store import UtcDateTime, json_list

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

WORDS = ("password", "code", "recovery_code", "passkey", "invitation")


def identity() -> sa.types.TypeEngine:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables and columns."""
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("requires_second_factor", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.alter_column("requires_second_factor", server_default=None)
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.add_column(sa.Column("passkey_handle", sa.LargeBinary(length=64), nullable=True))
        batch_op.create_unique_constraint(op.f("uq_user_passkey_handle"), ["passkey_handle"])
    op.create_table(
        "device",
        sa.Column("user_id", identity(), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=40), nullable=True),
        sa.Column("system", sa.String(length=40), nullable=True),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("id", identity(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_device_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
    )
    op.create_index("uq_device_user_id_token_digest", "device", ["user_id", "token_digest"], unique=True)
    op.create_table(
        "sign_in",
        sa.Column("user_id", identity(), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column(
            "means",
            sa.Enum(*WORDS, name="sign_in_means", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("is_strong", sa.Boolean(), nullable=False),
        sa.Column("browser", sa.String(length=40), nullable=True),
        sa.Column("system", sa.String(length=40), nullable=True),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("proven_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("assisted_id", identity(), nullable=True),
        sa.Column("assisted_until", UtcDateTime(), nullable=True),
        sa.Column("id", identity(), nullable=False),
        sa.CheckConstraint(
            "(assisted_id IS NULL) = (assisted_until IS NULL)",
            name=op.f("ck_sign_in_assistance_has_somebody_and_an_end"),
        ),
        sa.ForeignKeyConstraint(["assisted_id"], ["user.id"], name=op.f("fk_sign_in_assisted_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_sign_in_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_sign_in_token_digest")),
    )
    op.create_index("ix_sign_in_user_id_ended_at", "sign_in", ["user_id", "ended_at"], unique=False)
    op.create_table(
        "authenticator",
        sa.Column("user_id", identity(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("last_counter", sa.BigInteger(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("id", identity(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_authenticator_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authenticator")),
        sa.UniqueConstraint("user_id", name=op.f("uq_authenticator_user_id")),
    )
    op.create_table(
        "passkey",
        sa.Column("user_id", identity(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1023), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", json_list(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("id", identity(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_passkey_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_user_id"), "passkey", ["user_id"], unique=False)
    op.create_table(
        "recovery_code",
        sa.Column("user_id", identity(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("id", identity(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_recovery_code_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("digest", name=op.f("uq_recovery_code_digest")),
    )
    op.create_index(op.f("ix_recovery_code_user_id"), "recovery_code", ["user_id"], unique=False)
    op.create_table(
        "address_change",
        sa.Column("user_id", identity(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("id", identity(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_address_change_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_change")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_address_change_token_digest")),
        sa.UniqueConstraint("user_id", name=op.f("uq_address_change_user_id")),
    )


def downgrade() -> None:
    """Remove the tables and columns."""
    for table in ("address_change", "recovery_code", "passkey", "authenticator", "sign_in", "device"):
        op.drop_table(table)
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("uq_user_passkey_handle"), type_="unique")
        batch_op.drop_column("passkey_handle")
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_column("requires_second_factor")
