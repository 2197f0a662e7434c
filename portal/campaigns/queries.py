"""Named questions about campaigns, their links, and runs; what the actor may not see is not found."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from portal.bookings.models import Block, Booking, SlotRequest
from portal.bookings.queries import asked_of, bookings_of
from portal.campaigns.models import Campaign, CampaignLink, Run, RunFile
from portal.campaigns.rules.standing import ChainState, Standing, standing_of, state_of
from portal.core.actors import Actor, Role
from portal.core.errors import NotAllowed, NotFound, Stale
from portal.facilities.models import Cleanroom
from portal.files.models import StoredFile
from portal.projects.models import Project
from portal.projects.queries.access import is_own, visible_projects
from portal.projects.rules.access import owns
from portal.projects.rules.values import FieldGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A link as it stands now, with its request and its newest booking."""

    link: CampaignLink
    request: SlotRequest
    booking: Booking | None

    @property
    def standing(self) -> Standing:
        """Return where it stands."""
        return standing_of(self.request.state.value, self.booking.state.value if self.booking else None)

    @property
    def room(self) -> Cleanroom | None:
        """Return the cleanroom that it has, or asks for."""
        if self.booking is not None and self.standing in _HAS_A_ROOM:
            return self.booking.block.cleanroom
        return self.request.cleanroom

    @property
    def moments(self) -> tuple[datetime, datetime] | None:
        """Return when it starts and ends, as far as it is booked, asked for or planned."""
        if self.booking is not None and self.standing in _HAS_A_ROOM:
            return self.booking.block.starts_at, self.booking.block.ends_at
        slot = self.request.slot
        return (slot.start, slot.end) if slot and self.standing is not Standing.LOST else None

    @property
    def facility_id(self) -> int | None:
        """Return the facility that it has to do with, once there is one."""
        return self.room.facility_id if self.room else None

    @property
    def is_sent(self) -> bool:
        """Say whether it has been sent to a facility."""
        return self.request.submitted_at is not None


_HAS_A_ROOM = frozenset({Standing.OFFERED, Standing.HELD, Standing.BOOKED, Standing.RUNNING, Standing.DONE})


def shown_to(actor: Actor, *, at: datetime) -> ColumnElement[bool]:
    """Return the condition on `Project` for those of which the actor reads whole campaigns.

    The project's founders, and advisers to whom its bookings were opened. A facility reads its part only.
    """
    advising = replace(actor, roles=actor.roles & {Role.ADVISER}, duties=frozenset())
    opened = visible_projects(advising, at=at, group=FieldGroup.BOOKINGS) if advising.roles else false()
    return or_(is_own(actor), opened)


def campaigns_shown(
    session: Session, actor: Actor, *, at: datetime, project_id: int | None = None
) -> list[Campaign]:
    """Return the campaigns that the actor reads as a whole, the newest first."""
    return list(session.scalars(_whole(actor, at=at, project_id=project_id)))


def ids_of_campaigns_shown(session: Session, actor: Actor, *, at: datetime) -> list[int]:
    """Return the ids of the campaigns that the actor reads as a whole, the newest first."""
    return list(session.scalars(_whole(actor, at=at).with_only_columns(Campaign.id)))


def _whole(actor: Actor, *, at: datetime, project_id: int | None = None) -> Select[Campaign]:
    question = (
        select(Campaign)
        .join(Campaign.project)
        .where(shown_to(actor, at=at), Project.archived_at.is_(None))
        .options(joinedload(Campaign.project))
        .order_by(Campaign.id.desc())
    )
    return question if project_id is None else question.where(Campaign.project_id == project_id)


def shown_campaigns(
    session: Session, actor: Actor, campaign_ids: Collection[int], *, at: datetime
) -> frozenset[int]:
    """Return which of these campaigns the actor reads as a whole."""
    question = select(Campaign.id).join(Campaign.project)
    return frozenset(session.scalars(question.where(Campaign.id.in_(campaign_ids), shown_to(actor, at=at))))


def campaign_shown(session: Session, actor: Actor, campaign_id: int, *, at: datetime) -> Campaign:
    """Return a campaign that the actor reads as a whole; raises `NotFound` otherwise."""
    found = session.scalars(
        select(Campaign)
        .join(Campaign.project)
        .where(Campaign.id == campaign_id, shown_to(actor, at=at))
        .options(joinedload(Campaign.project).joinedload(Project.organisation))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def own_campaign(session: Session, actor: Actor, campaign_id: int, *, at: datetime) -> Campaign:
    """Return a campaign of the actor's own organisation.

    Raises `NotFound` where the actor may not know of it, and `NotAllowed` where they read it and do not own it.
    """
    found = campaign_shown(session, actor, campaign_id, at=at)
    if not owns(actor, found.organisation_id):
        raise NotAllowed
    return found


def lock_campaign(session: Session, campaign_id: int, *, shown_version: int | None) -> Campaign:
    """Lock a campaign and return it fresh; every change of a chain begins here, before any cleanroom is locked.

    Raises `Stale` if it has changed since the page was made, and `NotFound` if it is gone.
    """
    found = session.scalars(
        select(Campaign)
        .where(Campaign.id == campaign_id)
        .with_for_update(of=Campaign)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound
    if shown_version is not None and found.version != shown_version:
        raise Stale({"version": found.version})
    return found


def links_of(session: Session, campaign_ids: Collection[int]) -> dict[int, list[Seen]]:
    """Return the links of campaigns in their order, with their requests and bookings, in as many queries however many."""
    rows = session.scalars(
        select(CampaignLink)
        .where(CampaignLink.campaign_id.in_(campaign_ids))
        .options(
            # Many links share a few projects, rooms and facilities, whose hundred columns each would repeat.
            joinedload(CampaignLink.request).selectinload(SlotRequest.project),
            joinedload(CampaignLink.request)
            .selectinload(SlotRequest.cleanroom)
            .selectinload(Cleanroom.facility),
        )
        .order_by(CampaignLink.position, CampaignLink.id)
    ).all()
    booked = bookings_of(session, [row.request_id for row in rows]) if rows else {}
    found: dict[int, list[Seen]] = {campaign_id: [] for campaign_id in campaign_ids}
    for row in rows:
        found[row.campaign_id].append(Seen(link=row, request=row.request, booking=booked.get(row.request_id)))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """As much of a link as a list is sorted by."""

    standing: Standing
    begins: datetime | None
    facility_id: int | None
    is_sent: bool


def glances_of(session: Session, campaign_ids: Collection[int]) -> dict[int, list[Glance]]:
    """Return the links of campaigns as `Seen` would have them, in one query of a few columns."""
    asked, given = aliased(Cleanroom), aliased(Cleanroom)
    bookings = aliased(Booking)
    newest = select(func.max(bookings.id)).where(bookings.request_id == SlotRequest.id).scalar_subquery()
    rows = session.execute(
        select(
            CampaignLink.campaign_id,
            SlotRequest.state,
            SlotRequest.submitted_at,
            SlotRequest.starts_at,
            asked.facility_id,
            Booking.state,
            Block.starts_at,
            given.facility_id,
        )
        .join(SlotRequest, SlotRequest.id == CampaignLink.request_id)
        .outerjoin(asked, asked.id == SlotRequest.cleanroom_id)
        .outerjoin(Booking, Booking.id == newest)
        .outerjoin(Block, Block.id == Booking.block_id)
        .outerjoin(given, given.id == Block.cleanroom_id)
        .where(CampaignLink.campaign_id.in_(campaign_ids))
    )
    found: dict[int, list[Glance]] = {campaign_id: [] for campaign_id in campaign_ids}
    for campaign_id, state, sent_at, wanted, asked_at, booked, starts_at, given_at in rows:
        standing = standing_of(state.value, booked.value if booked else None)
        has_room = booked is not None and standing in _HAS_A_ROOM
        planned = None if standing is Standing.LOST else wanted
        found[campaign_id].append(
            Glance(
                standing=standing,
                begins=starts_at if has_room else planned,
                facility_id=given_at if has_room else asked_at,
                is_sent=sent_at is not None,
            )
        )
    return found


def names_of(
    session: Session, actor: Actor, campaign_ids: Collection[int], *, at: datetime
) -> dict[int, tuple[str, str]]:
    """Return what each campaign is called, and its project as the actor may know it."""
    rows = session.execute(
        select(
            Campaign.id,
            Campaign.name,
            case(
                (visible_projects(actor, at=at, group=FieldGroup.IDENTITY), Project.name),
                else_=Project.reference,
            ),
        )
        .join(Campaign.project)
        .where(Campaign.id.in_(campaign_ids))
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def chain_state(links: Collection[Seen] | Collection[Glance]) -> ChainState:
    """Return where a chain stands as a whole."""
    return state_of([one.standing for one in links])


def is_asked_of(actor: Actor, seen: Seen | Glance) -> bool:
    """Say whether a link has been sent to a facility at which the actor has a duty."""
    return seen.is_sent and seen.facility_id in actor.facility_ids


def campaigns_asked(session: Session, actor: Actor, *, project_id: int | None = None) -> list[Campaign]:
    """Return the campaigns of which something is asked of the actor's facilities, the newest first."""
    return list(session.scalars(_asked(actor, project_id=project_id)))


def ids_of_campaigns_asked(session: Session, actor: Actor) -> list[int]:
    """Return the ids of the campaigns of which something is asked of the actor's facilities, the newest first."""
    return list(session.scalars(_asked(actor).with_only_columns(Campaign.id)))


def _asked(actor: Actor, *, project_id: int | None = None) -> Select[Campaign]:
    question = (
        select(Campaign)
        .where(has_part_for(actor))
        .options(joinedload(Campaign.project).joinedload(Project.organisation))
        .order_by(Campaign.id.desc())
    )
    return question if project_id is None else question.where(Campaign.project_id == project_id)


def campaigns_in_order(session: Session, ids: Collection[int]) -> list[Campaign]:
    """Return campaigns that the reader is known to see, in the order of their ids."""
    found = session.scalars(
        select(Campaign)
        .where(Campaign.id.in_(ids))
        .options(joinedload(Campaign.project).joinedload(Project.organisation))
    )
    by_id = {one.id: one for one in found}
    return [by_id[one] for one in ids if one in by_id]


def campaign_asked(session: Session, actor: Actor, campaign_id: int) -> Campaign:
    """Return a campaign of which something is asked of the actor's facilities; raises `NotFound` otherwise."""
    found = session.scalars(
        select(Campaign)
        .where(Campaign.id == campaign_id, has_part_for(actor))
        .options(joinedload(Campaign.project).joinedload(Project.organisation))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def has_part_for(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `Campaign` that something of it is asked of the actor's facilities."""
    if not actor.facility_ids:
        return false()
    return exists().where(
        and_(
            CampaignLink.campaign_id == Campaign.id,
            SlotRequest.id == CampaignLink.request_id,
            asked_of(actor),
        )
    )


def campaigns_of_requests(session: Session, request_ids: Collection[int]) -> dict[int, Campaign]:
    """Return the campaign of each of these requests that is a link of one, by the request's id."""
    rows = session.execute(
        select(CampaignLink.request_id, Campaign)
        .join(Campaign, Campaign.id == CampaignLink.campaign_id)
        .where(CampaignLink.request_id.in_(request_ids))
    )
    return {row[0]: row[1] for row in rows}


def campaign_of_request(session: Session, request_id: int) -> int | None:
    """Return the campaign of which a request is a link, whoever asks, or None."""
    return session.scalar(select(CampaignLink.campaign_id).where(CampaignLink.request_id == request_id))


def has_campaign_named(session: Session, project_id: int, name: str) -> bool:
    """Say whether a project has a campaign of this name."""
    return (
        session.scalar(
            select(Campaign.id).where(
                Campaign.project_id == project_id, func.lower(Campaign.name) == name.lower()
            )
        )
        is not None
    )


def run_of(session: Session, booking_id: int, *, lock: bool = False) -> Run | None:
    """Return the record of a booking's run, locked where it is about to change, or None while there is none."""
    question = (
        select(Run)
        .where(Run.booking_id == booking_id)
        .options(joinedload(Run.closed_by), joinedload(Run.certified_by))
    )
    if lock:
        question = question.with_for_update(of=Run).execution_options(populate_existing=True)
    return session.scalars(question).one_or_none()


def runs_of(session: Session, booking_ids: Collection[int]) -> dict[int, Run]:
    """Return the records of these bookings' runs, by booking."""
    rows = session.scalars(select(Run).where(Run.booking_id.in_(booking_ids)))
    return {row.booking_id: row for row in rows}


def files_of(session: Session, run: Run | None) -> list[RunFile]:
    """Return what is attached to a run's record, the newest first."""
    if run is None:
        return []
    return list(
        session.scalars(
            select(RunFile)
            .where(RunFile.run_id == run.id)
            .options(joinedload(RunFile.file), joinedload(RunFile.added_by))
            .order_by(RunFile.id.desc())
        )
    )


def file_of(session: Session, booking_id: int, run_file_id: int) -> StoredFile:
    """Return a file that is attached to the record of a booking's run; raises `NotFound`."""
    found = session.scalars(
        select(StoredFile)
        .join(RunFile, RunFile.file_id == StoredFile.id)
        .join(Run, Run.id == RunFile.run_id)
        .where(RunFile.id == run_file_id, Run.booking_id == booking_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found
