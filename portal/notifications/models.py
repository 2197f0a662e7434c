"""The table of messages."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.ledger import Entry
from portal.store import Base


class Message(Base):
    """That one person is told of one entry; what it says is worded when it is read."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("recipient_id", "entry_id", "code"),
        Index("ix_message_recipient_id_read_at", "recipient_id", "read_at"),
    )

    recipient_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entry.id"), index=True)
    code: Mapped[str] = mapped_column(String(60))
    """What is said: the name of the event, or a word of our own where one event says different things."""
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int]
    read_at: Mapped[datetime | None]

    entry: Mapped[Entry] = relationship()
