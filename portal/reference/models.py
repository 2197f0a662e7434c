"""Tables of what an installation changed in the shipped facts, and of what somebody confirmed; rows are only added."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.store import Base, json_object


class FactRevision(Base):
    """A local value for one field of a shipped record, with the shipped value at that time; or the way back to it."""

    __tablename__ = "fact_revision"
    __table_args__ = (Index("ix_fact_revision_record", "collection", "record_id", "field"),)

    collection: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[str] = mapped_column(String(120))
    field: Mapped[str] = mapped_column(String(200))
    value: Mapped[dict[str, Any]] = mapped_column(json_object())
    """`{"value": …}`, so that null is a value like any other."""
    shipped_value: Mapped[dict[str, Any]] = mapped_column(json_object())
    restores: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(Text)
    revised_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    revised_at: Mapped[datetime]


class FactConfirmation(Base):
    """That a person has read a text and found there what a field, or without one the whole record, says."""

    __tablename__ = "fact_confirmation"
    __table_args__ = (Index("ix_fact_confirmation_record", "collection", "record_id", "field"),)

    collection: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[str] = mapped_column(String(120))
    field: Mapped[str | None] = mapped_column(String(200))
    value: Mapped[dict[str, Any]] = mapped_column(json_object())
    """`{"value": …}`: what was confirmed; the confirmation holds as long as the record says the same."""
    text_read: Mapped[str] = mapped_column(String(500))
    confirmed_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    confirmed_at: Mapped[datetime]
