"""What the rooms beside booking keep in the national portal: partners, introductions, campaigns, runs, gates, referrals, feeds."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from benchmarks.national.cases import Case
from benchmarks.national.people import Body, Society, Story
from benchmarks.national.pipeline import AREAS, Pipeline, Work
from portal.bookings.models import BookingState, RequestState
from portal.calendars.models import CalendarFeed
from portal.calendars.rules import Scope
from portal.campaigns.models import Campaign, CampaignLink, Run
from portal.campaigns.rules.runs import Outcome, RunState
from portal.gates.checklists import base
from portal.gates.models import Dossier, Evidence, GateItem
from portal.gates.rules import Gate, ItemState
from portal.matching.models import Introduction
from portal.matching.rules.introductions import OVER, SHARING, SHOWING, DeclineReason, Side, State
from portal.partners.models import Partner, PartnerKind, PartnerState
from portal.partners.rules.places import quarter_of
from portal.projects.models import FieldGroup, Grant, GrantReason
from portal.roadmap.models import Referral, ReferralMessage, Right
from portal.roadmap.rules.market import RightKind
from portal.roadmap.rules.referrals import ReferralSide, ReferralState

INTRODUCTIONS, REFERRALS = 900, 300
LINKS = 4
"""How many of a project's last requests its campaign holds."""

CHAINED = {RequestState.DRAFT, RequestState.SUBMITTED, RequestState.WAITLISTED, RequestState.APPROVED}
CAPACITY = 40
STATES = (State.SHORTLISTED, State.CONSENT_ASKED, State.TEASER_SENT, State.MUTUAL_YES, State.INTRODUCED, State.IN_DISCUSSION, State.INVESTED, State.SUPPORTED, State.DECLINED, State.EXPIRED)  # fmt: skip
ASKED_ONLY = {State.SHORTLISTED, State.CONSENT_ASKED}
TEASER = "A product for a disease with few options, as its founder consented to say."
SENT = (
    *(ReferralState.ASKED, ReferralState.ACCEPTED, ReferralState.REFUSED),
    *(ReferralState.WITHDRAWN, ReferralState.COMPLETED, ReferralState.EXPIRED),
)
STEP = ("regulatory_strategy", {"en": "Regulatory strategy", "sv": "Regulatorisk strategi"})


@dataclass(frozen=True, slots=True)
class Keeper:
    """A statement of a partner and the organisation that keeps it."""

    id: int
    body: Body
    kind: PartnerKind


def tell_of_what_lies_beside(story: Story, society: Society, pipeline: Pipeline, cases: list[Case]) -> None:
    """Make everything that is neither a place, a project nor a booking."""
    works = sorted((work for level in pipeline.by_level.values() for work in level), key=lambda work: work.id)
    keepers = list(_partners(story, society))
    _introductions(story, society, works, keepers)
    _referrals(story, works, [one for one in keepers if one.kind is PartnerKind.SUPPORT])
    for work in works[::4]:
        _rights(story, work)
    _campaigns(story, society, cases)
    for case in cases:
        if case.booking in {BookingState.COMPLETED, BookingState.IN_USE} and case.stay.work:
            _run(story, case, case.stay.work)
    _dossiers(story, cases)
    for body in (*society.developers, *society.advisers):
        _feed(story, body)


def _partners(story: Story, society: Society) -> Iterator[Keeper]:
    for bodies, kind in ((society.investors, PartnerKind.INVESTOR), (society.providers, PartnerKind.SUPPORT)):
        for number, body in enumerate(bodies, start=1):
            is_investor = kind is PartnerKind.INVESTOR
            stated: dict[str, Any] = (
                {"investor_kind": "venture_capital", "ticket_min": 1_000_000, "ticket_max": 20_000_000}
                if is_investor
                else {"serves": ["regulatory", "ip"][: 1 + number % 2]}
            )
            partner = story.book.add(
                Partner,
                organisation_id=body.id,
                kind=kind,
                state=PartnerState.OPEN,
                name=f"Benchmark {'thesis' if is_investor else 'offer'} {number}",
                text="Invented for benchmarks.",
                indication_areas=story.random.sample(AREAS, 3),
                ticket_currency="EUR" if is_investor else None,
                capacity=CAPACITY,
                created_at=story.begins,
                updated_at=story.begins,
                is_demo=True,
                **stated,
            )
            yield Keeper(partner, body, kind)


def _introductions(story: Story, society: Society, works: list[Work], keepers: list[Keeper]) -> None:
    """Introduce some pairs; the first of each state are between the first developer and the first investor."""
    seats: Counter[tuple[int, str]] = Counter()
    first = [work for work in works if work.owner is society.developers[0]]
    begun = [(work, keepers[0], state) for work, state in zip(first, STATES, strict=False)]
    met = {(work.id, keeper.id) for work, keeper, _ in begun}
    while len(begun) < INTRODUCTIONS:
        work, keeper = story.random.choice(works), story.random.choice(keepers)
        if (work.id, keeper.id) not in met:
            met.add((work.id, keeper.id))
            begun.append((work, keeper, story.random.choice(STATES)))
    for number, (work, keeper, state) in enumerate(begun):
        adviser = society.advisers[number % len(society.advisers)].people[0]
        _introduction(story, work, keeper, state, adviser, seats)


def _introduction(
    story: Story, work: Work, keeper: Keeper, state: State, adviser: int, seats: Counter[tuple[int, str]]
) -> None:
    days = story.random.randint(1, 10) if state not in OVER else story.random.randint(30, 500)
    at = max(work.since, story.now - timedelta(days=days))
    is_out, declined = state not in ASKED_ONLY, state is State.DECLINED
    quarter = quarter_of(at)
    if is_out:
        seats[keeper.id, quarter] += 1
    number = story.book.add(
        Introduction,
        project_id=work.id,
        partner_id=keeper.id,
        state=state,
        adviser_id=adviser,
        score=float(story.random.randint(30, 90)),
        place=story.random.randint(1, 10),
        consent_asked_at=None if state is State.SHORTLISTED else at,
        consented_at=at if is_out else None,
        consented_by_id=work.owner.people[0] if is_out else None,
        groups=[FieldGroup.IDENTITY.value] if is_out else [],
        teaser=TEASER if is_out else None,
        sent_at=at if is_out else None,
        due_at=at + timedelta(days=14) if state is State.TEASER_SENT else None,
        quarter=quarter if is_out else None,
        seat=seats[keeper.id, quarter] if is_out else None,
        agreed_at=at if state in SHARING else None,
        declined_at=at if declined else None,
        declined_by=Side.PARTNER if declined else None,
        decline_reason=DeclineReason.TOO_EARLY if declined else None,
        outcome_on=at.date() if state in {State.INVESTED, State.SUPPORTED} else None,
        created_at=at,
        updated_at=at,
    )
    if state in SHOWING:
        _grant(story, work, keeper, GrantReason.INTRODUCTION, number, FieldGroup.TEASER, at)
    if state in SHARING:
        _grant(story, work, keeper, GrantReason.INTRODUCTION, number, FieldGroup.IDENTITY, at)


def _grant(
    story: Story,
    work: Work,
    keeper: Keeper,
    reason: GrantReason,
    number: int,
    group: FieldGroup,
    at: datetime,
) -> None:
    story.book.add(
        Grant,
        project_id=work.id,
        organisation_id=keeper.body.id,
        field_group=group,
        reason=reason,
        reason_id=number,
        granted_by_id=work.owner.people[0],
        teaser=TEASER if reason is GrantReason.INTRODUCTION and group is FieldGroup.TEASER else None,
        starts_at=at,
    )


def _referrals(story: Story, works: list[Work], providers: list[Keeper]) -> None:
    seats: Counter[tuple[int, str]] = Counter()
    for number, work in enumerate(story.random.sample(works, REFERRALS)):
        keeper, state = providers[number % len(providers)], SENT[number % len(SENT)]
        at = max(work.since, story.now - timedelta(days=story.random.randint(1, 15)))
        answered = None if state is ReferralState.ASKED else at
        quarter = quarter_of(at)
        seats[keeper.id, quarter] += 1
        referral = story.book.add(
            Referral,
            project_id=work.id,
            partner_id=keeper.id,
            step_id=STEP[0],
            step_name=STEP[1],
            state=state,
            groups=[FieldGroup.IDENTITY.value],
            asked_at=at,
            asked_by_id=work.owner.people[0],
            answered_at=answered,
            quarter=quarter,
            seat=seats[keeper.id, quarter],
            updated_at=at,
        )
        story.book.add(
            ReferralMessage,
            referral_id=referral,
            side=ReferralSide.FOUNDER,
            author_id=work.owner.people[0],
            words="Which procedure suits us?",
            written_at=at,
        )
        if state in {ReferralState.ASKED, ReferralState.ACCEPTED}:
            _grant(story, work, keeper, GrantReason.REFERRAL, referral, FieldGroup.TEASER, at)


def _rights(story: Story, work: Work) -> None:
    for number in (1, 2):
        story.book.add(
            Right,
            project_id=work.id,
            kind=RightKind.FAMILY,
            title=f"Patent family {number}",
            reference=f"B{work.id}-{number}",
            since=work.since.date(),
            until=work.since.date() + timedelta(days=7300),
        )


def _campaigns(story: Story, society: Society, cases: Iterable[Case]) -> None:
    """Let every third project, and every one of the first developer, lead its last requests as a chain."""
    asked: dict[int, list[Case]] = defaultdict(list)
    for case in cases:
        if case.stay.work and case.request in CHAINED:
            asked[case.stay.work.id].append(case)
    for project, chain in asked.items():
        work = chain[0].stay.work
        if work is None or len(chain) < 2 or (project % 3 and work.owner is not society.developers[0]):
            continue
        links = sorted(chain, key=lambda case: case.stay.slot.start)[-LINKS:]
        campaign = story.book.add(
            Campaign,
            project_id=project,
            organisation_id=work.owner.id,
            name="To the first patient",
            created_at=links[0].at,
            created_by_id=work.owner.people[0],
            changed_at=links[-1].at,
        )
        for position, case in enumerate(links):
            story.book.add(CampaignLink, campaign_id=campaign, position=position, request_id=case.request_id)


def _run(story: Story, case: Case, work: Work) -> None:
    """Write down what two of three runs were, and close those that are over."""
    if story.random.random() < 0.33:
        return
    slot, over = case.stay.slot, case.booking is BookingState.COMPLETED
    story.book.add(
        Run,
        booking_id=case.booking_id,
        state=RunState.CLOSED if over else RunState.OPEN,
        started_at=slot.start,
        ended_at=slot.end if over else None,
        operators="Two people",
        outcome=Outcome.SUCCESS if over else None,
        deviations=story.random.choice((0, 0, 0, 1, 2)) if over else None,
        writer_ids=[work.owner.people[0]],
        created_at=slot.start,
        closed_at=slot.end if over else None,
        closed_by_id=case.stay.place.managers[0] if over else None,
    )


def _dossiers(story: Story, cases: Iterable[Case]) -> None:
    """Let projects that asked for a GMP room show their gates to its facility, and half of the items."""
    shown: set[tuple[int, int]] = set()
    for case in cases:
        work, facility = case.stay.work, case.stay.place.facility.id
        if work is None or case.request not in CHAINED or (work.id, facility) in shown or work.id % 2:
            continue
        shown.add((work.id, facility))
        dossier = story.book.add(
            Dossier,
            project_id=work.id,
            facility_id=facility,
            opened_at=case.at,
            opened_by_id=work.owner.people[0],
        )
        for number, item in zip(count(), base(Gate.GMP_ENTRY).rows, strict=False):
            if number % 2 == 0:
                _item(story, dossier, str(item["id"]), work, case.at)


def _item(story: Story, dossier: int, item: str, work: Work, at: datetime) -> None:
    number = story.book.add(GateItem, dossier_id=dossier, item=item, state=ItemState.GIVEN)
    story.book.add(
        Evidence,
        gate_item_id=number,
        url="https://files.example.org/evidence",
        title="Evidence",
        given_by_id=work.owner.people[0],
        given_at=at,
    )


def _feed(story: Story, body: Body) -> None:
    story.book.add(
        CalendarFeed,
        user_id=body.people[0],
        organisation_id=body.id,
        scope=Scope.PERSON,
        nonce=f"{story.random.getrandbits(128):032x}",
        made_at=story.now,
    )
