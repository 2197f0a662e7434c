"""What people choose about their messages."""

from collections.abc import Collection, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField
from wtforms.validators import InputRequired

from portal.notifications.rules import Topic, Way, allowed_ways
from portal.notifications.services import Choices
from portal.notifications.words import topic_help, topic_label, way_label
from portal.web.forms import BaseForm

NEEDED = InputRequired(_l("Choose one."))


def _ways(topic: Topic) -> RadioField:
    return RadioField(
        validators=[NEEDED], choices=lambda: [(way.value, way_label(way)) for way in allowed_ways(topic)]
    )


class PreferencesForm(BaseForm):
    """How messages of each topic reach a person, and at which hour the digest comes."""

    requests = _ways(Topic.REQUESTS)
    decisions = _ways(Topic.DECISIONS)
    bookings = _ways(Topic.BOOKINGS)
    deadlines = _ways(Topic.DEADLINES)
    gates = _ways(Topic.GATES)
    introductions = _ways(Topic.INTRODUCTIONS)
    referrals = _ways(Topic.REFERRALS)
    teasers = _ways(Topic.TEASERS)
    reminders = _ways(Topic.REMINDERS)
    work = _ways(Topic.WORK)
    hour = SelectField(
        _l("When the digest comes"),
        choices=lambda: [(str(hour), f"{hour:02}:00") for hour in range(24)],
        validators=[NEEDED],
        description=_l("By the clock on your wall. Nothing comes on a day without news."),
    )

    def __init__(self, topics: Collection[Topic], formdata: Any = None, **kwargs: Any) -> None:
        """Ask only about topics that come to this person."""
        super().__init__(formdata, **kwargs)
        self.topics = [topic for topic in Topic if topic in topics]
        for topic in Topic:
            if topic not in topics:
                del self[topic.value]
            else:
                self[topic.value].label.text = topic_label(topic)
                self[topic.value].description = topic_help(topic)

    def choices(self) -> Choices:
        """Return what was chosen."""
        ways: Mapping[Topic, Way] = {topic: Way(self[topic.value].data) for topic in self.topics}
        return Choices(ways=ways, hour=int(self.hour.data))
