"""Tables of projects, the history of their phase, their team, and grants of their field groups."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Organisation, User
from portal.store import Base, Money, choice, json_list


class ProductClass(StrEnum):
    """The legal class of an ATMP."""

    GTMP = "GTMP"
    SCTMP = "sCTMP"
    TEP = "TEP"
    COMBINED = "combined"


class Phase(StrEnum):
    """How far a project has come."""

    DISCOVERY = "discovery"
    PRECLINICAL = "preclinical"
    PHASE_1 = "phase_1"
    PHASE_2 = "phase_2"
    PHASE_3 = "phase_3"
    MARKETING_AUTHORISATION = "marketing_authorisation"
    ON_MARKET = "on_market"


class FieldGroup(StrEnum):
    """What of a project somebody may see as a whole."""

    TEASER = "teaser"
    IDENTITY = "identity"
    PROCESS = "process"
    ROADMAP = "roadmap"
    MONEY = "money"
    BOOKINGS = "bookings"


class GrantReason(StrEnum):
    """Why a field group was opened to an organisation."""

    REQUEST = "request"
    CONSENT = "consent"
    INTRODUCTION = "introduction"


class Visibility(StrEnum):
    """To whom the owner shows the teaser without being asked."""

    PRIVATE = "private"
    INVESTORS = "investors"
    PUBLIC = "public"


class Project(Base):
    """One product on its way to patients."""

    __tablename__ = "project"
    __table_args__ = (
        CheckConstraint("bsl IS NULL OR bsl BETWEEN 1 AND 4", name="bsl_is_1_to_4"),
        CheckConstraint("gmo_class IS NULL OR gmo_class BETWEEN 0 AND 3", name="gmo_class_is_0_to_3"),
        CheckConstraint(
            "funding_min IS NULL OR funding_max IS NULL OR funding_max >= funding_min", name="funding_range"
        ),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    teaser: Mapped[str] = mapped_column(Text, default="")
    teaser_sv: Mapped[str | None] = mapped_column(Text)
    product_class: Mapped[ProductClass] = mapped_column(choice(ProductClass, name="product_class"))
    modality: Mapped[str] = mapped_column(String(60))
    indication_area: Mapped[str] = mapped_column(String(60))
    indication: Mapped[str | None] = mapped_column(String(200))
    phase: Mapped[Phase] = mapped_column(choice(Phase, name="phase"))
    phase_since: Mapped[date | None]
    on_hold: Mapped[bool] = mapped_column(default=False)

    autologous: Mapped[bool | None]
    gmo_class: Mapped[int | None]
    """Contained-use class, 0 says that there is no GMO."""
    vector: Mapped[str | None] = mapped_column(String(80))
    vector_level: Mapped[str | None] = mapped_column(String(40))
    process_class: Mapped[str | None] = mapped_column(String(40))
    process_state: Mapped[str | None] = mapped_column(String(40))
    starting_material: Mapped[str | None] = mapped_column(String(40))
    infectious_status: Mapped[str | None] = mapped_column(String(40))
    cell_bank: Mapped[bool | None]
    animal_origin: Mapped[bool | None]
    shelf_life_hours: Mapped[int | None]
    device: Mapped[bool | None]
    bsl: Mapped[int | None]
    orphan: Mapped[bool | None]
    paediatric: Mapped[bool | None]

    needs: Mapped[list[str]] = mapped_column(json_list(), default=list)
    funding_min: Mapped[int | None] = mapped_column(Money)
    """Whole units of the currency, not its minor unit: what a team seeks is never known to the cent."""
    funding_max: Mapped[int | None] = mapped_column(Money)
    funding_currency: Mapped[str | None] = mapped_column(String(3))
    visibility: Mapped[Visibility] = mapped_column(
        choice(Visibility, name="visibility"), default=Visibility.PRIVATE, index=True
    )
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads it as it stands)


class PhaseChange(Base):
    """That a project reached a phase, was put on hold, or went on, on a day."""

    __tablename__ = "project_phase_change"

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    phase: Mapped[Phase] = mapped_column(choice(Phase, name="phase"))
    on_hold: Mapped[bool] = mapped_column(default=False)
    since: Mapped[date | None]
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class TeamMember(Base):
    """A person of the project's team, with or without an account."""

    __tablename__ = "project_team_member"

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    task: Mapped[str] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(254))


class Grant(Base):
    """One field group of one project, open to one organisation from a moment until it ends or is taken back."""

    __tablename__ = "project_grant"
    __table_args__ = (
        Index("ix_project_grant_lookup", "organisation_id", "project_id", "field_group"),
        Index("ix_project_grant_because", "reason", "reason_id"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    field_group: Mapped[FieldGroup] = mapped_column(choice(FieldGroup, name="field_group"))
    reason: Mapped[GrantReason] = mapped_column(choice(GrantReason, name="reason"))
    reason_id: Mapped[int | None]
    """The request or introduction behind it, of a room above, so without a foreign key."""
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]

    project: Mapped[Project] = relationship()
    organisation: Mapped[Organisation] = relationship()
    granted_by: Mapped[User | None] = relationship()
