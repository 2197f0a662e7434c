"""Tables of catalogue versions, of roadmaps with what is said of their steps, of readiness, of referrals, of market access and of rights."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import User
from portal.partners.models import Partner
from portal.projects.models import Project
from portal.roadmap.rules.market import Freedom, RightKind
from portal.roadmap.rules.referrals import OPEN, ReferralSide, ReferralState
from portal.store import Base, choice, json_list, json_object

SEATED_REFERRALS = "seat IS NOT NULL"
OPEN_REFERRALS = "state IN ({})".format(", ".join(f"'{one.value}'" for one in ReferralState if one in OPEN))


class CatalogueVersion(Base):
    """The catalogue of steps as it was at one time, shipped and local values together; rows are never changed."""

    __tablename__ = "roadmap_catalogue"

    label: Mapped[str] = mapped_column(String(60), unique=True)
    shipped_version: Mapped[str] = mapped_column(String(40))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    content: Mapped[dict[str, Any]] = mapped_column(json_object(), deferred=True)
    frozen_at: Mapped[datetime]


class Roadmap(Base):
    """One project's way to the patient: the version of the catalogue that it stands on, and what was answered."""

    __tablename__ = "roadmap"

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), unique=True)
    catalogue_id: Mapped[int] = mapped_column(ForeignKey("roadmap_catalogue.id"), index=True)
    answers: Mapped[dict[str, Any]] = mapped_column(json_object(), default=dict)
    baseline: Mapped[dict[str, Any] | None] = mapped_column(json_object())
    """`{step: [start, finish]}` as planned on `baseline_on`."""
    baseline_on: Mapped[date | None]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    version: Mapped[int] = mapped_column(default=1)

    project: Mapped[Project] = relationship()
    catalogue: Mapped[CatalogueVersion] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads it as it stands)


class RoadmapPlan(Base):
    """What was computed from a roadmap on a day: dates, ranges and what moves them."""

    __tablename__ = "roadmap_plan"

    roadmap_id: Mapped[int] = mapped_column(ForeignKey("roadmap.id"), unique=True)
    computed_on: Mapped[date] = mapped_column(index=True)
    computed_at: Mapped[datetime]
    outlook: Mapped[dict[str, Any]] = mapped_column(json_object())
    """What lists and homes show: the milestones' ranges, and the next actions."""
    plan: Mapped[dict[str, Any]] = mapped_column(json_object(), deferred=True)


class RoadmapFigures(Base):
    """What was counted over all roadmaps on a day, with everything left out that could tell of somebody."""

    __tablename__ = "roadmap_figures"

    counted_on: Mapped[date] = mapped_column(unique=True)
    counted_at: Mapped[datetime]
    content: Mapped[dict[str, Any]] = mapped_column(json_object())


class StepMark(Base):
    """What a team says of one step of its roadmap; a step of its own keeps its description in `own`."""

    __tablename__ = "roadmap_step"
    __table_args__ = (
        UniqueConstraint("roadmap_id", "step_id"),
        CheckConstraint(
            "started IS NULL OR finished IS NULL OR finished >= started", name="finished_after_started"
        ),
    )

    roadmap_id: Mapped[int] = mapped_column(ForeignKey("roadmap.id"))
    step_id: Mapped[str] = mapped_column(String(80))
    started: Mapped[date | None]
    finished: Mapped[date | None]
    day_unknown: Mapped[bool] = mapped_column(default=False)
    """The step is done, and nobody knows since when: `finished` is a day by which it was."""
    not_before: Mapped[date | None]
    owner: Mapped[str] = mapped_column(String(120), default="")
    remark: Mapped[str] = mapped_column(Text, default="")
    skipped: Mapped[str | None] = mapped_column(Text)
    own: Mapped[dict[str, Any] | None] = mapped_column(json_object())
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads it as it stands)


class Assessment(Base):
    """On which level of one dimension a team places its project, with the evidence; a new view is a new row."""

    __tablename__ = "readiness_assessment"
    __table_args__ = (
        Index("ix_readiness_assessment_project_dimension", "project_id", "dimension", "id"),
        CheckConstraint("level BETWEEN 0 AND 9", name="level_is_0_to_9"),
        CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by_id IS NULL)", name="confirmed_by_somebody_at_some_time"
        ),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    dimension: Mapped[str] = mapped_column(String(40))
    level: Mapped[int]
    evidence: Mapped[str] = mapped_column(Text, default="")
    assessed_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    assessed_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    confirmed_at: Mapped[datetime | None]
    confirmation: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)

    assessed_by: Mapped[User] = relationship(foreign_keys=[assessed_by_id])
    confirmed_by: Mapped[User | None] = relationship(foreign_keys=[confirmed_by_id])

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads it as it stands)


class Referral(Base):
    """That a support provider was asked for help with one step, or that an adviser proposed it, and what came of it."""

    __tablename__ = "referral"
    __table_args__ = (
        Index(
            "uq_referral_open",
            "project_id",
            "partner_id",
            "step_id",
            unique=True,
            sqlite_where=text(OPEN_REFERRALS),
            postgresql_where=text(OPEN_REFERRALS),
        ),
        Index(
            "uq_referral_seat",
            "partner_id",
            "quarter",
            "seat",
            unique=True,
            sqlite_where=text(SEATED_REFERRALS),
            postgresql_where=text(SEATED_REFERRALS),
        ),
        Index("ix_referral_partner_id_state", "partner_id", "state"),
        CheckConstraint(
            "state IN ('proposed', 'asked') OR answered_at IS NOT NULL", name="answer_has_its_time"
        ),
        CheckConstraint("(seat IS NULL) = (quarter IS NULL)", name="seat_has_its_quarter"),
        CheckConstraint("seat IS NULL OR seat >= 1", name="seat_is_counted_from_1"),
        CheckConstraint("seat IS NOT NULL OR state NOT IN ('asked', 'accepted')", name="asked_takes_a_seat"),
        CheckConstraint("(proposed_by_id IS NULL) = (proposed_for_id IS NULL)", name="proposed_for_somebody"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    step_id: Mapped[str] = mapped_column(String(80))
    step_name: Mapped[dict[str, Any]] = mapped_column(json_object())
    """What the step was called when it was asked, in both languages."""
    state: Mapped[ReferralState] = mapped_column(choice(ReferralState, name="referral_state"))
    groups: Mapped[list[str]] = mapped_column(json_list(), default=list)
    """The field groups that open to the provider when it accepts."""
    apply_by: Mapped[date | None]
    asked_at: Mapped[datetime]
    """When the provider was asked, or, while it is not, when it was proposed."""
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    proposed_for_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    """The adviser's organisation, which follows what comes of it."""
    quarter: Mapped[str | None] = mapped_column(String(6))
    seat: Mapped[int | None]
    """Which place of the provider's quarter it takes."""
    answered_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    project: Mapped[Project] = relationship()
    partner: Mapped[Partner] = relationship()
    proposed_by: Mapped[User | None] = relationship(foreign_keys=[proposed_by_id])

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads it as it stands)


class ReferralMessage(Base):
    """What one side has written to the other about a referral."""

    __tablename__ = "referral_message"

    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), index=True)
    side: Mapped[ReferralSide] = mapped_column(choice(ReferralSide, name="referral_side"))
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    words: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]

    author: Mapped[User] = relationship()


class MarketAccess(Base):
    """How a team thinks that its product will be paid for; amounts are whole units of the currency for one patient."""

    __tablename__ = "market_access"
    __table_args__ = (
        CheckConstraint(
            "price_low IS NULL OR price_high IS NULL OR price_high >= price_low", name="price_corridor"
        ),
        CheckConstraint("patients IS NULL OR patients >= 0", name="patients_not_negative"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), unique=True)
    value_story: Mapped[str] = mapped_column(Text, default="")
    comparator: Mapped[str] = mapped_column(Text, default="")
    patients: Mapped[int | None]
    patients_basis: Mapped[str] = mapped_column(Text, default="")
    evidence_plan: Mapped[str] = mapped_column(Text, default="")
    price_low: Mapped[int | None]
    price_high: Mapped[int | None]
    price_currency: Mapped[str | None] = mapped_column(String(3))
    price_basis: Mapped[str] = mapped_column(Text, default="")
    stated_at: Mapped[datetime]
    stated_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    version: Mapped[int] = mapped_column(default=1)

    project: Mapped[Project] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads it as it stands)


class FreedomToOperate(Base):
    """What a team knows of other people's rights in its way."""

    __tablename__ = "freedom_to_operate"

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), unique=True)
    finding: Mapped[Freedom] = mapped_column(choice(Freedom, name="freedom"))
    searched_on: Mapped[date | None]
    searched_by: Mapped[str] = mapped_column(String(200), default="")
    remark: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads it as it stands)


class Right(Base):
    """A patent family, a licence or another right of a project, with its days."""

    __tablename__ = "project_right"
    __table_args__ = (
        CheckConstraint("since IS NULL OR until IS NULL OR until >= since", name="until_after_since"),
        CheckConstraint("due_on IS NULL OR due_what <> ''", name="due_day_has_words"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    kind: Mapped[RightKind] = mapped_column(choice(RightKind, name="right_kind"))
    title: Mapped[str] = mapped_column(String(200))
    reference: Mapped[str] = mapped_column(String(120), default="")
    party: Mapped[str] = mapped_column(String(200), default="")
    since: Mapped[date | None]
    until: Mapped[date | None] = mapped_column(index=True)
    due_on: Mapped[date | None] = mapped_column(index=True)
    due_what: Mapped[str] = mapped_column(String(200), default="")
    remark: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)

    project: Mapped[Project] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads it as it stands)
