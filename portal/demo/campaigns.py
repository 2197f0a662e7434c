"""The demo's campaigns: a chain in each state, and runs whose records are open, closed, corrected and certified."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.bookings import services as bookings
from portal.bookings.models import BookingState, RunKind, WorkMode
from portal.bookings.needs import minimum_for
from portal.campaigns import queries, services
from portal.campaigns.models import Campaign
from portal.campaigns.outlook import outlook
from portal.campaigns.queries import Seen
from portal.campaigns.rules.runs import Failure, Outcome, Record
from portal.campaigns.rules.standing import Standing
from portal.campaigns.services import Choice
from portal.core.actors import Actor, Role
from portal.core.errors import Refused
from portal.demo import gates
from portal.demo.story import Story
from portal.facilities.models import BookingUnit, Facility
from portal.gates.rules import STAFF_ROLES, Gate
from portal.projects.models import Phase, Project
from portal.signatures.rules import Method, Proof

NOTE = "Demo: invented."
IN_TRIAL = frozenset({Phase.PHASE_1, Phase.PHASE_2, Phase.PHASE_3})
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Work:
    """A link or a series of links: its kind, titles, days, and how it follows."""

    kind: RunKind
    titles: tuple[str, ...]
    days: int
    lag: int = 0
    spacing: int = 0


SERIES = Work(RunKind.PROCESS_DEVELOPMENT, ("Scale-up 1", "Scale-up 2", "Scale-up 3"), 2, spacing=7)
DEVELOPMENT = Work(RunKind.PROCESS_DEVELOPMENT, ("Development run",), 5)
ENGINEERING = Work(RunKind.ENGINEERING_RUN, ("Engineering run",), 5, lag=45)
SIMULATION = Work(RunKind.ASEPTIC_PROCESS_SIMULATION, ("Aseptic process simulation",), 5)
BATCH = Work(RunKind.CLINICAL_BATCH, ("First clinical batch",), 5, lag=21)


def carry_some(story: Story) -> None:
    """Let a project of the founder whom one can sign in as have a campaign in each state, and another a certified batch.

    It is the first of theirs that fits the rooms of both facilities; the batch is of the first project in a trial that
    fits the GMP unit.
    """
    founder = story.cast.founders["demo_blood_stem_lab"]
    facilities = {row.slug: row for row in story.session.scalars(select(Facility))}
    lund, gmp = facilities["lund_pre_gmp"], facilities["sus_gmp_unit"]
    for project, actor in story.projects:
        teller = _Teller(story, actor, project, lund, gmp)
        if actor is founder and not project.on_hold and _unless_refused(story.session, teller.first_batch):
            break
    else:
        return
    for project, actor in story.projects:
        in_trial = project.phase in IN_TRIAL and not project.on_hold
        if in_trial and _unless_refused(story.session, _Teller(story, actor, project, lund, gmp).certified):
            break
    for scene in (
        teller.carried_out,
        teller.planned,
        teller.asked,
        teller.approved,
        teller.broken,
        teller.released,
    ):
        _unless_refused(story.session, scene)


def _unless_refused(session: Session, scene: Callable[[], None]) -> bool:
    """Tell a scene whole, or leave it out where the rooms of this day do not allow it; say whether it was told."""
    try:
        with session.begin_nested():
            scene()
    except Refused:
        session.expire_all()
        return False
    return True


class _Teller:
    """What one founder does with chains, and what facilities answer."""

    def __init__(self, story: Story, founder: Actor, project: Project, lund: Facility, gmp: Facility) -> None:
        """Know who plays."""
        self.story, self.session, self.now = story, story.session, story.now
        self.founder, self.project, self.lund, self.gmp = founder, project, lund, gmp

    def carried_out(self) -> None:
        """Tell of a weekly series that is over: a success, one with a deviation and a correction, and a failure."""
        asked = self.now - timedelta(days=80)
        campaign = self._chain("Scale-up in the laboratory", [SERIES], lead=18, at=asked, places=(self.lund,))
        self._request(campaign, at=asked + HOUR)
        self._approve(campaign, self.lund, at=asked + timedelta(days=2))
        for number, one in enumerate(self._used(campaign, self.lund)):
            said = Record(
                operators="Demo operators 1 and 2",
                batch_reference=f"DEMO-SU-{number + 1:02d}",
                outcome=Outcome.FAILURE if number == 2 else Outcome.SUCCESS,
                failure=Failure.EQUIPMENT if number == 2 else None,
                deviations=number,
                yield_amount=(1.9e8, 2.3e8, 0.4e8)[number],
                yield_target=2.0e8,
                yield_unit="viable cells",
                remarks=NOTE,
            )
            self._recorded(one, self.lund, said, corrects=number == 1)

    def certified(self) -> None:
        """Tell of a clinical batch that was recorded, closed by QA, and certified by the qualified person."""
        asked = self.now - timedelta(days=70)
        batch = Work(RunKind.CLINICAL_BATCH, ("Clinical batch 1",), 5)
        campaign = self._chain("First patient", [batch], lead=20, at=asked, places=(self.gmp,))
        self._request(campaign, at=asked + HOUR)
        self._open(Gate.GMP_ENTRY, at=asked + timedelta(days=1))
        self._approve(campaign, self.gmp, at=asked + timedelta(days=2))
        self._open(Gate.BATCH_RELEASE, at=asked + timedelta(days=3))
        for one in self._used(campaign, self.gmp):
            said = Record(
                operators="Demo operators 3 and 4",
                batch_reference="DEMO-CB-01",
                outcome=Outcome.SUCCESS,
                deviations=1,
                yield_amount=1.1e9,
                yield_target=1.0e9,
                yield_unit="viable cells",
                remarks=NOTE,
            )
            self._recorded(one, self.gmp, said, certifies=True)

    def first_batch(self) -> None:
        """Tell of a chain over both facilities whose development is done and whose GMP part is held for its gates."""
        asked = self.now - timedelta(days=45)
        campaign = self._chain(
            "From the laboratory to the first batch",
            [DEVELOPMENT, ENGINEERING, SIMULATION, BATCH],
            lead=16,
            at=asked,
            places=(self.lund, self.gmp),
        )
        self._request(campaign, at=asked + HOUR)
        until = self.now + timedelta(days=30)
        self._approve(campaign, self.lund, at=asked + timedelta(days=2), until=until)
        self._approve(campaign, self.gmp, at=asked + timedelta(days=4), until=until)
        for one in self._used(campaign, self.lund):
            said = Record(
                operators="Demo operators 1 and 2",
                outcome=Outcome.SUCCESS,
                deviations=0,
                yield_amount=2.1e8,
                yield_target=2.0e8,
                yield_unit="viable cells",
                remarks=NOTE,
            )
            self._recorded(one, self.lund, said, closes=False)

    def planned(self) -> None:
        """Tell of a chain that has windows and was not requested."""
        self._chain(
            "Process performance qualification",
            [
                Work(RunKind.PROCESS_PERFORMANCE_QUALIFICATION, ("Qualification 1", "Qualification 2"), 5),
                Work(RunKind.STABILITY, ("Stability study",), 5, lag=7),
            ],
            lead=90,
            at=self.now - timedelta(days=2),
            places=(self.gmp,),
        )

    def asked(self) -> None:
        """Tell of a chain that waits for an answer."""
        asked = self.now - timedelta(days=3)
        campaign = self._chain(
            "Comparability after the move",
            [DEVELOPMENT, SIMULATION],
            lead=70,
            at=asked,
            places=(self.lund, self.gmp),
        )
        self._request(campaign, at=asked + HOUR)

    def approved(self) -> None:
        """Tell of a chain that was approved as one."""
        asked = self.now - timedelta(days=6)
        campaign = self._chain("Freezing study", [SERIES], lead=60, at=asked, places=(self.lund,))
        self._request(campaign, at=asked + HOUR)
        self._approve(campaign, self.lund, at=asked + timedelta(days=2))

    def broken(self) -> None:
        """Tell of a chain of which one link was rejected."""
        asked = self.now - timedelta(days=9)
        campaign = self._chain("Second donor", [SERIES], lead=95, at=asked, places=(self.lund,))
        self._request(campaign, at=asked + HOUR)
        manager = self.story.cast.managers[self.lund.id]
        one = self._links(campaign)[1]
        bookings.reject_request(
            self.session,
            manager,
            one.request.id,
            note="The room is requalified that week.",
            at=asked + 2 * HOUR,
        )

    def released(self) -> None:
        """Tell of a chain that was given back."""
        asked = self.now - timedelta(days=15)
        campaign = self._chain("Media comparison", [DEVELOPMENT], lead=50, at=asked, places=(self.lund,))
        self._request(campaign, at=asked + HOUR)
        services.release_chain(
            self.session,
            self.founder,
            campaign.id,
            note="The cell bank comes later than planned.",
            agreed_fees={},
            at=asked + timedelta(days=1),
        )

    def _chain(
        self, name: str, works: Iterable[Work], *, lead: int, at: datetime, places: Sequence[Facility]
    ) -> Campaign:
        campaign = services.begin_campaign(
            self.session, self.founder, self.project.id, name=name, remark=NOTE, at=at
        )
        for work in works:
            least = minimum_for(self.project, work.kind)
            draft = {
                "run_kind": work.kind,
                "grade": least.grade,
                "bsl": least.bsl,
                "vector_level": least.vector_level,
                "gmo_class": least.gmo_class,
                "process_class": least.process_class or "aav",
                "equipment": [],
                "mode": WorkMode.WORKING,
                "duration": work.days,
                "duration_unit": BookingUnit.DAY,
                "earliest_start": (at + timedelta(days=lead)).date(),
                "latest_end": None,
                "acceptable_facility_ids": sorted(place.id for place in places),
                "remark": NOTE,
            }
            services.add_links(
                self.session,
                self.founder,
                campaign.id,
                draft,
                work.titles,
                lag_days=work.lag,
                spacing_days=work.spacing,
                at=at,
            )
        found = outlook(self.session, self._links(campaign), at=at)
        if found.stuck is not None:
            raise Refused(found.against)
        choices = [
            Choice(link_id=key, cleanroom_id=one.room.id, slot=one.slot) for key, one in found.windows.items()
        ]
        services.choose_windows(self.session, self.founder, campaign.id, choices, at=at)
        return campaign

    def _links(self, campaign: Campaign) -> list[Seen]:
        return queries.links_of(self.session, [campaign.id])[campaign.id]

    def _request(self, campaign: Campaign, *, at: datetime) -> None:
        accepted = {one.id: one.confidentiality_version for one in (self.lund, self.gmp)}
        services.request_chain(
            self.session, self.founder, campaign.id, accepted_terms=accepted, agreed={}, at=at
        )

    def _approve(
        self, campaign: Campaign, place: Facility, *, at: datetime, until: datetime | None = None
    ) -> None:
        manager = self.story.cast.managers[place.id]
        services.approve_part(
            self.session,
            manager,
            campaign.id,
            place.id,
            until=until,
            proof=_proof(manager, at),
            at=at,
        )

    def _open(self, gate: Gate, *, at: datetime) -> None:
        staff = self.story.staff_of(self.gmp.id)
        if not set(STAFF_ROLES) - staff.keys():
            gates.settle(self.session, self.founder, staff, self.project, self.gmp, gate, at=at)

    def _used(self, campaign: Campaign, place: Facility) -> list[Seen]:
        """Let the bookings of a chain at a facility be used in their time, as far as that is over; return those."""
        manager = self.story.cast.managers[place.id]
        over = []
        for one in self._links(campaign):
            booking = one.booking
            if booking is None or one.facility_id != place.id or booking.state is not BookingState.CONFIRMED:
                continue
            if booking.block.ends_at + HOUR > self.now:
                continue
            begun, ended = booking.block.starts_at + 8 * HOUR, booking.block.ends_at - 2 * HOUR
            bookings.start_booking(self.session, manager, booking.id, at=begun)
            bookings.complete_booking(self.session, manager, booking.id, at=ended)
            over.append(one)
        return [one for one in self._links(campaign) if one.standing is Standing.DONE and over]

    def _recorded(
        self,
        one: Seen,
        place: Facility,
        said: Record,
        *,
        closes: bool = True,
        corrects: bool = False,
        certifies: bool = False,
    ) -> None:
        booking = one.booking
        if booking is None:
            return
        slot, staff = booking.slot, self.story.staff_of(place.id)
        timed = {"started_at": slot.start + 8 * HOUR, "ended_at": slot.end - 4 * HOUR}
        whole = Record(**{name: getattr(said, name) for name in Record.__dataclass_fields__} | timed)
        at = slot.end + HOUR
        services.record_run(self.session, self.founder, booking.id, whole, at=at)
        closer = staff.get(Role.QA) or self.story.cast.managers[place.id]
        if closes:
            services.close_run(
                self.session, closer, booking.id, note=NOTE, proof=_proof(closer, at + HOUR), at=at + HOUR
            )
        if corrects:
            mended = Record(
                **{name: getattr(whole, name) for name in Record.__dataclass_fields__}
                | {"yield_amount": 2.2e8}
            )
            services.correct_run(
                self.session,
                self.founder,
                booking.id,
                mended,
                why="The count was read from the wrong line.",
                at=at + 3 * HOUR,
            )
        qp = staff.get(Role.QP)
        if certifies and qp is not None:
            services.certify_run(
                self.session, qp, booking.id, note=NOTE, proof=_proof(qp, at + 5 * HOUR), at=at + 5 * HOUR
            )


def _proof(actor: Actor, at: datetime) -> Proof:
    """Return a proof that is invented like everything here, and says so wherever its signature is shown."""
    return Proof(user_id=actor.user_id, method=Method.DEMO, at=at)
