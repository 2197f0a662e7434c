"""Telling people of an entry: a message for each, and a mail where they chose one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, not_, select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.ledger import Entry
from portal.mail.services import post
from portal.notifications import letters, queries
from portal.notifications.models import DigestTime, Message
from portal.notifications.rules import DIGESTS, FIRST_HOUR, TOPIC_OF, Way, next_digest

Handler = Callable[[Session, Entry, datetime], None]
FRESH = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a message leads to."""

    kind: str
    id: int


def tell(
    session: Session, entry: Entry, people: Iterable[User], code: str, subject: Subject, *, at: datetime
) -> None:
    """Tell each of these people once, but for who did it, in the way that they chose for the topic."""
    readers = {person.id: person for person in people if person.active and person.id != entry.actor_id}
    for told_already in _told_of(session, entry, code, subject):
        readers.pop(told_already, None)
    topic = TOPIC_OF[code]
    ways = queries.chosen_ways(session, list(readers), [topic], today=at.date())
    times = queries.digest_times(session, list(readers))
    is_fresh = at - entry.at < FRESH
    for person in readers.values():
        way = ways[person.id, topic]
        if way is Way.NONE:
            continue
        message = Message(
            recipient_id=person.id,
            entry=entry,
            code=code,
            subject_kind=subject.kind,
            subject_id=subject.id,
        )
        if way in DIGESTS and is_fresh:
            message.digest_at = _digest_at(person, times.get(person.id), way, at)
        session.add(message)
        session.flush()
        if way is Way.AT_ONCE and is_fresh:
            told = queries.told(session, [message], queries.reach_of(session, person.id, at=at))
            if told[0].is_visible:
                post(session, letters.notice(person, told[0]), at=at)


def _told_of(session: Session, entry: Entry, code: str, subject: Subject) -> list[int]:
    """Return who was told of it already: somebody may stand on both sides, and may have two records that it concerns."""
    is_another = and_(Message.subject_kind == subject.kind, Message.subject_id != subject.id)
    question = select(Message.recipient_id).where(
        Message.entry_id == entry.id, Message.code == code, not_(is_another)
    )
    return list(session.scalars(question))


def _digest_at(person: User, time: DigestTime | None, way: Way, at: datetime) -> datetime:
    hour = FIRST_HOUR if time is None else time.hour
    last_day = None if time is None else time.last_day
    weekly = way is Way.WEEKLY
    return next_digest(after=at, hour=hour, zone=person.time_zone, last_day=last_day, weekly=weekly)
