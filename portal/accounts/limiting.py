"""How often one may guess at passwords and codes, so that guessing is hopeless and nobody can shut others out.

A browser in which the account's owner has signed in before is counted by itself: what strangers do to the account does
not hold it up. Whoever comes from an unknown browser is counted by account and network; all unknown browsers together
are counted by account, too, against many machines that guess at one. Passkeys and the link in a mail pass by.
"""

from flask import g
from flask_babel import gettext as _

from portal.accounts import queries
from portal.accounts.presence import device_token
from portal.accounts.rules.signing_in import DEVICE_IS_KNOWN_FOR
from portal.core import clock
from portal.store import db
from portal.web.limits import Guesses, network

LONGER_AND_LONGER = "5 per minute; 10 per 15 minutes; 20 per hour; 50 per day"

guessed_at_account = Guesses("password", LONGER_AND_LONGER)
guessed_by_device = Guesses("password-device", LONGER_AND_LONGER)
guessed_by_strangers = Guesses("password-strangers", "100 per hour; 300 per day")
guessed_by_network = Guesses("password-network", "30 per minute; 200 per hour")
guessed_codes = Guesses("code", "5 per minute; 10 per 15 minutes; 30 per day")
guessed_by_person = Guesses("proof", LONGER_AND_LONGER)
guessed_passkeys = Guesses("passkey", "20 per minute; 100 per hour")


def check_sign_in(email: str) -> None:
    """Raise `TooOften` where this browser must wait before it tries a password for an address again."""
    device_id = _known_device(email)
    if device_id is not None:
        guessed_by_device.check(device_id, ways_out=_ways_out)
        return
    guessed_by_network.check(network(), ways_out=_ways_out)
    guessed_at_account.check(f"{_key(email)} {network()}", ways_out=_ways_out)
    guessed_by_strangers.check(_key(email), ways_out=_ways_out)


def count_sign_in(email: str) -> None:
    """Count a wrong password for an address, known or not."""
    device_id = _known_device(email)
    if device_id is not None:
        guessed_by_device.count(device_id)
        return
    guessed_by_network.count(network())
    guessed_at_account.count(f"{_key(email)} {network()}")
    guessed_by_strangers.count(_key(email))


def _known_device(email: str) -> int | None:
    token = device_token()
    if token is None:
        return None
    known: dict[str, int | None] = g.setdefault("known_devices", {})
    if email not in known:
        since = clock.now() - DEVICE_IS_KNOWN_FOR
        known[email] = queries.known_device_id(db.session(), email, token, since=since)
    return known[email]


def _key(email: str) -> str:
    return email.strip().lower()[:254]


def _ways_out() -> tuple[str, ...]:
    return (
        _(
            "If you are the owner of the account: a passkey, or a browser in which you have signed in before, "
            "need not wait. Nor need a new password by mail: it makes this browser known."
        ),
    )
