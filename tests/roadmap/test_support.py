"""Which help fits which step, by when to apply, and the outline of what to prepare."""

import io
from datetime import date, timedelta
from zipfile import ZipFile

import pytest
from odfdo import Document
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation
from portal.core import clock
from portal.core.actors import Actor
from portal.partners.rules.fields import EXCLUDING
from portal.projects.models import Project
from portal.projects.rules.phases import day_of
from portal.projects.rules.values import Phase
from portal.reference import shipped, vocabulary
from portal.reference.services import revise_fact
from portal.roadmap import queries, services
from portal.roadmap.outlines import Chapter, written_outline
from portal.roadmap.queries.support import EXCLUDED_FACTS
from portal.roadmap.rules.marks import Mark
from portal.roadmap.rules.support import NEEDS_OF_TRACK, Applicant, ApplyBy, Terms, apply_by, takes
from tests import make
from tests.client import PageClient

TODAY = date(2027, 1, 4)
APPLICANT = Applicant(
    product_class="GTMP",
    modality="car_t",
    indication_area="oncology",
    phase="preclinical",
    organisation_kind="sme",
    country="SE",
    names=frozenset({"compass"}),
    assets=frozenset({"oncology", "oncology/car_t"}),
)


@pytest.fixture
def founder(session: Session) -> Actor:
    return make.founder(session)


@pytest.fixture
def project(session: Session, founder: Actor) -> Project:
    owner = session.get_one(Organisation, founder.organisation_id)
    found = make.project(session, owner, phase=Phase.PRECLINICAL, orphan=False, paediatric=False)
    services.make_roadmap(session, founder, found.id, at=clock.now())
    session.commit()
    return found


@pytest.mark.parametrize(
    ("terms", "admitted"),
    [
        (Terms(), True),
        (Terms(product_classes=frozenset({"GTMP", "TEP"})), True),
        (Terms(product_classes=frozenset({"TEP"})), False),
        (Terms(modalities=frozenset({"aav_in_vivo"})), False),
        (Terms(indication_areas=frozenset({"neurology"})), False),
        (Terms(phases=frozenset({"phase_1"})), False),
        (Terms(organisation_kinds=frozenset({"company"})), True),
        (Terms(organisation_kinds=frozenset({"academic"})), False),
        (Terms(countries=frozenset({"SE", "DK"})), True),
        (Terms(countries=frozenset({"DK"})), False),
        (Terms(excluded=frozenset({("modality", "car_t")})), False),
        (Terms(excluded=frozenset({("indication_area", "car_t")})), True),
        (Terms(conflicts=frozenset({"compass"})), False),
        (Terms(competing=frozenset({"oncology/car_t"})), False),
        (Terms(competing=frozenset({"oncology/aav"})), True),
        (Terms(opens=TODAY + timedelta(days=1)), False),
        (Terms(closes=TODAY), True),
        (Terms(closes=TODAY - timedelta(days=1)), False),
        (Terms(accepts_on_hold=False), True),
    ],
)
def test_every_term_admits_and_keeps_out(terms: Terms, *, admitted: bool) -> None:
    assert takes(terms, APPLICANT, on=TODAY) is admitted


def test_a_company_that_is_not_small_is_not_taken_where_only_small_ones_are() -> None:
    big = Applicant(
        **{name: getattr(APPLICANT, name) for name in APPLICANT.__dataclass_fields__}
        | {"organisation_kind": "company"}
    )
    assert not takes(Terms(organisation_kinds=frozenset({"sme"})), big, on=TODAY)
    assert takes(Terms(organisation_kinds=frozenset({"sme"})), APPLICANT, on=TODAY)


@pytest.mark.parametrize(
    ("start", "lead", "closes", "found"),
    [
        (date(2027, 6, 1), 31, None, ApplyBy(date(2027, 5, 1), is_due=False)),
        (date(2027, 6, 1), 31, date(2027, 3, 1), ApplyBy(date(2027, 3, 1), is_due=False)),
        (date(2027, 1, 20), 31, None, ApplyBy(TODAY, is_due=True)),
        (date(2027, 2, 4), 31, None, ApplyBy(TODAY, is_due=True)),
        (date(2027, 6, 1), None, None, ApplyBy(None, is_due=False)),
        (date(2026, 12, 1), None, None, ApplyBy(None, is_due=True)),
    ],
)
def test_the_day_to_apply_is_the_start_less_the_lead_time_and_unknown_stays_unknown(
    start: date, lead: int | None, closes: date | None, found: ApplyBy
) -> None:
    assert apply_by(start, lead, closes, today=TODAY) == found


def test_every_track_has_a_need_and_every_need_and_exclusion_exists() -> None:
    assert set(NEEDS_OF_TRACK) == set(vocabulary.ids("roadmap_track"))
    assert frozenset[str]().union(*NEEDS_OF_TRACK.values()) <= set(vocabulary.ids("need"))
    assert set(EXCLUDED_FACTS) == set(EXCLUDING)


def test_what_a_programme_is_linked_to_is_what_it_helps_with(session: Session, project: Project) -> None:
    known = queries.support_for(session, project, on=TODAY)
    linked = {fact.record_id for fact in known.programmes_for("lv_scientific_advice")}
    assert "lv_scientific_advice" in linked
    for fact in known.programmes:
        for step in fact.record["linked_steps"]:
            assert fact in known.programmes_for(step)
            assert shipped.has_record("roadmap_steps", step)


def test_a_programme_as_it_was_changed_here_counts_and_not_the_shipped_one(
    session: Session, project: Project
) -> None:
    def found() -> set[str]:
        known = queries.support_for(session, project, on=TODAY)
        return {fact.record_id for fact in known.programmes_for("lv_scientific_advice")}

    assert "lv_scientific_advice" in found()
    revise_fact(
        session,
        make.administrator(session),
        "support_programmes",
        "lv_scientific_advice",
        "linked_steps",
        value=["qtpp"],
        reason="It is no longer offered for this.",
        at=clock.now(),
    )
    assert "lv_scientific_advice" not in found()


def test_only_open_offers_that_take_the_project_and_serve_the_track_are_found(
    session: Session, project: Project
) -> None:
    owner = project.organisation
    fitting = make.partner(session, make.provider(session), serves=["regulatory"])
    make.partner(session, make.provider(session), serves=["ip"])
    make.partner(session, make.provider(session), serves=["regulatory"], phases=["phase_3"])
    make.partner(session, make.provider(session), serves=["regulatory"], exclude_countries=["Nordic"])
    make.partner(session, make.provider(session), serves=["regulatory"], conflicts=[owner.name.upper()])
    known = queries.support_for(session, project, on=TODAY)
    assert known.offers_for("regulatory") == [fitting]
    assert known.offers_for("cmc") == []


def test_the_page_shows_programmes_and_offers_with_the_day_to_apply(
    client: PageClient, session: Session, founder: Actor, project: Project
) -> None:
    offer = make.partner(
        session, make.provider(session), name="Briefing helpers", serves=["regulatory"], lead_time_days=1
    )
    client.sign_in(founder)
    page = client.get(f"/projects/{project.id}/roadmap/support").text
    assert "Briefing helpers" in page
    assert "Apply by" in page
    assert "Lead time not published: ask early" in page
    assert f"/ask/{offer.id}" in page
    everything = client.get(f"/projects/{project.id}/roadmap/support?ahead=all").text
    assert len(everything) > len(page)
    roadmap = client.get(f"/projects/{project.id}/roadmap").text
    assert "Get help" in roadmap
    step = client.get(f"/projects/{project.id}/roadmap/steps/regulatory_strategy").text
    assert f"/ask/{offer.id}" in step


def test_who_may_not_read_the_roadmap_reads_no_support_of_it(
    client: PageClient, session: Session, project: Project
) -> None:
    client.sign_in(make.founder(session))
    assert client.get(f"/projects/{project.id}/roadmap/support").status_code == 404
    path = f"/projects/{project.id}/roadmap/steps/regulatory_strategy/outline.odt"
    assert client.get(path).status_code == 404


def test_the_outline_holds_the_projects_own_facts_and_names_what_is_missing(
    client: PageClient, session: Session, founder: Actor, project: Project
) -> None:
    project.indication = "Beta-thalassaemia <severe> & rare"
    project.teaser = "A text with a\ttab and \ufffe a character that no document holds."
    session.commit()
    client.sign_in(founder)
    path = f"/projects/{project.id}/roadmap/steps/lv_scientific_advice/outline.odt"
    answer = client.get(path)
    assert answer.mimetype == "application/vnd.oasis.opendocument.text"
    assert "attachment" in answer.headers["Content-Disposition"]
    words = Document(io.BytesIO(answer.data)).get_formatted_text()
    for expected in (
        project.name,
        "Beta-thalassaemia <severe> & rare",
        "Position on question 1",
        "Application form with specific questions",
        "Not stated in the portal",
        "Nothing is recorded as done.",
    ):
        assert expected in words
    day = day_of(clock.now())
    done = Mark(started=day, finished=day)
    services.mark_step(session, founder, project.id, "qtpp", done, version=0, at=clock.now())
    words = Document(io.BytesIO(client.get(path).data)).get_formatted_text()
    assert "Nothing is recorded as done." not in words
    assert client.get(path.replace("lv_scientific_advice", "nonsense")).status_code == 404


def test_an_outline_is_an_open_document_in_its_language() -> None:
    chapter = Chapter(
        title="Ett", pairs=[("Klass", "GTMP\noch mer")], items=["en", "två"], to_write=["Fråga"]
    )
    body = written_outline("Underlag", [chapter], language="sv")
    with ZipFile(io.BytesIO(body)) as archive:
        assert archive.namelist()[0] == "mimetype"
        assert b"sv-SE" in archive.read("meta.xml")
    words = Document(io.BytesIO(body)).body.serialize()
    assert "Klass:</text:span><text:s/>GTMP<text:line-break/>och mer</text:p>" in words
    assert "Fråga:</text:span><text:s/>…</text:p>" in words
