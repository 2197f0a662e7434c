"""The table of outgoing mail."""

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.store import Base


class OutgoingMail(Base):
    """A message on its way: waiting while it has a next try, then sent or given up."""

    __tablename__ = "outgoing_mail"
    __table_args__ = (
        Index("ix_outgoing_mail_next_try_at", "next_try_at"),
        Index("ix_outgoing_mail_given_up_at", "given_up_at"),
    )

    recipient: Mapped[str] = mapped_column(String(254), index=True)
    subject: Mapped[str] = mapped_column(String(400))
    text: Mapped[str | None] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    calendar: Mapped[str | None] = mapped_column(Text)
    """An iCalendar part beside the words, and by which method mail programs take it."""
    calendar_method: Mapped[str | None] = mapped_column(String(10))
    posted_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]
    tried_again_at: Mapped[datetime | None]
    """When an administrator let a given-up message be tried again; patience begins anew then."""
    unsubscribe: Mapped[str | None] = mapped_column(String(400))
    """The address at which mail programs stop mail of this kind, where it can be stopped."""
    last_error: Mapped[str | None] = mapped_column(String(400))
