"""Slot requests and bookings of the national portal, as their rows and as what happened to them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from benchmarks.national.people import Happening, Story
from benchmarks.national.pipeline import Pipeline, Work
from benchmarks.national.places import ZONE, Place
from benchmarks.national.stays import UP_TO, Stay, changeover_end, stays_of
from portal.bookings.events import (
    BookingCancelled,
    BookingCompleted,
    BookingRecorded,
    BookingStarted,
    CleanroomClosed,
    InformationAsked,
    InformationGiven,
    NoShow,
    OfferExpired,
    RequestApproved,
    RequestDrafted,
    RequestRejected,
    RequestSubmitted,
    RequestWaitlisted,
    RequestWithdrawn,
    WindowOffered,
)
from portal.bookings.models import (
    Block,
    BlockKind,
    Booking,
    BookingState,
    Closure,
    ClosureKind,
    RequestMessage,
    RequestState,
    RunKind,
    Side,
    SlotRequest,
    WorkMode,
)
from portal.bookings.roomtime import midnight
from portal.bookings.services.sharing import SHOWN_TO_FACILITY
from portal.facilities.models import Grade, RoomKind, VectorLevel
from portal.projects.events import AccessEnded, GroupGranted
from portal.projects.models import Grant, GrantReason

BOOKINGS = 50_000
RELEASED = {BookingState.CANCELLED: 2_600, BookingState.EXPIRED: 300}
"""Bookings that took a room for a while and gave it back."""

UNBOOKED = {
    RequestState.REJECTED: 2_600,
    RequestState.WITHDRAWN: 900,
    RequestState.SUBMITTED: 420,
    RequestState.NEEDS_INFO: 80,
    RequestState.WAITLISTED: 160,
    RequestState.DRAFT: 340,
}
"""Slot requests that never came to a booking, or not yet."""

OWN_WORK = 0.06
CLASS_OF_ROOM = {RoomKind.PRE_GMP: RunKind.PROCESS_DEVELOPMENT, RoomKind.GMP: RunKind.CLINICAL_BATCH}
ENDED = {RequestState.REJECTED, RequestState.WITHDRAWN}
ASKED_FOR_CONSENT = {RequestState.SUBMITTED, RequestState.NEEDS_INFO, RequestState.WAITLISTED}


@dataclass(slots=True)
class Case:
    """A request, a booking, or both, and when it began."""

    stay: Stay
    at: datetime
    booking: BookingState | None
    request: RequestState | None
    block_id: int = 0
    request_id: int = 0
    booking_id: int = 0


def tell_of_cases(story: Story, places: Iterable[Place], pipeline: Pipeline) -> list[Case]:
    """Make and return every booking with its block and changeover, every request, and every closure."""
    stays = [stay for place in places for stay in stays_of(story, pipeline, place)]
    wanted = BOOKINGS - sum(RELEASED.values())
    if len(stays) < wanted:
        raise SystemExit(f"There is only room for {len(stays)} of {wanted} stays: shorten GAPS")
    kept = sorted(story.random.sample(range(len(stays)), wanted))
    stays = [stays[place] for place in kept]
    for stay in stays:
        if stay.work is not None and story.random.random() < OWN_WORK:
            stay.work = None
    cases = [_case_of(story, stay) for stay in stays]
    _blocks(story, cases)
    cases += _others(story, stays, pipeline)
    for case in sorted(cases, key=lambda case: case.at):
        _write(story, case)
    _closures(story, places)
    return cases


def _case_of(story: Story, stay: Stay) -> Case:
    ahead = timedelta(days=story.random.randint(14, 120))
    at = min(stay.slot.start - ahead, story.now - timedelta(days=story.random.randint(8, 40)))
    at = max(at, story.begins + timedelta(minutes=1)) + timedelta(minutes=story.random.randrange(9 * 60))
    if stay.work is not None:
        at = max(at, stay.work.since)
    luck = story.random.random()
    state, request = BookingState.CONFIRMED, RequestState.APPROVED
    if stay.slot.end <= story.now:
        state = BookingState.NO_SHOW if luck < 0.02 else BookingState.COMPLETED
    elif stay.slot.start <= story.now:
        state = BookingState.IN_USE
    elif stay.work is not None and luck < 0.04:
        state = BookingState.HELD
        request = RequestState.OFFERED if luck < 0.03 else RequestState.APPROVED
    return Case(stay, at, state, None if stay.work is None else request)


def _blocks(story: Story, cases: list[Case]) -> None:
    """Write the blocks of all stays, and after them the changeovers that follow them."""
    for case in cases:
        kind = BlockKind.HOLD if case.booking is BookingState.HELD else BlockKind.BOOKING
        case.block_id = _block(story, case.stay, kind)
    for case, following in zip(cases, [*cases[1:], None], strict=True):
        same = following is not None and following.stay.room is case.stay.room
        end = changeover_end(case.stay, following.stay if same and following else None)
        if end > case.stay.slot.end:
            story.book.add(
                Block,
                cleanroom_id=case.stay.room.id,
                kind=BlockKind.CHANGEOVER,
                starts_at=case.stay.slot.end,
                ends_at=end,
                after_id=case.block_id,
            )


def _block(story: Story, stay: Stay, kind: BlockKind) -> int:
    return story.book.add(
        Block, cleanroom_id=stay.room.id, kind=kind, starts_at=stay.slot.start, ends_at=stay.slot.end
    )


def _others(story: Story, stays: list[Stay], pipeline: Pipeline) -> list[Case]:
    """Return what was given back, and what was asked for and is not booked, each for the window of some stay."""
    worked = [stay for stay in stays if stay.work is not None]
    coming = [stay for stay in worked if stay.slot.start > story.now + timedelta(days=10)]
    found = []
    for state, number in RELEASED.items():
        asked = RequestState.WITHDRAWN if state is BookingState.CANCELLED else RequestState.REJECTED
        for _ in range(number):
            case = _case_of(story, _rival(story, story.random.choice(worked), pipeline))
            case.booking, case.request = state, asked
            case.block_id = _block(story, case.stay, BlockKind.RELEASED)
            found.append(case)
    for request, number in UNBOOKED.items():
        for _ in range(number):
            ended = request in ENDED
            case = _case_of(story, _rival(story, story.random.choice(worked if ended else coming), pipeline))
            case.booking, case.request = None, request
            found.append(case)
    return found


def _rival(story: Story, stay: Stay, pipeline: Pipeline) -> Stay:
    """Return the wish of another project for the same window; in it runs work for somebody."""
    known = min(stay.slot.start, story.now) - timedelta(days=150)
    asked = max(known, story.begins + timedelta(days=61))
    other = pipeline.drawn(story, UP_TO[stay.room.vector_level], asked)
    return Stay(stay.place, stay.room, stay.slot, other, stay.units)


def _write(story: Story, case: Case) -> None:
    if case.stay.work is None:
        _record(story, case)
        return
    work = case.stay.work
    case.request_id = request_id = _request(story, case, work)
    booking_id = _booking(story, case, work, request_id) if case.booking else None
    case.booking_id = booking_id or 0
    _tell_of_request(story, case, work, request_id, booking_id)


def _record(story: Story, case: Case) -> None:
    stay, manager = case.stay, story.random.choice(case.stay.place.managers)
    booking_id = story.book.add(
        Booking,
        block_id=case.block_id,
        state=case.booking,
        organisation_id=stay.place.operator.id,
        title="Media fill and training",
        created_at=case.at,
        created_by_id=manager,
        is_demo=True,
    )
    story.facts.setdefault("own work", booking_id)
    recorded = BookingRecorded(
        actor_id=manager,
        booking_id=booking_id,
        cleanroom_id=stay.room.id,
        starts_at=stay.slot.start,
        ends_at=stay.slot.end,
        note="Media fill and training",
    )
    story.happened.append(Happening(case.at, recorded))
    _tell_of_use(story, case, {"booking_id": booking_id, "cleanroom_id": stay.room.id}, manager)


def _request(story: Story, case: Case, work: Work) -> int:
    stay, state = case.stay, case.request
    room, asked = stay.room, case.at
    is_draft = state is RequestState.DRAFT
    decided = asked + timedelta(days=3) if state not in {*UNBOOKED} - ENDED else None
    waiting = state in {*ASKED_FOR_CONSENT, RequestState.OFFERED}
    first_day = stay.slot.start.date()
    return story.book.add(
        SlotRequest,
        project_id=work.id,
        organisation_id=work.owner.id,
        requested_by_id=work.owner.people[0],
        state=state,
        run_kind=CLASS_OF_ROOM[room.kind],
        title="Run",
        kind=room.kind,
        grade=room.grade if room.kind is RoomKind.GMP else Grade.CNC,
        bsl=2,
        vector_level=VectorLevel(work.vector_level),
        gmo_class=0 if work.vector_level == "none" else 2,
        process_class=work.process_class,
        equipment=[],
        mode=WorkMode.WORKING,
        duration=stay.units,
        duration_unit=room.unit,
        earliest_start=first_day - timedelta(days=14),
        latest_end=None,
        remark="",
        cleanroom_id=room.id,
        starts_at=stay.slot.start,
        ends_at=stay.slot.end,
        estimate=_estimate(stay),
        created_at=asked,
        submitted_at=None if is_draft else asked,
        waiting_since=asked if waiting else None,
        waitlisted_at=asked + timedelta(days=2) if state is RequestState.WAITLISTED else None,
        decided_at=decided,
        decided_by_id=stay.place.managers[0] if decided else None,
        decision_note="The room is needed for a campaign." if state is RequestState.REJECTED else None,
    )


def _booking(story: Story, case: Case, work: Work, request_id: int) -> int:
    stay, state = case.stay, case.booking
    held = state is BookingState.HELD
    conditional = held and case.request is RequestState.APPROVED
    until = min(stay.slot.start, story.now + timedelta(days=story.random.randint(1, 8))) if held else None
    return story.book.add(
        Booking,
        block_id=case.block_id,
        state=state,
        request_id=request_id,
        project_id=work.id,
        organisation_id=work.owner.id,
        title="Run",
        run_kind=CLASS_OF_ROOM[stay.room.kind],
        process_class=work.process_class,
        held_until=until,
        condition="The GMO notification is confirmed." if conditional else None,
        estimate=_estimate(stay),
        ended_reason="Plans have changed." if state is BookingState.CANCELLED else None,
        created_at=case.at + timedelta(days=3),
        created_by_id=stay.place.managers[0],
        is_demo=True,
    )


def _estimate(stay: Stay) -> dict[str, Any]:
    return {
        "amount": 1_100_000 * stay.units,
        "currency": "SEK",
        "units": stay.units,
        "unit": stay.room.unit.value,
        "unit_amount": 1_100_000,
        "extra_units": 0,
        "customer_kind": "company",
        "vat_basis_points": 2500,
        "valid_from": "2024-01-01",
        "is_demo": True,
    }


def _tell_of_request(story: Story, case: Case, work: Work, request_id: int, booking_id: int | None) -> None:
    stay, founder, manager = case.stay, work.owner.people[0], case.stay.place.managers[0]
    about: dict[str, Any] = {"request_id": request_id, "project_id": work.id}
    drafted = RequestDrafted(actor_id=founder, **about)
    story.happened.append(Happening(case.at - timedelta(hours=1), drafted))
    if case.request is RequestState.DRAFT:
        return
    window = {"cleanroom_id": stay.room.id, "starts_at": stay.slot.start, "ends_at": stay.slot.end}
    submitted = RequestSubmitted(actor_id=founder, **about, **window, terms_version=None)
    subject = ("slot_request", request_id)
    story.happened.append(Happening(case.at, submitted, tuple(stay.place.managers), subject))
    grants = _open(story, case, work, request_id)
    decided = case.at + timedelta(days=3)
    told = tuple(work.owner.people)
    if story.random.random() < 0.08 or case.request is RequestState.NEEDS_INFO:
        _ask(story, case, about, founder, manager)
    if case.request is RequestState.WAITLISTED:
        waitlisted = RequestWaitlisted(actor_id=manager, **about)
        story.happened.append(Happening(case.at + timedelta(days=2), waitlisted, told, subject))
    if booking_id is not None:
        booked = {**about, **window, "booking_id": booking_id}
        if case.request is RequestState.OFFERED or case.booking is BookingState.EXPIRED:
            event: Any = WindowOffered(actor_id=manager, **booked, held_until=decided + timedelta(days=5))
        else:
            event = RequestApproved(actor_id=manager, **booked)
        story.happened.append(Happening(decided, event, told, subject))
        names = {**about, "booking_id": booking_id, "cleanroom_id": stay.room.id}
        _tell_of_use(story, case, names, manager)
    if case.request is RequestState.REJECTED:
        rejected = RequestRejected(actor_id=manager, **about, note="The room is needed for a campaign.")
        story.happened.append(Happening(decided + timedelta(days=6), rejected, told, subject))
        _close(story, grants, manager, decided + timedelta(days=6))
    if case.request is RequestState.WITHDRAWN and booking_id is None:
        story.happened.append(Happening(decided, RequestWithdrawn(actor_id=founder, **about)))
        _close(story, grants, founder, decided)


def _ask(story: Story, case: Case, about: dict[str, Any], founder: int, manager: int) -> None:
    """Let the facility ask, and the requester answer unless the request still waits for that."""
    turns: list[tuple[Side, int, str, type[Any]]] = [
        (Side.FACILITY, manager, "Which filling line will you bring?", InformationAsked),
        (Side.REQUESTER, founder, "Our own, it fits through the hatch.", InformationGiven),
    ]
    for day, (side, author, words, event) in enumerate(turns, start=1):
        if case.request is RequestState.NEEDS_INFO and side is Side.REQUESTER:
            return
        at = case.at + timedelta(days=day)
        story.book.add(
            RequestMessage,
            request_id=about["request_id"],
            side=side,
            author_id=author,
            text=words,
            written_at=at,
        )
        story.happened.append(Happening(at, event(actor_id=author, **about, note=words)))


def _tell_of_use(story: Story, case: Case, names: dict[str, Any], manager: int) -> None:
    slot, told = case.stay.slot, tuple(case.stay.place.managers)
    if case.booking in {BookingState.COMPLETED, BookingState.IN_USE}:
        begun = slot.start + timedelta(hours=8)
        story.happened.append(
            Happening(min(begun, slot.end, story.now), BookingStarted(actor_id=manager, **names))
        )
    if case.booking is BookingState.COMPLETED:
        completed = BookingCompleted(actor_id=manager, **names, ended_at=slot.end)
        story.happened.append(Happening(slot.end, completed))
    if case.booking is BookingState.NO_SHOW:
        story.happened.append(Happening(slot.end, NoShow(actor_id=manager, **names, freed_from=None)))
    if case.booking is BookingState.CANCELLED:
        cancelled = BookingCancelled(actor_id=manager, **names, by="requester", note="Plans have changed.")
        subject = ("booking", names["booking_id"])
        story.happened.append(Happening(case.at + timedelta(days=5), cancelled, told, subject))
    if case.booking is BookingState.EXPIRED:
        expired = OfferExpired(
            actor_id=None,
            request_id=names["request_id"],
            project_id=names["project_id"],
            booking_id=names["booking_id"],
            cleanroom_id=names["cleanroom_id"],
            request_state="submitted",
        )
        story.happened.append(Happening(case.at + timedelta(days=8), expired))


def _open(story: Story, case: Case, work: Work, request_id: int) -> list[tuple[int, dict[str, Any]]]:
    """Show the facility what a request opens, and tell the ledger; what ended by now has its end already."""
    ended = None
    if case.request is RequestState.REJECTED:
        ended = case.at + timedelta(days=9)
    elif case.request is RequestState.WITHDRAWN:
        ended = case.at + timedelta(days=5 if case.booking else 3)
    found = []
    for group in SHOWN_TO_FACILITY:
        grant_id = story.book.add(
            Grant,
            project_id=work.id,
            organisation_id=case.stay.place.operator.id,
            field_group=group,
            reason=GrantReason.REQUEST,
            reason_id=request_id,
            granted_by_id=work.owner.people[0],
            starts_at=case.at,
            ends_at=ended,
        )
        told = {
            "project_id": work.id,
            "grant_id": grant_id,
            "organisation_id": case.stay.place.operator.id,
            "field_group": group.value,
            "reason": GrantReason.REQUEST.value,
            "reason_id": request_id,
        }
        granted = GroupGranted(actor_id=work.owner.people[0], ends_at=None, **told)
        story.happened.append(Happening(case.at, granted))
        found.append((grant_id, told))
    if case.booking is BookingState.CANCELLED:
        _close(story, found, work.owner.people[0], case.at + timedelta(days=5))
    return found


def _close(story: Story, grants: list[tuple[int, dict[str, Any]]], actor: int, at: datetime) -> None:
    story.happened.extend(Happening(at, AccessEnded(actor_id=actor, **told)) for _, told in grants)


def _closures(story: Story, places: Iterable[Place]) -> None:
    """Close each cleanroom for requalification once, on days far enough ahead that nothing is booked."""
    far = story.now.date() + timedelta(days=230)
    for place in places:
        for number, room in enumerate(place.rooms):
            start, end = (midnight(far + timedelta(days=number + days), ZONE) for days in (0, 5))
            block = story.book.add(
                Block, cleanroom_id=room.id, kind=BlockKind.CLOSURE, starts_at=start, ends_at=end
            )
            closure = story.book.add(
                Closure,
                block_id=block,
                kind=ClosureKind.REQUALIFICATION,
                note="Yearly requalification",
                created_at=story.now - timedelta(days=5),
                created_by_id=place.managers[0],
                is_demo=True,
            )
            closed = CleanroomClosed(
                actor_id=place.managers[0],
                closure_id=closure,
                cleanroom_id=room.id,
                kind=ClosureKind.REQUALIFICATION.value,
                starts_at=start,
                ends_at=end,
            )
            story.happened.append(Happening(story.now - timedelta(days=5), closed))
