"""What a message says: one sentence, in its reader's language and the facility's time."""

from collections.abc import Callable, Mapping

from flask_babel import gettext as _

from portal.notifications.queries import Told
from portal.notifications.rules import Topic, Way
from portal.notifications.words import bookings, gates, introductions, referrals, rights, runs

WORDS: Mapping[str, Callable[[Told], str]] = {
    **bookings.WORDS,
    **gates.WORDS,
    **introductions.WORDS,
    **referrals.WORDS,
    **rights.WORDS,
    **runs.WORDS,
}


def sentence(told: Told) -> str:
    """Return the sentence of a message; of one that its reader may no longer see it says only that.

    Raises `KeyError` for a code without words: a bug, which tests find.
    """
    if not told.is_visible:
        return _("You can no longer see what this message was about.")
    return WORDS[told.code](told)


def topic_label(topic: Topic) -> str:
    """Return what a topic is called."""
    return {
        Topic.REQUESTS: _("Requests to your facility"),
        Topic.DECISIONS: _("Decisions on requests"),
        Topic.BOOKINGS: _("Changed and cancelled bookings"),
        Topic.DEADLINES: _("Deadlines"),
        Topic.GATES: _("Gates, evidence and run records"),
        Topic.INTRODUCTIONS: _("Introductions"),
        Topic.REFERRALS: _("Referrals"),
        Topic.TEASERS: _("Teasers that fit"),
        Topic.REMINDERS: _("Reminders"),
        Topic.WORK: _("Long work"),
    }[topic]


def topic_help(topic: Topic) -> str:
    """Return what comes under a topic, and why it can't be stopped where it can't."""
    return {
        Topic.REQUESTS: _("New requests, answers to your questions and offers, requests that are withdrawn."),
        Topic.DECISIONS: _(
            "Offers, approvals, waiting lists and refusals. They can bind you to a cost, so they always come by mail."
        ),
        Topic.BOOKINGS: _(
            "Bookings that are moved or cancelled. Fees can depend on it, so they always come by mail."
        ),
        Topic.DEADLINES: _("Offers that end within a day, and questions that wait for your answer."),
        Topic.GATES: _(
            "Evidence that waits for a review, what its reviewer said, waivers, gates that are met, changed checklists, records of runs that wait for a signature or have one."
        ),
        Topic.INTRODUCTIONS: _("Questions for your consent or answer, and what the other side said."),
        Topic.REFERRALS: _(
            "Help that is asked for or proposed, answers to it, and referrals that wait for you."
        ),
        Topic.TEASERS: _("Teasers that their owners publish to investors and that fit what you state."),
        Topic.REMINDERS: _(
            "Bookings that begin soon, requests that have waited for days, qualifications that end, days of your rights."
        ),
        Topic.WORK: _("Imports and other long work that has ended."),
    }[topic]


def way_label(way: Way) -> str:
    """Return what a way is called."""
    return {
        Way.AT_ONCE: _("By mail at once"),
        Way.DIGEST: _("In the daily digest"),
        Way.WEEKLY: _("On Mondays, with the digest"),
        Way.PORTAL: _("In the portal only"),
        Way.NONE: _("Not at all"),
    }[way]


SENTENCES = {
    "topic_cannot_be_silenced": lambda values: _(
        "“%(topic)s” always comes by mail: choose at once or the daily digest.",
        topic=topic_label(values["topic"]),
    ),
}
