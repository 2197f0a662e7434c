"""The ledger's tables; the database itself refuses to change or remove an entry, a link or a seal."""

from datetime import datetime
from typing import Any

from sqlalchemy import DDL, ForeignKey, Index, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.store import Base, json_object


class Entry(Base):
    """One event, as it was when it happened."""

    __tablename__ = "ledger_entry"

    name: Mapped[str] = mapped_column(String(80), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(index=True)
    assisted_by_id: Mapped[int | None]
    facts: Mapped[dict[str, Any]] = mapped_column(json_object())
    private_digests: Mapped[dict[str, Any]] = mapped_column(json_object())
    digest: Mapped[str] = mapped_column(String(64))

    subjects: Mapped[list["Subject"]] = relationship(cascade="save-update, merge")
    private_values: Mapped[list["PrivateValue"]] = relationship(cascade="save-update, merge")
    waiting: Mapped["Waiting | None"] = relationship(cascade="save-update, merge")


class Subject(Base):
    """A record in whose history an entry stands."""

    __tablename__ = "ledger_subject"
    __table_args__ = (Index("ix_ledger_subject_kind_subject_id", "kind", "subject_id", "entry_id"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entry.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]


class PrivateValue(Base):
    """A personal or confidential value of an entry, readable by one field group, erasable."""

    __tablename__ = "ledger_private_value"
    __table_args__ = (UniqueConstraint("entry_id", "field"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entry.id"))
    field: Mapped[str] = mapped_column(String(60))
    field_group: Mapped[str] = mapped_column(String(40))
    salt: Mapped[str | None] = mapped_column(String(32))
    value: Mapped[dict[str, Any] | None] = mapped_column(json_object())
    erased_at: Mapped[datetime | None]


class Seal(Base):
    """A batch of entries chained to the batch before it; there is exactly one after each."""

    __tablename__ = "ledger_seal"

    previous: Mapped[str] = mapped_column(String(64), unique=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    entries: Mapped[int]
    sealed_at: Mapped[datetime]


class SealedEntry(Base):
    """The place of an entry in the chain."""

    __tablename__ = "ledger_sealed_entry"
    __table_args__ = (UniqueConstraint("seal_id", "position"),)

    entry_id: Mapped[int] = mapped_column(unique=True)
    seal_id: Mapped[int] = mapped_column(ForeignKey("ledger_seal.id"))
    position: Mapped[int]


class Waiting(Base):
    """That an entry waits for its handlers; the row goes when every one of them has done its work."""

    __tablename__ = "ledger_waiting"

    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entry.id"), unique=True)


class Delivery(Base):
    """That a handler has done its work for an entry, noted in the transaction of that work."""

    __tablename__ = "ledger_delivery"
    __table_args__ = (UniqueConstraint("entry_id", "handler"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entry.id"))
    handler: Mapped[str] = mapped_column(String(120))
    delivered_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(400))


APPEND_ONLY = ("ledger_entry", "ledger_subject", "ledger_seal", "ledger_sealed_entry")


def append_only_statements(table: str, dialect: str) -> list[str]:
    """Return what makes the database refuse every update and delete of a table's rows."""
    if dialect == "sqlite":
        refuse = "BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END"
        return [
            f"CREATE TRIGGER {table}_refuses_{verb} BEFORE {verb.upper()} ON {table} {refuse}"
            for verb in ("update", "delete")
        ]
    body = "$$ BEGIN RAISE EXCEPTION 'the ledger only grows'; END $$"
    trigger = f"CREATE TRIGGER {table}_refuses_change BEFORE UPDATE OR DELETE ON {table}"
    return [
        f"CREATE OR REPLACE FUNCTION ledger_only_grows() RETURNS trigger LANGUAGE plpgsql AS {body}",
        f"{trigger} FOR EACH ROW EXECUTE FUNCTION ledger_only_grows()",
    ]


for _table in APPEND_ONLY:
    for _dialect in ("sqlite", "postgresql"):
        for _statement in append_only_statements(_table, _dialect):
            event.listen(
                Base.metadata.tables[_table],
                "after_create",
                DDL(_statement.replace("%", "%%")).execute_if(dialect=_dialect),
            )
