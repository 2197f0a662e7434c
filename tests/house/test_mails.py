"""No mail tells its reader what they may not know: not in its subject, its text, its HTML, or what it carries."""

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.accounts.models import SignIn, User
from portal.accounts.tokens import digest_of
from portal.jobs.handlers import HANDLERS
from portal.ledger import Entry
from portal.mail.messages import Message as Letter
from portal.mail.messages import as_email
from portal.mail.models import OutgoingMail
from portal.matching.models import Introduction
from portal.matching.rules.introductions import State
from portal.matching.services import tend_introductions
from portal.notifications import letters
from portal.notifications.models import Message, Preference
from portal.notifications.services import take_digest
from tests.house.knowledge import knows
from tests.house.walker import Walker
from tests.house.world import Person, Secret

SOON = timedelta(minutes=1)
WEEK = timedelta(days=8)


def test_no_mail_tells_its_reader_what_they_may_not_know(walker: Walker) -> None:
    with walker.forgotten() as session, walker.app.test_request_context():
        readers = _readers(walker, session)
        session.execute(delete(Preference))
        _tell_everything(session)
        mails = [*_posted(session), *_digests(session, readers)]
    told = {readers[mail.to] for mail in mails if mail.to in readers}
    assert {Person.FOUNDER, Person.MANAGER, Person.INVESTOR, Person.PROVIDER} <= told
    found = {
        (readers[mail.to], secret, mail.subject)
        for mail in mails
        if mail.to in readers
        for secret in _secrets_in(walker, mail)
    }
    assert found, "mails do hold what some may know, so that it would be found with others"
    assert {one for one in found if not knows(one[0], one[1])} == set()


def _readers(walker: Walker, session: Session) -> dict[str, Person]:
    rows = session.execute(
        select(SignIn.token_digest, User.email).join(User, User.id == SignIn.user_id)
    ).all()
    address_of = {row[0]: row[1] for row in rows}
    return {address_of[digest_of(token)]: person for person, token in walker.world.sign_ins.items()}


def _tell_everything(session: Session) -> None:
    """Hand whatever ever happened to its handlers, as soon as it happened; and then let teasers grow old."""
    _hand_on(session, after=0)
    last = session.scalars(select(Entry.id).order_by(Entry.id.desc())).first() or 0
    sent = session.scalars(select(Introduction).where(Introduction.state == State.TEASER_SENT)).all()
    for days in (7, 14):
        at = max(one.sent_at for one in sent if one.sent_at is not None) + timedelta(days=days)
        assert tend_introductions(session, at=at) > 0
    _hand_on(session, after=last)


def _hand_on(session: Session, *, after: int) -> None:
    for entry in session.scalars(select(Entry).where(Entry.id > after).order_by(Entry.id)).all():
        for handler in HANDLERS.get(entry.name, ()):
            handler(session, entry, entry.at + SOON)
        session.flush()


def _posted(session: Session) -> Iterator[Letter]:
    for mail in session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)):
        yield Letter(
            to=mail.recipient,
            subject=mail.subject,
            text=mail.text or "",
            html=mail.html,
            unsubscribe=mail.unsubscribe,
            calendar=mail.calendar,
            calendar_method=mail.calendar_method,
        )


def _digests(session: Session, readers: dict[str, Person]) -> Iterator[Letter]:
    """Yield what everybody would get had they asked for all of it in one mail."""
    latest = session.scalars(select(Entry.at).order_by(Entry.at.desc())).first()
    assert latest is not None
    session.execute(update(Message).values(digest_at=latest))
    session.flush()
    for user in session.scalars(select(User).where(User.email.in_(readers))).all():
        if taken := take_digest(session, user.id, at=latest + WEEK):
            person, shown, more = taken
            yield letters.digest(person, shown, more=more)


def _secrets_in(walker: Walker, mail: Letter) -> set[Secret]:
    """Return every secret in a mail, as it travels and as its reader opens it."""
    raw = as_email(mail, sender="portal@example.org", number=1, posted_at=walker.world.now).as_bytes()
    opened = message_from_bytes(raw, policy=default)
    heads = "\n".join(f"{name}: {value}" for name, value in opened.items())
    parts = [part.get_payload(decode=True) for part in opened.walk() if not part.is_multipart()]
    found: set[Secret] = set()
    for content in (raw, heads.encode(), *parts):
        assert isinstance(content, bytes)
        found |= walker.world.secrets_in(content)
    return found
