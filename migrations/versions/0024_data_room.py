"""What is shared after a mutual yes, the instrument of an outcome, and notes of advisers."""

import sqlalchemy as sa
from alembic import op

from portal.store import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables and the column."""
    op.add_column("introduction", sa.Column("outcome_instrument", sa.String(length=20), nullable=True))
    op.create_table(
        "introduction_acceptance",
        sa.Column("introduction_id", IDENTITY, nullable=False),
        sa.Column("user_id", IDENTITY, nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("accepted_at", UtcDateTime(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_introduction_acceptance_digest_is_whole")),
        sa.ForeignKeyConstraint(
            ["introduction_id"], ["introduction.id"], name=op.f("fk_introduction_acceptance_introduction_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_introduction_acceptance_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introduction_acceptance")),
        sa.UniqueConstraint(
            "introduction_id",
            "user_id",
            "version",
            name=op.f("uq_introduction_acceptance_introduction_id_user_id_version"),
        ),
    )
    op.create_table(
        "introduction_document",
        sa.Column("introduction_id", IDENTITY, nullable=False),
        sa.Column("file_id", IDENTITY, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("added_by_id", IDENTITY, nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["user.id"], name=op.f("fk_introduction_document_added_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_introduction_document_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["introduction_id"], ["introduction.id"], name=op.f("fk_introduction_document_introduction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introduction_document")),
    )
    op.create_index(op.f("ix_introduction_document_file_id"), "introduction_document", ["file_id"])
    op.create_index(
        op.f("ix_introduction_document_introduction_id"), "introduction_document", ["introduction_id"]
    )
    op.create_table(
        "introduction_opening",
        sa.Column("document_id", IDENTITY, nullable=False),
        sa.Column("user_id", IDENTITY, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["introduction_document.id"], name=op.f("fk_introduction_opening_document_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_introduction_opening_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introduction_opening")),
    )
    op.create_index("ix_introduction_opening_document_id_at", "introduction_opening", ["document_id", "at"])
    op.create_table(
        "adviser_note",
        sa.Column("project_id", IDENTITY, nullable=False),
        sa.Column("introduction_id", IDENTITY, nullable=True),
        sa.Column("author_id", IDENTITY, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("follow_up_on", sa.Date(), nullable=True),
        sa.Column("reminded_at", UtcDateTime(), nullable=True),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_adviser_note_author_id")),
        sa.ForeignKeyConstraint(
            ["introduction_id"], ["introduction.id"], name=op.f("fk_adviser_note_introduction_id")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_adviser_note_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adviser_note")),
    )
    op.create_index(op.f("ix_adviser_note_introduction_id"), "adviser_note", ["introduction_id"])
    op.create_index(op.f("ix_adviser_note_project_id"), "adviser_note", ["project_id"])
    op.create_index(
        "ix_adviser_note_follow_up_on", "adviser_note", ["done_at", "reminded_at", "follow_up_on"]
    )


def downgrade() -> None:
    """Remove them again."""
    op.drop_table("adviser_note")
    op.drop_table("introduction_opening")
    op.drop_table("introduction_document")
    op.drop_table("introduction_acceptance")
    op.drop_column("introduction", "outcome_instrument")
