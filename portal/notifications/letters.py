"""The mails that tell of messages: one at once, or a day's in a digest."""

from collections.abc import Sequence

from flask_babel import gettext as _

from portal.accounts.models import User
from portal.mail.messages import Message
from portal.mail.writing import page_address, write
from portal.notifications.queries import Told
from portal.notifications.rules import Topic, can_be_stopped
from portal.notifications.stopping import stop_address
from portal.notifications.words import sentence, topic_label
from portal.web.filters import moment
from portal.web.locale import read_by


def notice(person: User, told: Told) -> Message:
    """Return the mail of a message, in its recipient's language, with one link to the thing itself."""
    with read_by(person.language, person.time_zone):
        return write(
            "notice",
            to=person.email,
            language=person.language,
            name=person.name,
            sentence=sentence(told),
            topic=topic_label(told.topic),
            about=told.topic.value,
            can_be_stopped=can_be_stopped(told.topic),
            choose=page_address("notifications.preferences"),
            link=page_address("notifications.open_message", message_id=told.message_id),
            unsubscribe=stop_address(person.id, told.topic) if can_be_stopped(told.topic) else None,
        )


def digest(person: User, messages: Sequence[Told], *, more: int) -> Message:
    """Return the mail of a day's messages, by topic, each with its own link."""
    with read_by(person.language, person.time_zone):
        groups = [
            (
                topic_label(topic),
                [
                    (
                        sentence(told),
                        moment(told.at),
                        page_address("notifications.open_message", message_id=told.message_id),
                    )
                    for told in messages
                    if told.topic is topic
                ],
            )
            for topic in Topic
        ]
        return write(
            "digest",
            to=person.email,
            language=person.language,
            name=person.name,
            number=len(messages) + more,
            groups=[(label, lines) for label, lines in groups if lines],
            more=more,
            choose=page_address("notifications.preferences"),
            link=page_address("notifications.messages"),
            link_label=_("Open your messages"),
            unsubscribe=stop_address(person.id, None),
        )
