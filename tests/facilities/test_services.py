"""Loading the catalogue, and what managers, QA and administrators may change, on both engines."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Membership
from portal.core.actors import Actor, Role
from portal.core.errors import NotFound, Refused, Stale
from portal.facilities import queries, services
from portal.facilities.changeovers import days_between, process_classes, shipped_days
from portal.facilities.models import (
    Cleanroom,
    CustomerKind,
    DutyRecord,
    ExtraHoliday,
    Facility,
    FacilityStatus,
    Licence,
    Rate,
)
from portal.facilities.opening import openings_of
from portal.facilities.prices import rate_for, rates_on
from portal.facilities.services.load import shipped_values
from portal.ledger import Entry, history
from portal.reference import shipped
from portal.segregation.shipped import changeover_between
from tests import make

LATER = make.NOON + timedelta(hours=1)
TODAY = make.NOON.date()


def names(session: Session) -> list[str]:
    return list(session.scalars(select(Entry.name).order_by(Entry.id)))


def reasons(refused: "pytest.ExceptionInfo[Refused]") -> list[tuple[str, str | None]]:
    return [(reason.code, reason.field) for reason in refused.value.reasons]


class TestLoading:
    def test_the_catalogue_is_loaded_once_however_often_it_is_loaded(self, session: Session) -> None:
        first = services.load_catalogue(session, make.NOON)
        session.commit()
        assert len(first) == len(shipped.records("facilities"))
        assert names(session) == ["facility.added"] * len(first)
        services.load_catalogue(session, LATER)
        session.commit()
        assert session.scalar(select(func.count()).select_from(Facility)) == len(first)
        assert len(names(session)) == len(first)

    def test_every_shipped_key_arrives_in_the_catalogue(self, session: Session) -> None:
        services.load_catalogue(session, make.NOON)
        session.commit()
        elsewhere = {"id", "operator", "cleanrooms", "source", "further_sources", "confidence", "to_verify"}
        for fact in shipped.records("facilities"):
            assert not fact["cleanrooms"], "the file lists real cleanrooms now: load them too"
            facility = queries.facility_named(session, fact["id"])
            assert set(fact) - elsewhere <= set(shipped_values(fact))
            for name, value in shipped_values(fact).items():
                assert getattr(facility, name) == value, name
            assert facility.source == fact["source"]
            assert facility.to_verify == fact["to_verify"]

    def test_a_newer_catalogue_changes_what_nobody_changed_here_and_nothing_else(
        self, session: Session
    ) -> None:
        services.load_catalogue(session, make.NOON)
        session.commit()
        facility = queries.facility_named(session, "testa_center")
        facility.city, facility.local_fields = "Knivsta", ["city"]
        older = {**(facility.shipped or {}), "city": "Stockholm", "area_m2": 1}
        facility.shipped, facility.area_m2 = older, 1
        session.commit()
        services.load_catalogue(session, LATER)
        session.commit()
        assert (facility.city, facility.area_m2) == ("Knivsta", 2500)
        assert (facility.shipped or {})["city"] == "Uppsala"
        line = history(session, "facility", facility.id, groups=())[0]
        assert line.name == "facility.shipped_facts_loaded"
        assert line.facts["changes"] == {"area_m2": {"from": 1, "to": 2500}}
        assert line.facts["kept"] == ["city"]

    def test_demo_rooms_come_with_rates_and_licences_all_marked(self, session: Session) -> None:
        services.load_catalogue(session, make.NOON)
        added = services.load_demo_rooms(session, make.NOON)
        session.commit()
        assert len(added) == len(shipped.records("demo_cleanrooms"))
        for kind in (Cleanroom, Rate, Licence):
            marks = session.scalars(select(kind.is_demo)).all()
            assert marks
            assert all(marks)
        for fact in shipped.records("demo_cleanrooms"):
            room = queries.cleanroom_named(session, fact["facility"], fact["id"])
            assert room.gmo_class == fact["gmo_permit_class"]
            assert room.isolator == fact["isolator"]
            assert (room.min_units, room.max_units, room.notice_days) == (
                fact["min_days"],
                fact["max_days"],
                fact["notice_days"],
            )
            amounts = {rate.customer_kind: rate.amount for rate in queries.rates_of(session, room.id)}
            assert amounts == {rate["customer_kind"]: rate["amount"] * 100 for rate in fact["rates"]}
        open_ones = set(session.scalars(select(Facility.slug).where(Facility.is_open_for_requests)))
        assert open_ones == {fact["facility"] for fact in shipped.records("demo_cleanrooms")}

    def test_demo_rooms_that_exist_are_left_alone(self, session: Session) -> None:
        services.load_catalogue(session, make.NOON)
        room = services.load_demo_rooms(session, make.NOON)[0]
        room.name = "Renamed"
        session.commit()
        assert services.load_demo_rooms(session, LATER) == []
        assert room.name == "Renamed"


class TestFacts:
    def test_a_change_is_kept_with_the_values_before_and_after(self, session: Session) -> None:
        facility = make.facility(session, city="Lund")
        actor = make.manager(session, facility)
        values = {"city": "Malmö", "note": "Ask Kim.", "status": FacilityStatus.OPERATING}
        services.edit_facility(
            session, actor, facility.slug, values, shown_version=facility.version, at=LATER
        )
        session.commit()
        entry = history(session, "facility", facility.id, groups=("facility",))[0]
        assert entry.name == "facility.edited"
        assert entry.actor_id == actor.user_id
        assert entry.facts["changes"] == {"city": {"from": "Lund", "to": "Malmö"}}
        assert entry.private["texts"] == {"note": {"from": None, "to": "Ask Kim."}}
        assert history(session, "facility", facility.id, groups=())[0].private == {}
        assert facility.edited_at == LATER

    def test_nothing_changed_is_nothing_recorded(self, session: Session) -> None:
        facility = make.facility(session)
        actor, version = make.manager(session, facility), facility.version
        services.edit_facility(
            session, actor, facility.slug, {"city": facility.city}, shown_version=version, at=LATER
        )
        session.commit()
        assert names(session) == []
        assert facility.version == version

    def test_departing_from_the_catalogue_and_returning_is_noted(self, session: Session) -> None:
        services.load_catalogue(session, make.NOON)
        session.commit()
        facility = queries.facility_named(session, "testa_center")
        facility.operator = make.organisation(session)
        actor = make.manager(session, facility)
        for city, local in (("Knivsta", ["city"]), ("Uppsala", [])):
            services.edit_facility(
                session, actor, facility.slug, {"city": city}, shown_version=facility.version, at=LATER
            )
            session.commit()
            assert facility.local_fields == local

    def test_an_old_page_changes_nothing(self, session: Session) -> None:
        facility = make.facility(session)
        actor = make.manager(session, facility)
        with pytest.raises(Stale):
            services.edit_facility(
                session, actor, facility.slug, {"city": "Ystad"}, shown_version=facility.version - 1, at=LATER
            )
        assert facility.city == "Lund"

    @pytest.mark.parametrize("role", [Role.QA, Role.QP])
    def test_only_managers_of_this_facility_change_it(self, session: Session, role: Role) -> None:
        facility = make.facility(session)
        strangers = [
            make.duty(session, facility, role),
            make.manager(session, make.facility(session)),
            make.founder(session),
            make.administrator(session),
        ]
        for actor in strangers:
            with pytest.raises(NotFound):
                services.edit_facility(
                    session, actor, facility.slug, {"city": "Ystad"}, shown_version=facility.version, at=LATER
                )

    def test_new_confidentiality_terms_are_a_new_version(self, session: Session) -> None:
        facility = make.facility(session)
        actor = make.manager(session, facility)
        for text, version in (("Nobody tells.", 2), ("Nobody tells.", 2), ("Nobody ever tells.", 3)):
            values = {"confidentiality_terms": text, "hold_working_days": 4}
            services.edit_facility(
                session, actor, facility.slug, values, shown_version=facility.version, at=LATER
            )
            session.commit()
            assert facility.confidentiality_version == version

    def test_what_cannot_be_is_refused_at_its_fields_and_changes_nothing(self, session: Session) -> None:
        facility = make.facility(session)
        actor = make.manager(session, facility)
        values = {
            "country": "QQ",
            "latitude": 55.7,
            "cancellation_steps": [
                {"days_before": 30, "percent": 80},
                {"days_before": 7, "percent": 50},
            ],
        }
        with pytest.raises(Refused) as refused:
            services.edit_facility(
                session, actor, facility.slug, values, shown_version=facility.version, at=LATER
            )
        assert reasons(refused) == [
            ("country_not_known", "country"),
            ("position_is_half", "longitude"),
            ("cancellation_gets_cheaper", "cancellation"),
        ]
        assert facility.country == "SE"


ROOM = {
    "code": "P9",
    "name": "Suite 9",
    "kind": "pre_gmp",
    "grade": "C",
    "bsl": 2,
    "vector_level": "aav",
    "open_weekdays": [1, 2, 3, 4, 5],
    "opens_hour": 8,
    "closes_hour": 18,
    "min_units": 1,
    "max_units": None,
}


class TestCleanrooms:
    def test_a_cleanroom_is_added_and_changed_with_its_history(self, session: Session) -> None:
        facility = make.facility(session, slug="lund")
        actor = make.manager(session, facility)
        room = services.add_cleanroom(
            session, actor, "lund", ROOM, shown_version=facility.version, at=make.NOON
        )
        session.commit()
        assert room.slug == "lund-p9"
        services.edit_cleanroom(
            session, actor, "lund", "lund-p9", {"notice_days": 14}, shown_version=room.version, at=LATER
        )
        session.commit()
        lines = history(session, "cleanroom", room.id, groups=())
        assert [line.name for line in lines] == ["cleanroom.edited", "cleanroom.added"]
        assert lines[0].facts["changes"] == {"notice_days": {"from": 0, "to": 14}}

    def test_two_cleanrooms_of_a_facility_never_share_a_code(self, session: Session) -> None:
        facility = make.facility(session)
        make.cleanroom(session, facility, code="P9")
        actor = make.manager(session, facility)
        with pytest.raises(Refused) as refused:
            services.add_cleanroom(
                session, actor, facility.slug, ROOM, shown_version=facility.version, at=make.NOON
            )
        assert reasons(refused) == [("already_there", "code")]

    def test_retiring_stops_new_requests_only(self, session: Session) -> None:
        room = make.cleanroom(session)
        actor = make.manager(session, room)
        assert room in queries.bookable_cleanrooms(session)
        services.retire_cleanroom(
            session,
            actor,
            room.facility.slug,
            room.slug,
            reason="Moved out",
            shown_version=room.version,
            at=LATER,
        )
        session.commit()
        assert room not in queries.bookable_cleanrooms(session)
        with pytest.raises(Refused) as refused:
            services.retire_cleanroom(
                session, actor, room.facility.slug, room.slug, reason="", shown_version=room.version, at=LATER
            )
        assert reasons(refused) == [("cleanroom_retired_already", None)]
        services.reopen_cleanroom(
            session, actor, room.facility.slug, room.slug, shown_version=room.version, at=LATER
        )
        session.commit()
        assert room in queries.bookable_cleanrooms(session)

    @pytest.mark.parametrize(
        ("role", "may"), [(Role.QA, True), (Role.FACILITY_MANAGER, True), (Role.QP, False)]
    )
    def test_managers_and_qa_set_the_qualification(self, session: Session, role: Role, may: bool) -> None:
        room = make.cleanroom(session, qualified_until=date(2027, 6, 30))
        actor = make.duty(session, room.facility, role)

        def set_it() -> None:
            services.set_qualification(
                session,
                actor,
                room.facility.slug,
                room.slug,
                until=date(2028, 6, 30),
                reason="Report 12",
                shown_version=room.version,
                at=LATER,
            )

        if not may:
            with pytest.raises(NotFound):
                set_it()
            return
        set_it()
        session.commit()
        line = history(session, "cleanroom", room.id, groups=("facility",))[0]
        assert line.facts["changes"] == {"qualified_until": {"from": "2027-06-30", "to": "2028-06-30"}}
        assert line.private == {"reason": "Report 12"}

    def test_a_room_of_another_facility_does_not_exist(self, session: Session) -> None:
        room, elsewhere = make.cleanroom(session), make.facility(session)
        actor = make.manager(session, elsewhere)
        for slug in (room.facility.slug, elsewhere.slug):
            with pytest.raises(NotFound):
                services.edit_cleanroom(
                    session, actor, slug, room.slug, {"bsl": 1}, shown_version=room.version, at=LATER
                )


class TestFigures:
    def add(self, session: Session, actor: Actor, room: Cleanroom, kind: CustomerKind, day: date) -> Rate:
        rate = services.add_rate(
            session,
            actor,
            room.facility.slug,
            room.slug,
            customer_kind=kind,
            amount=540_000,
            currency="SEK",
            vat_basis_points=2500,
            valid_from=day,
            shown_version=room.version,
            at=LATER,
        )
        session.commit()
        return rate

    def test_a_rate_holds_from_its_day_and_what_holds_for_companies_holds_for_smes(
        self, session: Session
    ) -> None:
        room = make.cleanroom(session)
        actor = make.manager(session, room)
        old = self.add(session, actor, room, CustomerKind.COMPANY, date(2026, 1, 1))
        new = self.add(session, actor, room, CustomerKind.COMPANY, date(2027, 7, 1))

        def on(day: date, kind: CustomerKind) -> Rate | None:
            return rate_for(rates_on(session, [room.id], day).get(room.id, {}), kind)

        assert on(date(2025, 12, 31), CustomerKind.COMPANY) is None
        assert on(date(2027, 6, 30), CustomerKind.COMPANY) is old
        assert on(date(2027, 7, 1), CustomerKind.SME) is new
        assert on(date(2027, 7, 1), CustomerKind.HOSPITAL) is None
        own = self.add(session, actor, room, CustomerKind.SME, date(2027, 1, 1))
        assert on(date(2027, 7, 1), CustomerKind.SME) is own

    def test_two_rates_of_a_kind_never_begin_together(self, session: Session) -> None:
        room = make.cleanroom(session)
        actor = make.manager(session, room)
        self.add(session, actor, room, CustomerKind.ACADEMIC, TODAY)
        with pytest.raises(Refused) as refused:
            self.add(session, actor, room, CustomerKind.ACADEMIC, TODAY)
        assert reasons(refused) == [("rate_begins_that_day", "valid_from")]

    def test_only_a_rate_that_has_not_begun_is_taken_back(self, session: Session) -> None:
        room = make.cleanroom(session)
        actor = make.manager(session, room)
        begun = self.add(session, actor, room, CustomerKind.ACADEMIC, TODAY)
        coming = self.add(session, actor, room, CustomerKind.ACADEMIC, TODAY + timedelta(days=1))

        def withdraw(rate: Rate) -> None:
            services.withdraw_rate(
                session,
                actor,
                room.facility.slug,
                room.slug,
                rate.id,
                shown_version=room.version,
                at=LATER,
            )
            session.commit()

        withdraw(coming)
        with pytest.raises(Refused) as refused:
            withdraw(begun)
        assert reasons(refused) == [("rate_has_begun", None)]
        assert queries.rates_of(session, room.id) == [begun]

    def test_own_changeover_days_go_before_the_shipped_ones(self, session: Session) -> None:
        room = make.cleanroom(session)
        actor = make.manager(session, room)
        usual = shipped_days()["lv_rv", "aav"].days
        for wanted, expected in ((usual + 4, usual + 4), (usual + 5, usual + 5), (None, usual)):
            services.set_changeover_days(
                session,
                actor,
                room.facility.slug,
                room.slug,
                {("lv_rv", "aav"): wanted, ("aav", "aav"): None},
                shown_version=room.version,
                at=LATER,
            )
            session.commit()
            assert queries.changeover_tables(session, [room])[room.id]["lv_rv"]["aav"] == expected
        changes = [line.facts["changes"] for line in history(session, "cleanroom", room.id, groups=())]
        assert changes == [
            {"lv_rv > aav": {"from": usual + 5, "to": None}},
            {"lv_rv > aav": {"from": usual + 4, "to": usual + 5}},
            {"lv_rv > aav": {"from": None, "to": usual + 4}},
        ]

    def test_the_shipped_days_are_those_that_bookings_count(self) -> None:
        for before in process_classes():
            for after in process_classes():
                counted = changeover_between(before, after)
                assert counted is not None
                assert counted.days == days_between({}, before, after)


class TestBelongings:
    def test_a_licence_is_added_changed_and_removed_with_its_history(self, session: Session) -> None:
        facility = make.facility(session)
        actor = make.manager(session, facility)
        values = {"kind": "gmp_certificate", "number": "A 1", "valid_until": date(2028, 1, 1)}
        licence = services.add_licence(
            session, actor, facility.slug, values, shown_version=facility.version, at=LATER
        )
        session.commit()
        changed = {"valid_until": date(2029, 1, 1)}
        services.edit_licence(
            session, actor, facility.slug, licence.id, changed, shown_version=facility.version, at=LATER
        )
        session.commit()
        services.remove_licence(
            session, actor, facility.slug, licence.id, shown_version=facility.version, at=LATER
        )
        session.commit()
        lines = history(session, "facility", facility.id, groups=("facility",))
        assert [line.facts["what"] for line in lines] == ["removed", "edited", "added"]
        assert lines[1].facts["changes"] == {"valid_until": {"from": "2028-01-01", "to": "2029-01-01"}}
        assert queries.licences_of(session, facility.id) == []

    def test_a_licence_of_another_facility_does_not_exist(self, session: Session) -> None:
        facility, other = make.facility(session), make.facility(session)
        foreign = Licence(facility_id=other.id, kind="other")
        session.add(foreign)
        session.commit()
        actor = make.manager(session, facility)
        with pytest.raises(NotFound):
            services.remove_licence(
                session, actor, facility.slug, foreign.id, shown_version=facility.version, at=LATER
            )

    def test_a_licence_ends_after_it_begins(self, session: Session) -> None:
        facility = make.facility(session)
        actor = make.manager(session, facility)
        values = {"kind": "other", "valid_from": date(2028, 1, 2), "valid_until": date(2028, 1, 1)}
        with pytest.raises(Refused) as refused:
            services.add_licence(
                session, actor, facility.slug, values, shown_version=facility.version, at=LATER
            )
        assert reasons(refused) == [("licence_ends_before_start", "valid_until")]

    def test_own_days_change_the_opening_of_every_cleanroom(self, session: Session) -> None:
        room = make.cleanroom(session)
        facility = room.facility
        actor = make.manager(session, facility)
        for day, is_open in ((date(2027, 1, 6), True), (date(2027, 1, 7), False)):
            services.add_holiday(
                session,
                actor,
                facility.slug,
                day=day,
                name="",
                is_open=is_open,
                shown_version=facility.version,
                at=make.NOON,
            )
            session.commit()
        opening = openings_of(session, [room], date(2027, 1, 4), days=5)[room.id]
        assert list(opening.days_from(date(2027, 1, 4), 5)) == [1, 1, 1, 0, 1]
        first = session.scalars(select(ExtraHoliday).order_by(ExtraHoliday.day)).first()
        assert first is not None
        assert first.name == "Epiphany"
        services.remove_holiday(
            session, actor, facility.slug, first.id, shown_version=facility.version, at=make.NOON
        )
        session.commit()
        opening = openings_of(session, [room], date(2027, 1, 4), days=5)[room.id]
        assert list(opening.days_from(date(2027, 1, 4), 5)) == [1, 1, 0, 0, 1]

    def test_a_day_is_entered_once(self, session: Session) -> None:
        facility = make.facility(session)
        actor = make.manager(session, facility)

        def add() -> None:
            services.add_holiday(
                session,
                actor,
                facility.slug,
                day=date(2027, 1, 7),
                name="Stocktaking",
                is_open=False,
                shown_version=facility.version,
                at=make.NOON,
            )
            session.commit()

        add()
        with pytest.raises(Refused) as refused:
            add()
        assert reasons(refused) == [("holiday_entered_already", "day")]


class TestDuties:
    def give(
        self, session: Session, actor: Actor, facility: Facility, user_id: int, **values: object
    ) -> DutyRecord:
        defaults = {"role": Role.FACILITY_MANAGER, "starts_on": TODAY}
        duty = services.give_duty(
            session,
            actor,
            facility.id,
            user_id=user_id,
            shown_version=facility.version,
            at=make.NOON,
            **{**defaults, **values},  # type: ignore[arg-type]
        )
        session.commit()
        return duty

    def duty_of(self, session: Session, actor: Actor) -> DutyRecord:
        return session.scalars(select(DutyRecord).where(DutyRecord.user_id == actor.user_id)).one()

    def end(self, session: Session, actor: Actor, duty: DutyRecord, last_day: date | None = None) -> None:
        version = session.get_one(Facility, duty.facility_id).version
        services.end_duty(
            session, actor, duty.facility_id, duty.id, last_day=last_day, shown_version=version, at=make.NOON
        )
        session.commit()

    def test_a_member_of_the_operator_becomes_manager_and_holds_it_at_once(self, session: Session) -> None:
        facility = make.facility(session)
        actor = make.manager(session, facility)
        assert facility.operator is not None
        colleague = make.member(session, facility.operator, Role.QA)
        self.give(session, actor, facility, colleague.user_id)
        held = queries.with_duties(session, colleague, today=TODAY)
        assert held.holds(Role.FACILITY_MANAGER, facility.id)
        assert {
            person.id
            for person in queries.holders_of(session, facility.id, Role.FACILITY_MANAGER, today=TODAY)
        } == {
            actor.user_id,
            colleague.user_id,
        }

    def test_people_of_other_organisations_get_no_duty(self, session: Session) -> None:
        facility = make.facility(session)
        actor = make.manager(session, facility)
        with pytest.raises(Refused) as refused:
            self.give(session, actor, facility, make.founder(session).user_id)
        assert reasons(refused) == [("not_a_member_of_the_operator", "user_id")]

    def test_a_deputy_holds_the_duty_from_the_first_to_the_last_day(self, session: Session) -> None:
        facility = make.facility(session)
        actor = make.manager(session, facility)
        assert facility.operator is not None
        deputy = make.member(session, facility.operator, Role.QA)
        first, last = TODAY + timedelta(days=3), TODAY + timedelta(days=9)
        self.give(
            session,
            actor,
            facility,
            deputy.user_id,
            starts_on=first,
            ends_on=last,
            stands_in_for_id=actor.user_id,
        )
        for day, holds in (
            (first - timedelta(1), False),
            (first, True),
            (last, True),
            (last + timedelta(1), False),
        ):
            found = queries.with_duties(session, deputy, today=day)
            assert found.holds(Role.FACILITY_MANAGER, facility.id) is holds

    def test_the_last_manager_stays_and_the_first_of_two_may_go(self, session: Session) -> None:
        facility = make.facility(session)
        first = make.manager(session, facility)
        with pytest.raises(Refused) as refused:
            self.end(session, first, self.duty_of(session, first))
        assert reasons(refused) == [("facility_without_manager", None)]
        second = make.manager(session, facility)
        self.end(session, first, self.duty_of(session, first))
        assert not queries.with_duties(session, first, today=TODAY).holds(Role.FACILITY_MANAGER, facility.id)
        with pytest.raises(Refused):
            self.end(session, second, self.duty_of(session, second))

    def test_a_duty_that_never_began_is_taken_back(self, session: Session) -> None:
        facility = make.facility(session)
        actor = make.manager(session, facility)
        assert facility.operator is not None
        colleague = make.member(session, facility.operator, Role.QA)
        duty = self.give(session, actor, facility, colleague.user_id, starts_on=TODAY + timedelta(days=3))
        self.end(session, actor, duty)
        assert session.get(DutyRecord, duty.id) is None
        line = history(session, "facility", facility.id, groups=())[0]
        assert (line.name, line.facts["last_day"]) == ("facility.duty_ended", None)

    def test_somebody_without_a_duty_here_changes_none(self, session: Session) -> None:
        facility = make.facility(session)
        make.manager(session, facility)
        duty = session.scalars(select(DutyRecord)).one()
        for stranger in (
            make.manager(session, make.facility(session)),
            make.duty(session, facility, Role.QA),
        ):
            with pytest.raises(NotFound):
                self.end(session, stranger, duty)
            with pytest.raises(NotFound):
                self.give(session, stranger, facility, stranger.user_id)


NEW = {
    "name": "Öresund cells",
    "kind": "gmp",
    "city": "Malmö",
    "country": "SE",
    "time_zone": "Europe/Stockholm",
}


class TestAdministering:
    def test_an_administrator_adds_a_facility_and_its_first_manager(self, session: Session) -> None:
        admin, operator = make.administrator(session), make.organisation(session)
        facility = services.add_facility(session, admin, NEW, operator_id=operator.id, at=make.NOON)
        session.commit()
        assert facility.slug == "oresund-cells"
        assert not facility.is_open_for_requests
        person = make.member(session, operator, Role.FOUNDER)
        services.give_duty(
            session,
            admin,
            facility.id,
            user_id=person.user_id,
            role=Role.FACILITY_MANAGER,
            starts_on=TODAY,
            shown_version=facility.version,
            at=make.NOON,
        )
        session.commit()
        assert queries.with_duties(session, person, today=TODAY).holds(Role.FACILITY_MANAGER, facility.id)

    def test_a_name_stands_once_in_the_catalogue(self, session: Session) -> None:
        admin, operator = make.administrator(session), make.organisation(session)
        services.add_facility(session, admin, NEW, operator_id=operator.id, at=make.NOON)
        session.commit()
        with pytest.raises(Refused) as refused:
            services.add_facility(session, admin, NEW, operator_id=operator.id, at=make.NOON)
        assert reasons(refused) == [("already_there", "name")]

    def test_another_operator_ends_the_duties_of_the_former_ones_people(self, session: Session) -> None:
        facility = make.facility(session)
        manager, admin = make.manager(session, facility), make.administrator(session)
        other = make.organisation(session)
        services.set_operator(
            session, admin, facility.id, operator_id=other.id, shown_version=facility.version, at=make.NOON
        )
        session.commit()
        assert queries.duties_of(session, facility.id, since=TODAY) == []
        assert not queries.with_duties(session, manager, today=TODAY).duties
        assert names(session) == ["facility.operator_changed"]

    def test_only_administrators_name_operators_and_add_facilities(self, session: Session) -> None:
        facility = make.facility(session)
        manager = make.manager(session, facility)
        assert facility.operator_id is not None
        with pytest.raises(NotFound):
            services.add_facility(session, manager, NEW, operator_id=facility.operator_id, at=make.NOON)
        with pytest.raises(NotFound):
            services.set_operator(
                session,
                manager,
                facility.id,
                operator_id=facility.operator_id,
                shown_version=facility.version,
                at=make.NOON,
            )


def test_bookable_rooms_openings_and_changeover_take_five_queries_however_many_rooms(
    session: Session,
) -> None:
    for _ in range(3):
        for _ in range(2):
            make.cleanroom(session)
    session.commit()
    session.expunge_all()
    asked: list[str] = []
    connection = session.connection()

    event.listen(connection, "before_cursor_execute", lambda *args: asked.append(args[2]))
    rooms = queries.bookable_cleanrooms(session)
    assert {room.facility.time_zone for room in rooms} == {"Europe/Stockholm"}
    openings_of(session, rooms, TODAY, days=400)
    queries.changeover_tables(session, rooms)
    rates_on(session, [room.id for room in rooms], TODAY)
    assert len(rooms) == 6
    assert len(asked) == 5, "\n".join(asked)


class TestWhoLeavesTheOperator:
    """A duty is given to a member; it ends with the membership."""

    def test_has_no_duty_left_and_the_facility_says_that_nobody_decides(self, session: Session) -> None:
        facility = make.facility(session)
        manager = make.manager(session, facility)
        other = make.manager(session, make.facility(session))
        end_membership(session, manager)
        ended = self.end(session, manager)
        assert len(ended) == 1
        assert facility.id not in queries.managers_by_facility(session, today=TODAY)
        assert names(session)[-1] == "facility.duty_ended"
        held = session.scalars(select(DutyRecord).where(DutyRecord.user_id == manager.user_id))
        assert [duty.ends_on for duty in held] == [TODAY - timedelta(days=1)]
        assert self.end(session, other) == []

    def test_is_no_longer_named_as_manager_even_before_the_duty_is_ended(self, session: Session) -> None:
        facility = make.facility(session)
        manager = make.manager(session, facility)
        assert facility.id in queries.managers_by_facility(session, today=TODAY)
        end_membership(session, manager)
        assert facility.id not in queries.managers_by_facility(session, today=TODAY)

    def test_keeps_the_duty_while_another_membership_lasts(self, session: Session) -> None:
        manager = make.manager(session, make.facility(session))
        assert self.end(session, manager) == []

    def end(self, session: Session, person: Actor) -> list[int]:
        assert person.organisation_id is not None
        return services.end_duties_of_former_member(
            session,
            user_id=person.user_id,
            organisation_id=person.organisation_id,
            actor_id=None,
            at=make.NOON,
        )


def end_membership(session: Session, person: Actor) -> None:
    """End every membership of a person."""
    for membership in session.scalars(select(Membership).where(Membership.user_id == person.user_id)):
        membership.ended_at = make.NOON
    session.flush()
