"""The secret address of a feed: signed, so that reading the table does not give it away."""

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from portal.calendars.models import CalendarFeed
from portal.mail.writing import page_address

SALT = "calendars.feed"


def token_of(feed: CalendarFeed) -> str:
    """Return what stands in the address of a feed."""
    return str(_serializer().dumps([feed.id, feed.nonce]))


def address_of(feed: CalendarFeed) -> str:
    """Return the full address of a feed."""
    return page_address("calendars.feed", token=token_of(feed))


def read_token(token: str) -> tuple[int, str] | None:
    """Return the id and the nonce in an address; None for one that nobody has signed."""
    try:
        feed_id, nonce = _serializer().loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    return int(feed_id), str(nonce)


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt=SALT)
