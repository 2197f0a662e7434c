"""The demo founders' referrals: asked, accepted, refused, written about and completed."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import chain

from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.errors import Refused
from portal.demo.cast import Cast
from portal.partners.models import Partner
from portal.partners.rules.values import PartnerKind
from portal.projects.models import FieldGroup, Project
from portal.projects.rules.phases import day_of
from portal.roadmap import queries, services
from portal.roadmap.models import Referral
from portal.roadmap.rules.referrals import Verb

ASKED = "Demo question, invented: we plan this step for the coming months and need somebody who has done it before."
WAYS: tuple[tuple[int, tuple[tuple[Verb, str], ...]], ...] = (
    (1, ()),
    (3, ((Verb.SAY, "Demo answer: which questions do you have in mind?"),)),
    (9, ((Verb.ACCEPT, "Demo answer: gladly. We begin with a call on your timeline."),)),
    (12, ((Verb.REFUSE, "Demo answer: we are full this quarter. Ask us again in spring."),)),
    (40, ((Verb.ACCEPT, "Demo answer: yes."), (Verb.COMPLETE, "Demo answer: the report is with you."))),
)
"""So many days ago somebody was asked, and what was done about it since."""
Pair = tuple[Project, Actor, Partner, Actor, str]


def refer_some(
    session: Session,
    cast: Cast,
    projects: list[tuple[Project, Actor]],
    stated: dict[str, tuple[Partner, Actor]],
    *,
    at: datetime,
) -> None:
    """Let founders ask providers for help with steps that lie ahead, and let each referral go its way."""
    pairs = _pairs(session, cast, projects, stated, at=at)
    for days, verbs in WAYS * 2:
        asked = next(
            (found for pair in pairs if (found := _ask(session, pair, at=at - timedelta(days=days)))), None
        )
        if asked is None:
            return
        (_project, founder, _partner, keeper, _step), referral = asked
        for place, (verb, words) in enumerate(verbs, start=1):
            actor = founder if verb is Verb.COMPLETE else keeper
            when = min(at - timedelta(days=days) + timedelta(hours=20 * place), at)
            services.move_referral(
                session, actor, referral.id, verb, words=words, version=referral.version, at=when
            )


def _pairs(
    session: Session,
    cast: Cast,
    projects: list[tuple[Project, Actor]],
    stated: dict[str, tuple[Partner, Actor]],
    *,
    at: datetime,
) -> Iterator[Pair]:
    """Yield steps that lie ahead with offers that fit: those of who signs in first, and each pair of sides once."""
    keepers = {
        partner.id: keeper for partner, keeper in stated.values() if partner.kind is PartnerKind.SUPPORT
    }
    founder, provider = cast.people["demo_founder_2"], cast.people["demo_provider_1"]
    found = [pair for one in projects for pair in _of_project(session, keepers, *one, at=at)]
    of_provider = [pair for pair in found if pair[3].user_id == provider.user_id]
    of_founder = [pair for pair in found if pair[1].user_id == founder.user_id]
    seen: set[tuple[int, int]] = set()
    for pair in (*chain.from_iterable(zip(of_provider, of_founder, strict=False)), *found):
        sides = (pair[0].id, pair[2].id)
        if sides not in seen:
            seen.add(sides)
            yield pair


def _of_project(
    session: Session, keepers: Mapping[int, Actor], project: Project, founder: Actor, *, at: datetime
) -> Iterator[Pair]:
    laid = queries.laid(session, project)
    if laid is None or project.on_hold:
        return
    known = queries.support_for(session, project, on=day_of(at))
    for step in laid.plan.outlook["open_steps"]:
        record = laid.book.steps.get(step)
        for offer in known.offers_for(record["track"]) if record else ():
            yield project, founder, offer, keepers[offer.id], step


def _ask(session: Session, pair: Pair, *, at: datetime) -> tuple[Pair, Referral] | None:
    project, founder, offer, _keeper, step = pair
    try:
        with session.begin_nested():
            return pair, services.ask_for_help(
                session,
                founder,
                project.id,
                step,
                offer.id,
                words=ASKED,
                groups={FieldGroup.PROCESS, FieldGroup.ROADMAP},
                at=at,
            )
    except Refused:
        return None
