"""Filling an empty database with the demo ecosystem."""

from collections.abc import Callable
from datetime import datetime
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.bookings import services as bookings
from portal.demo import (
    campaigns,
    cast,
    introductions,
    partners,
    pipeline,
    referrals,
    roadmaps,
    separation,
    story,
    upkeep,
)
from portal.facilities.models import Facility
from portal.facilities.services.load import load_catalogue, load_demo_rooms

SEED = 20261124


def is_empty(session: Session) -> bool:
    """Say whether nobody has an account here yet."""
    return not session.scalar(select(func.count()).select_from(User))


def fill(
    session: Session,
    *,
    password_hash: str,
    at: datetime,
    seed: int = SEED,
    put: Callable[[str, bytes], None] | None = None,
) -> None:
    """Fill the database with the catalogue, the cast and half a year of their work, up to now; `put` keeps their files.

    The same seed and the same moment give the same ecosystem.
    """
    random = Random(seed)  # noqa: S311  (for a story, not for secrets)
    begun = at.replace(minute=0, second=0, microsecond=0)
    load_catalogue(session, begun)
    load_demo_rooms(session, begun)
    facilities = list(session.scalars(select(Facility).order_by(Facility.slug)))
    players = cast.enter(session, facilities, password_hash=password_hash, at=begun)
    separation.adopt_all(session, players, at=begun)
    upkeep.subsidise(session, players, at=begun)
    projects = pipeline.register_all(session, players, random, at=begun)
    stated = partners.state_all(session, players, at=begun)
    introductions.introduce_some(session, players, projects, stated, put=put, at=begun)
    told = story.Story(session=session, cast=players, random=random, now=begun, projects=projects)
    story.tell_past(told)
    told.tell()
    story.tell_present(told)
    told.tell()
    campaigns.carry_some(told)
    bookings.release_due(session, at=begun)
    roadmaps.lay_all(session, players, random, projects, at=begun)
    introductions.state_needs(session, players, projects, at=begun)
    referrals.refer_some(session, players, projects, stated, at=begun)
    roadmaps.count_all(session, at=begun)
    upkeep.keep_up(session, players, at=begun)
    upkeep.plan_operators(session, players, at=begun)
    upkeep.follow_calendars(session, players, at=begun)
