"""Tables of facilities, their licences, cleanrooms, rates, changeover times, holidays and duties."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Organisation, User
from portal.core.actors import Role
from portal.facilities.rules.validity import NeededFor
from portal.store import Base, Money, choice, json_list, json_object


class FacilityKind(StrEnum):
    """What a facility offers, in the words of the facts file."""

    PRE_GMP = "pre_gmp"
    GMP = "gmp"
    BOTH = "both"
    PROCESS_DEVELOPMENT = "process_development"
    CDMO = "cdmo"
    CENTRE = "centre"


class FacilityStatus(StrEnum):
    """Whether a facility works, as far as is known."""

    OPERATING = "operating"
    UNDER_CONSTRUCTION = "under_construction"
    UNKNOWN = "unknown"


class RoomKind(StrEnum):
    """What a cleanroom is for."""

    PRE_GMP = "pre_gmp"
    GMP = "gmp"


class Grade(StrEnum):
    """The cleanliness of a cleanroom, EU GMP Annex 1, or controlled and not classified."""

    CNC = "CNC"
    D = "D"
    C = "C"
    B = "B"
    A_IN_B = "A_in_B"


class VectorLevel(StrEnum):
    """The most demanding viral-vector work that a permit covers; it covers those below."""

    NONE = "none"
    AAV = "aav"
    LENTIVIRAL_RETROVIRAL = "lentiviral_retroviral"
    REPLICATION_COMPETENT = "replication_competent"


class BookingUnit(StrEnum):
    """The unit in which a cleanroom is booked."""

    DAY = "day"
    HALF_DAY = "half_day"
    HOUR = "hour"


class CustomerKind(StrEnum):
    """For whom a rate holds; what holds for companies holds for SMEs unless they have their own."""

    ACADEMIC = "academic"
    SME = "sme"
    COMPANY = "company"
    HOSPITAL = "hospital"


class Priority(StrEnum):
    """How a facility orders its waiting list."""

    OLDEST_FIRST = "oldest_first"
    CLINICAL_FIRST = "clinical_first"


class Facility(Base):
    """A site where cleanrooms are, or a centre that helps to reach them."""

    __tablename__ = "facility"
    __table_args__ = (
        CheckConstraint("most_runs IS NULL OR most_runs >= 1", name="most_runs"),
        CheckConstraint("most_runs_each >= 1", name="most_runs_each"),
    )

    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[FacilityKind] = mapped_column(choice(FacilityKind, name="kind"))
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    operator_name: Mapped[str] = mapped_column(String(250))
    operator_kind: Mapped[str | None] = mapped_column(String(40))
    city: Mapped[str] = mapped_column(String(120))
    region: Mapped[str | None] = mapped_column(String(120))
    country: Mapped[str] = mapped_column(String(2))
    time_zone: Mapped[str] = mapped_column(String(64))
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    status: Mapped[FacilityStatus] = mapped_column(choice(FacilityStatus, name="status"))
    opened: Mapped[str | None] = mapped_column(String(10))
    expected_operational: Mapped[str | None] = mapped_column(String(10))
    area_m2: Mapped[int | None]
    cleanroom_count: Mapped[int | None]
    modalities: Mapped[list[str]] = mapped_column(json_list(), default=list)
    services: Mapped[list[str]] = mapped_column(json_list(), default=list)
    permits: Mapped[str | None] = mapped_column(Text)
    website: Mapped[str | None] = mapped_column(String(300))
    former_names: Mapped[list[str]] = mapped_column(json_list(), default=list)
    note: Mapped[str | None] = mapped_column(Text)

    contact_name: Mapped[str | None] = mapped_column(String(120))
    contact_email: Mapped[str | None] = mapped_column(String(254))
    contact_phone: Mapped[str | None] = mapped_column(String(40))

    booking_terms: Mapped[str | None] = mapped_column(Text)
    confidentiality_terms: Mapped[str | None] = mapped_column(Text)
    confidentiality_version: Mapped[int] = mapped_column(default=1)
    public_records: Mapped[bool | None]
    hold_working_days: Mapped[int] = mapped_column(default=5)
    default_changeover_days: Mapped[int] = mapped_column(default=1)
    same_project_changeover_days: Mapped[int] = mapped_column(default=0)
    charges_changeover: Mapped[bool] = mapped_column(default=False)
    signs_pre_gmp: Mapped[bool] = mapped_column(default=False)
    priority: Mapped[Priority] = mapped_column(
        choice(Priority, name="priority"), default=Priority.OLDEST_FIRST
    )
    cancellation_steps: Mapped[list[dict[str, int]]] = mapped_column(json_list(), default=list)
    """`[{"days_before": 30, "percent": 50}, …]`: the share of the estimate that a cancellation costs from so many
    days before the start on."""
    moves_without_asking_days: Mapped[int | None]
    """A confirmed booking that starts at least so many days ahead may be moved without asking the other side."""

    most_runs: Mapped[int | None]
    """How many runs its staff and QA can carry at once, in all its cleanrooms together; null sets no limit."""
    most_runs_each: Mapped[int] = mapped_column(default=1)
    """On how many runs at once one person may be named as operator."""

    source: Mapped[dict[str, Any] | None] = mapped_column(json_object())
    further_sources: Mapped[list[dict[str, Any]]] = mapped_column(json_list(), default=list)
    confidence: Mapped[str | None] = mapped_column(String(12))
    to_verify: Mapped[list[str]] = mapped_column(json_list(), default=list)
    shipped: Mapped[dict[str, Any] | None] = mapped_column(json_object())
    """The catalogue's own values as they were last loaded; null for a facility that the catalogue does not know."""
    local_fields: Mapped[list[str]] = mapped_column(json_list(), default=list)
    """Fields in which this installation departs from the catalogue; loading it anew leaves them alone."""
    is_open_for_requests: Mapped[bool] = mapped_column(default=False)
    edited_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    operator: Mapped[Organisation | None] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads it as it stands)


class Licence(Base):
    """A permission that a facility holds, for a while."""

    __tablename__ = "facility_licence"

    facility_id: Mapped[int] = mapped_column(ForeignKey("facility.id"), index=True)
    kind: Mapped[str] = mapped_column(String(60))
    number: Mapped[str | None] = mapped_column(String(80))
    authority: Mapped[str | None] = mapped_column(String(120))
    scope: Mapped[str | None] = mapped_column(Text)
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    needed_for: Mapped[NeededFor] = mapped_column(
        choice(NeededFor, name="needed_for"), default=NeededFor.NOTHING
    )
    """What can't be booked beyond its last day, as the facility says."""
    is_demo: Mapped[bool] = mapped_column(default=False)

    facility: Mapped[Facility] = relationship()


class RunLimit(Base):
    """Days on which a facility carries another number of runs at once than usual; of several the least holds."""

    __tablename__ = "facility_run_limit"
    __table_args__ = (
        CheckConstraint("most_runs >= 0", name="most_runs_is_not_negative"),
        CheckConstraint("last_day >= first_day", name="days"),
    )

    facility_id: Mapped[int] = mapped_column(ForeignKey("facility.id"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    most_runs: Mapped[int]
    """How many runs its staff and QA can carry at once on these days; none at all with 0."""
    name: Mapped[str] = mapped_column(String(120))


class Cleanroom(Base):
    """A room that people book."""

    __tablename__ = "cleanroom"
    __table_args__ = (
        UniqueConstraint("facility_id", "code"),
        CheckConstraint("bsl BETWEEN 1 AND 3", name="bsl_is_1_to_3"),
        CheckConstraint("gmo_class IS NULL OR gmo_class BETWEEN 0 AND 3", name="gmo_class_is_0_to_3"),
        CheckConstraint("min_units >= 1 AND (max_units IS NULL OR max_units >= min_units)", name="units"),
        CheckConstraint("trained_needed IS NULL OR trained_needed >= 1", name="trained_needed"),
        CheckConstraint(
            "opens_hour >= 0 AND closes_hour <= 24 AND opens_hour < closes_hour", name="opening_hours"
        ),
    )

    slug: Mapped[str] = mapped_column(String(80), unique=True)
    facility_id: Mapped[int] = mapped_column(ForeignKey("facility.id"), index=True)
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[RoomKind] = mapped_column(choice(RoomKind, name="kind"))
    grade: Mapped[Grade] = mapped_column(choice(Grade, name="grade"))
    area_m2: Mapped[int | None]
    bsl: Mapped[int]
    vector_level: Mapped[VectorLevel] = mapped_column(choice(VectorLevel, name="vector_level"))
    gmo_class: Mapped[int | None]
    """The highest class of contained use that the permits cover; 0 says that there is none, null that nobody knows."""
    isolator: Mapped[bool] = mapped_column(default=False)
    equipment: Mapped[list[str]] = mapped_column(json_list(), default=list)
    unit: Mapped[BookingUnit] = mapped_column(choice(BookingUnit, name="unit"), default=BookingUnit.DAY)
    open_weekdays: Mapped[list[int]] = mapped_column(json_list(), default=lambda: [1, 2, 3, 4, 5])
    """ISO weekdays, Monday is 1."""
    opens_hour: Mapped[int] = mapped_column(default=0)
    closes_hour: Mapped[int] = mapped_column(default=24)
    min_units: Mapped[int] = mapped_column(default=1)
    max_units: Mapped[int | None]
    notice_days: Mapped[int] = mapped_column(default=0)
    qualified_until: Mapped[date | None]
    trained_needed: Mapped[int | None]
    """How many people must be trained for the room; it can't be booked beyond the day on which they are fewer."""
    air_handling: Mapped[str | None] = mapped_column(String(40))
    corridor: Mapped[str | None] = mapped_column(String(40))
    staff_group: Mapped[str | None] = mapped_column(String(40))
    """Rooms of one facility that name the same group share air, corridor or staff."""
    dedicated_to_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    """The only project that may have the room, as QA set it."""
    last_class: Mapped[str | None] = mapped_column(String(40))
    """The changeover class of what ran before the portal's first booking, if known."""
    note: Mapped[str | None] = mapped_column(Text)
    is_bookable: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    edited_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    facility: Mapped[Facility] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads it as it stands)


class EquipmentValidity(Base):
    """Until when a piece of a cleanroom's equipment is calibrated or qualified."""

    __tablename__ = "cleanroom_equipment_validity"
    __table_args__ = (UniqueConstraint("cleanroom_id", "equipment"),)

    cleanroom_id: Mapped[int] = mapped_column(ForeignKey("cleanroom.id"))
    equipment: Mapped[str] = mapped_column(String(60))
    valid_until: Mapped[date]


class Training(Base):
    """That somebody of the operator is trained to work in a cleanroom, until a day."""

    __tablename__ = "cleanroom_training"
    __table_args__ = (UniqueConstraint("cleanroom_id", "user_id"),)

    cleanroom_id: Mapped[int] = mapped_column(ForeignKey("cleanroom.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    valid_until: Mapped[date]


class Rate(Base):
    """The price of one open booking unit of a cleanroom for one kind of customer, without VAT."""

    __tablename__ = "cleanroom_rate"
    __table_args__ = (
        UniqueConstraint("cleanroom_id", "customer_kind", "valid_from"),
        CheckConstraint("amount >= 0", name="amount_is_not_negative"),
        CheckConstraint("vat_basis_points BETWEEN 0 AND 10000", name="vat"),
    )

    cleanroom_id: Mapped[int] = mapped_column(ForeignKey("cleanroom.id"), index=True)
    customer_kind: Mapped[CustomerKind] = mapped_column(choice(CustomerKind, name="customer_kind"))
    amount: Mapped[int] = mapped_column(Money)
    currency: Mapped[str] = mapped_column(String(3))
    vat_basis_points: Mapped[int] = mapped_column(default=2500)
    valid_from: Mapped[date]
    is_demo: Mapped[bool] = mapped_column(default=False)


class ChangeoverTime(Base):
    """How many calendar days a cleanroom needs between two classes of work, where it differs from the shipped table."""

    __tablename__ = "cleanroom_changeover_time"
    __table_args__ = (
        UniqueConstraint("cleanroom_id", "before", "after"),
        CheckConstraint("days BETWEEN 0 AND 365", name="days"),
    )

    cleanroom_id: Mapped[int] = mapped_column(ForeignKey("cleanroom.id"), index=True)
    before: Mapped[str] = mapped_column(String(40))
    after: Mapped[str] = mapped_column(String(40))
    days: Mapped[int]


class ExtraHoliday(Base):
    """A day on which a facility departs from its country's public holidays: closed besides, or open in spite."""

    __tablename__ = "facility_holiday"
    __table_args__ = (UniqueConstraint("facility_id", "day"),)

    facility_id: Mapped[int] = mapped_column(ForeignKey("facility.id"), index=True)
    day: Mapped[date]
    name: Mapped[str] = mapped_column(String(120))
    is_open: Mapped[bool] = mapped_column(default=False)


class DutyRecord(Base):
    """A role that a person holds at a facility; a deputy's has an end and names whom it stands in for."""

    __tablename__ = "facility_duty"
    __table_args__ = (
        Index("ix_facility_duty_user_id", "user_id", "facility_id", "role"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
    )

    facility_id: Mapped[int] = mapped_column(ForeignKey("facility.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    role: Mapped[Role] = mapped_column(choice(Role, name="role"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    stands_in_for_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    facility: Mapped[Facility] = relationship()
    user: Mapped[User] = relationship(foreign_keys=[user_id])
    stands_in_for: Mapped[User | None] = relationship(foreign_keys=[stands_in_for_id])
