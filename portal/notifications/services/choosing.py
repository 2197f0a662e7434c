"""What a person chooses about their messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.core.actors import Actor
from portal.core.errors import NotFound, Reason, Refused
from portal.notifications.models import DigestTime, Message, Preference
from portal.notifications.queries import chosen_ways
from portal.notifications.rules import (
    CODES,
    DIGESTS,
    FIRST_HOUR,
    Topic,
    Way,
    allowed_ways,
    can_be_stopped,
    next_digest,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """How messages of some topics are to reach somebody, and at which hour their digest comes."""

    ways: Mapping[Topic, Way]
    hour: int


def choose(session: Session, actor: Actor, choices: Choices, *, at: datetime) -> None:
    """Keep what a person chose, and let what waits for a digest go out at the new hour.

    Raises `Refused` for a way that a topic does not allow.
    """
    wrong = [topic for topic, way in choices.ways.items() if way not in allowed_ways(topic)]
    if wrong:
        raise Refused([Reason("topic_cannot_be_silenced", {"topic": topic}, topic.value) for topic in wrong])
    user = session.get(User, actor.user_id, with_for_update=True)
    if user is None:
        raise NotFound
    _set_ways(session, user.id, choices.ways)
    time = digest_time_of(session, user.id)
    time.hour = choices.hour
    for weekly in (False, True):
        _move_waiting(session, user, time, weekly=weekly, at=at)


def stop(session: Session, user_id: int, topic: Topic | None, *, at: datetime) -> list[Topic]:
    """Stop the mail of a topic, or of the whole digest, as far as it can be stopped; return the topics that stay in mail.

    Raises `NotFound` for a person who is gone.
    """
    user = session.get(User, user_id, with_for_update=True)
    if user is None:
        raise NotFound
    today = at.date()
    ways = chosen_ways(session, [user_id], list(Topic), today=today)
    mailed = [one for one in Topic if ways[user_id, one] in DIGESTS] if topic is None else [topic]
    stopped = [one for one in mailed if can_be_stopped(one)]
    _set_ways(session, user_id, {one: Way.PORTAL for one in stopped if ways[user_id, one] is not Way.NONE})
    return [one for one in mailed if not can_be_stopped(one)]


def digest_time_of(session: Session, user_id: int) -> DigestTime:
    """Return when a person's digest comes, making a note of it where there is none."""
    time = session.scalars(select(DigestTime).where(DigestTime.user_id == user_id)).first()
    if time is None:
        time = DigestTime(user_id=user_id, hour=FIRST_HOUR)
        session.add(time)
        session.flush()
    return time


def _set_ways(session: Session, user_id: int, ways: Mapping[Topic, Way]) -> None:
    rows = session.scalars(select(Preference).where(Preference.user_id == user_id))
    known = {row.topic: row for row in rows}
    for topic, way in ways.items():
        if topic in known:
            known[topic].way = way
        else:
            session.add(Preference(user_id=user_id, topic=topic, way=way))
    session.flush()


def _move_waiting(session: Session, user: User, time: DigestTime, *, weekly: bool, at: datetime) -> None:
    ways = chosen_ways(session, [user.id], list(Topic), today=at.date())
    codes = [
        code for topic in Topic for code in CODES[topic] if (ways[user.id, topic] is Way.WEEKLY) is weekly
    ]
    moment = next_digest(after=at, hour=time.hour, zone=user.time_zone, last_day=time.last_day, weekly=weekly)
    session.execute(
        update(Message)
        .where(Message.recipient_id == user.id, Message.digest_at.is_not(None), Message.code.in_(codes))
        .values(digest_at=moment)
    )
