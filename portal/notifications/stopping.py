"""The signed address at which mail of a topic, or the digest, is stopped without signing in (RFC 8058)."""

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from portal.mail.writing import page_address
from portal.notifications.rules import Topic

SALT = "messages.stop"
DIGEST = "digest"


def stop_address(user_id: int, topic: Topic | None) -> str:
    """Return the address at which a person stops mail of a topic, or their digest where that is none."""
    word = DIGEST if topic is None else topic.value
    return page_address("notifications.stopped", token=_serializer().dumps([user_id, word]))


def what_to_stop(token: str) -> tuple[int, Topic | None] | None:
    """Return whose mail a token stops, and of which topic; None for a token that nobody has signed."""
    try:
        user_id, word = _serializer().loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    return int(user_id), None if word == DIGEST else Topic(word)


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt=SALT)
