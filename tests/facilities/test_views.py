"""The pages of facilities: what anyone reads, what a manager changes, and what a stranger may not know of."""

import csv
import io
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.core import clock
from portal.core.actors import Actor, Role
from portal.facilities import services
from portal.facilities.forms.rooms import name_of
from portal.facilities.models import (
    ChangeoverTime,
    Cleanroom,
    CustomerKind,
    DutyRecord,
    ExtraHoliday,
    Facility,
    Grade,
    Licence,
    Rate,
    VectorLevel,
)
from tests import make
from tests.client import PageClient
from tests.sheets import cells_of, rows_of

TODAY = clock.now().date()


def text(response: TestResponse) -> str:
    return response.get_data(as_text=True)


def table(response: TestResponse) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(response.get_data().decode("utf-8-sig"))))


@pytest.fixture
def shipped(session: Session) -> None:
    """Load the whole catalogue with its demonstration rooms."""
    services.load_catalogue(session, make.NOON)
    services.load_demo_rooms(session, make.NOON)
    session.commit()


@pytest.fixture
def home(session: Session) -> Facility:
    """Store a facility whose every fact that is not public is a word of its own."""
    facility = make.facility(
        session,
        slug="home",
        name="Home of cells",
        contact_email="desk@example.org",
        booking_terms="Bring your own cells.",
        cancellation_steps=[{"days_before": 30, "percent": 25}],
    )
    make.cleanroom(
        session,
        facility,
        slug="home-p1",
        code="P1",
        name="Suite 1",
        air_handling="secret-air",
        last_class="lv_rv",
        grade=Grade.B,
    )
    return facility


@pytest.fixture
def manager(session: Session, client: PageClient, home: Facility) -> Actor:
    """Sign in as a manager of the facility."""
    actor = make.manager(session, home)
    client.sign_in(actor)
    return actor


@pytest.mark.usefixtures("shipped")
class TestCatalogue:
    def test_anyone_reads_all_facilities(self, client: PageClient) -> None:
        response = client.get("/facilities")
        assert response.status_code == 200
        assert "23 facilities" in text(response)
        assert "Lund University pre-GMP facility" in text(response)

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("q=malmo+cells", []),
            ("q=KUOPIO", ["FinVector (Finport), Kuopio"]),
            ("q=cobra+biologics", ["NorthX Biologics, Matfors"]),
            ("country=DK&requests=yes", ["Novo Nordisk Foundation Cellerator"]),
            ("kind=process_development", ["Testa Center"]),
            ("vector_level=replication_competent", ["NorthX Biologics, Matfors"]),
            ("bsl=3", ["GMP unit, Skåne University Hospital"]),
            ("equipment=scaffold_seeding_station", ["CCRM Nordic"]),
            # One room must have it all: a bioreactor of 500 L stands at Testa Center, though not in a grade C room.
            ("grade=C&equipment=bioreactor_500l", []),
        ],
    )
    def test_a_search_stands_in_the_address_and_in_its_export(
        self, client: PageClient, query: str, names: list[str]
    ) -> None:
        page = text(client.get(f"/facilities?{query}"))
        assert [row["Facility"] for row in table(client.get(f"/facilities.csv?{query}"))] == names
        for name in names:
            assert name in page
        if not names:
            assert "No facility fits all of this" in page

    def test_what_is_not_understood_is_named_and_left_out(self, client: PageClient) -> None:
        response = client.get("/facilities?grade=Z&country=XX&bsl=9&equipment=spoon&sort=luck&page=x&q=%00")
        assert response.status_code == 200
        page = text(response)
        for wrong in ("Z", "XX", "9", "spoon", "luck"):
            assert f"“{wrong}” is not among the choices" in page
        assert "23 facilities" in page

    def test_the_order_can_be_turned_round(self, client: PageClient) -> None:
        forward = [row["Facility"] for row in table(client.get("/facilities.csv?sort=city"))]
        backward = [row["Facility"] for row in table(client.get("/facilities.csv?sort=-city"))]
        assert forward == backward[::-1]
        assert forward[0] == "Ex vivo facility, Haukeland University Hospital"

    def test_both_files_hold_what_the_page_shows(self, client: PageClient) -> None:
        query = "?country=SE&grade=A_in_B"
        rows = table(client.get(f"/facilities.csv{query}"))
        sheet = rows_of(client.get(f"/facilities.xlsx{query}").get_data())
        assert sheet[0] == list(rows[0])
        assert [row[0] for row in sheet[1:]] == [row["Facility"] for row in rows]
        assert {row["Demonstration"] for row in rows} == {"yes"}
        page = text(client.get(f"/facilities{query}"))
        for row in rows:
            assert all(f">{code}</a>" in page for code in row["Cleanrooms that fit"].split(", "))

    def test_a_shipped_facility_says_where_it_comes_from_and_what_is_weak(self, client: PageClient) -> None:
        page = text(client.get("/facilities/testa_center"))
        assert "testacenter.com/2021/03/16" in page
        assert "Checked 24 Nov 2026" in page
        assert "to be verified" in page
        assert "not published" in page

    def test_demo_is_marked_wherever_it_is_shown(self, client: PageClient) -> None:
        room = text(client.get("/facilities/sus_gmp_unit/demo_sus_gmp_unit_c1"))
        assert "invented for demonstration" in room
        assert room.count(">Demo<") == 1 + 3  # the room and its rates
        facility = text(client.get("/facilities/sus_gmp_unit"))
        assert facility.count(">Demo<") == 7 + 2  # rooms and licences

    def test_the_catalogue_speaks_swedish_where_its_words_do(self, client: PageClient) -> None:
        client.get("/language/sv")
        assert "Klass A i B" in text(client.get("/facilities"))


def test_an_empty_catalogue_says_what_to_do(client: PageClient) -> None:
    assert "The catalogue is empty" in text(client.get("/facilities"))


def test_a_formula_in_a_name_stays_text_in_both_files(session: Session, client: PageClient) -> None:
    make.facility(session, name="=HYPERLINK(1)")
    assert table(client.get("/facilities.csv"))[0]["Facility"] == "'=HYPERLINK(1)"
    cells = cells_of(client.get("/facilities.xlsx").get_data())
    assert cells["A2"] == "=HYPERLINK(1)"


class TestPublicPages:
    def test_a_facility_shows_its_terms_in_words(self, client: PageClient, home: Facility) -> None:
        page = text(client.get(f"/facilities/{home.slug}"))
        assert "Until 31 days before the start: free." in page
        assert "From 30 days before the start on: 25% of the estimate." in page
        assert "Bring your own cells." in page
        assert "desk@example.org" in page

    def test_visitors_and_strangers_learn_nothing_that_is_not_public(
        self, session: Session, client: PageClient, home: Facility
    ) -> None:
        manager = make.manager(session, home)
        services.edit_facility(
            session, manager, "home", {"note": "x"}, shown_version=home.version, at=make.NOON
        )
        session.commit()
        name = session.scalars(select(DutyRecord)).one().user.name
        assert home.operator is not None
        for stranger in (None, make.manager(session, make.facility(session)), make.founder(session)):
            if stranger is not None:
                client.sign_in(stranger)
            for path in ("/facilities/home", "/facilities/home/home-p1", "/facilities.csv", "/facilities"):
                page = text(client.get(path))
                for secret in ("secret-air", "What ran last", "What happened", f">{name}<", "/home/edit"):
                    assert secret not in page, (path, secret)
            history = client.get("/facilities/home/history")
            if stranger is None:
                assert "/login" in history.location
            else:
                assert history.status_code == 404

    def test_people_with_a_duty_read_what_is_inside(
        self, session: Session, client: PageClient, home: Facility
    ) -> None:
        client.sign_in(make.duty(session, home, Role.QP))
        page = text(client.get("/facilities/home/home-p1"))
        assert "secret-air" in page
        assert "/home-p1/edit" not in page
        assert client.get("/facilities/home/history").status_code == 200

    def test_rates_that_held_are_for_people_with_a_duty(
        self, session: Session, client: PageClient, home: Facility
    ) -> None:
        room = session.scalars(select(Cleanroom)).one()
        for amount, first in (
            (100_100, date(2020, 1, 1)),
            (200_200, date(2021, 1, 1)),
            (300_300, date(2099, 1, 1)),
        ):
            session.add(
                Rate(
                    cleanroom_id=room.id,
                    customer_kind=CustomerKind.COMPANY,
                    amount=amount,
                    currency="SEK",
                    valid_from=first,
                )
            )
        page = text(client.get("/facilities/home/home-p1"))
        assert "SEK 1,001" not in page
        assert "SEK 2,002" in page
        assert "SEK 3,003" in page
        assert "Company, Small or medium-sized company" in page
        client.sign_in(make.manager(session, home))
        assert "SEK 1,001" in text(client.get("/facilities/home/home-p1"))

    def test_grade_limits_and_changeover_are_shown(self, client: PageClient, home: Facility) -> None:
        page = text(client.get(f"/facilities/{home.slug}/home-p1"))
        assert "352,000" in page
        assert "Changeover days" in page

    def test_an_ended_licence_and_qualification_say_so(
        self, session: Session, client: PageClient, home: Facility
    ) -> None:
        session.scalars(select(Cleanroom)).one().qualified_until = date(2020, 2, 3)
        session.add(Licence(facility_id=home.id, kind="gmp_certificate", valid_until=date(2020, 2, 4)))
        assert "Ended 3 Feb 2020" in text(client.get("/facilities/home/home-p1"))
        assert "Ended 4 Feb 2020" in text(client.get("/facilities/home"))

    @pytest.mark.parametrize(
        "path",
        [
            "/facilities/nowhere",
            "/facilities/home/nowhere",
            "/facilities/nowhere/home-p1",
            "/facilities.pdf",
        ],
    )
    @pytest.mark.usefixtures("home")
    def test_what_is_not_there_is_not_found(self, client: PageClient, path: str) -> None:
        assert client.get(path).status_code == 404

    @pytest.mark.usefixtures("session")
    def test_an_address_that_no_database_can_hold_is_not_found(self, app: Flask) -> None:
        for path in (
            "/facilities/%00",
            "/facilities/a%00b/c",
            "/facilities/home/%00",
            "/facilities/%ED%A0%80",
        ):
            assert app.test_client().get(path).status_code == 404


MANAGED = [
    "/facilities/home/edit",
    "/facilities/home/terms",
    "/facilities/home/licences",
    "/facilities/home/holidays",
    "/facilities/home/people",
    "/facilities/home/new-cleanroom",
    "/facilities/home/home-p1/edit",
    "/facilities/home/home-p1/rates",
    "/facilities/home/home-p1/changeover",
    "/facilities/home/home-p1/qualification",
]
POSTED = [
    *MANAGED,
    "/facilities/home/licences/1",
    "/facilities/home/licences/1/remove",
    "/facilities/home/holidays/1/remove",
    "/facilities/home/people/1/end",
    "/facilities/home/home-p1/retire",
    "/facilities/home/home-p1/reopen",
    "/facilities/home/home-p1/rates/1/withdraw",
]


class TestDoors:
    @pytest.mark.parametrize("path", MANAGED)
    @pytest.mark.usefixtures("manager")
    def test_the_manager_reads_every_page(self, client: PageClient, path: str) -> None:
        assert client.get(path).status_code == 200

    @pytest.mark.parametrize("path", POSTED)
    def test_strangers_and_other_duties_find_nothing(
        self, session: Session, client: PageClient, home: Facility, path: str
    ) -> None:
        strangers = [
            make.manager(session, make.facility(session)),
            make.founder(session),
            make.administrator(session),
            make.duty(session, home, Role.QP),
        ]
        if not path.endswith("qualification"):
            strangers.append(make.duty(session, home, Role.QA))
        for stranger in strangers:
            client.sign_in(stranger)
            assert client.post(path, {"version": "1"}).status_code == 404
            if path in MANAGED:
                assert client.get(path).status_code == 404

    @pytest.mark.parametrize("path", MANAGED)
    @pytest.mark.usefixtures("home")
    def test_visitors_sign_in_first(self, client: PageClient, path: str) -> None:
        response = client.get(path)
        assert response.status_code == 302
        assert "/login" in response.headers["Location"]

    def test_the_administrators_pages_are_theirs_alone(
        self, session: Session, client: PageClient, home: Facility, manager: Actor
    ) -> None:
        paths = ["/admin/facilities", "/admin/facilities/new", f"/admin/facilities/{home.id}"]
        assert [client.get(path).status_code for path in paths] == [404, 404, 404]
        client.sign_in(make.administrator(session))
        assert [client.get(path).status_code for path in paths] == [200, 200, 200]
        assert manager.user_id
        assert client.get("/admin/facilities/999999").status_code == 404


FACTS = {
    "name": "Home of cells",
    "kind": "gmp",
    "status": "operating",
    "operator_name": "Operator",
    "operator_kind": "university",
    "city": "Malmö",
    "country": "SE",
    "time_zone": "Europe/Stockholm",
    "latitude": "55,61",
    "longitude": "13.0",
    "opened": "2024-05",
    "modalities": ["cell_therapy", "gene_therapy"],
    "former_names": "Old house\n\n Older house ",
    "website": "https://example.org",
}


class TestFacts:
    @pytest.mark.usefixtures("manager")
    def test_the_facts_are_saved_as_typed(self, client: PageClient, home: Facility) -> None:
        response = client.post("/facilities/home/edit", {**FACTS, "version": home.version})
        assert response.status_code == 303
        assert (home.city, home.latitude, home.longitude) == ("Malmö", 55.61, 13.0)
        assert home.modalities == ["cell_therapy", "gene_therapy"]
        assert home.former_names == ["Old house", "Older house"]
        assert home.contact_email is None
        page = text(client.get("/facilities/home"))
        assert "What happened" in page
        assert "<del>Lund</del> <ins>Malmö</ins>" in page

    @pytest.mark.parametrize(
        ("field", "typed", "said"),
        [
            ("name", "", "This is needed"),
            ("name", "x" * 300, "At most 200 characters"),
            ("kind", "castle", "Choose one of the listed answers"),
            ("country", "QQ", "Choose one of the listed answers"),
            ("time_zone", "Mars/Base", "Choose one of the listed answers"),
            ("latitude", "95", "from −90 to 90"),
            ("latitude", "north", "Give degrees as a number"),
            ("latitude", "nan", "from −90 to 90"),
            ("longitude", "", "needs latitude and longitude"),
            ("opened", "soon", "is not a time that can be"),
            ("area_m2", "0", "from 1 to"),
            ("modalities", "magic", "Choose among the listed answers only"),
            ("website", "javascript://x", "This is no web address"),
            ("contact_email", "nobody", "This is no e-mail address"),
            ("note", "x" * 5000, "At most 4000 characters"),
            ("former_names", "\n".join(["x"] * 50), "At most 40 lines"),
        ],
    )
    @pytest.mark.usefixtures("manager")
    def test_what_cannot_be_is_said_beside_its_field_and_changes_nothing(
        self, client: PageClient, home: Facility, field: str, typed: str, said: str
    ) -> None:
        response = client.post(
            "/facilities/home/edit", {**FACTS, "version": home.version, field: typed, "city": "Ystad"}
        )
        assert response.status_code == 422
        assert said in text(response)
        assert 'value="Ystad"' in text(response)
        assert home.city == "Lund"

    @pytest.mark.usefixtures("manager")
    def test_an_old_page_shows_what_is_stored_now_and_keeps_what_was_typed(
        self, client: PageClient, home: Facility
    ) -> None:
        old = home.version
        client.post("/facilities/home/edit", {**FACTS, "version": old, "city": "Ystad"})
        for sent in (str(old), "", "x", "9" * 30):
            response = client.post("/facilities/home/edit", {**FACTS, "version": sent})
            page = text(response)
            assert response.status_code == 422
            assert "Somebody has changed this" in page
            assert "Ystad" in page
            assert 'value="Malmö"' in page
            assert home.city == "Ystad"
        assert f'name="version" type="hidden" value="{home.version}"' in page

    @pytest.mark.usefixtures("manager")
    def test_a_form_sent_twice_changes_once(self, client: PageClient, home: Facility) -> None:
        form = {**FACTS, "version": home.version}
        assert client.post("/facilities/home/edit", form).status_code == 303
        assert client.post("/facilities/home/edit", form).status_code == 422

    @pytest.mark.usefixtures("manager")
    def test_ten_megabytes_change_nothing(self, client: PageClient, home: Facility) -> None:
        form = {**FACTS, "version": home.version, "note": "x" * 10_000_000}
        browser = client._client  # without the check of the page, which would read ten megabytes of it
        assert browser.post("/facilities/home/edit", data=form).status_code == 422
        too_much = {**form, "note": "x" * 13_000_000}
        assert browser.post("/facilities/home/edit", data=too_much).status_code == 413
        assert home.note is None


TERMS = {
    "is_open_for_requests": "y",
    "confidentiality_terms": "Nobody tells.",
    "public_records": "yes",
    "hold_working_days": "3",
    "priority": "clinical_first",
    "default_changeover_days": "2",
    "same_project_changeover_days": "0",
    "most_runs_each": "1",
    "days_1": "7",
    "percent_1": "100",
    "days_3": "30",
    "percent_3": "50",
}


class TestTerms:
    @pytest.mark.usefixtures("manager")
    def test_the_terms_are_saved_and_shown_in_words(self, client: PageClient, home: Facility) -> None:
        response = client.post("/facilities/home/terms", {**TERMS, "version": home.version})
        assert response.status_code == 303
        assert home.cancellation_steps == [
            {"days_before": 30, "percent": 50},
            {"days_before": 7, "percent": 100},
        ]
        assert (home.confidentiality_version, home.public_records) == (2, True)
        page = text(client.get("/facilities/home"))
        assert "From 7 days before the start on: 100% of the estimate." in page
        assert 'value="50"' in text(client.get("/facilities/home/terms"))

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"percent_3": "120"}, "from 0 to 100"),
            ({"percent_3": ""}, "Give both, or neither"),
            ({"days_1": "30"}, "There are two steps for 30 days"),
            ({"percent_1": "10"}, "less than the 50% at 30 days"),
            ({"hold_working_days": "0"}, "from 1 to 60"),
            ({"most_runs_each": "0"}, "from 1 to 50"),
            ({"priority": "friends_first"}, "Choose one of the listed answers"),
        ],
    )
    @pytest.mark.usefixtures("manager")
    def test_terms_that_cannot_be_change_nothing(
        self, client: PageClient, home: Facility, typed: dict[str, str], said: str
    ) -> None:
        response = client.post("/facilities/home/terms", {**TERMS, "version": home.version, **typed})
        assert response.status_code == 422
        assert said in text(response)
        assert home.hold_working_days == 5


class TestBelongings:
    @pytest.mark.usefixtures("manager")
    def test_a_licence_is_added_changed_and_removed(
        self, session: Session, client: PageClient, home: Facility
    ) -> None:
        form = {
            "kind": "gmp_certificate",
            "number": "SE-1",
            "valid_until": "2031-01-31",
            "needed_for": "gmp_rooms",
        }
        assert client.post("/facilities/home/licences", {**form, "version": home.version}).status_code == 303
        licence = session.scalars(select(Licence)).one()
        address = f"/facilities/home/licences/{licence.id}"
        assert 'value="SE-1"' in text(client.get(address))
        changed = {**form, "number": "SE-2", "version": home.version}
        assert client.post(address, changed).status_code == 303
        assert "SE-2" in text(client.get("/facilities/home"))
        wrong = {**form, "valid_from": "2032-01-01", "version": home.version}
        assert "Check both days" in text(client.post(address, wrong))
        assert client.post(f"{address}/remove", {"version": home.version - 1}).status_code == 422
        assert client.post(f"{address}/remove", {"version": home.version}).status_code == 303
        assert session.scalars(select(Licence)).all() == []

    @pytest.mark.usefixtures("manager")
    def test_a_day_is_closed_and_follows_the_calendar_again(
        self, session: Session, client: PageClient, home: Facility
    ) -> None:
        form = {"day": "2031-01-08", "name": "Stocktaking"}
        assert client.post("/facilities/home/holidays", {**form, "version": home.version}).status_code == 303
        again = client.post("/facilities/home/holidays", {**form, "version": home.version})
        assert "stands in the list below already" in text(again)
        day = session.scalars(select(ExtraHoliday)).one()
        gone = client.post(f"/facilities/home/holidays/{day.id}/remove", {"version": home.version})
        assert gone.status_code == 303
        assert session.scalars(select(ExtraHoliday)).all() == []

    @pytest.mark.parametrize(
        ("form", "said"),
        [
            ({"day": "2031-01-06"}, "the facility is closed then anyway"),
            ({"day": "2031-01-08", "is_open": "y"}, "there is nothing to open"),
            ({"day": "2020-01-08"}, "is past"),
            ({"day": "1031-01-08"}, "Check the year"),
            ({"day": "31-13-2031"}, "Not a valid date"),
            ({"day": ""}, "This is needed"),
        ],
    )
    @pytest.mark.usefixtures("manager")
    def test_a_day_that_cannot_be_is_refused(
        self, session: Session, client: PageClient, home: Facility, form: dict[str, str], said: str
    ) -> None:
        response = client.post("/facilities/home/holidays", {**form, "version": home.version})
        assert response.status_code == 422
        assert said in text(response)
        assert session.scalars(select(ExtraHoliday)).all() == []


ROOM = {
    "code": "P2",
    "name": "Suite 2",
    "kind": "gmp",
    "grade": "A_in_B",
    "bsl": "2",
    "vector_level": "lentiviral_retroviral",
    "gmo_class": "",
    "equipment": ["centrifuge", "co2_incubator"],
    "unit": "half_day",
    "open_weekdays": ["1", "2", "5"],
    "opens_hour": "8",
    "closes_hour": "18",
    "min_units": "2",
    "max_units": "",
    "notice_days": "14",
}


class TestCleanrooms:
    @pytest.mark.usefixtures("manager")
    def test_a_cleanroom_is_added_and_read(
        self, session: Session, client: PageClient, home: Facility
    ) -> None:
        response = client.post("/facilities/home/new-cleanroom", {**ROOM, "version": home.version})
        assert response.headers["Location"] == "/facilities/home/home-p2"
        room = session.scalars(select(Cleanroom).where(Cleanroom.code == "P2")).one()
        assert room.grade is Grade.A_IN_B
        assert room.vector_level is VectorLevel.LENTIVIRAL_RETROVIRAL
        assert room.gmo_class is None
        assert room.open_weekdays == [1, 2, 5]
        page = text(client.get("/facilities/home/home-p2"))
        assert "Mon, Tue, Fri, 08:00–18:00" in page
        assert "2 open half days" in page

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"code": "P1"}, "P1 is already taken"),
            ({"code": ""}, "This is needed"),
            ({"bsl": "4"}, "Choose one of the listed answers"),
            ({"open_weekdays": []}, "open on one weekday at least"),
            ({"opens_hour": "18", "closes_hour": "8"}, "before it opens"),
            ({"min_units": "5", "max_units": "2"}, "shorter than the shortest"),
            ({"notice_days": "-1"}, "from 0 to 730"),
            ({"equipment": ["spoon"]}, "Choose among the listed answers only"),
        ],
    )
    @pytest.mark.usefixtures("manager")
    def test_a_cleanroom_that_cannot_be_is_not_added(
        self, session: Session, client: PageClient, home: Facility, typed: dict[str, object], said: str
    ) -> None:
        response = client.post("/facilities/home/new-cleanroom", {**ROOM, "version": home.version, **typed})
        assert response.status_code == 422
        assert said in text(response)
        assert len(session.scalars(select(Cleanroom)).all()) == 1

    @pytest.mark.usefixtures("home", "manager")
    def test_a_cleanroom_is_changed_retired_and_reopened(self, session: Session, client: PageClient) -> None:
        room = session.scalars(select(Cleanroom)).one()
        changed = {**ROOM, "code": "P1", "name": "Suite one", "version": room.version}
        assert client.post("/facilities/home/home-p1/edit", changed).status_code == 303
        assert room.name == "Suite one"
        assert client.post("/facilities/home/home-p1/edit", changed).status_code == 422
        old = {"retire-reason": "Rebuilt", "retire-version": room.version}
        assert client.post("/facilities/home/home-p1/retire", {**old, "retire-reason": ""}).status_code == 422
        assert client.post("/facilities/home/home-p1/retire", old).status_code == 303
        assert not room.is_bookable
        assert "No new requests" in text(client.get("/facilities/home"))
        assert "takes no new requests" in text(client.get("/facilities/home/home-p1/edit"))
        again = client.post("/facilities/home/home-p1/reopen", {"version": room.version})
        assert again.status_code == 303
        assert session.scalar(select(Cleanroom.is_bookable))
        refused = client.post("/facilities/home/home-p1/reopen", {"version": room.version})
        assert refused.status_code == 422

    @pytest.mark.usefixtures("home", "manager")
    def test_a_rate_is_added_and_one_that_has_not_begun_taken_back(
        self, session: Session, client: PageClient
    ) -> None:
        room = session.scalars(select(Cleanroom)).one()
        form = {
            "customer_kind": "academic",
            "amount": "5 400,50",
            "currency": "SEK",
            "vat": "25",
            "valid_from": "2031-01-01",
        }
        added = client.post("/facilities/home/home-p1/rates", {**form, "version": room.version})
        assert added.status_code == 303
        rate = session.scalars(select(Rate)).one()
        assert (rate.amount, rate.vat_basis_points) == (540_050, 2500)
        twice = client.post("/facilities/home/home-p1/rates", {**form, "version": room.version})
        assert "begins on 1 Jan 2031 already" in text(twice)
        back = f"/facilities/home/home-p1/rates/{rate.id}/withdraw"
        rate.valid_from = date(2021, 1, 1)
        assert "estimates rest on it" in text(client.post(back, {"version": room.version}))
        rate.valid_from = date(2031, 1, 1)
        assert client.post(back, {"version": room.version}).status_code == 303
        assert session.scalars(select(Rate)).all() == []

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"amount": "-1"}, "from 0 to"),
            ({"amount": "lots"}, "two decimals at most"),
            ({"amount": "1.999"}, "two decimals at most"),
            ({"amount": "1e400"}, "two decimals at most"),
            ({"amount": "NaN"}, "two decimals at most"),
            ({"amount": ""}, "This is needed"),
            ({"amount": " "}, "This is needed"),
            ({"vat": "101"}, "from 0 to 100"),
            ({"currency": "XXX"}, "Choose one of the listed answers"),
            ({"valid_from": "2200-01-01"}, "Check the year"),
        ],
    )
    @pytest.mark.usefixtures("home", "manager")
    def test_a_rate_that_cannot_be_is_refused(
        self, session: Session, client: PageClient, typed: dict[str, str], said: str
    ) -> None:
        room = session.scalars(select(Cleanroom)).one()
        form = {
            "customer_kind": "sme",
            "amount": "1",
            "currency": "SEK",
            "vat": "25",
            "valid_from": "2031-01-01",
        }
        response = client.post("/facilities/home/home-p1/rates", {**form, **typed, "version": room.version})
        assert response.status_code == 422
        assert said in text(response)
        assert session.scalars(select(Rate)).all() == []

    @pytest.mark.usefixtures("home", "manager")
    def test_own_changeover_days_are_set_beside_the_usual_ones(
        self, session: Session, client: PageClient
    ) -> None:
        room = session.scalars(select(Cleanroom)).one()
        field = name_of(("lv_rv", "aav"))
        done = client.post("/facilities/home/home-p1/changeover", {field: "17", "version": room.version})
        assert done.status_code == 303
        row = session.scalars(select(ChangeoverTime)).one()
        assert (row.before, row.after, row.days) == ("lv_rv", "aav", 17)
        assert "<b>17" in text(client.get("/facilities/home/home-p1"))
        for wrong in ("-1", "366", "often"):
            form = {field: wrong, "version": room.version}
            assert client.post("/facilities/home/home-p1/changeover", form).status_code == 422
        assert row.days == 17

    def test_qa_sets_the_qualification(self, session: Session, client: PageClient, home: Facility) -> None:
        client.sign_in(make.duty(session, home, Role.QA))
        room = session.scalars(select(Cleanroom)).one()
        address = "/facilities/home/home-p1/qualification"
        form = {"qualified_until": "2031-05-31", "reason": "Report 7", "version": room.version}
        assert client.post(address, {**form, "reason": ""}).status_code == 422
        assert client.post(address, form).status_code == 303
        assert room.qualified_until == date(2031, 5, 31)
        assert "Report 7" in text(client.get("/facilities/home/home-p1"))


class TestPeople:
    def test_a_duty_is_given_and_ended(
        self, session: Session, client: PageClient, home: Facility, manager: Actor
    ) -> None:
        assert home.operator is not None
        colleague = make.member(session, home.operator, Role.QA, name="Kim Colleague")
        form = {"user_id": colleague.user_id, "role": "facility_manager", "starts_on": TODAY.isoformat()}
        given = client.post("/facilities/home/people", {**form, "version": home.version})
        assert given.status_code == 303
        assert "Kim Colleague" in text(client.get("/facilities/home/people"))
        duty = session.scalars(select(DutyRecord).where(DutyRecord.user_id == manager.user_id)).one()
        prefix = f"duty-{duty.id}-"
        ended = client.post(
            f"/facilities/home/people/{duty.id}/end",
            {f"{prefix}last_day": "", f"{prefix}version": home.version},
        )
        assert ended.headers["Location"] == "/facilities/home"
        assert client.get("/facilities/home/people").status_code == 404

    def test_the_last_manager_is_told_why_to_stay(
        self, session: Session, client: PageClient, home: Facility, manager: Actor
    ) -> None:
        duty = session.scalars(select(DutyRecord).where(DutyRecord.user_id == manager.user_id)).one()
        prefix = f"duty-{duty.id}-"
        refused = client.post(
            f"/facilities/home/people/{duty.id}/end",
            {f"{prefix}last_day": "", f"{prefix}version": home.version},
        )
        assert refused.status_code == 422
        assert "the facility would be without a manager" in text(refused)
        assert client.get("/facilities/home/people").status_code == 200

    @pytest.mark.usefixtures("manager")
    def test_nobody_outside_the_operator_can_be_chosen(
        self, session: Session, client: PageClient, home: Facility
    ) -> None:
        outsider = make.founder(session)
        form = {"user_id": outsider.user_id, "role": "qa", "starts_on": TODAY.isoformat()}
        refused = client.post("/facilities/home/people", {**form, "version": home.version})
        assert refused.status_code == 422
        assert "Choose one of the listed answers" in text(refused)

    @pytest.mark.usefixtures("manager")
    def test_a_duty_of_another_facility_does_not_exist(
        self, session: Session, client: PageClient, home: Facility
    ) -> None:
        other = make.facility(session)
        make.manager(session, other)
        duty = session.scalars(select(DutyRecord).where(DutyRecord.facility_id == other.id)).one()
        response = client.post(
            f"/facilities/home/people/{duty.id}/end", {f"duty-{duty.id}-version": home.version}
        )
        assert response.status_code == 404

    def test_a_deputy_stands_in_for_the_manager(
        self, session: Session, client: PageClient, home: Facility, manager: Actor
    ) -> None:
        assert home.operator is not None
        deputy = make.member(session, home.operator, Role.QA)
        form = {
            "user_id": deputy.user_id,
            "role": "facility_manager",
            "starts_on": TODAY.isoformat(),
            "stands_in_for_id": manager.user_id,
        }
        refused = client.post("/facilities/home/people", {**form, "version": home.version})
        assert "Give the last day" in text(refused)
        last = (TODAY + timedelta(days=9)).isoformat()
        given = client.post("/facilities/home/people", {**form, "ends_on": last, "version": home.version})
        assert given.status_code == 303
        client.sign_in(deputy)
        assert client.get("/facilities/home/edit").status_code == 200


class TestAdministering:
    def test_a_facility_is_added_with_operator_and_first_manager(
        self, session: Session, client: PageClient
    ) -> None:
        operator = make.organisation(session, name="Cells of Öresund")
        person = make.member(session, operator, Role.FOUNDER)
        client.sign_in(make.administrator(session))
        form = {
            "name": "Öresund cells",
            "kind": "gmp",
            "city": "Malmö",
            "country": "SE",
            "time_zone": "Europe/Stockholm",
            "operator_id": operator.id,
        }
        assert client.post("/admin/facilities/new", {**form, "operator_id": "0"}).status_code == 422
        added = client.post("/admin/facilities/new", form)
        facility = session.scalars(select(Facility)).one()
        assert added.headers["Location"] == f"/admin/facilities/{facility.id}"
        assert "already taken" in text(client.post("/admin/facilities/new", form))
        duty = {
            "user_id": person.user_id,
            "role": "facility_manager",
            "starts_on": TODAY.isoformat(),
            "version": facility.version,
        }
        assert client.post(f"/admin/facilities/{facility.id}/people", duty).status_code == 303
        client.sign_in(person)
        assert client.get("/facilities/oresund-cells/edit").status_code == 200

    def test_another_operator_is_named_and_former_duties_end(
        self, session: Session, client: PageClient, home: Facility
    ) -> None:
        former = make.manager(session, home)
        other = make.organisation(session)
        client.sign_in(make.administrator(session))
        form = {"operator-operator_id": other.id, "operator-version": home.version}
        assert client.post(f"/admin/facilities/{home.id}/operator", form).status_code == 303
        assert home.operator_id == other.id
        assert client.post(f"/admin/facilities/{home.id}/operator", form).status_code == 422
        client.sign_in(former)
        assert client.get("/facilities/home/edit").status_code == 404
