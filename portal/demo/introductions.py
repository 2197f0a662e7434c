"""Introductions of demo projects to demo partners, one or more in every state, told through the room's own services."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.errors import Refused
from portal.core.slots import Slot
from portal.demo.cast import Cast
from portal.files.services import Kept, announce
from portal.matching import queries, services
from portal.matching.models import Document, Introduction
from portal.matching.rules.confidentiality import IN_FORCE
from portal.matching.rules.introductions import DeclineReason, State
from portal.matching.rules.needs import Asked
from portal.matching.rules.values import CAPITAL
from portal.partners.models import Partner, PartnerKind
from portal.projects.models import FieldGroup, Project

Stated = dict[str, tuple[Partner, Actor]]
INVESTOR, SUPPORT = "an investor", "support"
INVESTOR_WHO_SIGNS_IN, PROVIDER_WHO_SIGNS_IN = "the demo investor", "the demo provider"
FRIDAY = 5
SOON = timedelta(days=45)
MOST_STEPS = 3
Put = Callable[[str, bytes], None]
Verb = Callable[["_Pair", datetime], None]

WAYS: tuple[tuple[int, str, str], ...] = (
    (100, INVESTOR, "ask consent send agree introduce discuss invest"),
    (90, SUPPORT, "ask consent send agree introduce support"),
    (80, INVESTOR, "ask consent send too_early"),
    (70, SUPPORT, "ask consent send agree introduce close"),
    (60, INVESTOR, "ask consent send"),
    (40, SUPPORT, "ask consent send agree withdraw"),
    (30, INVESTOR, "ask consent send agree introduce discuss note"),
    (24, SUPPORT, "ask refuse"),
    (18, INVESTOR_WHO_SIGNS_IN, "ask consent send agree introduce read share open meet note"),
    (14, SUPPORT, "ask consent send later"),
    (9, INVESTOR, "ask consent send agree"),
    (6, INVESTOR_WHO_SIGNS_IN, "ask consent send"),
    (5, PROVIDER_WHO_SIGNS_IN, "ask consent send"),
    (4, INVESTOR, "ask consent"),
    (3, SUPPORT, "ask"),
    (2, SUPPORT, ""),
    (2, INVESTOR, "ask"),
)
"""How many days ago each was begun and with whom, and what became of it, a day or two after the other."""


class _Pair:
    """One introduction with those who play it, and where their documents are kept."""

    def __init__(
        self,
        session: Session,
        one: Introduction,
        founder: Actor,
        adviser: Actor,
        keeper: Actor,
        put: Put | None,
    ) -> None:
        self.session, self.one, self.put = session, one, put
        self.founder, self.adviser, self.keeper = founder, adviser, keeper

    @property
    def id(self) -> int:
        """The introduction's id."""
        return self.one.id

    @property
    def version(self) -> int:
        """The version that everybody has just seen."""
        return self.one.version


def introduce_some(
    session: Session,
    cast: Cast,
    projects: list[tuple[Project, Actor]],
    stated: Stated,
    *,
    put: Put | None,
    at: datetime,
) -> None:
    """Begin introductions where the rules allow them, and let each go its way; the last one is a founder's wish.

    A document is shown where `put` keeps its content.
    """
    adviser = cast.people["demo_adviser_1"]
    eligible = _eligible(session, projects, at=at)
    by_whom = {whom: _fitting(whom, adviser, projects, stated) for _days, whom, _verbs in WAYS}
    for days, whom, verbs in WAYS:
        pairs = by_whom[whom]
        moment = at - timedelta(days=days)
        pair = next(
            (
                found
                for found in (
                    _begin(session, adviser, *next_one, put=put, at=moment)
                    for next_one in pairs
                    if next_one[2].id in eligible[next_one[0].id]
                )
                if found
            ),
            None,
        )
        if pair is None:
            continue
        for place, verb in enumerate(verbs.split()):
            VERBS[verb](pair, min(moment + timedelta(hours=20 * (place + 1)), at))
    services.tend_introductions(session, at=at)
    services.ask_for_round(session, adviser, name="Demo round: the quarter ahead", per_project=2, at=at)
    for project, founder, partner, _keeper in by_whom[SUPPORT]:
        try:
            services.wish(session, founder, project.id, partner.id, groups=(FieldGroup.PROCESS,), at=at)
        except Refused:
            continue
        return


def state_needs(session: Session, cast: Cast, projects: list[tuple[Project, Actor]], *, at: datetime) -> None:
    """Let the founder who signs in say of their projects by when and for which steps each kind of help is needed."""
    own = cast.founders["demo_blood_stem_lab"]
    for project in (project for project, founder in projects if founder.user_id == own.user_id):
        way = queries.way_of(session, project)
        asked = []
        for place, kind in enumerate(project.needs):
            ahead = [step.id for step in way.for_kind(kind) if step.start >= (at + SOON).date()]
            asked.append(
                Asked(
                    kind=kind,
                    steps=tuple(ahead[:MOST_STEPS]),
                    by=None if ahead else (at + timedelta(days=60 + 40 * place)).date(),
                    words="Demo words: for the steps that come next on the roadmap.",
                    instrument="equity" if kind == CAPITAL else None,
                )
            )
        services.state_needs(session, own, project.id, asked, funding={}, version=project.version, at=at)


def _fitting(
    whom: str, adviser: Actor, projects: list[tuple[Project, Actor]], stated: Stated
) -> Iterator[tuple[Project, Actor, Partner, Actor]]:
    """Yield pairs such that projects and partners take turns; whoever signs in keeps to themselves."""
    kind = PartnerKind.INVESTOR if whom in (INVESTOR, INVESTOR_WHO_SIGNS_IN) else PartnerKind.SUPPORT
    signs_in = whom in (INVESTOR_WHO_SIGNS_IN, PROVIDER_WHO_SIGNS_IN)
    partners = [
        (partner, keeper)
        for partner, keeper in stated.values()
        if partner.kind is kind and (keeper.user_id != adviser.user_id) == signs_in
    ]
    for turn in range(len(partners)):
        for place, (project, founder) in enumerate(projects):
            partner, keeper = partners[(turn + place) % len(partners)]
            if not project.on_hold:
                yield project, founder, partner, keeper


def _eligible(
    session: Session, projects: list[tuple[Project, Actor]], *, at: datetime
) -> dict[int, set[int]]:
    """Return the partners for which each project is eligible on everything that its founder sees."""
    ranked = {
        project.id: queries.sight(session, founder, project, at=at)
        for project, founder in projects
        if not project.on_hold
    }
    return {
        project_id: {
            found.id
            for match in seen.ranking.matches()
            if isinstance(found := seen.partners[match.partner], Partner)
        }
        for project_id, seen in ranked.items()
    }


def _begin(
    session: Session,
    adviser: Actor,
    project: Project,
    founder: Actor,
    partner: Partner,
    keeper: Actor,
    *,
    put: Put | None,
    at: datetime,
) -> _Pair | None:
    try:
        one = services.shortlist(session, adviser, project.id, partner.id, at=at)
    except Refused:
        return None
    return _Pair(session, one, founder, adviser, keeper, put)


def _ask(pair: _Pair, at: datetime) -> None:
    services.ask_consent(pair.session, pair.adviser, pair.id, version=pair.version, at=at)


def _consent(pair: _Pair, at: datetime) -> None:
    services.give_consent(
        pair.session,
        pair.founder,
        pair.id,
        groups=(FieldGroup.PROCESS, FieldGroup.MONEY),
        version=pair.version,
        at=at,
    )


def _send(pair: _Pair, at: datetime) -> None:
    services.send_teaser(pair.session, pair.adviser, pair.id, version=pair.version, at=at)


def _agree(pair: _Pair, at: datetime) -> None:
    services.answer_yes(pair.session, pair.keeper, pair.id, version=pair.version, at=at)


def _introduce(pair: _Pair, at: datetime) -> None:
    services.introduce(pair.session, pair.adviser, pair.id, version=pair.version, at=at)


def _discuss(pair: _Pair, at: datetime) -> None:
    services.begin_discussion(pair.session, pair.adviser, pair.id, version=pair.version, at=at)


def _read(pair: _Pair, at: datetime) -> None:
    digest = IN_FORCE.digest("en")
    services.accept_terms(pair.session, pair.keeper, pair.id, language="en", digest=digest, at=at)


def _share(pair: _Pair, at: datetime) -> None:
    if pair.put is None:
        return
    content = (
        b"Demo document, invented: an outline of the process and of what is planned for the next year.\n"
    )
    kept = Kept(sha256=sha256(content).hexdigest(), size=len(content), kind="text", name="demo-outline.txt")
    announce(pair.session, kept.sha256, size=kept.size, at=at)
    pair.put(kept.sha256, content)
    services.add_document(
        pair.session, pair.founder, pair.id, kept, title="Demo outline of the process", at=at
    )


def _open(pair: _Pair, at: datetime) -> None:
    for document in pair.session.scalars(select(Document).where(Document.introduction_id == pair.id)):
        services.open_document(pair.session, pair.keeper, pair.id, document.id, at=at)


def _meet(pair: _Pair, at: datetime) -> None:
    """Let both sides say when they are free, and agree to a time that their adviser proposes."""
    day = (at + timedelta(days=15)).replace(hour=8)
    if day.isoweekday() > FRIDAY:
        day += timedelta(days=8 - day.isoweekday())
    for actor, first, last in ((pair.founder, 0, 3), (pair.keeper, 1, 6)):
        start, end = day + timedelta(hours=first), day + timedelta(hours=last)
        services.state_free_time(pair.session, actor, pair.id, start=start, end=end, at=at)
    slot = Slot(day + timedelta(hours=1), day + timedelta(hours=2))
    meeting = services.propose_meeting(
        pair.session,
        pair.adviser,
        pair.id,
        slot=slot,
        place="Demo room 3, invented",
        version=0,
        at=at,
    )
    for actor in (pair.founder, pair.keeper):
        services.agree_to_meeting(pair.session, actor, pair.id, version=meeting.version, at=at)


def _note(pair: _Pair, at: datetime) -> None:
    services.write_note(
        pair.session,
        pair.adviser,
        pair.one.project_id,
        words="Demo note: ask both how the first meeting went.",
        follow_up_on=(at + timedelta(days=21)).date(),
        introduction_id=pair.id,
        at=at,
    )


def _later(pair: _Pair, at: datetime) -> None:
    until = (at + timedelta(days=60)).date()
    services.answer_later(pair.session, pair.keeper, pair.id, until=until, version=pair.version, at=at)


def _withdraw(pair: _Pair, at: datetime) -> None:
    services.withdraw_consent(pair.session, pair.founder, pair.id, version=pair.version, at=at)


def _no(who: str, reason: DeclineReason, words: str) -> Verb:
    def decline(pair: _Pair, at: datetime) -> None:
        services.decline(
            pair.session,
            pair.keeper if who == "keeper" else pair.founder,
            pair.id,
            reason=reason,
            words=words,
            final=False,
            version=pair.version,
            at=at,
        )

    return decline


def _outcome(state: State, amount: int | None, words: str) -> Verb:
    def note(pair: _Pair, at: datetime) -> None:
        services.note_outcome(
            pair.session,
            pair.adviser,
            pair.id,
            state,
            on=at.date(),
            amount=amount,
            currency="EUR" if amount else None,
            instrument="equity" if amount else None,
            words=words,
            version=pair.version,
            at=at,
        )

    return note


VERBS: dict[str, Verb] = {
    "ask": _ask,
    "consent": _consent,
    "send": _send,
    "agree": _agree,
    "introduce": _introduce,
    "discuss": _discuss,
    "read": _read,
    "share": _share,
    "open": _open,
    "meet": _meet,
    "note": _note,
    "later": _later,
    "withdraw": _withdraw,
    "too_early": _no(
        "keeper", DeclineReason.TOO_EARLY, "Demo words: come back with data from a second donor."
    ),
    "refuse": _no("founder", DeclineReason.NOT_WANTED, "Demo words: we talk with somebody else first."),
    "invest": _outcome(State.INVESTED, 2_000_000, "Demo outcome: first tranche of a seed round."),
    "support": _outcome(State.SUPPORTED, None, "Demo outcome: three meetings and a plan."),
    "close": _outcome(State.CLOSED, None, "Demo outcome: they could not agree on the timing."),
}
