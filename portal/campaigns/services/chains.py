"""A chain as one: its windows, its request, each facility's answer to its part, its release, and moving what follows.

The campaign is locked first, then every cleanroom that a step may touch, in ascending id, then the requests. A step is
done for every link or for none; each refusal names its link.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.bookings import blocks
from portal.bookings import services as bookings
from portal.bookings.models import Side
from portal.bookings.services.bookings import fee_for_cancelling
from portal.bookings.services.holds import release_expired
from portal.bookings.services.locking import lock_facilities
from portal.campaigns import queries
from portal.campaigns.events import (
    ChainApproved,
    ChainMoved,
    ChainReleased,
    ChainRequested,
    PartApproved,
    PartRejected,
)
from portal.campaigns.models import Campaign
from portal.campaigns.outlook import MOVABLE, present_order
from portal.campaigns.queries import Seen
from portal.campaigns.rules.standing import (
    UNDECIDED,
    Standing,
    reasons_against_release,
    reasons_against_request,
    waits_for_rest,
)
from portal.core.actors import Actor, Role
from portal.core.errors import NotFound, Reason, Refused, Stale
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom
from portal.ledger import record
from portal.signatures.rules import Proof

REST_IS_APPROVED = "The other parts of the chain are approved"
"""What is written as the condition where a part waits for another facility."""
OPEN_REQUEST = frozenset({Standing.ASKED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A window chosen for a link."""

    link_id: int
    cleanroom_id: int
    slot: Slot


def choose_windows(
    session: Session,
    actor: Actor,
    campaign_id: int,
    choices: Sequence[Choice],
    *,
    shown_version: int | None = None,
    at: datetime,
) -> None:
    """Keep with every link that is still planned the window that it will ask for; nothing is held by that."""
    campaign, links = _own(session, actor, campaign_id, shown_version=shown_version, at=at)
    by_id = {one.link.id: one for one in links if one.standing is Standing.PLANNED}
    with_each = [(by_id[choice.link_id], choice) for choice in choices if choice.link_id in by_id]
    if not with_each:
        raise Refused([Reason("nothing_to_request")])
    _all_or_none(
        (
            one,
            lambda one=one, choice=choice: bookings.choose_window(  # type: ignore[misc]
                session, actor, one.request.id, cleanroom_id=choice.cleanroom_id, slot=choice.slot, at=at
            ),
        )
        for one, choice in with_each
    )
    campaign.touch(at=at)


def request_chain(
    session: Session,
    actor: Actor,
    campaign_id: int,
    *,
    accepted_terms: Mapping[int, int],
    agreed: Mapping[int, int],
    shown_version: int | None = None,
    at: datetime,
) -> Campaign:
    """Send every link that is still planned to the facility whose window it chose, or none of them.

    `accepted_terms` has the version of the confidentiality terms that was accepted, by facility; `agreed` the estimate that
    the page showed, by request. Raises `Refused` with everything that stands in the way, each with its link.
    """
    campaign, links = _own(session, actor, campaign_id, shown_version=shown_version, at=at)
    planned = [one for one in links if one.standing is Standing.PLANNED]
    reasons = reasons_against_request([one.standing for one in links])
    reasons += _reasons_of_order(links, planned, at=at)
    if reasons:
        raise Refused(reasons)

    def send(one: Seen) -> None:
        facility_id = one.facility_id or 0
        bookings.submit_request(
            session,
            actor,
            one.request.id,
            terms_accepted=facility_id in accepted_terms,
            terms_version=accepted_terms.get(facility_id),
            agreed_amount=agreed.get(one.request.id),
            at=at,
        )

    _all_or_none((one, lambda one=one: send(one)) for one in planned)  # type: ignore[misc]
    campaign.touch(at=at)
    _tell(session, ChainRequested, actor, campaign, planned, at=at)
    return campaign


def approve_part(
    session: Session,
    actor: Actor,
    campaign_id: int,
    facility_id: int,
    *,
    note: str = "",
    until: datetime | None = None,
    acknowledged: bool = False,
    proof: Proof | None = None,
    shown_version: int | None = None,
    at: datetime,
) -> Campaign:
    """Approve everything of a chain that is asked of a facility, or nothing of it.

    While another facility's part is open, it is held until a moment on the condition that the rest is approved; the last
    approval confirms every part, as far as gates let it. It is one decision: one proof signs each of its approvals. Raises
    `NotFound` for anyone but the facility's manager, and `Refused` with every reason, each with its link.
    """
    campaign = _part(session, actor, campaign_id, facility_id, shown_version=shown_version)
    links = queries.links_of(session, [campaign_id])[campaign_id]
    _lock_rooms(session, links, at=at)
    links = _afresh(session, campaign_id)
    own = [one for one in links if one.facility_id == facility_id and one.standing in OPEN_REQUEST]
    others = [one.standing for one in links if one.facility_id != facility_id]
    waits = waits_for_rest([one.standing for one in own], others)
    reasons = _reasons_against_answer(own) + _reasons_of_order(links, own, at=at)
    if Standing.LOST in others:
        reasons.append(Reason("chain_lost_elsewhere"))
    if waits and (until is None or until <= at):
        reasons.append(Reason("rest_needs_a_date", field="until"))
    if reasons:
        raise Refused(reasons)

    def approve(one: Seen) -> None:
        bookings.approve_request(
            session,
            actor,
            one.request.id,
            note=note,
            condition=REST_IS_APPROVED if waits else "",
            condition_until=until,
            acknowledged=acknowledged,
            proof=proof,
            at=at,
        )
        one.link.waits_for_rest = waits

    _all_or_none((one, lambda one=one: approve(one)) for one in own)  # type: ignore[misc]
    campaign.touch(at=at)
    _tell(
        session,
        PartApproved,
        actor,
        campaign,
        own,
        facility_id=facility_id,
        waits_until=until if waits else None,
        note=note,
        at=at,
    )
    if not waits:
        _confirm_what_waited(session, campaign, links, actor_id=actor.user_id, at=at)
    return campaign


def reject_part(
    session: Session,
    actor: Actor,
    campaign_id: int,
    facility_id: int,
    *,
    note: str,
    shown_version: int | None = None,
    at: datetime,
) -> Campaign:
    """Reject everything of a chain that is asked of a facility, with a reason that the requester reads."""
    campaign = _part(session, actor, campaign_id, facility_id, shown_version=shown_version)
    links = queries.links_of(session, [campaign_id])[campaign_id]
    own = [one for one in links if one.facility_id == facility_id and one.standing in OPEN_REQUEST]
    reasons = _reasons_against_answer(own)
    if reasons:
        raise Refused(reasons)
    _all_or_none(
        (
            one,
            lambda one=one: bookings.reject_request(session, actor, one.request.id, note=note, at=at),  # type: ignore[misc]
        )
        for one in own
    )
    campaign.touch(at=at)
    _tell(session, PartRejected, actor, campaign, own, facility_id=facility_id, note=note, at=at)
    return campaign


def release_chain(
    session: Session,
    actor: Actor,
    campaign_id: int,
    *,
    note: str,
    agreed_fees: Mapping[int, int],
    shown_version: int | None = None,
    at: datetime,
) -> Campaign:
    """Give back everything of a chain that has not begun: requests are withdrawn, bookings cancelled by each facility's terms.

    `agreed_fees` is the fee that the page showed, by booking. Raises `Refused` where one of them is another by now.
    """
    campaign = queries.own_campaign(session, actor, campaign_id, at=at)
    campaign = queries.lock_campaign(session, campaign_id, shown_version=shown_version)
    links = queries.links_of(session, [campaign_id])[campaign_id]
    rooms = lock_facilities(session, {one.facility_id for one in links if one.facility_id is not None})
    release_expired(session, rooms, at=at)
    links = _afresh(session, campaign_id)
    reasons = reasons_against_release([one.standing for one in links])
    if reasons:
        raise Refused(reasons)
    given_back = [
        one
        for one in links
        if one.standing in {*OPEN_REQUEST, Standing.OFFERED, Standing.HELD, Standing.BOOKED}
    ]

    def give_back(one: Seen) -> None:
        if one.booking is not None and one.request.state.value == "approved":
            bookings.cancel_booking(
                session, actor, one.booking.id, note=note, agreed_fee=agreed_fees.get(one.booking.id), at=at
            )
        else:
            bookings.withdraw_request(session, actor, one.request.id, note=note, at=at)

    _all_or_none((one, lambda one=one: give_back(one)) for one in given_back)  # type: ignore[misc]
    for one in links:
        if one.standing is Standing.PLANNED:
            bookings.discard_draft(session, actor, one.request.id, at=at)
    campaign.touch(at=at)
    _tell(session, ChainReleased, actor, campaign, links, note=note, at=at)
    return campaign


def move_chain(
    session: Session,
    actor: Actor,
    campaign_id: int,
    choices: Sequence[Choice],
    *,
    why: str,
    acknowledged: bool = False,
    shown_version: int | None = None,
    at: datetime,
) -> Campaign:
    """Move links of a chain together: a plan is changed, a request asks for another window, a booking is moved or proposed to move.

    What is booked moves within its facility. Those that move later go first, so that none meets the next in its old place.
    """
    campaign, links = _own(session, actor, campaign_id, shown_version=shown_version, at=at)
    rooms = lock_facilities(session, {one.facility_id for one in links if one.facility_id is not None})
    release_expired(session, rooms, at=at)
    links = _afresh(session, campaign_id)
    by_id = {one.link.id: one for one in links}
    wanted = [(by_id[choice.link_id], choice) for choice in choices if choice.link_id in by_id]
    moving = [(one, choice) for one, choice in wanted if changes_of(one, choice.cleanroom_id, choice.slot)]
    if not moving:
        raise Refused([Reason("nothing_to_move")])
    later = [pair for pair in moving if pair[0].moments and pair[1].slot.start > pair[0].moments[0]]
    earlier = [pair for pair in moving if pair not in later]
    later.sort(key=lambda pair: pair[1].slot.start, reverse=True)
    earlier.sort(key=lambda pair: pair[1].slot.start)
    _all_or_none(
        (
            one,
            lambda one=one, choice=choice: _move(  # type: ignore[misc]
                session, actor, one, choice, why, acknowledged=acknowledged, at=at
            ),
        )
        for one, choice in [*later, *earlier]
    )
    campaign.touch(at=at)
    _tell(session, ChainMoved, actor, campaign, [one for one, _ in moving], note=why, at=at)
    return campaign


def settle_rest(session: Session, request_id: int, *, at: datetime) -> bool:
    """Confirm what waits for the rest of a chain once a link was decided alone and nothing is open; say whether anything did."""
    campaign_id = queries.campaign_of_request(session, request_id)
    if campaign_id is None:
        return False
    campaign = queries.lock_campaign(session, campaign_id, shown_version=None)
    _lock_rooms(session, queries.links_of(session, [campaign_id])[campaign_id], at=at)
    links = _afresh(session, campaign_id)
    if {one.standing for one in links} & {*UNDECIDED, Standing.LOST}:
        return False
    return _confirm_what_waited(session, campaign, links, actor_id=None, at=at)


def fees_for_release(links: Iterable[Seen], *, at: datetime) -> dict[int, tuple[int | None, str | None]]:
    """Return what giving back each booking of a chain costs its requester now, by booking."""
    return {
        one.booking.id: fee_for_cancelling(one.booking, by=Side.REQUESTER, at=at)
        for one in links
        if one.booking is not None
        and one.request.state.value == "approved"
        and one.standing in {Standing.HELD, Standing.BOOKED}
    }


def _move(
    session: Session,
    actor: Actor,
    one: Seen,
    choice: Choice,
    why: str,
    *,
    acknowledged: bool,
    at: datetime,
) -> None:
    where: dict[str, Any] = {"cleanroom_id": choice.cleanroom_id, "slot": choice.slot}
    if one.standing is Standing.PLANNED:
        bookings.choose_window(session, actor, one.request.id, **where, at=at)
    elif one.standing in MOVABLE and one.booking is not None and one.request.state.value == "approved":
        bookings.propose_move(
            session, actor, one.booking.id, **where, why=why, acknowledged=acknowledged, at=at
        )
    else:
        bookings.change_window(session, actor, one.request.id, **where, terms_accepted=False, at=at)


def changes_of(one: Seen, cleanroom_id: int, slot: Slot) -> bool:
    """Say whether a window is another than a link has."""
    now = (one.room.id if one.room else None, one.moments)
    return now != (cleanroom_id, (slot.start, slot.end))


def _own(
    session: Session, actor: Actor, campaign_id: int, *, shown_version: int | None, at: datetime
) -> tuple[Campaign, list[Seen]]:
    queries.own_campaign(session, actor, campaign_id, at=at)
    campaign = queries.lock_campaign(session, campaign_id, shown_version=shown_version)
    return campaign, queries.links_of(session, [campaign_id])[campaign_id]


def _part(
    session: Session, actor: Actor, campaign_id: int, facility_id: int, *, shown_version: int | None
) -> Campaign:
    """Lock a campaign of which something is asked of a facility that the actor manages; raises `NotFound` otherwise."""
    queries.campaign_asked(session, actor, campaign_id)
    if not actor.holds(Role.FACILITY_MANAGER, facility_id):
        raise NotFound
    return queries.lock_campaign(session, campaign_id, shown_version=shown_version)


def _lock_rooms(session: Session, links: Collection[Seen], *, at: datetime) -> dict[int, Cleanroom]:
    rooms = blocks.lock_cleanrooms(session, [one.room.id for one in links if one.room is not None])
    release_expired(session, rooms, at=at)
    return rooms


def _afresh(session: Session, campaign_id: int) -> list[Seen]:
    """Return the links as they stand now that everything they could change with is locked."""
    session.flush()
    session.expire_all()
    return queries.links_of(session, [campaign_id])[campaign_id]


def _reasons_against_answer(own: Collection[Seen]) -> list[Reason]:
    return [] if own else [Reason("nothing_asked_here")]


def _reasons_of_order(links: Sequence[Seen], concerned: Collection[Seen], *, at: datetime) -> list[Reason]:
    ids = {one.link.id for one in concerned}
    titles = {one.link.id: one.request.title for one in links}
    return [
        Reason("link_stands_in_the_way", {"title": titles[key], "reason": reason})
        for key, found in present_order(links, at=at).items()
        if key in ids
        for reason in found
    ]


def _all_or_none(steps: Iterable[tuple[Seen, Callable[[], object]]]) -> None:
    """Take a step for each link; raises `Refused` with the reasons of every link that was refused, so nothing is kept."""
    reasons = []
    for one, step in steps:
        try:
            step()
        except Refused as refused:
            reasons += [_of_link(one, reason) for reason in refused.reasons]
        except Stale:
            raise
    if reasons:
        raise Refused(reasons)


def _of_link(one: Seen, reason: Reason) -> Reason:
    field = {"condition_until": "until", "acknowledged": "acknowledged"}.get(reason.field or "")
    if reason.code in {"signature_needed", "cannot_sign_own_request", "cannot_sign_for_others"}:
        return reason
    return Reason("link_stands_in_the_way", {"title": one.request.title, "reason": reason}, field)


def _confirm_what_waited(
    session: Session, campaign: Campaign, links: Iterable[Seen], *, actor_id: int | None, at: datetime
) -> bool:
    waited = [one for one in links if one.link.waits_for_rest and one.booking is not None]
    settled = []
    for one in waited:
        one.link.waits_for_rest = False
        if one.booking is not None and bookings.settle_condition(session, one.booking.id, at=at):
            settled.append(one.booking.id)
    if settled:
        event = ChainApproved(
            actor_id=actor_id,
            campaign_id=campaign.id,
            project_id=campaign.project_id,
            booking_ids=tuple(settled),
        )
        record(session, event, at=at)
    return bool(settled)


def _tell(
    session: Session,
    kind: Callable[..., Any],
    actor: Actor,
    campaign: Campaign,
    links: Iterable[Seen],
    *,
    at: datetime,
    **values: Any,
) -> None:
    event = kind(
        actor_id=actor.user_id,
        campaign_id=campaign.id,
        project_id=campaign.project_id,
        request_ids=tuple(one.request.id for one in links),
        **values,
    )
    record(session, event, at=at)
