"""The tables of messages, of what people chose about them, and of what the clock has reminded of."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.ledger import Entry
from portal.notifications.rules import FIRST_HOUR, Topic, Way
from portal.store import Base, choice


class Message(Base):
    """That one person is told of one entry; what it says is worded when it is read."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("recipient_id", "entry_id", "code", "subject_kind", "subject_id"),
        Index("ix_message_recipient_id_read_at", "recipient_id", "read_at", "archived_at"),
        Index("ix_message_recipient_id_archived_at", "recipient_id", "archived_at", "id"),
        Index("ix_message_digest_at", "digest_at"),
    )

    recipient_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entry.id"), index=True)
    code: Mapped[str] = mapped_column(String(60))
    """What is said: the name of the event, or a word of our own where one event says different things."""
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int]
    read_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    digest_at: Mapped[datetime | None]
    """When it goes out with a digest; null once it has, or if it never will."""

    entry: Mapped[Entry] = relationship()


class Preference(Base):
    """How messages of a topic reach a person, by their own choice."""

    __tablename__ = "message_preference"
    __table_args__ = (UniqueConstraint("user_id", "topic"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    topic: Mapped[Topic] = mapped_column(choice(Topic, name="topic"))
    way: Mapped[Way] = mapped_column(choice(Way, name="way"))


class DigestTime(Base):
    """At which hour a person's digest comes, and on which of their days the last one came."""

    __tablename__ = "message_digest_time"
    __table_args__ = (CheckConstraint("hour BETWEEN 0 AND 23", name="hour_of_a_day"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), unique=True)
    hour: Mapped[int] = mapped_column(default=FIRST_HOUR)
    last_day: Mapped[date | None]


class Reminded(Base):
    """That the clock has reminded of something, so that it does so once; `occasion` tells one time from the next."""

    __tablename__ = "message_reminded"
    __table_args__ = (UniqueConstraint("name", "subject_id", "occasion"),)

    name: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[int]
    occasion: Mapped[str] = mapped_column(String(60))
    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entry.id"))
