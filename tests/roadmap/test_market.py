"""Market access and rights: who states them, who reads them, what is refused, what is called to mind, and what resembles a project."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation
from portal.core import clock
from portal.core.actors import Actor, Role
from portal.core.errors import NotAllowed, NotFound, Refused, Stale
from portal.ledger import Entry
from portal.notifications.models import Message
from portal.notifications.services import remind
from portal.projects.models import Project
from portal.projects.rules.values import FieldGroup, GrantReason
from portal.projects.services import grant_group
from portal.reference import shipped
from portal.roadmap import queries, services
from portal.roadmap.rules.market import (
    Alike,
    Freedom,
    FreedomFacts,
    MarketFacts,
    RightFacts,
    RightKind,
    precedents_for,
    reasons_against_market,
    reasons_against_right,
    stage_of,
)
from tests import make
from tests.client import PageClient
from tests.notifications.test_handlers import deliver, told

STATED = MarketFacts(
    value_story="Children walk.", patients=12, price_low=900, price_high=1200, price_currency="SEK"
)
LEADS = {"market-access": "What the team states, and", "rights": "The project’s rights"}
FAMILY = RightFacts(kind=RightKind.FAMILY, title="Vector family", reference="PCT/SE2026/000001")


@pytest.fixture
def founder(session: Session) -> Actor:
    return make.founder(session)


@pytest.fixture
def project(session: Session, founder: Actor) -> Project:
    return make.project(session, session.get_one(Organisation, founder.organisation_id))


def adviser_with(session: Session, project: Project, *groups: FieldGroup) -> Actor:
    adviser = make.member(session, make.organisation(session), Role.ADVISER)
    for group in groups:
        grant_group(
            session,
            actor_id=None,
            project_id=project.id,
            organisation_id=adviser.organisation_id or 0,
            group=group,
            reason=GrantReason.CONSENT,
            reason_id=None,
            at=clock.now() - timedelta(days=1),
        )
    session.commit()
    return adviser


def refused(found: pytest.ExceptionInfo[Refused]) -> list[tuple[str, str | None]]:
    return [(reason.code, reason.field) for reason in found.value.reasons]


def test_what_resembles_a_project_shares_class_or_area_and_one_thing_more() -> None:
    products: list[dict[str, Any]] = [
        {"id": "area_and_class", "class": "GTMP", "indication_area": "haematology", "orphan": None},
        {"id": "class_and_orphan", "class": "GTMP", "indication_area": "oncology", "orphan": True},
        {"id": "class_alone", "class": "GTMP", "indication_area": "oncology", "orphan": False},
        {
            "id": "orphan_and_cells",
            "class": "TEP",
            "indication_area": "oncology",
            "orphan": True,
            "autologous": True,
        },
    ]
    stated = {"class": "GTMP", "indication_area": "haematology", "orphan": True, "autologous": True}
    found = precedents_for(stated, products)
    assert [(one.id, one.alike) for one in found] == [
        ("area_and_class", (Alike.CLASS, Alike.AREA)),
        ("class_and_orphan", (Alike.CLASS, Alike.ORPHAN)),
    ]
    assert precedents_for({"class": "GTMP"}, products) == []


def test_a_gene_therapy_of_the_blood_finds_those_that_were_authorised() -> None:
    stated = {"class": "GTMP", "indication_area": "haematology", "orphan": True, "autologous": True}
    found = precedents_for(stated, shipped.records("authorised_atmps"))
    assert {"zynteglo", "casgevy"} <= {one.id for one in found}
    assert Alike.AREA in found[0].alike


def test_every_reason_names_its_field() -> None:
    wrong = MarketFacts(price_low=9, price_high=3)
    assert [(reason.code, reason.field) for reason in reasons_against_market(wrong)] == [
        ("market_prices_out_of_order", "price_high"),
        ("market_price_without_currency", "price_currency"),
    ]
    right = RightFacts(
        kind=RightKind.OTHER,
        title=" ",
        since=date(2026, 2, 1),
        until=date(2026, 1, 1),
        due_on=date(2026, 3, 1),
    )
    assert [reason.field for reason in reasons_against_right(right)] == ["title", "until", "due_what"]


def test_a_day_is_called_to_mind_at_three_distances() -> None:
    today = date(2026, 6, 1)
    stages = {
        left: stage_of(today + timedelta(days=left), today=today) for left in (91, 90, 31, 30, 7, 0, -1)
    }
    assert stages == {91: None, 90: 90, 31: 90, 30: 30, 7: 7, 0: 7, -1: None}


def test_a_team_states_its_market_access_and_the_ledger_keeps_both_words(
    session: Session, founder: Actor, project: Project
) -> None:
    services.state_market_access(session, founder, project.id, STATED, version=0, at=make.NOON)
    changed = MarketFacts(value_story="Children run.", patients=12)
    with pytest.raises(Stale):
        services.state_market_access(session, founder, project.id, changed, version=0, at=make.NOON)
    kept = services.state_market_access(session, founder, project.id, changed, version=1, at=make.NOON)
    assert (kept.value_story, kept.price_low) == ("Children run.", None)
    newest = queries.confidential_history(session, project)[0]
    assert newest.private["money_changes"]["value_story"] == ["Children walk.", "Children run."]
    same = services.state_market_access(session, founder, project.id, changed, version=2, at=make.NOON)
    assert same.version == 2
    with pytest.raises(Refused) as found:
        services.state_market_access(
            session, founder, project.id, MarketFacts(price_low=1), version=2, at=make.NOON
        )
    assert refused(found) == [("market_price_without_currency", "price_currency")]


def test_freedom_to_operate_rests_on_a_search(session: Session, founder: Actor, project: Project) -> None:
    with pytest.raises(Refused) as found:
        services.state_freedom(
            session, founder, project.id, FreedomFacts(finding=Freedom.FREE), version=0, at=make.NOON
        )
    assert refused(found) == [("freedom_without_search", "searched_on")]
    stated = FreedomFacts(finding=Freedom.CONDITIONS, searched_on=make.NOON.date(), searched_by="Counsel")
    kept = services.state_freedom(session, founder, project.id, stated, version=0, at=make.NOON)
    assert kept.finding is Freedom.CONDITIONS


def test_rights_are_added_changed_and_removed_and_only_their_founders_may(
    session: Session, founder: Actor, project: Project
) -> None:
    right = services.add_right(session, founder, project.id, FAMILY, at=make.NOON)
    renamed = RightFacts(kind=RightKind.FAMILY, title="Capsid family")
    services.edit_right(session, founder, project.id, right.id, renamed, version=1, at=make.NOON)
    reader = adviser_with(session, project, FieldGroup.ROADMAP, FieldGroup.MONEY)
    with pytest.raises(NotAllowed):
        services.edit_right(session, reader, project.id, right.id, FAMILY, version=2, at=make.NOON)
    other = make.project(session, session.get_one(Organisation, founder.organisation_id))
    with pytest.raises(NotFound):
        services.remove_right(session, founder, other.id, right.id, version=2, at=make.NOON)
    services.remove_right(session, founder, project.id, right.id, version=2, at=make.NOON)
    assert queries.rights_of(session, project) == []
    names = [line.name for line in queries.confidential_history(session, project)]
    assert names == ["right.removed", "right.edited", "right.added"]


def test_days_of_rights_are_called_to_the_founders_mind_once_each(
    app: Flask, session: Session, founder: Actor, project: Project
) -> None:
    today = make.NOON.date()
    due = RightFacts(
        kind=RightKind.FAMILY,
        title="Vector family",
        due_on=today + timedelta(days=20),
        due_what="PCT filing",
        until=today + timedelta(days=400),
    )
    services.add_right(session, founder, project.id, due, at=make.NOON)
    for days in (0, 1, 14, 15, 21):
        remind(session, at=make.NOON + timedelta(days=days))
    said = select(Entry).where(Entry.name == "reminder.right_comes_up")
    assert [entry.facts["which"] for entry in session.scalars(said)] == ["due_on", "due_on"]
    deliver(app, session, make.NOON)
    assert told(session, founder.user_id) == ["reminder.right_comes_up"] * 2
    message = session.scalars(select(Message)).first()
    assert message is not None
    assert (message.subject_kind, message.subject_id) == ("rights", project.id)


@pytest.mark.parametrize("page", ["market-access", "rights", "market-access.csv", "rights.csv"])
def test_both_pages_are_open_to_those_who_read_roadmap_and_money(
    client: PageClient, session: Session, founder: Actor, project: Project, page: str
) -> None:
    services.state_market_access(session, founder, project.id, STATED, version=0, at=make.NOON)
    services.add_right(session, founder, project.id, FAMILY, at=make.NOON)
    session.commit()
    client.sign_in(adviser_with(session, project, FieldGroup.ROADMAP, FieldGroup.MONEY))
    secret = "Vector family" if page.startswith("rights") else "Children walk."
    assert secret in client.get(f"/projects/{project.id}/{page}").text


@pytest.mark.parametrize("group", [FieldGroup.ROADMAP, FieldGroup.MONEY])
def test_one_of_the_two_opens_neither_page_nor_tab(
    client: PageClient, session: Session, project: Project, group: FieldGroup
) -> None:
    client.sign_in(adviser_with(session, project, group))
    for page in ("market-access", "rights", "market-access.csv", "rights.csv"):
        assert client.get(f"/projects/{project.id}/{page}").status_code == 404
    assert "market-access" not in client.get(f"/projects/{project.id}").text


def test_the_page_says_what_became_of_similar_products_and_keeps_what_was_typed(
    client: PageClient, founder: Actor, project: Project
) -> None:
    client.sign_in(founder)
    shown = client.get(f"/projects/{project.id}/market-access").text
    assert "not stated" in shown
    assert "Source:" in shown
    form = {"version": "0", "value_story": "A story", "price_low": "5", "price_currency": ""}
    answer = client.post(f"/projects/{project.id}/market-access/edit", data=form)
    assert answer.status_code == 422
    assert "A story" in answer.text
    assert "Choose the currency of the price." in answer.text
    form["price_currency"] = "EUR"
    client.post(f"/projects/{project.id}/market-access/edit", data=form)
    assert "A story" in client.get(f"/projects/{project.id}/market-access").text


def test_steps_of_both_tracks_lead_to_the_pages_that_their_reader_may_open(
    client: PageClient, session: Session, founder: Actor, project: Project
) -> None:
    with services.computed_at_the_end(session, at=clock.now()):
        services.make_roadmap(session, founder, project.id, at=clock.now())
    reader = adviser_with(session, project, FieldGroup.ROADMAP)
    for who, is_led in ((founder, True), (reader, False)):
        client.sign_in(who)
        for step, page in (("early_value_case", "market-access"), ("priority_filing", "rights")):
            shown = client.get(f"/projects/{project.id}/roadmap/steps/{step}").text
            assert (f'<a href="/projects/{project.id}/{page}">{LEADS[page]}' in shown) is is_led
