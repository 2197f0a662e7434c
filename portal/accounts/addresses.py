"""E-mail addresses, written in one way only, so that one mailbox is one person."""

from email_validator import EmailNotValidError, validate_email
from flask import Flask, current_app
from flask_security import MailUtil
from flask_security.mail_util import EmailValidateException

from portal.core.errors import Reason
from portal.web.sentences import sentence

EXTENSION = "portal_accounts_invented_addresses"


def init_app(app: Flask, *, invented: bool) -> None:
    """Say whether addresses at hosts that cannot exist are taken: in demo and in tests they are."""
    app.extensions[EXTENSION] = invented


def normal_address(written: str) -> str | None:
    """Return an address in its one form, in lower case and ASCII, or None if no mail can reach it."""
    invented: bool = current_app.extensions[EXTENSION]
    try:
        found = validate_email(
            written.strip(),
            check_deliverability=False,
            allow_smtputf8=False,
            globally_deliverable=not invented,
        )
    except EmailNotValidError:
        return None
    return found.ascii_email.lower() if found.ascii_email else None


class Addresses(MailUtil):
    """Addresses as Flask-Security's own forms read them."""

    def normalize(self, email: str) -> str:
        """Return an address in its one form.

        Raises `EmailValidateException` saying what is wrong.
        """
        address = normal_address(email)
        if address is None:
            raise EmailValidateException(sentence(Reason("address_unusable")))
        return address

    def validate(self, email: str) -> str:
        """Return an address in its one form; whether mail reaches it is shown by confirming it."""
        return self.normalize(email)
