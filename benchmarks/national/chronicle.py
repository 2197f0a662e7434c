"""What happened in the national portal, as entries of its ledger and as messages to its people."""

from datetime import timedelta

from benchmarks.national.people import Happening, Story
from portal.jobs.deliveries import name_of
from portal.jobs.handlers import HANDLERS
from portal.ledger import Delivery, Entry, PrivateValue, Subject, written
from portal.notifications.models import Message

UNREAD = timedelta(days=7)


def write_down(story: Story) -> None:
    """Write everything that happened into the ledger in its order, and a message to whoever was told."""
    for happening in sorted(story.happened, key=lambda one: one.at):
        at = min(happening.at, story.now)
        rows = written(happening.event, at=at, new_salt=lambda: f"{story.random.getrandbits(128):032x}")
        entry = story.book.add(Entry, **rows.entry)
        for subject in rows.subjects:
            story.book.add(Subject, entry_id=entry, **subject)
        for value in rows.private:
            story.book.add(PrivateValue, entry_id=entry, **value)
        for handler in HANDLERS.get(happening.event.name, ()):
            story.book.add(Delivery, entry_id=entry, handler=name_of(handler), delivered_at=at, attempts=0)
        _tell(story, happening, entry)


def _tell(story: Story, happening: Happening, entry: int) -> None:
    kind, subject = happening.subject
    for person in happening.told:
        if person == happening.event.actor_id:
            continue
        is_read = happening.at < story.now - UNREAD or story.random.random() < 0.5
        story.book.add(
            Message,
            recipient_id=person,
            entry_id=entry,
            code=happening.event.name,
            subject_kind=kind,
            subject_id=subject,
            read_at=min(happening.at + timedelta(hours=5), story.now) if is_read else None,
        )
