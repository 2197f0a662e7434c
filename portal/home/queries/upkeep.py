"""What an administrator's home asks: who waits, what is new, what failed, and whether the clock and the ledger go on."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import Organisation, RoleRequest, RoleRequestState
from portal.core.actors import Role
from portal.facilities.models import DutyRecord, Facility
from portal.ledger import Delivery, Entry, SealedEntry, Waiting
from portal.ledger.chain import head
from portal.mail.models import OutgoingMail
from portal.work.models import Lease


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """How far the ledger's chain has come, and what waits."""

    head: str
    sealed: int
    unsealed: int
    undelivered: int
    failing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """How much mail is on its way, and how much was given up."""

    waiting: int
    given_up: int
    latest: list[OutgoingMail]


def waiting_role_requests(session: Session, *, limit: int) -> list[RoleRequest]:
    """Return the requests for roles that wait, the oldest first."""
    return list(
        session.scalars(
            select(RoleRequest)
            .where(RoleRequest.state == RoleRequestState.WAITING)
            .options(joinedload(RoleRequest.user), joinedload(RoleRequest.organisation))
            .order_by(RoleRequest.asked_at, RoleRequest.id)
            .limit(limit)
        )
    )


def new_organisations(session: Session, *, since: datetime, limit: int) -> tuple[list[Organisation], int]:
    """Return the organisations registered since a moment, newest first, and how many there are."""
    new = Organisation.created_at >= since
    number = session.scalar(select(func.count()).select_from(Organisation).where(new)) or 0
    found = session.scalars(
        select(Organisation)
        .where(new)
        .order_by(Organisation.created_at.desc(), Organisation.id.desc())
        .limit(limit)
    )
    return list(found), number


def facilities_without_manager(session: Session, *, today: date) -> list[Facility]:
    """Return the facilities that take requests and have nobody today who could decide on them, by name."""
    manages = exists().where(
        DutyRecord.facility_id == Facility.id,
        DutyRecord.role == Role.FACILITY_MANAGER,
        DutyRecord.starts_on <= today,
        or_(DutyRecord.ends_on.is_(None), DutyRecord.ends_on >= today),
    )
    return list(
        session.scalars(
            select(Facility).where(Facility.is_open_for_requests, ~manages).order_by(Facility.name)
        )
    )


def mail(session: Session, *, limit: int) -> Mail:
    """Return how much mail waits, how much was given up, and the latest of that."""
    waiting, given_up = session.execute(
        select(func.count(OutgoingMail.next_try_at), func.count(OutgoingMail.given_up_at))
    ).one()
    latest = session.scalars(
        select(OutgoingMail)
        .where(OutgoingMail.given_up_at.is_not(None))
        .order_by(OutgoingMail.given_up_at.desc(), OutgoingMail.id.desc())
        .limit(limit)
    )
    return Mail(waiting=waiting, given_up=given_up, latest=list(latest))


def ledger(session: Session) -> Ledger:
    """Return the head of the chain, and how many entries wait for a seal or for a handler."""
    digest, sealed = head(session)
    counts = session.execute(
        select(
            select(func.count()).select_from(Entry).scalar_subquery(),
            select(func.count()).select_from(SealedEntry).scalar_subquery(),
            select(func.count()).select_from(Waiting).scalar_subquery(),
            select(func.count())
            .select_from(Delivery)
            .where(Delivery.delivered_at.is_(None), Delivery.last_error.is_not(None))
            .scalar_subquery(),
        )
    ).one()
    return Ledger(
        head=digest,
        sealed=sealed,
        unsealed=counts[0] - counts[1],
        undelivered=counts[2],
        failing=counts[3],
    )


def leases(session: Session) -> list[Lease]:
    """Return which process holds which lease, by name."""
    return list(session.scalars(select(Lease).order_by(Lease.name)))
