"""Who sees what of a project: the table of PRODUCT, cell by cell, in both forms of the predicate."""

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation
from portal.core.actors import Actor, Duty, Role
from portal.core.errors import NotAllowed, NotFound
from portal.projects import queries, services
from portal.projects.models import Grant, Project
from portal.projects.rules import access
from portal.projects.rules.values import FieldGroup, GrantReason, Visibility
from tests import make

T, I, P, R, M, B = FieldGroup  # noqa: E741  (teaser, identity, process, roadmap, money, bookings)
ALL = frozenset(FieldGroup)
NOTHING: frozenset[FieldGroup] = frozenset()
ON_DUTY = (Role.FACILITY_MANAGER, Role.QA, Role.QP)

Case = tuple[str, Role | None, Visibility, GrantReason | None, frozenset[FieldGroup]]

PRIVATE, INVESTORS, PUBLIC = Visibility
REQUEST, CONSENT, INTRODUCTION, REFERRAL = GrantReason

TABLE: list[Case] = [
    ("founder of another organisation", Role.FOUNDER, INVESTORS, None, NOTHING),
    *((f"{role} without a request", role, PRIVATE, None, NOTHING) for role in ON_DUTY),
    *((f"{role} without a request, for investors", role, INVESTORS, None, NOTHING) for role in ON_DUTY),
    *((f"{role} with a request", role, PRIVATE, REQUEST, frozenset({T, I, P, B})) for role in ON_DUTY),
    ("adviser", Role.ADVISER, PRIVATE, None, frozenset({T})),
    ("adviser with consent", Role.ADVISER, PRIVATE, CONSENT, ALL),
    ("investor", Role.INVESTOR, PRIVATE, None, NOTHING),
    ("investor, for investors", Role.INVESTOR, INVESTORS, None, frozenset({T})),
    ("investor after mutual yes", Role.INVESTOR, PRIVATE, INTRODUCTION, ALL - {B}),
    ("provider", Role.SUPPORT_PROVIDER, PRIVATE, None, NOTHING),
    ("provider, for investors", Role.SUPPORT_PROVIDER, INVESTORS, None, NOTHING),
    ("provider after mutual yes", Role.SUPPORT_PROVIDER, PRIVATE, INTRODUCTION, ALL - {B}),
    ("provider with a referral", Role.SUPPORT_PROVIDER, PRIVATE, REFERRAL, ALL - {B, M}),
    ("analyst", Role.ANALYST, INVESTORS, None, NOTHING),
    ("administrator", Role.ADMINISTRATOR, INVESTORS, None, NOTHING),
    ("visitor", None, INVESTORS, None, NOTHING),
    ("visitor, published", None, PUBLIC, None, frozenset({T})),
    *((f"{role}, published", role, PUBLIC, None, frozenset({T})) for role in Role),
    # A grant is read only by those whose work it is, whoever else is in the organisation.
    *(
        (f"{role} of an organisation with a grant by {reason}", role, PRIVATE, reason, NOTHING)
        for reason, role in product(GrantReason, Role)
        if role not in access.READERS[reason] and role is not Role.ADVISER
    ),
    ("adviser of an organisation with a request", Role.ADVISER, PRIVATE, REQUEST, frozenset({T})),
    ("adviser of an organisation with an introduction", Role.ADVISER, PRIVATE, INTRODUCTION, frozenset({T})),
    ("adviser of an organisation with a referral", Role.ADVISER, PRIVATE, REFERRAL, frozenset({T})),
]


def reader(session: Session, role: Role | None) -> Actor | None:
    if role is None:
        return None
    if role in ON_DUTY:
        return make.duty(session, make.facility(session), role)
    return make.member(session, make.organisation(session), role)


def grant_all(session: Session, project: Project, organisation_id: int, reason: GrantReason) -> None:
    """Store a grant of every field group, also of those that the verb would refuse."""
    for group in FieldGroup:
        session.add(
            Grant(
                project_id=project.id,
                organisation_id=organisation_id,
                field_group=group,
                reason=reason,
                reason_id=1,
                starts_at=make.NOON,
            )
        )
    session.commit()


def seen_in_list(session: Session, actor: Actor | None, project: Project) -> frozenset[FieldGroup]:
    return frozenset(
        group
        for group in FieldGroup
        if project.id
        in session.scalars(
            select(Project.id).where(queries.visible_projects(actor, at=make.NOON, group=group))
        ).all()
    )


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case[0])
def test_the_table_of_who_sees_what(session: Session, case: Case) -> None:
    _, role, visibility, reason, expected = case
    project, bystander = make.project(session, visibility=visibility), make.project(session)
    actor = reader(session, role)
    if reason is not None:
        assert actor is not None
        assert actor.organisation_id is not None
        grant_all(session, project, actor.organisation_id, reason)
    assert queries.visible_groups(session, actor, project, make.NOON) == expected
    assert seen_in_list(session, actor, project) == expected
    others = frozenset({T}) if role is Role.ADVISER else NOTHING
    assert queries.visible_groups(session, actor, bystander, make.NOON) == others
    if not expected:
        with pytest.raises(NotFound):
            queries.seen_project(session, actor, project.id, at=make.NOON)


@pytest.mark.parametrize("archived", [False, True])
def test_a_founder_sees_the_projects_of_their_own_organisation_whole(
    session: Session, *, archived: bool
) -> None:
    founder = make.founder(session)
    home = session.get_one(Organisation, founder.organisation_id)
    project = make.project(session, home, archived_at=make.NOON if archived else None)
    assert queries.visible_groups(session, founder, project, make.NOON) == ALL
    assert seen_in_list(session, founder, project) == ALL


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.FOUNDER, Role.ADVISER)])
def test_colleagues_of_a_founder_do_not_see_the_project_by_sitting_next_door(
    session: Session, role: Role
) -> None:
    home = make.organisation(session)
    project = make.project(session, home)
    colleague = make.member(session, home, role)
    assert queries.visible_groups(session, colleague, project, make.NOON) == NOTHING


def test_a_person_acts_for_one_organisation_at_a_time(session: Session) -> None:
    home, elsewhere = make.organisation(session), make.organisation(session)
    project = make.project(session, home)
    actor = make.member(session, elsewhere, Role.FOUNDER)
    assert queries.visible_groups(session, actor, project, make.NOON) == NOTHING
    homeless = Actor(user_id=actor.user_id, organisation_id=None, roles=frozenset(Role))
    assert queries.visible_groups(session, homeless, project, make.NOON) == {T}, "an adviser reads teasers"


def test_a_role_at_a_facility_counts_only_with_a_duty(session: Session) -> None:
    facility = make.facility(session)
    operator = session.get_one(Organisation, facility.operator_id)
    project = make.project(session)
    grant_all(session, project, operator.id, REQUEST)
    off_duty = make.member(session, operator, *ON_DUTY)
    assert queries.visible_groups(session, off_duty, project, make.NOON) == NOTHING
    on_duty = Actor(
        user_id=off_duty.user_id,
        organisation_id=operator.id,
        roles=off_duty.roles,
        duties=frozenset({Duty(role=Role.QA, facility_id=facility.id)}),
    )
    assert queries.visible_groups(session, on_duty, project, make.NOON) == {T, I, P, B}


@pytest.mark.parametrize("role", [Role.ADVISER, Role.INVESTOR, None])
def test_an_archived_project_shows_its_teaser_to_nobody_unasked(session: Session, role: Role | None) -> None:
    project = make.project(session, visibility=PUBLIC, archived_at=make.NOON)
    actor = reader(session, role)
    assert queries.visible_groups(session, actor, project, make.NOON) == NOTHING
    assert seen_in_list(session, actor, project) == NOTHING


@pytest.mark.parametrize(
    ("starts", "ends", "at", "open_"),
    [
        (0, None, 0, True),
        (0, None, 99, True),
        (1, None, 0, False),
        (0, 2, 1, True),
        (0, 2, 2, False),
        (0, 0, 0, False),
    ],
)
def test_a_grant_holds_from_its_start_to_before_its_end(
    session: Session, starts: int, ends: int | None, at: int, *, open_: bool
) -> None:
    project = make.project(session)
    adviser = make.member(session, make.organisation(session), Role.ADVISER)
    session.add(
        Grant(
            project_id=project.id,
            organisation_id=adviser.organisation_id,
            field_group=M,
            reason=CONSENT,
            starts_at=make.NOON + timedelta(hours=starts),
            ends_at=None if ends is None else make.NOON + timedelta(hours=ends),
        )
    )
    session.commit()
    seen = queries.visible_groups(session, adviser, project, make.NOON + timedelta(hours=at))
    assert seen == ({T, M} if open_ else {T})


def test_any_grant_shows_the_teaser_with_it(session: Session) -> None:
    project = make.project(session)
    manager = make.manager(session, make.facility(session))
    services.grant_group(
        session,
        actor_id=None,
        project_id=project.id,
        organisation_id=manager.organisation_id or 0,
        group=P,
        reason=REQUEST,
        reason_id=1,
        at=make.NOON,
    )
    assert queries.visible_groups(session, manager, project, make.NOON) == {T, P}
    assert seen_in_list(session, manager, project) == {T, P}


@pytest.mark.parametrize(
    ("roles", "groups", "told"),
    [
        ({Role.INVESTOR}, {T}, True),
        ({Role.SUPPORT_PROVIDER}, {T}, True),
        ({Role.INVESTOR}, set(), False),
        ({Role.ADVISER}, {T}, False),
        ({Role.ADVISER}, {T, M}, True),
        ({Role.FOUNDER}, ALL, True),
        ({Role.ANALYST, Role.ADMINISTRATOR, Role.FOUNDER}, {T}, False),
        ({Role.FACILITY_MANAGER}, {T, I, P, B}, False),
    ],
)
def test_the_range_of_funding_goes_with_money_and_with_an_investors_teaser(
    roles: set[Role], groups: set[FieldGroup], *, told: bool
) -> None:
    actor = Actor(user_id=1, organisation_id=1, roles=frozenset(roles))
    assert access.sees_funding_range(actor, frozenset(groups)) is told
    assert not access.sees_funding_range(None, frozenset({T}))


def test_a_list_of_teasers_holds_what_may_be_read_and_nothing_of_ones_own(session: Session) -> None:
    home = make.organisation(session)
    actor = make.member(session, home, Role.FOUNDER, Role.ADVISER)
    make.project(session, home, visibility=PUBLIC)
    foreign, away = make.project(session), make.project(session, archived_at=make.NOON)
    grant_all(session, away, home.id, CONSENT)
    question = queries.teasers(actor, queries.ProjectFilter(), at=make.NOON)
    assert session.scalars(question).all() == [foreign]


def test_a_search_of_teasers_never_looks_at_what_lies_behind(session: Session) -> None:
    make.project(session, name="Needle", indication="Needle disease", teaser="Hay")
    shown = make.project(session, name="Straw", teaser="A needle of a kind")
    adviser = make.member(session, make.organisation(session), Role.ADVISER)
    question = queries.teasers(adviser, queries.ProjectFilter(words="NEEDLE"), at=make.NOON)
    assert session.scalars(question).all() == [shown]


def test_whoever_sees_a_project_without_owning_it_is_told_no_and_others_nothing(session: Session) -> None:
    project = make.project(session)
    with pytest.raises(NotAllowed):
        queries.own_project(
            session,
            make.member(session, make.organisation(session), Role.ADVISER),
            project.id,
            at=make.NOON,
        )
    for role in (Role.INVESTOR, Role.ANALYST, Role.ADMINISTRATOR, Role.FOUNDER):
        stranger = make.member(session, make.organisation(session), role)
        with pytest.raises(NotFound):
            queries.own_project(session, stranger, project.id, at=make.NOON)
