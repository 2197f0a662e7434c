"""The table of signatures; the database itself refuses to change or remove one."""

from datetime import datetime

from sqlalchemy import DDL, ForeignKey, Index, String, Text, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import User
from portal.core.actors import Role
from portal.signatures.rules import Meaning, Method
from portal.store import Base, choice


class Signature(Base):
    """That somebody signed a record, as it was when they did; what the columns say stands in the statement too."""

    __tablename__ = "signature"
    __table_args__ = (Index("ix_signature_subject_kind_subject_id", "subject_kind", "subject_id"),)

    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    meaning: Mapped[Meaning] = mapped_column(choice(Meaning, name="meaning"))
    signer_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    signer_name: Mapped[str] = mapped_column(String(120))
    signer_role: Mapped[Role] = mapped_column(choice(Role, name="signer_role"))
    signed_at: Mapped[datetime]
    method: Mapped[Method] = mapped_column(choice(Method, name="method"))
    statement: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64), unique=True)

    signer: Mapped[User] = relationship()


def append_only_statements(dialect: str) -> list[str]:
    """Return what makes the database refuse every update and delete of a signature."""
    if dialect == "sqlite":
        refuse = "BEGIN SELECT RAISE(ABORT, 'a signature stays as it is'); END"
        return [
            f"CREATE TRIGGER signature_refuses_{verb} BEFORE {verb.upper()} ON signature {refuse}"
            for verb in ("update", "delete")
        ]
    body = "$$ BEGIN RAISE EXCEPTION 'a signature stays as it is'; END $$"
    trigger = "CREATE TRIGGER signature_refuses_change BEFORE UPDATE OR DELETE ON signature"
    return [
        f"CREATE OR REPLACE FUNCTION signature_stays() RETURNS trigger LANGUAGE plpgsql AS {body}",
        f"{trigger} FOR EACH ROW EXECUTE FUNCTION signature_stays()",
    ]


for _dialect in ("sqlite", "postgresql"):
    for _statement in append_only_statements(_dialect):
        event.listen(
            Signature.__table__,
            "after_create",
            DDL(_statement.replace("%", "%%")).execute_if(dialect=_dialect),
        )
