"""The two ways in which mail leaves: an SMTP server, or a folder of .eml files."""

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

SECONDS = 20
SHAPE = "SMTP_URL must look like smtp://user:password@host:587/?starttls=1 or smtps://host"


class Undeliverable(Exception):
    """A message could not be handed over; `final` says that trying again is of no use."""

    def __init__(self, why: str, *, final: bool) -> None:
        """Keep both."""
        super().__init__(why)
        self.final = final


class Unreachable(Exception):
    """The mail server could not be reached at all, or did not take the portal for a sender; no message is to blame."""


class Transport(Protocol):
    """A way for mail to leave."""

    def send(self, email: EmailMessage) -> None:
        """Hand a message over; raises `Undeliverable` or `Unreachable`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpTransport:
    """An SMTP server."""

    host: str
    port: int
    user: str | None = None
    password: str | None = None
    implicit_tls: bool = False
    starttls: bool = False

    def send(self, email: EmailMessage) -> None:
        """Hand a message to the server, in a conversation of its own."""
        try:
            server = self._open()
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable(str(error)) from error
        try:
            server.send_message(email)
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise Undeliverable(f"{code} {_words(text)}", final=code >= 500) from error
        except (smtplib.SMTPSenderRefused, smtplib.SMTPHeloError) as error:
            raise Unreachable(f"{error.smtp_code} {_words(error.smtp_error)}") from error
        except smtplib.SMTPResponseException as error:
            why = f"{error.smtp_code} {_words(error.smtp_error)}"
            raise Undeliverable(why, final=error.smtp_code >= 500) from error
        except (smtplib.SMTPNotSupportedError, ValueError) as error:
            raise Undeliverable(str(error), final=True) from error
        except (OSError, smtplib.SMTPException) as error:
            raise Undeliverable(str(error), final=False) from error
        finally:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()

    def _open(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        server: smtplib.SMTP
        if self.implicit_tls:
            server = smtplib.SMTP_SSL(self.host, self.port, timeout=SECONDS, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=SECONDS)
        try:
            if self.starttls:
                server.starttls(context=context)
            if self.user is not None:
                server.login(self.user, self.password or "")
        except BaseException:
            server.close()
            raise
        return server


@dataclass(frozen=True, slots=True)
class FolderTransport:
    """A folder that keeps each message as a file, for installations without a mail server."""

    folder: Path

    def send(self, email: EmailMessage) -> None:
        """Write a message into the folder, whole or not at all."""
        written_at = parsedate_to_datetime(str(email["Date"]))
        number = str(email["Message-ID"]).strip("<>").partition(".")[0]
        target = self.folder / f"{written_at:%Y%m%dT%H%M%S}-{number}.eml"
        unfinished = target.with_suffix(".part")
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            unfinished.write_bytes(email.as_bytes())
            unfinished.replace(target)
        except OSError as error:
            raise Unreachable(str(error)) from error


def transport_for(smtp_url: str | None, folder: Path) -> Transport:
    """Return the transport that a setting asks for: `smtp://user:password@host:587/?starttls=1`, `smtps://host`, or none.

    Raises `ValueError` saying what is wrong with the address.
    """
    if smtp_url is None:
        return FolderTransport(folder)
    try:
        parts, port = urlsplit(smtp_url), urlsplit(smtp_url).port
    except ValueError as error:
        raise ValueError(SHAPE) from error
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError(SHAPE)
    implicit_tls = parts.scheme == "smtps"
    return SmtpTransport(
        host=parts.hostname,
        port=port or (465 if implicit_tls else 25),
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        implicit_tls=implicit_tls,
        starttls=parse_qs(parts.query).get("starttls") == ["1"],
    )


def _words(reply: bytes | str) -> str:
    return reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
