"""The mail that tells of a message."""

from flask_babel import force_locale

from portal.accounts.models import User
from portal.mail.messages import Message
from portal.mail.writing import page_address, write
from portal.notifications.queries import Told
from portal.notifications.words import sentence


def notice(person: User, told: Told) -> Message:
    """Return the mail of a message, in its recipient's language, with one link to the thing itself."""
    with force_locale(person.language):
        words = sentence(told)
    return write(
        "notice",
        to=person.email,
        language=person.language,
        name=person.name,
        sentence=words,
        link=page_address("notifications.open_message", message_id=told.message_id),
    )
