"""The verbs: what they store, what they tell the ledger, and whom and what they refuse."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation
from portal.core.actors import Role
from portal.core.errors import NotAllowed, NotFound, Refused, Stale
from portal.ledger import Entry, history, verify
from portal.projects import queries, services
from portal.projects.models import Grant, Project, TeamMember
from portal.projects.rules.fields import FIELDS
from portal.projects.rules.team import TeamMemberFields
from portal.projects.rules.values import FieldGroup, GrantReason, Phase, ProductClass, Visibility
from tests import make

LATER = make.NOON + timedelta(hours=1)
FIRST = {
    "name": "Blå cellen",
    "product_class": "GTMP",
    "modality": "gene_modified_hsc",
    "indication_area": "haematology",
}


def names(session: Session) -> list[str]:
    return list(session.scalars(select(Entry.name).order_by(Entry.id)))


def refused(error: pytest.ExceptionInfo[Refused]) -> list[tuple[str, str | None]]:
    return [(reason.code, reason.field) for reason in error.value.reasons]


def register(session: Session, actor: Any, **values: Any) -> Project:
    return services.register_project(
        session,
        actor,
        {**FIRST, **values},
        phase=Phase.DISCOVERY,
        phase_since=date(2026, 5, 1),
        at=make.NOON,
    )


def test_registering_stores_what_was_stated_and_leaves_the_rest_unknown(session: Session) -> None:
    actor = make.founder(session)
    project = register(session, actor, name="  Blå cellen  ")
    assert project.organisation_id == actor.organisation_id
    assert project.name == "Blå cellen"
    assert project.product_class is ProductClass.GTMP
    assert (project.gmo_class, project.autologous, project.vector_level) == (None, None, None)
    assert project.visibility is Visibility.PRIVATE
    assert [(line.phase, line.since) for line in queries.phase_history(session, project)] == [
        (Phase.DISCOVERY, date(2026, 5, 1))
    ]
    assert names(session) == ["project.registered"]
    entry = session.scalars(select(Entry)).one()
    assert "Blå" not in str(entry.facts)


def test_only_founders_register(session: Session) -> None:
    home = make.organisation(session)
    manager = make.member(session, home, Role.FACILITY_MANAGER)
    with pytest.raises(NotAllowed):
        register(session, manager)
    assert session.scalars(select(Project)).all() == []


def test_everything_that_is_wrong_is_said_at_once(session: Session) -> None:
    actor = make.founder(session)
    with pytest.raises(Refused) as error:
        register(session, actor, name=" ", modality="telepathy", shelf_life_hours=0, autologous="perhaps")
    assert refused(error) == [
        ("project_value_missing", "name"),
        ("project_word_unknown", "modality"),
        ("project_truth_unreadable", "autologous"),
        ("project_number_out_of_range", "shelf_life_hours"),
    ]
    assert names(session) == []


def test_characters_that_no_database_keeps_are_refused(session: Session) -> None:
    actor = make.founder(session)
    with pytest.raises(Refused) as error:
        register(session, actor, name="A\x00", teaser="B\x07", vector="C\ud800")
    assert refused(error) == [
        ("project_characters_unprintable", name) for name in ("name", "teaser", "vector")
    ]


@pytest.mark.parametrize("written", ["Blå cellen", " blå CELLEN ".strip(), "Blå cellen\n"])
def test_two_projects_of_an_organisation_do_not_share_a_name(session: Session, written: str) -> None:
    actor = make.founder(session)
    register(session, actor)
    with pytest.raises(Refused) as error:
        register(session, actor, name=written.replace("blå", "Blå"))
    assert refused(error) == [("project_name_taken", "name")]
    assert register(session, make.founder(session)).name == "Blå cellen"


def test_editing_tells_the_ledger_each_group_on_its_own(session: Session) -> None:
    actor = make.founder(session)
    project = register(session, actor)
    session.flush()
    services.edit_project(
        session,
        actor,
        project.id,
        {"name": "Röd cell", "gmo_class": 2, "orphan": False, "funding_min": 5, "funding_currency": "SEK"},
        version=project.version,
        at=LATER,
    )
    session.flush()
    newest = history(session, "project", project.id, groups={group.value for group in FieldGroup})[0]
    assert newest.private == {
        "identity_changes": {"name": ["Blå cellen", "Röd cell"]},
        "process_changes": {"gmo_class": [None, 2]},
        "roadmap_changes": {"orphan": [None, False]},
        "money_changes": {"funding_min": [None, 5], "funding_currency": [None, "SEK"]},
    }
    seen_by_facility = history(session, "project", project.id, groups={"identity", "process"})[0]
    assert set(seen_by_facility.private) == {"identity_changes", "process_changes"}
    assert seen_by_facility.hidden
    assert verify(session) == []


def test_an_edit_that_changes_nothing_leaves_no_trace(session: Session) -> None:
    actor = make.founder(session)
    project = register(session, actor)
    session.flush()
    version = project.version
    services.edit_project(session, actor, project.id, dict(FIRST), version=version, at=LATER)
    session.flush()
    assert names(session) == ["project.registered"]
    assert project.version == version
    assert project.updated_at == make.NOON


def test_no_and_zero_are_answers(session: Session) -> None:
    actor = make.founder(session)
    project = register(session, actor, gmo_class=None, cell_bank=None)
    session.flush()
    services.edit_project(
        session, actor, project.id, {"gmo_class": 0, "cell_bank": False}, version=project.version, at=LATER
    )
    assert (project.gmo_class, project.cell_bank) == (0, False)
    services.edit_project(
        session, actor, project.id, {"gmo_class": None, "cell_bank": None}, version=project.version, at=LATER
    )
    assert (project.gmo_class, project.cell_bank) == (None, None)


def test_a_stale_page_changes_nothing_and_tells_what_changed(session: Session) -> None:
    actor = make.founder(session)
    project = register(session, actor)
    session.flush()
    shown = project.version
    services.edit_project(session, actor, project.id, {"bsl": 2}, version=shown, at=LATER)
    session.flush()
    with pytest.raises(Stale) as error:
        services.edit_project(session, actor, project.id, {"bsl": 1, "vector": "x"}, version=shown, at=LATER)
    assert error.value.changes == {"bsl": 2, "vector": None}
    assert project.bsl == 2
    with pytest.raises(Stale):
        services.edit_project(session, actor, project.id, {"bsl": 1}, version=None, at=LATER)


def test_strangers_learn_nothing_and_readers_change_nothing(session: Session) -> None:
    project = register(session, make.founder(session))
    session.flush()
    stranger, adviser = make.founder(session), make.member(session, make.organisation(session), Role.ADVISER)
    with pytest.raises(NotFound):
        services.edit_project(session, stranger, project.id, {"bsl": 1}, version=project.version, at=LATER)
    with pytest.raises(NotAllowed):
        services.edit_project(session, adviser, project.id, {"bsl": 1}, version=project.version, at=LATER)
    with pytest.raises(NotFound):
        services.edit_project(session, stranger, 2**31 - 1, {"bsl": 1}, version=1, at=LATER)


def test_facts_that_contradict_one_another_are_refused(session: Session) -> None:
    actor = make.founder(session)
    project = register(session, actor, vector_level="aav")
    session.flush()
    with pytest.raises(Refused) as error:
        services.edit_project(session, actor, project.id, {"gmo_class": 0}, version=project.version, at=LATER)
    assert refused(error) == [("project_gmo_class_against_vector", "gmo_class")]
    assert project.gmo_class is None


def test_a_phase_is_reached_on_a_day_and_its_history_is_kept(session: Session) -> None:
    actor = make.founder(session)
    project = register(session, actor)
    session.flush()
    services.change_phase(
        session,
        actor,
        project.id,
        phase=Phase.PRECLINICAL,
        since=date(2026, 9, 1),
        version=project.version,
        at=LATER,
    )
    session.flush()
    assert (project.phase, project.phase_since) == (Phase.PRECLINICAL, date(2026, 9, 1))
    assert [line.phase for line in queries.phase_history(session, project)] == [
        Phase.DISCOVERY,
        Phase.PRECLINICAL,
    ]
    line = history(session, "project", project.id, groups={"teaser"})[0]
    assert line.private == {"teaser_changes": {"phase": ["discovery", "preclinical"]}}
    assert line.hidden, "the day belongs to the roadmap"


@pytest.mark.parametrize(
    ("since", "code"),
    [
        (date(2026, 4, 30), "project_day_before_last"),
        (date(2027, 1, 5), "project_day_in_future"),
        (date(1890, 1, 1), "project_day_too_early"),
        (date(2999, 1, 1), "project_day_in_future"),
    ],
)
def test_a_phase_is_not_reached_before_the_last_change_nor_tomorrow(
    session: Session, since: date, code: str
) -> None:
    actor = make.founder(session)
    project = register(session, actor)
    session.flush()
    with pytest.raises(Refused) as error:
        services.change_phase(
            session,
            actor,
            project.id,
            phase=Phase.PHASE_1,
            since=since,
            version=project.version,
            at=make.NOON,
        )
    assert refused(error) == [(code, "since")]
    assert project.phase is Phase.DISCOVERY


def test_today_is_the_day_in_sweden(session: Session) -> None:
    actor = make.founder(session)
    project = register(session, actor)
    session.flush()
    late_in_the_evening = datetime(2027, 1, 4, 23, 30, tzinfo=UTC)
    services.change_phase(
        session,
        actor,
        project.id,
        phase=Phase.PRECLINICAL,
        since=date(2027, 1, 5),
        version=project.version,
        at=late_in_the_evening,
    )
    assert project.phase_since == date(2027, 1, 5)


def test_on_hold_keeps_the_phase_until_it_goes_on(session: Session) -> None:
    actor = make.founder(session)
    project = register(session, actor)
    session.flush()

    def step(verb: Any, **more: Any) -> None:
        verb(session, actor, project.id, since=date(2026, 12, 1), version=project.version, at=LATER, **more)
        session.flush()

    step(services.put_on_hold)
    assert (project.phase, project.on_hold) == (Phase.DISCOVERY, True)
    with pytest.raises(Refused) as error:
        step(services.put_on_hold)
    assert refused(error) == [("project_already_on_hold", None)]
    with pytest.raises(Refused) as error:
        step(services.change_phase, phase=Phase.PRECLINICAL)
    assert refused(error) == [("project_rests", "phase")]
    step(services.resume)
    assert (project.phase, project.on_hold) == (Phase.DISCOVERY, False)
    with pytest.raises(Refused) as error:
        step(services.resume)
    assert refused(error) == [("project_not_on_hold", None)]
    assert [line.on_hold for line in queries.phase_history(session, project)] == [False, True, False]
    assert project.phase_since == date(2026, 5, 1), "a rest changes nothing about when the phase was reached"
    lines = history(session, "project", project.id, groups={"teaser", "roadmap"})
    assert lines[0].private == {
        "teaser_changes": {"on_hold": [True, False]},
        "roadmap_changes": {"since": [None, "2026-12-01"]},
    }


def test_the_last_change_can_be_corrected_and_taken_out(session: Session) -> None:
    actor = make.founder(session)
    project = register(session, actor)
    session.flush()
    services.change_phase(
        session,
        actor,
        project.id,
        phase=Phase.PHASE_1,
        since=date(2026, 9, 1),
        version=project.version,
        at=LATER,
    )
    session.flush()
    services.correct_last_stage(
        session,
        actor,
        project.id,
        phase=Phase.PRECLINICAL,
        since=date(2026, 8, 1),
        version=project.version,
        at=LATER,
    )
    session.flush()
    lines = queries.phase_history(session, project)
    assert [(line.phase, line.since) for line in lines][1:] == [(Phase.PRECLINICAL, date(2026, 8, 1))]
    assert (project.phase, project.phase_since) == (Phase.PRECLINICAL, date(2026, 8, 1))
    with pytest.raises(Refused) as error:
        services.correct_last_stage(
            session,
            actor,
            project.id,
            phase=Phase.DISCOVERY,
            since=date(2026, 8, 1),
            version=project.version,
            at=LATER,
        )
    assert refused(error) == [("project_phase_same_as_before", "phase")]
    services.withdraw_last_stage(session, actor, project.id, version=project.version, at=LATER)
    session.flush()
    assert (project.phase, project.phase_since) == (Phase.DISCOVERY, date(2026, 5, 1))
    with pytest.raises(Refused) as error:
        services.withdraw_last_stage(session, actor, project.id, version=project.version, at=LATER)
    assert refused(error) == [("project_first_stage", None)]
    assert names(session)[-2:] == ["project.phase_corrected", "project.phase_withdrawn"]


def test_the_first_day_may_be_taken_back_to_unknown(session: Session) -> None:
    actor = make.founder(session)
    project = register(session, actor)
    session.flush()
    services.correct_last_stage(
        session, actor, project.id, phase=Phase.PRECLINICAL, since=None, version=project.version, at=LATER
    )
    assert (project.phase, project.phase_since) == (Phase.PRECLINICAL, None)


def test_a_project_stored_without_history_begins_it_with_what_is_found(session: Session) -> None:
    actor = make.founder(session)
    owner = session.get_one(Organisation, actor.organisation_id)
    project = make.project(session, owner)
    services.change_phase(
        session,
        actor,
        project.id,
        phase=Phase.PHASE_1,
        since=date(2026, 9, 1),
        version=project.version,
        at=LATER,
    )
    session.flush()
    assert [(line.phase, line.since) for line in queries.phase_history(session, project)] == [
        (Phase.PRECLINICAL, None),
        (Phase.PHASE_1, date(2026, 9, 1)),
    ]


def test_an_archived_project_changes_only_by_being_restored(session: Session) -> None:
    actor = make.founder(session)
    project = register(session, actor)
    session.flush()
    services.archive_project(session, actor, project.id, version=project.version, at=LATER)
    session.flush()
    assert project.archived_at == LATER
    attempts: list[Any] = [
        lambda: services.edit_project(
            session, actor, project.id, {"bsl": 1}, version=project.version, at=LATER
        ),
        lambda: services.archive_project(session, actor, project.id, version=project.version, at=LATER),
        lambda: services.put_on_hold(
            session, actor, project.id, since=date(2026, 12, 1), version=project.version, at=LATER
        ),
        lambda: services.add_team_member(
            session, actor, project.id, TeamMemberFields(name="A", task="B"), at=LATER
        ),
    ]
    for attempt in attempts:
        with pytest.raises(Refused) as error:
            attempt()
        assert ("project_archived", None) in refused(error)
    twin = register(session, actor)
    session.flush()
    with pytest.raises(Refused) as error:
        services.restore_project(session, actor, project.id, version=project.version, at=LATER)
    assert refused(error) == [("project_name_taken", "name")]
    services.edit_project(session, actor, twin.id, {"name": "Tvilling"}, version=twin.version, at=LATER)
    services.restore_project(session, actor, project.id, version=project.version, at=LATER)
    session.flush()
    assert project.archived_at is None


def test_a_team_grows_changes_and_shrinks(session: Session) -> None:
    actor = make.founder(session)
    project = register(session, actor)
    session.flush()
    stated = TeamMemberFields(name=" Åsa Öberg ", task="Process lead", email="Asa@Example.org")
    member = services.add_team_member(session, actor, project.id, stated, at=LATER)
    assert (member.name, member.email) == ("Åsa Öberg", "asa@example.org")
    shown = member.version
    services.edit_team_member(
        session,
        actor,
        project.id,
        member.id,
        TeamMemberFields(name="Åsa Öberg", task="QA"),
        version=shown,
        at=LATER,
    )
    session.flush()
    assert (member.task, member.email) == ("QA", None)
    with pytest.raises(Stale):
        services.remove_team_member(session, actor, project.id, member.id, version=shown, at=LATER)
    services.remove_team_member(session, actor, project.id, member.id, version=member.version, at=LATER)
    session.flush()
    assert session.scalars(select(TeamMember)).all() == []
    assert names(session)[1:] == [
        "project.team_member_added",
        "project.team_member_edited",
        "project.team_member_removed",
    ]
    assert "Åsa" not in str([entry.facts for entry in session.scalars(select(Entry))])


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (
            TeamMemberFields(name="", task=""),
            [("project_value_missing", "name"), ("project_value_missing", "task")],
        ),
        (TeamMemberFields(name="A", task="B", email="nobody"), [("project_email_unreadable", "email")]),
        (TeamMemberFields(name="A" * 121, task="B"), [("project_text_too_long", "name")]),
        (TeamMemberFields(name="A\x00", task="B"), [("project_characters_unprintable", "name")]),
    ],
)
def test_a_member_that_cannot_be_is_refused(
    session: Session, stated: TeamMemberFields, expected: list[tuple[str, str]]
) -> None:
    actor = make.founder(session)
    project = register(session, actor)
    session.flush()
    with pytest.raises(Refused) as error:
        services.add_team_member(session, actor, project.id, stated, at=LATER)
    assert refused(error) == expected


def test_the_same_member_is_added_once(session: Session) -> None:
    actor = make.founder(session)
    project = register(session, actor)
    session.flush()
    stated = TeamMemberFields(name="Åsa", task="QA")
    services.add_team_member(session, actor, project.id, stated, at=LATER)
    with pytest.raises(Refused) as error:
        services.add_team_member(session, actor, project.id, stated, at=LATER)
    assert refused(error) == [("project_team_member_twice", "name")]


def test_a_member_of_another_project_is_not_found(session: Session) -> None:
    actor = make.founder(session)
    one, other = register(session, actor), register(session, actor, name="Other")
    session.flush()
    member = services.add_team_member(session, actor, one.id, TeamMemberFields(name="A", task="B"), at=LATER)
    with pytest.raises(NotFound):
        services.remove_team_member(session, actor, other.id, member.id, version=member.version, at=LATER)


def test_access_ends_at_once_when_it_is_taken_back(session: Session) -> None:
    founder = make.founder(session)
    project = register(session, founder)
    incubator = make.organisation(session)
    adviser = make.member(session, incubator, Role.ADVISER)
    services.grant_to_adviser(
        session,
        founder,
        project.id,
        organisation_id=incubator.id,
        groups={FieldGroup.IDENTITY, FieldGroup.MONEY},
        until=date(2027, 2, 1),
        at=make.NOON,
    )
    assert queries.visible_groups(session, adviser, project, make.NOON) == {
        FieldGroup.TEASER,
        FieldGroup.IDENTITY,
        FieldGroup.MONEY,
    }
    services.take_back(
        session, founder, project.id, organisation_id=incubator.id, group=FieldGroup.MONEY, at=LATER
    )
    assert FieldGroup.MONEY not in queries.visible_groups(session, adviser, project, LATER)
    assert FieldGroup.IDENTITY in queries.visible_groups(session, adviser, project, LATER)
    services.take_back(session, founder, project.id, organisation_id=incubator.id, group=None, at=LATER)
    assert queries.visible_groups(session, adviser, project, LATER) == {FieldGroup.TEASER}
    with pytest.raises(NotFound):
        services.take_back(session, founder, project.id, organisation_id=incubator.id, group=None, at=LATER)
    assert names(session) == [
        "project.registered",
        "project.group_granted",
        "project.group_granted",
        "project.access_ended",
        "project.access_ended",
    ]


def test_a_grant_ends_with_its_last_day(session: Session) -> None:
    founder = make.founder(session)
    project = register(session, founder)
    incubator = make.organisation(session)
    adviser = make.member(session, incubator, Role.ADVISER)
    services.grant_to_adviser(
        session,
        founder,
        project.id,
        organisation_id=incubator.id,
        groups={FieldGroup.IDENTITY},
        until=date(2027, 2, 1),
        at=make.NOON,
    )
    last = datetime(2027, 2, 1, 22, 59, tzinfo=UTC)
    assert FieldGroup.IDENTITY in queries.visible_groups(session, adviser, project, last)
    after = last + timedelta(minutes=1)
    assert FieldGroup.IDENTITY not in queries.visible_groups(session, adviser, project, after)


def test_the_same_grant_twice_is_one_grant_with_the_later_end(session: Session) -> None:
    project = register(session, make.founder(session))
    facility = make.facility(session)
    assert facility.operator_id is not None

    def grant(ends_at: datetime | None) -> Grant:
        return services.grant_group(
            session,
            actor_id=None,
            project_id=project.id,
            organisation_id=facility.operator_id or 0,
            group=FieldGroup.PROCESS,
            reason=GrantReason.REQUEST,
            reason_id=7,
            ends_at=ends_at,
            at=make.NOON,
        )

    first = grant(None)
    assert grant(None) is first
    assert grant(LATER) is first
    assert first.ends_at == LATER
    assert names(session).count("project.group_granted") == 2


@pytest.mark.parametrize(
    ("reason", "group"),
    [
        (GrantReason.REQUEST, FieldGroup.MONEY),
        (GrantReason.REQUEST, FieldGroup.ROADMAP),
        (GrantReason.INTRODUCTION, FieldGroup.BOOKINGS),
    ],
)
def test_a_reason_never_opens_more_than_it_may(
    session: Session, reason: GrantReason, group: FieldGroup
) -> None:
    project = register(session, make.founder(session))
    with pytest.raises(Refused) as error:
        services.grant_group(
            session,
            actor_id=None,
            project_id=project.id,
            organisation_id=make.organisation(session).id,
            group=group,
            reason=reason,
            reason_id=1,
            at=make.NOON,
        )
    assert refused(error) == [("project_group_not_for_reason", None)]


def test_grants_of_one_request_end_together_and_others_stay(session: Session) -> None:
    project = register(session, make.founder(session))
    body = make.organisation(session)
    for reason_id in (1, 2):
        for group in (FieldGroup.IDENTITY, FieldGroup.PROCESS):
            services.grant_group(
                session,
                actor_id=None,
                project_id=project.id,
                organisation_id=body.id,
                group=group,
                reason=GrantReason.REQUEST,
                reason_id=reason_id,
                at=make.NOON,
            )
    ended = services.end_grants(session, actor_id=None, at=LATER, reason=GrantReason.REQUEST, reason_id=1)
    assert ended == 2
    assert services.end_grants(session, actor_id=None, at=LATER, reason=GrantReason.REQUEST, reason_id=1) == 0
    assert len(session.scalars(select(Grant).where(Grant.ends_at.is_(None))).all()) == 2
    with pytest.raises(ValueError, match="name the project"):
        services.end_grants(session, actor_id=None, at=LATER)


def test_more_is_granted_only_to_advisers_and_only_something(session: Session) -> None:
    founder = make.founder(session)
    project = register(session, founder)
    session.flush()
    nobody = make.organisation(session)
    with pytest.raises(Refused) as error:
        services.grant_to_adviser(
            session,
            founder,
            project.id,
            organisation_id=nobody.id,
            groups={FieldGroup.TEASER},
            until=date(2026, 1, 1),
            at=make.NOON,
        )
    assert refused(error) == [
        ("project_not_an_adviser", "organisation_id"),
        ("project_no_group_chosen", "groups"),
        ("project_until_out_of_range", "until"),
    ]
    with pytest.raises(NotFound):
        services.grant_to_adviser(
            session,
            make.founder(session),
            project.id,
            organisation_id=nobody.id,
            groups=set(FieldGroup),
            until=None,
            at=make.NOON,
        )


def test_process_facts_are_one_frozen_value(session: Session) -> None:
    facts = queries.process_facts(make.project(session, autologous=True))
    assert (facts.product_class, facts.phase, facts.vector_level) == (
        "GTMP",
        "preclinical",
        "lentiviral_retroviral",
    )
    assert facts.autologous is True
    assert facts.shelf_life_hours is None
    with pytest.raises(AttributeError):
        facts.bsl = 3  # type: ignore[misc]


def test_every_field_of_the_table_is_a_column_of_the_project() -> None:
    assert {field.name for field in FIELDS} <= set(Project.__table__.columns.keys())
