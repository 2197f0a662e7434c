"""Tables of blocks of time, bookings, closures, slot requests, their threads, and proposals to move."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    DDL,
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    event,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Organisation, User
from portal.bookings.guard import guard_statements
from portal.core.slots import Slot
from portal.facilities.models import BookingUnit, Cleanroom, CustomerKind, Grade, RoomKind, VectorLevel
from portal.projects.models import Project
from portal.store import Base, Money, choice, json_list, json_object


class BlockKind(StrEnum):
    """How a stretch of a cleanroom's time is taken; a released one takes nothing."""

    BOOKING = "booking"
    HOLD = "hold"
    CHANGEOVER = "changeover"
    CLOSURE = "closure"
    RELEASED = "released"


class BookingState(StrEnum):
    """Where a booking stands."""

    HELD = "held"
    CONFIRMED = "confirmed"
    IN_USE = "in_use"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    EXPIRED = "expired"


class RequestState(StrEnum):
    """Where a slot request stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    NEEDS_INFO = "needs_info"
    OFFERED = "offered"
    APPROVED = "approved"
    WAITLISTED = "waitlisted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class RunKind(StrEnum):
    """What the work in the cleanroom is."""

    PROCESS_DEVELOPMENT = "process_development"
    ENGINEERING_RUN = "engineering_run"
    ASEPTIC_PROCESS_SIMULATION = "aseptic_process_simulation"
    PROCESS_PERFORMANCE_QUALIFICATION = "process_performance_qualification"
    CLINICAL_BATCH = "clinical_batch"
    STABILITY = "stability"
    OTHER = "other"


class WorkMode(StrEnum):
    """Whether weekends and holidays interrupt the work, or it goes on through them."""

    WORKING = "working"
    CONTINUOUS = "continuous"


class ClosureKind(StrEnum):
    """Why a cleanroom is closed."""

    MAINTENANCE = "maintenance"
    REQUALIFICATION = "requalification"
    ASEPTIC_PROCESS_SIMULATION = "aseptic_process_simulation"
    OTHER = "other"


class MoveState(StrEnum):
    """Where a proposal to move a booking stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Side(StrEnum):
    """Who speaks: the organisation that asked, or the facility."""

    REQUESTER = "requester"
    FACILITY = "facility"


class Block(Base):
    """A stretch of one cleanroom's time, `[starts_at, ends_at)`."""

    __tablename__ = "block"
    __table_args__ = (
        UniqueConstraint("id", "kind"),
        CheckConstraint("starts_at < ends_at", name="ends_after_start"),
        Index("ix_block_cleanroom_id_starts_at", "cleanroom_id", "starts_at", "ends_at"),
    )

    cleanroom_id: Mapped[int] = mapped_column(ForeignKey("cleanroom.id"))
    kind: Mapped[BlockKind] = mapped_column(choice(BlockKind, name="kind", length=12))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    after_id: Mapped[int | None] = mapped_column(ForeignKey("block.id"), unique=True)
    """For a changeover: the booking or hold that it follows."""

    cleanroom: Mapped[Cleanroom] = relationship()

    @property
    def slot(self) -> Slot:
        """Return the stretch as a value."""
        return Slot(self.starts_at, self.ends_at)


def reference_of(request_id: int, created_at: datetime) -> str:
    """Return the name by which people cite a request, for instance SR-2026-0139."""
    return f"SR-{created_at:%Y}-{request_id:04d}"


class SlotRequest(Base):
    """What a developer organisation asks a facility for, and how it was answered."""

    __tablename__ = "slot_request"
    __table_args__ = (
        CheckConstraint("duration >= 1", name="duration_is_positive"),
        CheckConstraint("latest_end IS NULL OR latest_end >= earliest_start", name="window"),
        CheckConstraint("(starts_at IS NULL) = (ends_at IS NULL)", name="asked_window_is_whole"),
        CheckConstraint("starts_at IS NULL OR starts_at < ends_at", name="asked_window_order"),
        Index("ix_slot_request_cleanroom_id_state", "cleanroom_id", "state"),
        Index("ix_slot_request_organisation_id_state", "organisation_id", "state"),
        Index("ix_slot_request_submitted_at", "submitted_at"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    handled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    """The facility's colleague to whom it was handed, if it was."""
    state: Mapped[RequestState] = mapped_column(
        choice(RequestState, name="state"), default=RequestState.DRAFT
    )

    run_kind: Mapped[RunKind] = mapped_column(choice(RunKind, name="run_kind", length=40))
    title: Mapped[str] = mapped_column(String(160), default="")
    kind: Mapped[RoomKind] = mapped_column(choice(RoomKind, name="kind"))
    grade: Mapped[Grade] = mapped_column(choice(Grade, name="grade"))
    bsl: Mapped[int]
    vector_level: Mapped[VectorLevel] = mapped_column(choice(VectorLevel, name="vector_level"))
    gmo_class: Mapped[int] = mapped_column(default=0)
    process_class: Mapped[str | None] = mapped_column(String(40))
    equipment: Mapped[list[str]] = mapped_column(json_list(), default=list)
    mode: Mapped[WorkMode] = mapped_column(choice(WorkMode, name="mode"), default=WorkMode.WORKING)
    duration: Mapped[int]
    duration_unit: Mapped[BookingUnit] = mapped_column(
        choice(BookingUnit, name="duration_unit"), default=BookingUnit.DAY
    )
    earliest_start: Mapped[date]
    latest_end: Mapped[date | None]
    acceptable_facility_ids: Mapped[list[int] | None] = mapped_column(json_list())
    """Facilities that would do; null means any."""
    remark: Mapped[str] = mapped_column(Text, default="")

    cleanroom_id: Mapped[int | None] = mapped_column(ForeignKey("cleanroom.id"))
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    estimate: Mapped[dict[str, Any] | None] = mapped_column(json_object())
    """The cost as it was shown when the request was submitted; null where no rate is published."""
    terms_version: Mapped[int | None]
    terms_accepted_at: Mapped[datetime | None]

    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    waiting_since: Mapped[datetime | None]
    """Since when it waits for whoever must act next."""
    waitlisted_at: Mapped[datetime | None]
    offers_missed: Mapped[int] = mapped_column(default=0)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decision_note: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)

    project: Mapped[Project] = relationship()
    organisation: Mapped[Organisation] = relationship()
    requested_by: Mapped[User] = relationship(foreign_keys=[requested_by_id])
    handled_by: Mapped[User | None] = relationship(foreign_keys=[handled_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])
    cleanroom: Mapped[Cleanroom | None] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads it as it stands)

    @property
    def reference(self) -> str:
        """Return the name by which people cite it, for instance SR-2026-0139."""
        return reference_of(self.id, self.created_at)

    @property
    def slot(self) -> Slot | None:
        """Return the window asked for, once one is chosen."""
        if self.starts_at is None or self.ends_at is None:
            return None
        return Slot(self.starts_at, self.ends_at)


class RequestMessage(Base):
    """One contribution to the thread between requester and facility."""

    __tablename__ = "slot_request_message"

    request_id: Mapped[int] = mapped_column(ForeignKey("slot_request.id"), index=True)
    side: Mapped[Side] = mapped_column(choice(Side, name="side"))
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]

    author: Mapped[User] = relationship()


class Booking(Base):
    """That somebody's work takes, took or would have taken a cleanroom; its time is its block's."""

    __tablename__ = "booking"
    __table_args__ = (
        ForeignKeyConstraint(
            ["block_id", "block_kind"],
            ["block.id", "block.kind"],
            name="fk_booking_block_of_its_state",
            deferrable=True,
            initially="DEFERRED",
        ),
        CheckConstraint("(state = 'held') = (held_until IS NOT NULL)", name="held_has_an_end"),
        Index("ix_booking_state_held_until", "state", "held_until"),
        UniqueConstraint("import_key"),
    )

    block_id: Mapped[int] = mapped_column(unique=True)
    block_kind: Mapped[str] = mapped_column(
        String(12),
        Computed(
            "CASE state WHEN 'held' THEN 'hold' WHEN 'cancelled' THEN 'released' "
            "WHEN 'expired' THEN 'released' ELSE 'booking' END",
            persisted=True,
        ),
    )
    state: Mapped[BookingState] = mapped_column(choice(BookingState, name="state"))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("slot_request.id"), index=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    title: Mapped[str] = mapped_column(String(160), default="")
    run_kind: Mapped[RunKind] = mapped_column(
        choice(RunKind, name="run_kind", length=40), default=RunKind.OTHER
    )
    process_class: Mapped[str | None] = mapped_column(String(40))
    held_until: Mapped[datetime | None]
    condition: Mapped[str | None] = mapped_column(Text)
    """What must be met before `held_until` for a conditional approval to be confirmed."""
    awaits_gate: Mapped[str | None] = mapped_column(String(40))
    """The gate that confirms the hold by itself once it is met."""
    estimate: Mapped[dict[str, Any] | None] = mapped_column(json_object())
    actual: Mapped[dict[str, Any] | None] = mapped_column(json_object())
    """What completed work is charged, in the form of the estimate: the units occupied at the agreed price."""
    fee: Mapped[int | None] = mapped_column(Money)
    """What the terms charge for cancelling, or for not coming."""
    fee_currency: Mapped[str | None] = mapped_column(String(3))
    ended_reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    import_key: Mapped[str | None] = mapped_column(String(300))
    is_demo: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    block: Mapped[Block] = relationship(
        primaryjoin="foreign(Booking.block_id) == Block.id", lazy="joined", innerjoin=True
    )
    request: Mapped[SlotRequest | None] = relationship()
    project: Mapped[Project | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads it as it stands)

    @property
    def slot(self) -> Slot:
        """Return the time that the booking takes, or took."""
        return self.block.slot


class BookingOperator(Base):
    """Somebody who is named to run what is booked; only people with a duty at the facility read it."""

    __tablename__ = "booking_operator"
    __table_args__ = (UniqueConstraint("booking_id", "user_id"),)

    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)

    user: Mapped[User] = relationship()


class Closure(Base):
    """That a cleanroom is closed, and why; its time is its block's."""

    __tablename__ = "closure"

    block_id: Mapped[int] = mapped_column(ForeignKey("block.id"), unique=True)
    kind: Mapped[ClosureKind] = mapped_column(choice(ClosureKind, name="kind", length=40))
    note: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    is_demo: Mapped[bool] = mapped_column(default=False)

    block: Mapped[Block] = relationship(lazy="joined", innerjoin=True)


class Subsidy(Base):
    """That a programme pays a share of the price of so many units at a facility; what is used up of it is counted here."""

    __tablename__ = "subsidy"
    __table_args__ = (
        CheckConstraint("units > 0", name="units_are_positive"),
        CheckConstraint("used_units BETWEEN 0 AND units", name="nothing_beyond_the_budget"),
        CheckConstraint("percent BETWEEN 1 AND 100", name="percent"),
        CheckConstraint("last_day >= first_day", name="last_day_after_first"),
    )

    facility_id: Mapped[int] = mapped_column(ForeignKey("facility.id"), index=True)
    programme: Mapped[str] = mapped_column(String(160))
    units: Mapped[int]
    used_units: Mapped[int] = mapped_column(default=0)
    unit: Mapped[BookingUnit] = mapped_column(choice(BookingUnit, name="unit"))
    percent: Mapped[int]
    """The share of the price that the programme pays."""
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"))
    customer_kind: Mapped[CustomerKind | None] = mapped_column(choice(CustomerKind, name="customer_kind"))
    """For whom it is; without a project and a kind for everybody."""
    first_day: Mapped[date]
    last_day: Mapped[date]
    ended_at: Mapped[datetime | None]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    is_demo: Mapped[bool] = mapped_column(default=False)

    project: Mapped[Project | None] = relationship()

    @property
    def left(self) -> int:
        """Return how many units are left of it."""
        return self.units - self.used_units


class SubsidyUse(Base):
    """How many units of a booking a programme pays a share of, and how much that is, without VAT."""

    __tablename__ = "subsidy_use"
    __table_args__ = (
        CheckConstraint("units > 0", name="units_are_positive"),
        CheckConstraint("amount >= 0", name="amount_is_not_negative"),
    )

    subsidy_id: Mapped[int] = mapped_column(ForeignKey("subsidy.id"), index=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), unique=True)
    units: Mapped[int]
    amount: Mapped[int] = mapped_column(Money)
    currency: Mapped[str] = mapped_column(String(3))

    subsidy: Mapped[Subsidy] = relationship()


class MoveProposal(Base):
    """A wish to move a confirmed booking; it holds nothing, and is judged again when it is accepted."""

    __tablename__ = "move_proposal"

    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    side: Mapped[Side] = mapped_column(choice(Side, name="side"))
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    proposed_at: Mapped[datetime]
    cleanroom_id: Mapped[int] = mapped_column(ForeignKey("cleanroom.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    why: Mapped[str] = mapped_column(Text)
    state: Mapped[MoveState] = mapped_column(choice(MoveState, name="state"), default=MoveState.OPEN)
    answered_at: Mapped[datetime | None]
    answer_note: Mapped[str | None] = mapped_column(Text)

    booking: Mapped[Booking] = relationship()
    cleanroom: Mapped[Cleanroom] = relationship()


for _dialect in ("sqlite", "postgresql"):
    for _statement in guard_statements(_dialect):
        event.listen(
            Block.__table__,
            "after_create",
            DDL(_statement.replace("%", "%%")).execute_if(dialect=_dialect),
        )
