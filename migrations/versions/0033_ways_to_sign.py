"""Signatures by a code of one's app and by a passkey, besides the password."""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

BEFORE = ("password", "demo")
AFTER = ("password", "code", "passkey", "demo")
STAYS = "BEGIN SELECT RAISE(ABORT, 'a signature stays as it is'); END"


def upgrade() -> None:
    """Let a signature be given in the new ways too."""
    _allow(AFTER)


def downgrade() -> None:
    """Refuse the new ways; that fails where somebody has signed in one of them, for a signature never changes."""
    _allow(BEFORE)


def _allow(methods: tuple[str, ...]) -> None:
    """Change what the database takes; SQLite copies the table, which leaves the triggers behind."""
    words = ", ".join(f"'{method}'" for method in methods)
    with op.batch_alter_table("signature") as batch_op:
        batch_op.drop_constraint(op.f("ck_signature_method"), type_="check")
        batch_op.create_check_constraint(op.f("ck_signature_method"), f"method IN ({words})")
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(f"CREATE TRIGGER signature_refuses_{verb} BEFORE {verb.upper()} ON signature {STAYS}")
