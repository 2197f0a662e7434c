"""Campaigns as they are stored: links, windows, requesting, approving, moving and releasing as one."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal.bookings.models import (
    Block,
    BlockKind,
    Booking,
    BookingState,
    RequestState,
    RunKind,
    SlotRequest,
)
from portal.bookings.services import propose_move, reject_request
from portal.campaigns import queries, services
from portal.campaigns.outlook import outlook, present_order
from portal.campaigns.rules.standing import ChainState, Standing
from portal.campaigns.services import Choice
from portal.core.actors import Role
from portal.core.errors import NotAllowed, NotFound, Reason, Refused, Stale
from portal.core.slots import Slot
from portal.facilities.models import RoomKind
from portal.gates.rules import Gate
from portal.ledger import Entry
from portal.projects.models import Grant
from portal.projects.rules.values import FieldGroup, GrantReason
from portal.signatures.models import Signature
from tests import make
from tests.campaigns.conftest import Scene

UNTIL = make.midnight(20, 2)


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def inner(refused: pytest.ExceptionInfo[Refused]) -> list[tuple[str, str]]:
    """Return the links that stand in the way, each with the code of why."""
    return [
        (reason.values["title"], reason.values["reason"].code)
        for reason in refused.value.reasons
        if reason.code == "link_stands_in_the_way"
    ]


def over_both(scene: Scene, **values: Any) -> None:
    """Make a chain of a development run in the laboratory and an engineering run in the plant."""
    scene.add(RunKind.PROCESS_DEVELOPMENT, "Development")
    scene.add(RunKind.ENGINEERING_RUN, "Engineering", lag_days=7, **values)


def test_windows_for_the_whole_chain_go_over_both_facilities(scene: Scene) -> None:
    over_both(scene)
    scene.choose()
    first, second = scene.links()
    assert (first.room, second.room) == (scene.lab_room, scene.plant_room)
    assert first.moments == (make.midnight(11), make.midnight(16))
    assert second.moments == (make.midnight(25), make.midnight(30))
    assert queries.chain_state([first, second]) is ChainState.PLANNED


def test_a_weekly_series_keeps_its_week(scene: Scene) -> None:
    scene.add(RunKind.PROCESS_DEVELOPMENT, "Run 1", "Run 2", "Run 3", days=2, spacing_days=7)
    scene.choose()
    assert [one.moments[0] for one in scene.links() if one.moments] == [
        make.midnight(11),
        make.midnight(18),
        make.midnight(25),
    ]


def test_what_binds_a_chain_is_named_with_the_window_that_it_would_have(scene: Scene) -> None:
    over_both(scene, latest_end=date(2027, 1, 20))
    found = outlook(scene.session, scene.links(), at=make.NOON)
    assert found.stuck == scene.link("Engineering").link.id
    assert [reason.code for reason in found.against] == ["binds_latest_end", "binds_before"]
    assert found.against[0].values["start"] == make.midnight(25)
    assert found.against[0].values["facility"] == scene.plant.name


def test_a_chain_is_requested_as_one(scene: Scene) -> None:
    over_both(scene)
    scene.choose()
    scene.request()
    assert {one.request.state for one in scene.links()} == {RequestState.SUBMITTED}
    (entry,) = scene.session.scalars(select(Entry).where(Entry.name == "campaign.requested"))
    assert len(entry.facts["request_ids"]) == 2


def test_one_link_that_is_refused_keeps_the_whole_chain_back_and_is_named(scene: Scene) -> None:
    over_both(scene)
    scene.choose()
    blocker = make.slot_request(scene.session, scene.plant_room, make.slot(25, 30), kind=RoomKind.GMP)
    scene.session.add(booked(scene, blocker))
    scene.session.commit()
    with pytest.raises(Refused) as refused:
        scene.request()
    scene.session.rollback()
    assert inner(refused) == [("Engineering", "slot_taken")]
    assert {one.request.state for one in scene.links()} == {RequestState.DRAFT}


def booked(scene: Scene, request: SlotRequest) -> Booking:
    """Return a booking that takes what somebody else asked for."""
    from portal.bookings.models import SlotRequest

    assert isinstance(request, SlotRequest)
    block = Block(
        cleanroom_id=request.cleanroom_id,
        kind=BlockKind.BOOKING,
        starts_at=request.starts_at,
        ends_at=request.ends_at,
    )
    scene.session.add(block)
    scene.session.flush()
    return Booking(
        block_id=block.id,
        state=BookingState.CONFIRMED,
        request_id=request.id,
        project_id=request.project_id,
        organisation_id=request.organisation_id,
        created_at=make.NOON,
    )


def test_terms_that_are_not_accepted_keep_the_whole_chain_back(scene: Scene) -> None:
    over_both(scene)
    scene.choose()
    with pytest.raises(Refused) as refused:
        services.request_chain(
            scene.session,
            scene.founder,
            scene.campaign.id,
            accepted_terms={scene.lab.id: scene.lab.confidentiality_version},
            agreed={},
            at=make.NOON,
        )
    assert inner(refused) == [("Engineering", "terms_not_accepted")]


def test_windows_out_of_order_are_not_requested(scene: Scene) -> None:
    over_both(scene)
    scene.choose()
    late = Choice(
        link_id=scene.link("Development").link.id, cleanroom_id=scene.lab_room.id, slot=make.slot(25, 30)
    )
    services.choose_windows(scene.session, scene.founder, scene.campaign.id, [late], at=make.NOON)
    scene.session.commit()
    with pytest.raises(Refused) as refused:
        scene.request()
    assert inner(refused) == [("Engineering", "link_before"), ("Engineering", "link_after")]


def test_the_first_part_is_held_and_the_last_approval_confirms_all(scene: Scene) -> None:
    over_both(scene)
    scene.choose()
    scene.request()
    scene.meet(Gate.PRE_GMP_EXIT)
    with pytest.raises(Refused) as refused:
        scene.approve(scene.lab_manager, scene.lab)
    scene.session.rollback()
    assert codes(refused) == ["rest_needs_a_date"]
    scene.approve(scene.lab_manager, scene.lab, until=UNTIL)
    held = scene.link("Development")
    assert held.standing is Standing.HELD
    assert held.link.waits_for_rest
    scene.approve(scene.plant_manager, scene.plant)
    assert [one.standing for one in scene.links()] == [Standing.BOOKED, Standing.BOOKED]
    assert queries.chain_state(scene.links()) is ChainState.APPROVED
    names = scene.session.scalars(
        select(Entry.name).where(Entry.name.like("campaign.%")).order_by(Entry.id)
    ).all()
    assert names[-3:] == ["campaign.part_approved", "campaign.part_approved", "campaign.approved"]


def test_what_waited_for_the_rest_goes_on_waiting_for_its_gate(scene: Scene) -> None:
    over_both(scene)
    scene.choose()
    scene.request()
    scene.approve(scene.plant_manager, scene.plant, until=UNTIL)
    assert scene.link("Engineering").link.waits_for_rest
    scene.approve(scene.lab_manager, scene.lab)
    booking = scene.link("Engineering").booking
    assert booking is not None
    assert (booking.state, booking.awaits_gate) == (BookingState.HELD, "pre_gmp_exit")
    assert scene.link("Development").standing is Standing.BOOKED


def test_a_part_whose_gate_is_not_met_names_the_link_unless_it_is_held(scene: Scene) -> None:
    scene.add(RunKind.ENGINEERING_RUN, "Engineering")
    scene.add(RunKind.CLINICAL_BATCH, "Batch")
    scene.choose()
    scene.request()
    scene.meet(Gate.PRE_GMP_EXIT)
    with pytest.raises(Refused) as refused:
        scene.approve(scene.plant_manager, scene.plant)
    scene.session.rollback()
    assert inner(refused) == [("Batch", "gate_not_met")]
    assert {one.standing for one in scene.links()} == {Standing.ASKED}
    scene.approve(scene.plant_manager, scene.plant, until=UNTIL)
    assert [one.standing for one in scene.links()] == [Standing.BOOKED, Standing.HELD]


def test_each_approval_of_a_part_is_signed(scene: Scene) -> None:
    scene.add(RunKind.ENGINEERING_RUN, "Engineering 1", "Engineering 2")
    scene.choose()
    scene.request()
    scene.meet(Gate.PRE_GMP_EXIT)
    with pytest.raises(Refused) as refused:
        scene.approve(scene.plant_manager, scene.plant, proof=None)
    scene.session.rollback()
    assert set(codes(refused)) == {"signature_needed"}
    scene.approve(scene.plant_manager, scene.plant)
    assert len(scene.session.scalars(select(Signature)).all()) == 2


def test_a_part_of_a_chain_that_is_broken_elsewhere_is_not_approved_as_one(scene: Scene) -> None:
    over_both(scene)
    scene.choose()
    scene.request()
    services.reject_part(
        scene.session, scene.lab_manager, scene.campaign.id, scene.lab.id, note="Full.", at=make.NOON
    )
    scene.session.commit()
    assert queries.chain_state(scene.links()) is ChainState.BROKEN
    with pytest.raises(Refused) as refused:
        scene.approve(scene.plant_manager, scene.plant, until=UNTIL)
    assert codes(refused) == ["chain_lost_elsewhere"]


def test_nobody_answers_for_a_facility_that_they_do_not_manage(scene: Scene) -> None:
    over_both(scene)
    scene.choose()
    scene.request()
    for actor, where in ((scene.lab_manager, scene.plant), (scene.qa, scene.plant)):
        with pytest.raises(NotFound):
            scene.approve(actor, where, until=UNTIL)
    stranger = make.manager(scene.session, make.facility(scene.session))
    with pytest.raises(NotFound):
        scene.approve(stranger, scene.plant, until=UNTIL)


def test_a_page_that_is_out_of_date_decides_nothing(scene: Scene) -> None:
    over_both(scene)
    scene.choose()
    scene.request()
    with pytest.raises(Stale):
        scene.approve(scene.lab_manager, scene.lab, until=UNTIL, shown_version=1)


def test_a_chain_is_released_as_one(scene: Scene) -> None:
    over_both(scene)
    scene.add(RunKind.CLINICAL_BATCH, "Batch")
    scene.choose()
    scene.request()
    scene.approve(scene.lab_manager, scene.lab, until=UNTIL)
    services.release_chain(
        scene.session,
        scene.founder,
        scene.campaign.id,
        note="The money came late.",
        agreed_fees={},
        at=make.NOON,
    )
    scene.session.commit()
    assert {one.standing for one in scene.links()} == {Standing.LOST}
    assert queries.chain_state(scene.links()) is ChainState.RELEASED
    with pytest.raises(Refused) as refused:
        services.release_chain(
            scene.session, scene.founder, scene.campaign.id, note="Again.", agreed_fees={}, at=make.NOON
        )
    assert codes(refused) == ["nothing_to_release"]


def test_a_fee_that_is_another_by_now_keeps_the_whole_chain(scene: Scene) -> None:
    scene.lab.cancellation_steps = [{"days_before": 60, "percent": 50}]
    make.rate(scene.session, scene.lab_room)
    scene.add(RunKind.PROCESS_DEVELOPMENT, "One", "Two")
    scene.choose()
    scene.request()
    scene.approve(scene.lab_manager, scene.lab)
    booking = scene.link("Two").booking
    assert booking is not None
    with pytest.raises(Refused) as refused:
        services.release_chain(
            scene.session,
            scene.founder,
            scene.campaign.id,
            note="Changed our mind.",
            agreed_fees={booking.id: 1},
            at=make.NOON,
        )
    scene.session.rollback()
    assert inner(refused) == [("Two", "fee_has_changed")]
    assert {one.standing for one in scene.links()} == {Standing.BOOKED}


def test_moving_one_link_moves_what_must_follow(scene: Scene) -> None:
    over_both(scene)
    scene.choose()
    links = scene.links()
    moving = {links[0].link.id: date(2027, 1, 18), links[1].link.id: date(2027, 1, 25)}
    found = outlook(scene.session, links, at=make.NOON, moving=moving)
    choices = [
        Choice(link_id=key, cleanroom_id=one.room.id, slot=one.slot) for key, one in found.windows.items()
    ]
    services.move_chain(scene.session, scene.founder, scene.campaign.id, choices, why="", at=make.NOON)
    scene.session.commit()
    assert [one.moments for one in scene.links()] == [
        (make.midnight(18), make.midnight(23)),
        (make.midnight(1, 2), make.midnight(6, 2)),
    ]


def test_booked_links_move_together_where_the_terms_let_them(scene: Scene) -> None:
    scene.lab.moves_without_asking_days = 1
    scene.add(RunKind.PROCESS_DEVELOPMENT, "One", "Two")
    scene.choose()
    scene.request()
    scene.approve(scene.lab_manager, scene.lab)
    links = scene.links()
    moving = {one.link.id: date(2027, 1, 18) for one in links}
    found = outlook(scene.session, links, at=make.NOON, moving=moving)
    choices = [
        Choice(link_id=key, cleanroom_id=one.room.id, slot=one.slot) for key, one in found.windows.items()
    ]
    services.move_chain(
        scene.session, scene.founder, scene.campaign.id, choices, why="The cells came late.", at=make.NOON
    )
    scene.session.commit()
    assert [one.moments[0] for one in scene.links() if one.moments] == [make.midnight(18), make.midnight(25)]


def test_a_booking_that_moves_alone_shows_what_no_longer_follows(scene: Scene) -> None:
    scene.lab.moves_without_asking_days = 1
    scene.add(RunKind.PROCESS_DEVELOPMENT, "One", "Two")
    scene.choose()
    scene.request()
    scene.approve(scene.lab_manager, scene.lab)
    booking = scene.link("One").booking
    assert booking is not None
    propose_move(
        scene.session,
        scene.founder,
        booking.id,
        cleanroom_id=scene.lab_room.id,
        slot=Slot(make.midnight(1, 2), make.midnight(6, 2)),
        why="Late.",
        at=make.NOON,
    )
    scene.session.commit()
    broken = present_order(scene.links(), at=make.NOON)
    assert list(broken) == [scene.link("Two").link.id]
    assert broken[scene.link("Two").link.id][0] == Reason(
        "link_before", {"earliest": make.midnight(6, 2), "zone": "Europe/Stockholm"}
    )


def test_a_link_is_taken_out_before_it_is_sent_and_after_it_is_lost_only(scene: Scene) -> None:
    over_both(scene)
    services.remove_link(
        scene.session, scene.founder, scene.campaign.id, scene.link("Development").link.id, at=make.NOON
    )
    scene.choose()
    scene.request()
    link = scene.link("Engineering").link
    with pytest.raises(Refused) as refused:
        services.remove_link(scene.session, scene.founder, scene.campaign.id, link.id, at=make.NOON)
    scene.session.rollback()
    assert codes(refused) == ["link_not_removable"]
    reject_request(
        scene.session, scene.plant_manager, scene.link("Engineering").request.id, note="Full.", at=make.NOON
    )
    services.remove_link(scene.session, scene.founder, scene.campaign.id, link.id, at=make.NOON)
    scene.session.commit()
    assert scene.links() == []


def test_a_link_follows_earlier_ones_of_its_own_chain_only(scene: Scene) -> None:
    over_both(scene)
    first, second = (one.link for one in scene.links())
    with pytest.raises(Refused) as refused:
        services.order_link(
            scene.session,
            scene.founder,
            scene.campaign.id,
            first.id,
            after_id=second.id,
            lag_days=0,
            spacing_days=0,
            at=make.NOON,
        )
    assert codes(refused) == ["link_follows_later_one"]
    with pytest.raises(NotFound):
        services.order_link(
            scene.session,
            scene.founder,
            scene.campaign.id,
            second.id,
            after_id=second.id + 999,
            lag_days=0,
            spacing_days=0,
            at=make.NOON,
        )


def test_two_links_and_two_campaigns_do_not_share_a_name(scene: Scene) -> None:
    scene.add(RunKind.PROCESS_DEVELOPMENT, "One")
    with pytest.raises(Refused) as refused:
        scene.add(RunKind.PROCESS_DEVELOPMENT, "one")
    assert codes(refused) == ["link_same_title"]
    with pytest.raises(Refused) as refused:
        services.begin_campaign(
            scene.session, scene.founder, scene.project.id, name="first BATCH", at=make.NOON
        )
    assert codes(refused) == ["campaign_same_name"]


def test_campaigns_are_read_by_owner_adviser_and_in_part_by_the_facility(scene: Scene) -> None:
    over_both(scene)
    scene.choose()
    session, campaign = scene.session, scene.campaign
    adviser = make.adviser(session)
    for actor in (adviser, scene.lab_manager, make.founder(session)):
        with pytest.raises(NotFound):
            queries.campaign_shown(session, actor, campaign.id, at=make.NOON)
    with pytest.raises(NotFound):
        queries.campaign_asked(session, scene.lab_manager, campaign.id)
    assert adviser.organisation_id is not None
    session.add(
        Grant(
            project_id=scene.project.id,
            organisation_id=adviser.organisation_id,
            field_group=FieldGroup.BOOKINGS,
            reason=GrantReason.CONSENT,
            starts_at=make.NOON - timedelta(days=1),
        )
    )
    scene.request()
    assert queries.campaign_shown(session, adviser, campaign.id, at=make.NOON) == campaign
    with pytest.raises(NotAllowed):
        queries.own_campaign(session, adviser, campaign.id, at=make.NOON)
    with pytest.raises(NotFound):
        queries.campaign_shown(session, scene.lab_manager, campaign.id, at=make.NOON)
    assert queries.campaign_asked(session, scene.lab_manager, campaign.id) == campaign
    asked = [one.request.title for one in scene.links() if queries.is_asked_of(scene.lab_manager, one)]
    assert asked == ["Development"]
    assert Role.FACILITY_MANAGER in scene.lab_manager.roles
