"""Rounds of the adviser who asked for them, and what one is worked out from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from portal.core.actors import Actor, Role
from portal.core.errors import NotFound
from portal.matching.models import AdviserCase, Introduction, MatchRound
from portal.matching.queries.cases import Part, id_of, parts_of_round
from portal.matching.queries.desk import conflicts_of, is_named
from portal.matching.queries.weights import weights_for
from portal.matching.rules.introductions import OPEN, State
from portal.partners import queries as partners
from portal.partners.models import Partner, PartnerState
from portal.projects import queries as projects
from portal.projects.models import Project

MOST_PROJECTS = 2000
LEFT_OUT = (*sorted(OPEN), State.DECLINED, State.INVESTED, State.SUPPORTED)


@dataclass(frozen=True, slots=True)
class Entered:
    """What a round is worked out from: the projects and partners, and the pairs that are left out."""

    parts: list[Part]
    left_out: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which projects and partners take part in a round; None is all of them."""

    projects: frozenset[int] | None = None
    partners: frozenset[int] | None = None

    def takes_project(self, project_id: int) -> bool:
        """Say whether a project takes part."""
        return self.projects is None or project_id in self.projects

    def takes_partner(self, partner_id: int) -> bool:
        """Say whether a partner takes part."""
        return self.partners is None or partner_id in self.partners


def rounds(session: Session, actor: Actor) -> Sequence[MatchRound]:
    """Return the rounds that the actor asked for in this organisation, the latest first."""
    return session.scalars(
        select(MatchRound)
        .where(MatchRound.made_by_id == actor.user_id, MatchRound.organisation_id == actor.organisation_id)
        .order_by(MatchRound.id.desc())
        .limit(50)
    ).all()


def own_round(session: Session, actor: Actor, round_id: int, *, lock: bool = False) -> MatchRound:
    """Return a round of the actor's own, since it tells what they may see; raises `NotFound` for any other."""
    query = select(MatchRound).where(
        MatchRound.id == round_id,
        MatchRound.made_by_id == actor.user_id,
        MatchRound.organisation_id == actor.organisation_id,
    )
    if lock:
        query = query.with_for_update(of=MatchRound).execution_options(populate_existing=True)
    found = session.scalars(query).one_or_none()
    if found is None or Role.ADVISER not in actor.roles:
        raise NotFound
    return found


def entered(session: Session, actor: Actor, *, chosen: Chosen | None = None, at: datetime) -> Entered:
    """Return everything that a round is worked out from, as far as the actor sees it.

    Left out are those with whom the actor has declared a conflict of interest, and whom the actor has not chosen.
    """
    declared = {one.name.casefold() for one in conflicts_of(session, actor.user_id)}
    wanted = chosen or Chosen()
    found = session.scalars(
        projects.teasers(actor, projects.ProjectFilter(), at=at)
        .options(joinedload(Project.organisation))
        .limit(MOST_PROJECTS)
    ).all()
    stored = partners.open_partners(session)
    pairs = session.execute(
        select(Introduction.project_id, Introduction.partner_id).where(Introduction.state.in_(LEFT_OUT))
    ).all()
    left_out = frozenset((str(project), id_of(partner)) for project, partner in pairs)
    taking_part = [
        one for one in found if wanted.takes_project(one.id) and not is_named(one.organisation, declared)
    ]
    open_to = [
        one for one in stored if wanted.takes_partner(one.id) and not is_named(one.organisation, declared)
    ]
    weights = weights_for(session, actor.user_id)
    parts = parts_of_round(session, actor, taking_part, open_to, weights=weights, at=at)
    return Entered(parts, left_out)


def chosen_in(terms: Mapping[str, Any]) -> Chosen:
    """Return who takes part under a round's terms."""
    ids = {side: terms.get(side) for side in ("projects", "partners")}
    return Chosen(**{side: None if found is None else frozenset(found) for side, found in ids.items()})


def pairs_in(terms: Mapping[str, Any], which: str) -> frozenset[tuple[str, str]]:
    """Return the pairs that a round's terms name as kept, or as left out."""
    return frozenset((project, partner) for project, partner in terms.get(which, ()))


def looked_after_by(session: Session, actor: Actor) -> frozenset[int]:
    """Return the projects that an adviser looks after."""
    return frozenset(
        session.scalars(select(AdviserCase.project_id).where(AdviserCase.adviser_id == actor.user_id))
    )


def project_for_round(session: Session, actor: Actor, reference: str, *, at: datetime) -> Project | None:
    """Return the project with a number, if it takes part in rounds of the actor's."""
    question = projects.teasers(actor, projects.ProjectFilter(), at=at)
    return session.scalars(question.where(Project.reference == reference.strip().upper())).one_or_none()


def partner_for_round(session: Session, name: str) -> Partner | None:
    """Return the open partner with a name, the first of several."""
    return session.scalars(
        select(Partner)
        .where(Partner.state == PartnerState.OPEN, func.lower(Partner.name) == name.lower())
        .order_by(Partner.id)
        .limit(1)
    ).one_or_none()


def has_met(session: Session, project_id: int, partner_id: int) -> bool:
    """Say whether a pair is under way, was declined or ended well, which rounds leave out."""
    question = select(Introduction.id).where(
        Introduction.project_id == project_id,
        Introduction.partner_id == partner_id,
        Introduction.state.in_(LEFT_OUT),
    )
    return session.scalars(question.limit(1)).first() is not None


def records_of_round(
    session: Session, actor: Actor, found: MatchRound, *, at: datetime
) -> tuple[dict[str, Project], dict[str, Partner]]:
    """Return the projects of a round that the actor still sees, and its partners, by their ids in the result."""
    result = found.result or {}
    pairs = (*result.get("pairs", ()), *result.get("conflicts", ()))
    project_ids = {int(row["project"]) for row in (*pairs, *result.get("unserved", ()))}
    partner_ids = {int(row["partner"]) for row in (*pairs, *result.get("costs", ()))}
    seen = session.scalars(select(Project).where(Project.id.in_(project_ids))).all()
    groups = projects.groups_of_each(session, actor, seen, at=at)
    known = session.scalars(select(Partner).where(Partner.id.in_(partner_ids))).all()
    return (
        {str(one.id): one for one in seen if groups[one.id]},
        {id_of(one.id): one for one in known},
    )
