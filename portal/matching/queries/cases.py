"""What matching knows, as its core takes it: projects as far as a reader sees them, partners, and earlier declines.

What a reader may not see of a project takes no part in what they are shown: the partners' restrictions on it are left
out, so that neither a score nor a code tells it. Only conflicts of interest are judged on everything.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import OrganisationKind
from portal.core.actors import Actor
from portal.matching.lexicon import similarity
from portal.matching.models import Introduction, StatedNeed
from portal.matching.queries.around import Around, names_around
from portal.matching.queries.needs import needs_of_each, stated_needs
from portal.matching.rules.introductions import State
from portal.matching.rules.needs import PROPOSED
from portal.matching.rules.outcome import ranker_of
from portal.matching.rules.ranking import Ranking
from portal.matching.rules.values import (
    CAPITAL,
    Case,
    Decline,
    Exclusions,
    Money,
    Need,
    Partner,
    Project,
)
from portal.partners import queries as partners
from portal.partners.models import Partner as StoredPartner
from portal.partners.rules.calls import Call
from portal.partners.rules.fields import assets_like, countries_in
from portal.partners.rules.places import quarter_of
from portal.projects import queries as projects
from portal.projects.models import FieldGroup, TeaserWords
from portal.projects.models import Project as StoredProject
from portal.reference import shipped, vocabulary
from portal.reference.rules import EffectiveFact

UNSEEN = "not_shown"
PROGRAMME = "programme:"
ENDLESS = 10**6
APPLICANTS = {
    OrganisationKind.ACADEMIC: "academic",
    OrganisationKind.HOSPITAL: "hospital",
    OrganisationKind.COMPANY: "company",
}


@dataclass(frozen=True, slots=True)
class Sight:
    """One project as a reader sees it, ranked against every partner."""

    project: StoredProject
    groups: frozenset[FieldGroup]
    ranking: Ranking
    partners: Mapping[str, StoredPartner | EffectiveFact]
    needs_are_proposed: bool

    def shows(self, group: FieldGroup) -> bool:
        """Say whether the reader sees this field group."""
        return group in self.groups


def id_of(partner_id: int) -> str:
    """Return the id of a stored partner in a case; ids order as numbers do."""
    return f"{partner_id:012d}"


def sight(
    session: Session,
    actor: Actor,
    project: StoredProject,
    *,
    at: datetime,
    weights: Mapping[str, float] | None = None,
    groups: frozenset[FieldGroup] | None = None,
) -> Sight:
    """Return a project ranked against every partner, as far as the actor sees it; `groups` says so for a judgement."""
    seen = groups if groups is not None else projects.visible_groups(session, actor, project, at)
    words = projects.teasers_of_each(session, actor, [project], at=at)[project.id]
    return _sight(session, project, seen, weights, words=words, at=at)


def partners_that_fit(
    session: Session, project: StoredProject, groups: frozenset[FieldGroup], *, least: float, at: datetime
) -> list[StoredPartner]:
    """Return the partners for which a project scores at least so much on these field groups, best first."""
    found = _sight(session, project, groups, None, at=at)
    known = (found.partners[match.partner] for match in found.ranking.matches() if match.score >= least)
    return [one for one in known if isinstance(one, StoredPartner)]


def _sight(
    session: Session,
    project: StoredProject,
    seen: frozenset[FieldGroup],
    weights: Mapping[str, float] | None,
    *,
    words: TeaserWords | None = None,
    at: datetime,
) -> Sight:
    stored = partners.open_partners(session)
    programmes = partners.programmes(session)
    known_as = names_around(session, [project.organisation], stored)
    hidden = _hidden(seen)
    used = _seats_taken(session, at)
    rates = partners.rates(session, on=at.date())
    rivals = _rivals([project])
    asked = [_stored_partner(one, used.get(one.id, 0), known_as, rivals, rates) for one in stored]
    calls = partners.standing_calls(session, on=at.date())
    asked += [
        _in_call(_programme(fact, project.organisation.country), calls.get(fact.record_id))
        for fact in programmes
    ]
    declined, others = _declines(session, project.id)
    case = Case(
        name="",
        as_of=at.date(),
        rates=rates,
        projects=(
            _project(project, seen, rates, stated_needs(session, project.id), words),
            *(_project(one, frozenset(FieldGroup), rates) for one in others),
        ),
        partners=tuple(_blind(one, hidden) for one in asked),
        declined=tuple(declined),
        weights=weights,
    )
    known: dict[str, StoredPartner | EffectiveFact] = {id_of(one.id): one for one in stored}
    known |= {f"{PROGRAMME}{fact.record_id}": fact for fact in programmes}
    ranking = ranker_of(case, similarity()).rank(case.projects[0])
    return Sight(project, seen, ranking, known, _needs_are_proposed(project, seen))


@dataclass(frozen=True, slots=True)
class Part:
    """Projects of which a reader is shown the same kinds of facts, and the case in which they are ranked."""

    case: Case
    projects: tuple[Project, ...]


def parts_of_round(
    session: Session,
    actor: Actor,
    chosen: Sequence[StoredProject],
    stored: Sequence[StoredPartner],
    *,
    weights: Mapping[str, float] | None = None,
    at: datetime,
) -> list[Part]:
    """Return projects and partners of a round, each project as far as the actor sees it, in as few cases as that takes."""
    groups = projects.groups_of_each(session, actor, chosen, at=at)
    rates = partners.rates(session, on=at.date())
    used = _seats_taken(session, at)
    asking = list({one.organisation_id: one.organisation for one in chosen}.values())
    known_as = names_around(session, asking, stored)
    rivals = _rivals(chosen)
    asked = [_stored_partner(one, used.get(one.id, 0), known_as, rivals, rates) for one in stored]
    declined, others = _declines(session, None)
    facts = tuple(_project(one, frozenset(FieldGroup), rates) for one in others)
    stated = needs_of_each(session, [one.id for one in chosen])
    seen: dict[frozenset[str], list[Project]] = {}
    for one in chosen:
        row = _project(one, groups[one.id], rates, stated.get(one.id, {}))
        seen.setdefault(_hidden(groups[one.id]), []).append(row)
    return [
        Part(
            Case(
                name="",
                as_of=at.date(),
                rates=rates,
                projects=facts,
                partners=tuple(_blind(one, hidden) for one in asked),
                declined=tuple(declined),
                weights=weights,
            ),
            tuple(members),
        )
        for hidden, members in seen.items()
    ]


def _comparable(money: Money, rates: Mapping[str, float]) -> Money:
    """Return an amount, or none where nobody entered a rate for its currency."""
    return money if money.currency in rates else Money()


def needs_of(project: StoredProject, groups: Collection[FieldGroup]) -> Sequence[str]:
    """Return the kinds of help that a project asks for, or that are proposed where none is stated or shown."""
    if _needs_are_proposed(project, groups):
        return PROPOSED[project.phase.value]
    return list(project.needs)


def _needs_are_proposed(project: StoredProject, groups: Collection[FieldGroup]) -> bool:
    return FieldGroup.ROADMAP not in groups or not project.needs


def _hidden(groups: Collection[FieldGroup]) -> frozenset[str]:
    hidden = set()
    if FieldGroup.PROCESS not in groups:
        hidden.add("modality")
    if FieldGroup.IDENTITY not in groups:
        hidden |= {"country", "organisation_kind"}
    return frozenset(hidden)


def _project(
    project: StoredProject,
    groups: Collection[FieldGroup],
    rates: Mapping[str, float],
    stated: Mapping[str, StatedNeed] = MappingProxyType({}),
    words: TeaserWords | None = None,
) -> Project:
    organisation = project.organisation
    kind = APPLICANTS.get(organisation.kind, "company")
    named = FieldGroup.IDENTITY in groups
    read, money = words or project.words, Money()
    if FieldGroup.MONEY in groups and project.funding_currency:
        sought = Money(project.funding_min, project.funding_max, project.funding_currency)
        money = _comparable(sought, rates)
    return Project(
        id=str(project.id),
        organisation=str(organisation.id),
        country=organisation.country if named else UNSEEN,
        organisation_kind=vocabulary.kind_in_files(kind, sme=organisation.is_sme) if named else UNSEEN,
        product_class=project.product_class.value,
        modality=project.modality if FieldGroup.PROCESS in groups else UNSEEN,
        indication_area=project.indication_area,
        phase=project.phase.value,
        on_hold=project.on_hold,
        text=read.teaser or read.teaser_sv or "",
        needs=tuple(
            _need(kind, stated.get(kind) if FieldGroup.ROADMAP in groups else None, money, groups)
            for kind in needs_of(project, groups)
        ),
    )


def _need(kind: str, stated: StatedNeed | None, money: Money, groups: Collection[FieldGroup]) -> Need:
    return Need(
        id=kind,
        kind=kind,
        money=money if kind == CAPITAL else Money(),
        instrument=stated.instrument if stated and FieldGroup.MONEY in groups else None,
        by=stated.by if stated else None,
    )


def _rivals(asking: Iterable[StoredProject]) -> Mapping[str, frozenset[str]]:
    """Return by asset, as partners name them, the projects that compete with it, whatever the reader sees of them."""
    found: dict[str, set[str]] = {}
    for one in asking:
        for asset in assets_like(indication_area=one.indication_area, modality=one.modality):
            found.setdefault(asset, set()).add(str(one.id))
    return {asset: frozenset(ids) for asset, ids in found.items()}


def _stored_partner(
    partner: StoredPartner,
    used: int,
    known_as: Around,
    rivals: Mapping[str, frozenset[str]],
    rates: Mapping[str, float],
) -> Partner:
    return Partner(
        id=id_of(partner.id),
        kind=partner.kind.value,
        organisation=str(partner.organisation_id),
        text=partner.text,
        serves=frozenset(partner.serves),
        product_classes=_listed(partner.product_classes),
        modalities=_listed(partner.modalities),
        indication_areas=_listed(partner.indication_areas),
        phases=_listed(partner.phases),
        countries=countries_in(partner.countries),
        organisation_kinds=_listed(partner.organisation_kinds),
        ticket=_comparable(Money(partner.ticket_min, partner.ticket_max, partner.ticket_currency), rates),
        instruments=_listed(partner.instruments),
        exclude=Exclusions(
            product_class=frozenset(partner.exclude_product_classes),
            modality=frozenset(partner.exclude_modalities),
            indication_area=frozenset(partner.exclude_indication_areas),
            country=countries_in(partner.exclude_countries) or frozenset(),
        ),
        accepts_on_hold=partner.accepts_on_hold,
        opens=partner.opens,
        closes=partner.closes,
        capacity=max(partner.capacity - used, 0),
        conflicts=known_as.conflicts_of(partner),
        competing=frozenset().union(*(rivals.get(asset, frozenset()) for asset in partner.competing)),
    )


def _programme(fact: EffectiveFact, country: str | None) -> Partner:
    if fact.revisions:
        return _read_programme(fact.record_id, fact.record, country)
    return _shipped_programme(fact.record_id, country)


def _in_call(programme: Partner, call: Call | None) -> Partner:
    """Return a programme with the days of the call that counts; where none is known, it is taken to be open."""
    return programme if call is None else replace(programme, opens=call.opens, closes=call.closes)


@cache
def _shipped_programme(record_id: str, country: str | None) -> Partner:
    return _read_programme(record_id, shipped.record(partners.PROGRAMMES, record_id), country)


def _read_programme(record_id: str, record: Mapping[str, Any], country: str | None) -> Partner:
    asked = record["eligibility"]
    gives = record["gives"] or {}
    other = asked.get("other") or {}
    return Partner(
        id=f"{PROGRAMME}{record_id}",
        kind="support",
        organisation=f"{PROGRAMME}{record['provider']}",
        text=" ".join(filter(None, (gives.get("en"), other.get("en")))),
        serves=frozenset(record["needs_served"] or ()),
        product_classes=_listed(asked["product_class"]),
        phases=_listed(asked["phases"]),
        countries=_countries(asked["country"] or [], country),
        organisation_kinds=_listed(asked["organisation"]),
        accepts_on_hold=True,
        capacity=ENDLESS,
    )


def _countries(words: Sequence[str], country: str | None) -> frozenset[str] | None:
    """Return where a programme is open; what nobody has listed here, as a scheme's associated countries, refuses nobody."""
    known = [word for word in words if _is_region(word)]
    named = countries_in(known)
    return None if named is not None and len(known) < len(words) and country not in named else named


def _is_region(word: str) -> bool:
    try:
        vocabulary.countries_of(word)
    except KeyError:
        return False
    return True


def _listed(words: Iterable[str] | None) -> frozenset[str] | None:
    return frozenset(words) if words else None


def _blind(partner: Partner, hidden: Collection[str]) -> Partner:
    """Return a partner without its restrictions on what the reader does not see."""
    exclude = partner.exclude
    if "modality" in hidden:
        exclude = replace(exclude, modality=frozenset())
        partner = replace(partner, modalities=None)
    if "country" in hidden:
        exclude = replace(exclude, country=frozenset())
        partner = replace(partner, countries=None, organisation_kinds=None)
    return replace(partner, exclude=exclude)


def _seats_taken(session: Session, at: datetime) -> dict[int, int]:
    rows = session.execute(
        select(Introduction.partner_id, func.count())
        .where(Introduction.seat.is_not(None), Introduction.quarter == quarter_of(at))
        .group_by(Introduction.partner_id)
    ).all()
    return {row[0]: row[1] for row in rows}


def _declines(session: Session, project_id: int | None) -> tuple[list[Decline], list[StoredProject]]:
    rows = session.scalars(
        select(Introduction)
        .where(Introduction.state == State.DECLINED)
        .options(joinedload(Introduction.project).joinedload(StoredProject.organisation))
        .order_by(Introduction.id)
    ).all()
    others = {row.project_id: row.project for row in rows if row.project_id != project_id}
    return [_decline(row) for row in rows], list(others.values())


def _decline(row: Introduction) -> Decline:
    on: date = (row.declined_at or row.updated_at).date()
    return Decline(
        project=str(row.project_id),
        partner=id_of(row.partner_id),
        by=row.declined_by.value if row.declined_by else "adviser",
        reason=row.decline_reason.value if row.decline_reason else "other",
        on=on,
        final=row.decline_final,
    )
