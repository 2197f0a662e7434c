"""A person with two records that one event concerns is told of each."""

from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

OF_ONE = ("recipient_id", "entry_id", "code")
OF_EACH = (*OF_ONE, "subject_kind", "subject_id")


def upgrade() -> None:
    """Let a message be the only one of its record, not of its event."""
    with op.batch_alter_table("message") as batch_op:
        batch_op.drop_constraint(op.f("uq_message_recipient_id_entry_id_code"), type_="unique")
        batch_op.create_unique_constraint(
            op.f("uq_message_recipient_id_entry_id_code_subject_kind_subject_id"), list(OF_EACH)
        )


def downgrade() -> None:
    """Keep the first message of each event."""
    op.execute(
        "DELETE FROM message WHERE id NOT IN (SELECT min(id) FROM message GROUP BY recipient_id, entry_id, code)"
    )
    with op.batch_alter_table("message") as batch_op:
        batch_op.drop_constraint(
            op.f("uq_message_recipient_id_entry_id_code_subject_kind_subject_id"), type_="unique"
        )
        batch_op.create_unique_constraint(op.f("uq_message_recipient_id_entry_id_code"), list(OF_ONE))
