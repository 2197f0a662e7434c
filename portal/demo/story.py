"""Half a year of requests and bookings, told day by day through the services that real work uses."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.bookings import gating, search, services
from portal.bookings.models import (
    Booking,
    BookingState,
    ClosureKind,
    RequestState,
    RunKind,
    SlotRequest,
    WorkMode,
)
from portal.bookings.needs import Minimum, minimum_for, need_of
from portal.bookings.roomtime import midnight
from portal.core.actors import Actor, Role
from portal.core.errors import Refused
from portal.core.slots import Slot
from portal.demo import gates
from portal.demo.cast import Cast
from portal.facilities.models import BookingUnit, Cleanroom, Facility
from portal.gates.queries import dossier_of
from portal.gates.rules import STAFF_ROLES, Gate
from portal.projects.models import Phase, Project
from portal.signatures.rules import Method, Proof

HALF_YEAR = 182
DEVELOPMENT = (Phase.DISCOVERY, Phase.PRECLINICAL)
TITLES = {
    RunKind.PROCESS_DEVELOPMENT: (
        "Development runs 1–3",
        "Scale-up trials",
        "Freezing study",
        "Media comparison",
    ),
    RunKind.ENGINEERING_RUN: ("Engineering run 1", "Engineering run 2"),
    RunKind.CLINICAL_BATCH: ("Clinical batch", "Clinical batch, repeat"),
}
QUESTIONS = (
    "Which cell bank do you use, and is its certificate at hand?",
    "How many operators will be in the room at the same time?",
)
ANSWERS = ("The bank of batch 12; the certificate is with our QA and goes to you with the material list.",)
REJECTIONS = (
    "The run needs a containment that our permit does not cover. P4 in the same building is permitted for it.",
    "We have no operator trained for this process before the summer. Please ask again in August.",
)

Step = Callable[[datetime], None]


@dataclass
class Story:
    """What happens, in the order of time; each step may put further steps on the line."""

    session: Session
    cast: Cast
    random: Random
    now: datetime
    projects: list[tuple[Project, Actor]]
    line: list[tuple[datetime, int, Step]] = field(default_factory=list)
    _number: Any = field(default_factory=count)

    def at(self, moment: datetime, step: Step) -> None:
        """Put a step on the line, if its time is not in the future."""
        if moment <= self.now:
            heappush(self.line, (moment, next(self._number), step))

    def tell(self) -> None:
        """Let everything happen."""
        while self.line:
            moment, _, step = heappop(self.line)
            step(moment)

    # What founders do

    def ask(
        self,
        project: Project,
        founder: Actor,
        run_kind: RunKind,
        *,
        at: datetime,
        facility: Facility | None = None,
        lead: int = 21,
        same_window_as: SlotRequest | None = None,
        title: str | None = None,
    ) -> SlotRequest | None:
        """Draft a request and submit it for the first window that fits; None where nothing fits."""
        least = minimum_for(project, run_kind)
        days = self.random.choice((3, 4, 5, 5, 8, 10, 10, 12))
        earliest = (at + timedelta(days=lead)).date()
        try:
            request = services.save_draft(
                self.session,
                founder,
                None,
                _draft(project, run_kind, least, days, earliest, facility, title or self._title(run_kind)),
                at=at,
            )
        except Refused:
            return None
        if same_window_as is not None and same_window_as.starts_at is not None:
            request.cleanroom_id = same_window_as.cleanroom_id
            request.starts_at, request.ends_at = same_window_as.starts_at, same_window_as.ends_at
            request.duration, request.earliest_start = same_window_as.duration, same_window_as.earliest_start
        else:
            found = [one for one in search.answers(self.session, need_of(request), at=at) if one.windows]
            if not found:
                self._give_up(founder, request, at=at)
                return None
            chosen = self.random.choice(found[:3])
            window = self.random.choice(chosen.windows[:2])
            request.cleanroom_id, request.starts_at, request.ends_at = (
                chosen.cleanroom.id,
                window.start,
                window.end,
            )
        try:
            return services.submit_request(
                self.session, founder, request.id, terms_accepted=True, at=at + timedelta(minutes=25)
            )
        except Refused:
            self._give_up(founder, request, at=at)
            return None

    def _give_up(self, founder: Actor, request: SlotRequest, *, at: datetime) -> None:
        services.discard_draft(self.session, founder, request.id, at=at)

    def draft(self, project: Project, founder: Actor, run_kind: RunKind, *, at: datetime) -> None:
        """Begin a request and leave it."""
        least = minimum_for(project, run_kind)
        services.save_draft(
            self.session,
            founder,
            None,
            _draft(
                project, run_kind, least, 5, (at + timedelta(days=40)).date(), None, self._title(run_kind)
            ),
            at=at,
        )

    # What facilities do

    def manager_of(self, request: SlotRequest) -> Actor:
        """Return who decides on a request."""
        room = self.session.get_one(Cleanroom, request.cleanroom_id)
        return self.cast.managers[room.facility_id]

    def approve(self, request: SlotRequest, *, at: datetime, **values: Any) -> Booking | None:
        """Approve a request, if the rules allow it, and put what follows on the line."""
        self.show_at_gates(request, at=at)
        try:
            booking = services.approve_request(
                self.session,
                self.manager_of(request),
                request.id,
                acknowledged=True,
                proof=_proof(self.manager_of(request), at),
                at=at,
                **values,
            )
        except Refused:
            return None
        self.follow(booking, self.manager_of(request))
        return booking

    def show_at_gates(self, request: SlotRequest, *, at: datetime) -> None:
        """Let the gate before a request's run be met, where the facility has QA to look at it."""
        room = self.session.get_one(Cleanroom, request.cleanroom_id)
        found = gating.before(self.session, request, room, at=at)
        staff = self.staff_of(room.facility_id)
        if found is None or found.verdict.met or set(STAFF_ROLES) - staff.keys():
            return
        founder = next(actor for project, actor in self.projects if project.id == request.project_id)
        gates.settle(self.session, founder, staff, request.project, room.facility, found.gate, at=at)

    def staff_of(self, facility_id: int) -> dict[Role, Actor]:
        """Return who holds which duty at a facility."""
        return {
            role: actor
            for role in STAFF_ROLES
            for actor in (*self.cast.managers.values(), *self.cast.people.values())
            if actor.holds(role, facility_id)
        }

    def follow(self, booking: Booking, manager: Actor) -> None:
        """Put on the line that a booking is used and completed in its time, or that nobody came."""
        comes = self.random.random() > 0.04
        start, end = booking.block.starts_at, booking.block.ends_at

        def begin(moment: datetime) -> None:
            if booking.state is not BookingState.CONFIRMED:
                return
            if comes:
                services.start_booking(self.session, manager, booking.id, at=moment)
            else:
                services.mark_no_show(
                    self.session, manager, booking.id, note="Nobody came and nobody called.", at=moment
                )

        def finish(moment: datetime) -> None:
            if booking.state is BookingState.IN_USE:
                services.complete_booking(self.session, manager, booking.id, at=moment)

        self.at(start + timedelta(hours=8), begin)
        self.at(end + timedelta(hours=1), finish)

    def _title(self, run_kind: RunKind) -> str:
        return self.random.choice(TITLES.get(run_kind, TITLES[RunKind.PROCESS_DEVELOPMENT]))


def _proof(manager: Actor, at: datetime) -> Proof:
    """Return a proof that is invented like everything here, and says so wherever its signature is shown."""
    return Proof(user_id=manager.user_id, method=Method.DEMO, at=at)


def tell_past(story: Story) -> None:
    """Let half a year pass: requests that were approved, rejected, withdrawn, cancelled, and work that was done."""
    random, start = story.random, story.now - timedelta(days=HALF_YEAR)
    for day in range(HALF_YEAR - 12):
        moment = start + timedelta(days=day)
        if moment.isoweekday() > 5 or random.random() > 0.75:
            continue
        project, founder = random.choice(story.projects)
        run_kind = _run_of(project, random)

        def asked(
            at: datetime, project: Project = project, founder: Actor = founder, run: RunKind = run_kind
        ) -> None:
            request = story.ask(project, founder, run, at=at, lead=random.choice((14, 21, 30, 45)))
            if request is not None:
                story.at(
                    at + timedelta(days=random.choice((1, 2, 3, 5)), hours=2),
                    _decision(story, request, founder),
                )

        story.at(moment.replace(hour=8, minute=random.randint(0, 59)), asked)


def tell_present(story: Story) -> None:
    """Leave something to do for everybody: requests in every state, competing ones, holds, a waiting list."""
    random, now = story.random, story.now
    facilities = {row.slug: row for row in story.session.scalars(select(Facility))}
    lund, gmp = facilities["lund_pre_gmp"], facilities["sus_gmp_unit"]
    early = [pair for pair in story.projects if pair[0].phase in DEVELOPMENT and not pair[0].on_hold]
    late = [pair for pair in story.projects if pair[0].phase not in DEVELOPMENT and not pair[0].on_hold]
    blood = [pair for pair in early if pair[1] is story.cast.founders["demo_blood_stem_lab"]]
    others = [pair for pair in early if pair not in blood]
    development = RunKind.PROCESS_DEVELOPMENT
    waiting: list[SlotRequest] = []
    for number, (project, founder) in enumerate([*blood, *random.sample(others, min(14, len(others)))]):
        when = now - timedelta(days=12 - number * 0.7)
        request = story.ask(project, founder, development, at=when, facility=lund, lead=35)
        if request is not None:
            waiting.append(request)
    for request in waiting[:2]:
        rival, founder = random.choice([pair for pair in early if pair[0].id != request.project_id])
        story.ask(
            rival, founder, development, at=now - timedelta(days=1), facility=lund, same_window_as=request
        )
    for number, (project, founder) in enumerate(late[:4]):
        asked = story.ask(
            project, founder, RunKind.CLINICAL_BATCH, at=now - timedelta(days=6), facility=gmp, lead=40
        )
        dossier = dossier_of(story.session, project.id, gmp.id)
        staff = story.staff_of(gmp.id)
        if asked is not None and dossier is not None and number < 2 and not set(STAFF_ROLES) - staff.keys():
            for gate in (Gate.PRE_GMP_EXIT, Gate.GMP_ENTRY):
                gates.leave_open(story.session, founder, staff, dossier, gate, at=now - timedelta(days=3))
    _leave_states(story, waiting, lund)
    project, founder = blood[-1]
    story.draft(project, founder, development, at=now - timedelta(hours=5))
    for room in story.session.scalars(select(Cleanroom).where(Cleanroom.facility_id.in_([lund.id, gmp.id]))):
        _close_for_christmas(story, room)


def _leave_states(story: Story, waiting: list[SlotRequest], lund: Facility) -> None:
    now, manager = story.now, story.cast.managers[lund.id]
    own = story.cast.founders["demo_blood_stem_lab"]
    by_state = sorted(
        (request for request in waiting if request.state is RequestState.SUBMITTED),
        key=lambda request: request.organisation_id != own.organisation_id,
    )
    if len(by_state) < 7:
        raise RuntimeError("the demo needs more projects that fit a room in Lund")
    offered = by_state[0]
    room = story.session.get_one(Cleanroom, offered.cleanroom_id)
    found = search.answers(story.session, need_of(offered), at=now - timedelta(days=1))
    window = next(
        one.windows[-1] for one in found if one.windows and one.cleanroom.facility_id == room.facility_id
    )
    target = next(one.cleanroom for one in found if one.windows and window in one.windows)
    services.offer_window(
        story.session,
        manager,
        offered.id,
        cleanroom_id=target.id,
        slot=window,
        note="The week that you asked for is needed for requalification; this one is free.",
        proof=_proof(manager, now - timedelta(days=1)),
        at=now - timedelta(days=1),
    )
    services.ask_for_information(
        story.session, manager, by_state[1].id, note=QUESTIONS[0], at=now - timedelta(days=2)
    )
    services.waitlist_request(
        story.session,
        manager,
        by_state[2].id,
        note="P3 is full until then; you are next when somebody gives time back.",
        proof=_proof(manager, now - timedelta(days=3)),
        at=now - timedelta(days=3),
    )
    services.reject_request(
        story.session, manager, by_state[3].id, note=REJECTIONS[1], at=now - timedelta(days=2)
    )
    story.approve(
        by_state[4],
        at=now - timedelta(days=1),
        note="Go ahead once the notification is in.",
        condition="GMO notification covers this use",
        condition_until=now + timedelta(days=14),
    )
    story.approve(by_state[5], at=now - timedelta(days=1))


def _decision(story: Story, request: SlotRequest, founder: Actor) -> Step:
    dice = story.random.random()

    def decide(at: datetime) -> None:
        if request.state is not RequestState.SUBMITTED:
            return
        manager, session = story.manager_of(request), story.session
        if dice < 0.08:
            services.reject_request(session, manager, request.id, note=story.random.choice(REJECTIONS), at=at)
        elif dice < 0.13:
            services.withdraw_request(session, founder, request.id, note="The animals are not ready.", at=at)
        elif dice < 0.23:
            services.ask_for_information(
                session, manager, request.id, note=story.random.choice(QUESTIONS), at=at
            )
            services.answer_question(
                session, founder, request.id, note=ANSWERS[0], at=at + timedelta(hours=5)
            )
            _approve_or_offer(story, request, founder, at=at + timedelta(days=1))
        else:
            _approve_or_offer(story, request, founder, at=at, cancels=dice > 0.93)

    return decide


def _approve_or_offer(
    story: Story, request: SlotRequest, founder: Actor, *, at: datetime, cancels: bool = False
) -> None:
    booking = story.approve(request, at=at)
    if booking is None:
        _offer(story, request, founder, at=at)
    elif cancels and booking.block.starts_at > at + timedelta(days=4):

        def cancel(moment: datetime) -> None:
            if booking.state is BookingState.CONFIRMED:
                services.cancel_booking(
                    story.session,
                    founder,
                    booking.id,
                    note="The starting material failed its tests.",
                    at=moment,
                )

        story.at(at + timedelta(days=3), cancel)


def _offer(story: Story, request: SlotRequest, founder: Actor, *, at: datetime) -> None:
    """Offer the next window of the facility; the founder accepts it, or lets it lapse now and then."""
    room = story.session.get_one(Cleanroom, request.cleanroom_id)
    found = [
        (window, one.cleanroom)
        for one in search.answers(story.session, need_of(request), at=at)
        if one.cleanroom.facility_id == room.facility_id
        for window in one.windows
    ]
    if not found:
        return
    window, target = min(found, key=lambda pair: pair[0])
    try:
        services.offer_window(
            story.session,
            story.cast.managers[room.facility_id],
            request.id,
            cleanroom_id=target.id,
            slot=window,
            acknowledged=True,
            proof=_proof(story.cast.managers[room.facility_id], at),
            at=at,
        )
    except Refused:
        return
    if story.random.random() < 0.75:

        def accept(moment: datetime) -> None:
            if request.state is RequestState.OFFERED:
                try:
                    booking = services.accept_offer(story.session, founder, request.id, at=moment)
                except Refused:
                    return
                story.follow(booking, story.cast.managers[room.facility_id])

        story.at(at + timedelta(days=1), accept)
    else:
        story.at(at + timedelta(days=10), lambda moment: _lapse(story, request, founder, moment))


def _lapse(story: Story, request: SlotRequest, founder: Actor, at: datetime) -> None:
    """Let an offer lapse; who then still waits when the time it asked for has passed, withdraws."""
    services.release_due(story.session, at=at)

    def withdraw(moment: datetime) -> None:
        if request.state in {RequestState.WAITLISTED, RequestState.OFFERED}:
            services.withdraw_request(
                story.session, founder, request.id, note="We found room elsewhere.", at=moment
            )

    story.at(at + timedelta(days=12), withdraw)


def _close_for_christmas(story: Story, room: Cleanroom) -> None:
    zone = room.facility.time_zone
    year = story.now.year if story.now.month < 12 else story.now.year + 1
    slot = Slot(midnight(date(year, 12, 23), zone), midnight(date(year + 1, 1, 4), zone))
    manager = story.cast.managers[room.facility_id]
    try:
        services.close_cleanroom(
            story.session,
            manager,
            cleanroom_id=room.id,
            slot=slot,
            kind=ClosureKind.REQUALIFICATION if room.code.endswith("1") else ClosureKind.MAINTENANCE,
            note="Demo: yearly service of the air handling",
            at=story.now - timedelta(days=150) if story.now.month > 5 else story.now,
        )
    except Refused:
        return


def _run_of(project: Project, random: Random) -> RunKind:
    if project.phase in DEVELOPMENT:
        return RunKind.PROCESS_DEVELOPMENT
    return random.choice((RunKind.CLINICAL_BATCH, RunKind.CLINICAL_BATCH, RunKind.PROCESS_DEVELOPMENT))


def _draft(
    project: Project,
    run_kind: RunKind,
    least: Minimum,
    days: int,
    earliest: date,
    facility: Facility | None,
    title: str,
) -> dict[str, Any]:
    return {
        "project_id": project.id,
        "run_kind": run_kind,
        "title": title,
        "kind": least.kind,
        "grade": least.grade,
        "bsl": least.bsl,
        "vector_level": least.vector_level,
        "gmo_class": least.gmo_class,
        "process_class": least.process_class or "nonviral_cell",
        "equipment": ["biosafety_cabinet_2"] if days > 4 else [],
        "mode": WorkMode.WORKING,
        "duration": days,
        "duration_unit": BookingUnit.DAY,
        "earliest_start": earliest,
        "latest_end": None,
        "acceptable_facility_ids": [facility.id] if facility else None,
        "remark": "The runs use one vector lot, so please keep them together." if days > 8 else "",
    }
