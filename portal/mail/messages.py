"""What somebody is to read, and the form in which it travels."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A text for one address, perhaps with the same as HTML, and the address at which mail programs stop its kind.

    Raises `ValueError` where the address or the subject has more than one line.
    """

    to: str
    subject: str
    text: str
    html: str | None = None
    unsubscribe: str | None = None
    calendar: str | None = None
    """An iCalendar part, which calendar programs take by its method."""
    calendar_method: str | None = None

    def __post_init__(self) -> None:
        """Refuse what would smuggle a header in."""
        if not self.to or any(c in self.to + self.subject + (self.unsubscribe or "") for c in "\r\n"):
            raise ValueError("an address and a subject are one line each")


def as_email(message: Message, *, sender: str, number: int, posted_at: datetime) -> EmailMessage:
    """Return a message as it travels; the same message has the same Message-ID however often it is tried."""
    email = EmailMessage(policy=SMTP)
    host = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    email["From"] = sender
    email["To"] = message.to
    email["Subject"] = message.subject
    email["Date"] = format_datetime(posted_at)
    email["Message-ID"] = f"<{number}.{posted_at:%Y%m%d%H%M%S%f}@{host}>"
    email["Auto-Submitted"] = "auto-generated"
    if message.unsubscribe is not None:
        email["List-Unsubscribe"] = f"<{message.unsubscribe}>"
        email["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    email.set_content(message.text)
    if message.html is not None:
        email.add_alternative(message.html, subtype="html")
    if message.calendar is not None:
        method = {"method": message.calendar_method or "REQUEST"}
        email.add_alternative(message.calendar, subtype="calendar", params=method)
    return email
