"""What runs beside and after other work is judged by the facility's rules: in refusals, windows, waiting lists and races."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from portal.bookings import blocks, search, services
from portal.bookings import separation as apart
from portal.bookings.models import Booking, BookingState, RequestState, RunKind, WorkMode
from portal.bookings.needs import Need, need_of, side_of
from portal.bookings.roomtime import RoomTime
from portal.bookings.rules.timetables import Occupation, Span, Work
from portal.bookings.services.locking import lock_request
from portal.core.errors import Refused
from portal.facilities.models import BookingUnit, Grade, RoomKind, VectorLevel
from portal.reference.shipped import records
from portal.segregation.models import StanceRecord
from portal.segregation.rulebooks import held, rulebook
from portal.segregation.rules import Side, Stance
from portal.segregation.services import declare_sharing
from portal.signatures.models import Signature
from portal.signatures.statements import signed_content
from portal.store import Base, db, in_one_unit, prepare_engine
from tests import make
from tests.bookings.stage import make_app
from tests.engines import ENGINES, new_database
from tests.segregation import oracle
from tests.segregation.scenes import AIR, VECTOR, WINDOW, asks, decide, set_up

END = 24
STRETCH = st.tuples(st.integers(0, END - 1), st.integers(1, 6)).map(lambda one: Span(one[0], one[0] + one[1]))


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    """Return the codes of a refusal."""
    return [reason.code for reason in refused.value.reasons]


def test_an_adopted_rule_refuses_work_beside_other_work_on_the_same_air_and_names_itself(
    session: Session,
) -> None:
    scene = set_up(session)
    decide(session, scene, Stance.ADOPTED)
    first, second = asks(session, scene.vector, scene.one), asks(session, scene.plain, scene.other)
    services.approve_request(session, scene.manager, first.id, at=make.NOON)
    with pytest.raises(Refused) as refused:
        services.approve_request(session, scene.manager, second.id, acknowledged=True, at=make.NOON)
    assert codes(refused) == ["must_not_run_beside"]
    [reason] = refused.value.reasons
    assert reason.values["rule"] == AIR
    assert reason.values["beside"] == scene.one.code
    assert reason.values["shares"] == ["air_handling"]
    assert (reason.values["start"], reason.values["end"]) == (WINDOW.start, WINDOW.end)


def test_rooms_with_separate_air_do_not_meet(session: Session) -> None:
    scene = set_up(session)
    decide(session, scene, Stance.ADOPTED)
    scene.other.air_handling = "ahu2"
    session.commit()
    first, second = asks(session, scene.vector, scene.one), asks(session, scene.plain, scene.other)
    for request in (first, second):
        services.approve_request(session, scene.manager, request.id, at=make.NOON)


def test_a_rule_that_nobody_adopted_warns_and_has_to_be_acknowledged_which_is_signed(
    session: Session,
) -> None:
    scene = set_up(session)
    scene.facility.signs_pre_gmp = True
    first, second = asks(session, scene.vector, scene.one), asks(session, scene.plain, scene.other)
    signs: dict[str, Any] = {"proof": make.proof(scene.manager), "at": make.NOON}
    services.approve_request(session, scene.manager, first.id, **signs)
    session.commit()
    with pytest.raises(Refused) as refused:
        services.approve_request(session, scene.manager, second.id, **signs)
    assert codes(refused) == ["segregation_not_acknowledged"]
    assert refused.value.reasons[0].field == "acknowledged"
    session.rollback()
    services.approve_request(session, scene.manager, second.id, acknowledged=True, **signs)
    signature = session.scalars(select(Signature).order_by(Signature.id.desc())).first()
    assert signature is not None
    assert signed_content(signature)["acknowledged_rules"] == [AIR]


def test_a_rule_that_was_set_aside_neither_blocks_nor_warns(session: Session) -> None:
    scene = set_up(session)
    decide(session, scene, Stance.ADOPTED)
    decide(session, scene, Stance.SET_ASIDE)
    for project, room in ((scene.vector, scene.one), (scene.plain, scene.other)):
        services.approve_request(session, scene.manager, asks(session, project, room).id, at=make.NOON)


def test_a_tightened_rule_reaches_rooms_that_share_only_a_corridor(session: Session) -> None:
    scene = set_up(session)
    for room, air in ((scene.one, "a"), (scene.other, "b")):
        room.air_handling, room.corridor = air, "north"
    decide(session, scene, Stance.TIGHTENED, shares=frozenset({"corridor"}))
    first, second = asks(session, scene.vector, scene.one), asks(session, scene.plain, scene.other)
    services.approve_request(session, scene.manager, first.id, at=make.NOON)
    with pytest.raises(Refused) as refused:
        services.approve_request(session, scene.manager, second.id, at=make.NOON)
    assert codes(refused) == ["must_not_run_beside"]


def test_the_decision_of_another_facilitys_qa_changes_nothing_here(session: Session) -> None:
    scene, other = set_up(session), set_up(session)
    decide(session, other, Stance.ADOPTED)
    first, second = asks(session, scene.vector, scene.one), asks(session, scene.plain, scene.other)
    services.approve_request(session, scene.manager, first.id, at=make.NOON)
    services.approve_request(session, scene.manager, second.id, acknowledged=True, at=make.NOON)


def test_windows_are_offered_only_where_nothing_unsuitable_runs_next_door(session: Session) -> None:
    scene = set_up(session)
    decide(session, scene, Stance.ADOPTED)
    services.approve_request(session, scene.manager, asks(session, scene.vector, scene.one).id, at=make.NOON)
    need = need_of(asks(session, scene.plain, scene.other))
    found = {answer.cleanroom.id: answer for answer in search.answers(session, need, at=make.NOON)}
    windows = found[scene.other.id].windows
    assert windows
    assert not any(window.overlaps(WINDOW) for window in windows)
    for window in windows:
        assert search.reasons_against(session, scene.other, need, window, at=make.NOON) == []


def test_a_room_without_any_window_says_which_rule_stands_in_the_way(session: Session) -> None:
    scene = set_up(session)
    decide(session, scene, Stance.ADOPTED)
    services.approve_request(session, scene.manager, asks(session, scene.vector, scene.one).id, at=make.NOON)
    need = replace(
        need_of(asks(session, scene.plain, scene.other)),
        earliest_start=WINDOW.start.date(),
        latest_end=WINDOW.end.date(),
    )
    [answer] = [
        one for one in search.answers(session, need, at=make.NOON) if one.cleanroom.id == scene.other.id
    ]
    assert [reason.code for reason in answer.reasons] == ["no_window", "must_not_run_beside"]
    assert answer.fits


def test_the_waiting_list_keeps_away_even_from_what_only_warns(session: Session) -> None:
    scene = set_up(session)
    services.approve_request(session, scene.manager, asks(session, scene.vector, scene.one).id, at=make.NOON)
    waiting = asks(session, scene.plain, scene.other)
    services.waitlist_request(session, scene.manager, waiting.id, at=make.NOON)
    session.commit()
    assert services.tend_waiting_lists(session, at=make.NOON) == 0
    session.refresh(waiting)
    assert waiting.state is RequestState.WAITLISTED
    decide(session, scene, Stance.SET_ASIDE)
    session.commit()
    assert services.tend_waiting_lists(session, at=make.NOON) == 1


def test_work_that_needs_a_room_of_its_own_is_not_placed_right_beside_another_project(
    session: Session,
) -> None:
    scene = set_up(session)
    rule = "gmo_room_class"
    decide(session, scene, Stance.ADOPTED, rule)
    scene.one.gmo_class = 3
    deep = make.project(session, **{**VECTOR, "gmo_class": 3})
    plain = make.project(session, **{**VECTOR, "gmo_class": 1})
    first = asks(session, plain, scene.one)
    services.approve_request(session, scene.manager, first.id, at=make.NOON)
    second = asks(session, deep, scene.one, make.slot(25, 29))
    with pytest.raises(Refused) as refused:
        services.approve_request(session, scene.manager, second.id, at=make.NOON)
    assert codes(refused) == ["needs_dedicated_room"]
    session.rollback()
    scene.one.dedicated_to_id = deep.id
    session.commit()
    services.approve_request(session, scene.manager, second.id, at=make.NOON)


def test_a_dedicated_room_takes_no_other_project(session: Session) -> None:
    scene = set_up(session)
    request = asks(session, scene.plain, scene.one)
    scene.one.dedicated_to_id = scene.vector.id
    session.commit()
    with pytest.raises(Refused) as refused:
        services.approve_request(session, scene.manager, request.id, at=make.NOON)
    assert codes(refused) == ["room_dedicated"]


def test_what_a_facility_enters_itself_counts_as_the_worse_against_what_is_asked(session: Session) -> None:
    scene = set_up(session)
    decide(session, scene, Stance.ADOPTED)
    services.record_booking(
        session,
        scene.manager,
        cleanroom_id=scene.one.id,
        slot=WINDOW,
        title="Walk-in",
        process_class=None,
        at=make.NOON,
    )
    with pytest.raises(Refused) as refused:
        services.approve_request(
            session, scene.manager, asks(session, scene.plain, scene.other).id, at=make.NOON
        )
    assert codes(refused) == ["must_not_run_beside"]


def test_a_missing_fact_is_named_where_it_counts_as_the_worse(session: Session) -> None:
    scene = set_up(session)
    decide(session, scene, Stance.ADOPTED)
    services.approve_request(session, scene.manager, asks(session, scene.plain, scene.other).id, at=make.NOON)
    scene.vector.process_state = None
    session.commit()
    with pytest.raises(Refused) as refused:
        services.approve_request(
            session, scene.manager, asks(session, scene.vector, scene.one).id, at=make.NOON
        )
    assert [reason.values["unknown"] for reason in refused.value.reasons] == [["process_state"]]


def test_a_booking_is_not_moved_to_where_the_rules_speak_against_it(session: Session) -> None:
    scene = set_up(session)
    decide(session, scene, Stance.ADOPTED)
    services.approve_request(session, scene.manager, asks(session, scene.vector, scene.one).id, at=make.NOON)
    later = asks(session, scene.plain, scene.other, make.slot(18, 23))
    booking = services.approve_request(session, scene.manager, later.id, at=make.NOON)
    scene.facility.moves_without_asking_days = 1
    session.commit()
    with pytest.raises(Refused) as refused:
        services.propose_move(
            session,
            scene.manager,
            booking.id,
            cleanroom_id=scene.other.id,
            slot=WINDOW,
            why="Earlier.",
            at=make.NOON,
        )
    assert "must_not_run_beside" in codes(refused)


@pytest.mark.parametrize("stance", list(Stance))
def test_one_window_is_judged_as_in_the_whole_diary(session: Session, stance: Stance) -> None:
    scene = set_up(session)
    if stance is not Stance.TIGHTENED:
        decide(session, scene, stance)
    for window in (make.slot(11, 13), make.slot(20, 22)):
        request = asks(session, scene.vector, scene.one, window)
        services.approve_request(session, scene.manager, request.id, at=make.NOON)
    need = need_of(asks(session, scene.plain, scene.other, make.slot(4, 6)))
    whole = search.diaries_of(session, [scene.other], at=make.NOON)[scene.other.id]
    for first in range(4, 25):
        window = make.slot(first, first + 3)
        small = search.diary_around(session, scene.other, window, at=make.NOON)
        for diary_answers in (
            [search.reasons_in_diary(diary, need, window, at=make.NOON) for diary in (small, whole)],
            [search.warnings_in_diary(diary, need, window) for diary in (small, whole)],
        ):
            assert diary_answers[0] == diary_answers[1]


def test_declaring_what_a_room_shares_counts_in_the_next_decision(session: Session) -> None:
    scene = set_up(session)
    decide(session, scene, Stance.ADOPTED)
    scene.other.air_handling = None
    session.commit()
    services.approve_request(session, scene.manager, asks(session, scene.vector, scene.one).id, at=make.NOON)
    declare_sharing(
        session,
        scene.qa,
        scene.other.id,
        sharing={"air_handling": "ahu1"},
        reason="The dampers are open since May.",
        proof=make.proof(scene.qa),
        at=make.NOON,
    )
    with pytest.raises(Refused) as refused:
        services.approve_request(
            session, scene.manager, asks(session, scene.plain, scene.other).id, at=make.NOON
        )
    assert codes(refused) == ["must_not_run_beside"]


# The race for the air: two rooms, two decisions at the same moment, and never both


ROUNDS = 40


@pytest.mark.parametrize("code", ["must_not_run_beside", "staff_at_limit"])
@pytest.mark.parametrize("engine_name", ENGINES)
def test_of_two_decisions_at_the_same_moment_never_both_win(
    engine_name: str, code: str, tmp_path: Path
) -> None:
    url = new_database(engine_name, tmp_path)
    with make_app(url, tmp_path).app_context():
        Base.metadata.create_all(db.engine)
        db.engine.dispose()
    engine = create_engine(url, pool_size=4, max_overflow=0)
    prepare_engine(engine)
    with Session(engine, expire_on_commit=False) as session:
        scene = set_up(session)
        if code == "staff_at_limit":
            scene.facility.most_runs, scene.other.air_handling = 1, None
        decide(session, scene, Stance.ADOPTED)
        wanted = [asks(session, scene.vector, scene.one).id, asks(session, scene.plain, scene.other).id]
        rooms = [scene.one.id, scene.other.id]
        session.commit()

    def approve(request_id: int, barrier: Barrier) -> str:
        with Session(engine) as session:
            barrier.wait(timeout=60)
            try:
                in_one_unit(
                    lambda unit: services.approve_request(unit, scene.manager, request_id, at=make.NOON),
                    session,
                )
            except Refused as refused:
                return ",".join(reason.code for reason in refused.reasons)
            return "won"

    with ThreadPoolExecutor(2) as pool:
        for _ in range(ROUNDS):
            barrier = Barrier(2)
            found = Counter(pool.map(lambda one, at=barrier: approve(one, at), wanted))
            assert found == {"won": 1, code: 1}
            with Session(engine) as session:
                blocks.lock_cleanrooms(session, rooms)
                for booking in session.scalars(select(Booking)):
                    if booking.state is BookingState.CONFIRMED:
                        blocks.change_state(session, booking, BookingState.CANCELLED, at=make.NOON)
                for request_id in wanted:
                    request = lock_request(session, request_id, shown_version=None)
                    request.state = RequestState.SUBMITTED
                session.commit()
    engine.dispose()


# How many runs a facility carries at once


def test_a_facility_takes_no_more_runs_at_once_than_it_carries(session: Session) -> None:
    scene = set_up(session)
    scene.facility.most_runs = 1
    scene.other.air_handling = None
    first, second = asks(session, scene.plain, scene.one), asks(session, scene.plain, scene.other)
    services.approve_request(session, scene.manager, first.id, at=make.NOON)
    session.commit()
    with pytest.raises(Refused) as refused:
        services.approve_request(session, scene.manager, second.id, at=make.NOON)
    assert codes(refused) == ["staff_at_limit"]
    session.rollback()
    need = need_of(second)
    found = {answer.cleanroom.id: answer for answer in search.answers(session, need, at=make.NOON)}
    assert not any(window.overlaps(WINDOW) for window in found[scene.other.id].windows)
    scene.facility.most_runs = 2
    session.commit()
    services.approve_request(session, scene.manager, second.id, at=make.NOON)


def test_locks_for_a_limit_reach_every_room_of_the_facility(session: Session) -> None:
    scene = set_up(session)
    scene.other.air_handling = None
    session.commit()
    question = blocks._LOCKED

    def locked() -> set[int]:
        return {room.id for room in session.scalars(question, {"rooms": [scene.one.id]})}

    assert locked() == {scene.one.id}
    scene.facility.most_runs = 3
    session.commit()
    assert locked() == {scene.one.id, scene.other.id}


@given(most=st.integers(1, 4), stretches=st.lists(STRETCH, max_size=8))
def test_a_facility_is_full_exactly_while_it_carries_all_that_it_can(
    most: int, stretches: list[Span]
) -> None:
    full = apart.full_spans(apart.Separation(most_runs=most), stretches)
    for tick in range(END + 8):
        here = Span(tick, tick + 1)
        runs = sum(stretch.overlaps(here) for stretch in stretches)
        assert any(span.overlaps(here) for span in full) is (runs >= most)


# Properties, against a second reading of the rules that shares nothing with the portal's

SIDES = st.fixed_dictionaries(
    {},
    optional={
        "project_id": st.integers(1, 3),
        "process_class": st.sampled_from(["nonviral_cell", "aav", "lv_rv", "microbial", "microbial_spore"]),
        "vector_level": st.sampled_from(["none", "aav", "lentiviral_retroviral", "replication_competent"]),
        "gmo_class": st.integers(0, 3),
        "process_state": st.sampled_from(["open", "closed", "closed_isolator", "closed_automated"]),
        "infectious_status": st.sampled_from(["negative", "positive", "unknown"]),
        "autologous": st.booleans(),
        "run_kind": st.sampled_from([RunKind.PROCESS_DEVELOPMENT, RunKind.CLINICAL_BATCH]),
    },
)
STANCES = st.dictionaries(
    st.sampled_from([rule["id"] for rule in records("segregation_rules")]),
    st.sampled_from([Stance.ADOPTED, Stance.SET_ASIDE]),
)
SHARED = st.frozensets(st.sampled_from(["air_handling", "corridor", "staff"]), min_size=1)


def facts_of(known: dict[str, Any]) -> tuple[Any, ...]:
    """Return what is known of a piece of work as the question for bookings brings it."""
    return tuple(known.get(name) for name in apart.FACT_COLUMNS)


def side(known: dict[str, Any]) -> Side:
    """Return a piece of work as the rules see it."""
    return side_of(**dict(zip(apart.FACT_COLUMNS, facts_of(known), strict=True)))


def as_json(one: Side) -> dict[str, Any]:
    """Return a side as the oracle reads it."""
    facts: dict[str, Any] = {
        name: sorted(values) if name == "product_class" else min(values) for name, values in one.facts.items()
    }
    if one.gmo_class is not None:
        facts["gmo_class"] = one.gmo_class
    return {"product": one.product, "patient": one.patient, "event": None, "facts": facts}


def need_with(one: Side, project_id: int | None) -> Need:
    """Return a need for whose work only apartness matters."""
    return Need(
        kind=RoomKind.PRE_GMP,
        grade=Grade.C,
        bsl=1,
        vector_level=VectorLevel.NONE,
        gmo_class=0,
        process_class="",
        equipment=frozenset(),
        mode=WorkMode.CONTINUOUS,
        duration=1,
        duration_unit=BookingUnit.DAY,
        earliest_start=make.NOON.date(),
        latest_end=None,
        facility_ids=None,
        project_id=project_id,
        side=one,
    )


def told(objection: apart.Objection) -> tuple[Any, ...]:
    """Return what a reader hears of an objection; how far it goes outside the ticks that were asked is left open."""
    return objection.code, objection.found, objection.values


def apart_in_time(stretches: list[Span]) -> list[Span]:
    """Return those stretches that do not overlap an earlier one."""
    kept: list[Span] = []
    for stretch in sorted(stretches):
        if not kept or stretch.start >= kept[-1].end:
            kept.append(stretch)
    return kept


@given(
    asked=SIDES,
    beside=st.lists(st.tuples(STRETCH, SHARED, SIDES), max_size=4),
    here=st.lists(st.tuples(STRETCH, SIDES), max_size=4),
    stances=STANCES,
)
def test_a_window_is_barred_exactly_where_a_rule_that_blocks_speaks_against_it(
    asked: dict[str, Any],
    beside: list[tuple[Span, frozenset[str], dict[str, Any]]],
    here: list[tuple[Span, dict[str, Any]]],
    stances: dict[str, Stance],
) -> None:
    shipped = records("segregation_rules")
    by_id = {rule["id"]: rule for rule in shipped}
    rules = held(shipped, {rule: (stance, by_id[rule]) for rule, stance in stances.items()})
    need = need_with(side(asked), asked.get("project_id"))
    time = RoomTime(ZoneInfo("UTC"), BookingUnit.DAY, make.NOON.date())
    neighbours = [
        apart.Neighbour(
            f"R{number}",
            shares,
            [apart.Stay(time.moment(stretch.start), time.moment(stretch.end), facts_of(known))],
        )
        for number, (stretch, shares, known) in enumerate(beside)
    ]
    taken = apart_in_time([stretch for stretch, _known in here])
    known_here = {number: known for number, (_stretch, known) in enumerate(here[: len(taken)])}
    occupations = [Occupation(stretch, Work(""), number) for number, stretch in enumerate(taken)]
    separation = apart.Separation(
        book=rulebook(rules),
        neighbours=tuple(neighbours),
        here={number: facts_of(known) for number, known in known_here.items()},
    )
    found = list(apart.objections(separation, occupations, need, time, Span(0, END + 8)))
    blocking = {
        "segregation": [by_id[rule] for rule, stance in stances.items() if stance is Stance.ADOPTED],
        "changeover": [],
        "changeover_classes": records("changeover_classes"),
    }

    def forbids(when: str, shares: list[str], a: Side, b: Side) -> bool:
        case = {"name": "", "when": when, "shares": shares, "a": as_json(a), "b": as_json(b)}
        return not oracle.verdict(case, json.loads(json.dumps(blocking)))["allowed"]

    for start in range(END):
        window = Span(start, start + 2)
        if any(window.overlaps(stretch) for stretch in taken):
            continue
        against = any(
            window.overlaps(stretch) and forbids("concurrent", sorted(shares), need.side, side(known))
            for stretch, shares, known in beside
        )
        before = [number for number, stretch in enumerate(taken) if stretch.end <= window.start]
        after = [number for number, stretch in enumerate(taken) if stretch.start >= window.end]
        if before:
            last = side(known_here[before[-1]])
            against = against or forbids("a_then_b", ["room", "equipment"], last, need.side)
        if after:
            following = side(known_here[after[0]])
            against = against or forbids("a_then_b", ["room", "equipment"], need.side, following)
        barred = any(one.found.blocks and one.span.overlaps(window) for one in found)
        assert barred is against
        alone = apart.objections(separation, occupations, need, time, window)
        assert [told(one) for one in alone] == [told(one) for one in found if one.span.overlaps(window)]


def test_stances_stay_when_qa_decides_again(session: Session) -> None:
    scene = set_up(session)
    decide(session, scene, Stance.ADOPTED)
    decide(session, scene, Stance.SET_ASIDE)
    kept = session.scalars(select(StanceRecord.stance).order_by(StanceRecord.id)).all()
    assert kept == [Stance.ADOPTED, Stance.SET_ASIDE]
