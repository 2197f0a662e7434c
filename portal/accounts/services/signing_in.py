"""Beginning, keeping and ending sign-ins."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from portal.accounts import queries
from portal.accounts.events import NewDeviceUsed, SignedOutEverywhere, SignInEnded
from portal.accounts.models import AddressChange, Device, SignIn, SignInMeans, User
from portal.accounts.rules.signing_in import (
    DEVICE_IS_KNOWN_FOR,
    ENDED_ARE_KEPT,
    FRESH,
    LONGEST,
    SEEN_EVERY,
    Browser,
)
from portal.accounts.services.joining import new_uniquifier
from portal.accounts.tokens import digest_of, new_token
from portal.core.actors import Actor
from portal.ledger.services import record


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A sign-in that has just begun: what the two cookies hold, and whether the browser is news to the person."""

    sign_in_id: int
    token: str
    device_token: str
    is_new_device: bool


def begin_sign_in(
    session: Session,
    user: User,
    *,
    means: SignInMeans,
    is_strong: bool,
    browser: Browser,
    device_token: str | None,
    at: datetime,
) -> Begun:
    """Sign a person in in a browser; every link that was mailed to them before is void."""
    was_here = user.signed_in_at is not None
    user.signed_in_at, user.fs_uniquifier = at, new_uniquifier()
    token = new_token()
    row = SignIn(
        user_id=user.id,
        token_digest=digest_of(token),
        means=means,
        is_strong=is_strong,
        browser=browser.name,
        system=browser.system,
        began_at=at,
        seen_at=at,
        proven_at=at,
    )
    session.add(row)
    device_token, is_new = _meet_device(session, user, browser, device_token, at=at)
    is_news = is_new and was_here
    if is_news:
        record(session, NewDeviceUsed(actor_id=user.id, user_id=user.id), at=at)
    session.flush()
    return Begun(sign_in_id=row.id, token=token, device_token=device_token, is_new_device=is_news)


def know_device(
    session: Session, user: User, *, browser: Browser, device_token: str | None, at: datetime
) -> str:
    """Let a browser be known to be a person's, who has shown that in another way than by signing in; return its cookie."""
    return _meet_device(session, user, browser, device_token, at=at)[0]


def note_seen(session: Session, sign_in_id: int, *, at: datetime) -> None:
    """Note that a sign-in is used; two requests at once note it once."""
    session.execute(
        update(SignIn)
        .where(SignIn.id == sign_in_id, SignIn.seen_at < at - SEEN_EVERY)
        .values(seen_at=at)
        .execution_options(synchronize_session=False)
    )


def note_proof(session: Session, sign_in_id: int, *, at: datetime) -> str:
    """Note that somebody has just shown once more who they are; return what their cookie holds from now on."""
    row, token = session.get_one(SignIn, sign_in_id), new_token()
    row.proven_at, row.token_digest = at, digest_of(token)
    return token


def end_sign_in(session: Session, sign_in_id: int, *, at: datetime) -> None:
    """End the sign-in that one is signed in with."""
    _end(session, SignIn.id == sign_in_id, at=at)


def end_own_sign_in(session: Session, actor: Actor, sign_in_id: int, *, at: datetime) -> None:
    """End one of a person's sign-ins, wherever it is; raises `NotFound` for somebody else's."""
    queries.own_sign_in(session, actor.user_id, sign_in_id)
    end_sign_in(session, sign_in_id, at=at)
    record(session, SignInEnded(actor_id=actor.user_id, user_id=actor.user_id), at=at)


def sign_out_everywhere(session: Session, actor: Actor, *, at: datetime) -> None:
    """End every sign-in of a person."""
    end_all_sign_ins(session, session.get_one(User, actor.user_id), at=at)
    record(session, SignedOutEverywhere(actor_id=actor.user_id, user_id=actor.user_id), at=at)


def end_all_sign_ins(session: Session, user: User, *, but: int | None = None, at: datetime) -> None:
    """End every sign-in of a person, but one perhaps, and void every link that was mailed to them."""
    user.fs_uniquifier = new_uniquifier()
    _end(session, SignIn.user_id == user.id, *([SignIn.id != but] if but is not None else []), at=at)


def begin_acting(session: Session, sign_in_id: int, *, user_id: int, until: datetime) -> None:
    """Let an administrator's sign-in act for somebody until a moment."""
    row = session.get_one(SignIn, sign_in_id)
    row.assisted_id, row.assisted_until = user_id, until


def stop_acting(session: Session, sign_in_id: int) -> int | None:
    """Let an administrator's sign-in act for nobody; return for whom it did, so that only one of two stops is told."""
    row = session.get(SignIn, sign_in_id, with_for_update=True)
    if row is None:
        return None
    assisted_id, row.assisted_id, row.assisted_until = row.assisted_id, None, None
    return assisted_id


def forget_old_sign_ins(session: Session, *, at: datetime) -> int:
    """Forget sign-ins that ended three months ago, browsers unused for a year, and links that nobody followed."""
    gone = 0
    for statement in (
        delete(SignIn).where(SignIn.ended_at < at - ENDED_ARE_KEPT),
        delete(SignIn).where(SignIn.ended_at.is_(None), SignIn.began_at < at - LONGEST - ENDED_ARE_KEPT),
        delete(Device).where(Device.last_at < at - DEVICE_IS_KNOWN_FOR),
        delete(AddressChange).where(AddressChange.expires_at < at - FRESH),
    ):
        gone += int(session.execute(statement).rowcount)  # type: ignore[attr-defined]
    return gone


def _meet_device(
    session: Session, user: User, browser: Browser, device_token: str | None, *, at: datetime
) -> tuple[str, bool]:
    known = queries.device_of(session, user.id, device_token) if device_token else None
    if known is not None and device_token:
        known.last_at, known.browser, known.system = at, browser.name, browser.system
        return device_token, False
    token = device_token or new_token()  # a browser that several people use keeps its cookie
    session.add(
        Device(
            user_id=user.id,
            token_digest=digest_of(token),
            browser=browser.name,
            system=browser.system,
            first_at=at,
            last_at=at,
        )
    )
    return token, True


def _end(session: Session, *which: object, at: datetime) -> None:
    session.execute(
        update(SignIn)
        .where(SignIn.ended_at.is_(None), *which)  # type: ignore[arg-type]
        .values(ended_at=at, assisted_id=None, assisted_until=None)
        .execution_options(synchronize_session="fetch")
    )
