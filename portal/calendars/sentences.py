"""What the reasons of this room say to a reader."""

from flask_babel import gettext as _

from portal.web.sentences import Sentence

SENTENCES: dict[str, Sentence] = {
    "too_many_feeds": lambda v: _(
        "You have %(most)s addresses already, and more would be hard to keep an eye on. Take one back first.",
        most=v["most"],
    ),
}
