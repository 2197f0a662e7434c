"""Tables of campaigns, their links, run records and what is attached to them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.orm.attributes import flag_modified

from portal.accounts.models import User
from portal.bookings.models import Booking, SlotRequest
from portal.campaigns.rules.runs import RECORDED, Failure, Outcome, Record, RunState
from portal.files.models import StoredFile
from portal.projects.models import Project
from portal.store import Base, choice, json_list


class Campaign(Base):
    """A project's chain of runs; where it stands follows from its links."""

    __tablename__ = "campaign"

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(String(160))
    remark: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    changed_at: Mapped[datetime]
    """When its chain last changed."""
    version: Mapped[int] = mapped_column(default=1)

    project: Mapped[Project] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads it as it stands)

    @property
    def reference(self) -> str:
        """Return the name by which people cite it, for instance CMP-2026-0017."""
        return f"CMP-{self.created_at:%Y}-{self.id:04d}"

    def touch(self, *, at: datetime) -> None:
        """Note that its chain has changed, so that a page that was shown before is known to be out of date."""
        self.changed_at = at
        flag_modified(self, "changed_at")


class CampaignLink(Base):
    """One link of a chain: its request, and how it follows the links before it."""

    __tablename__ = "campaign_link"
    __table_args__ = (
        CheckConstraint("lag_days >= 0", name="lag_is_not_negative"),
        CheckConstraint("spacing_days >= 0", name="spacing_is_not_negative"),
        Index("ix_campaign_link_campaign_id_position", "campaign_id", "position"),
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    position: Mapped[int]
    request_id: Mapped[int] = mapped_column(ForeignKey("slot_request.id"), unique=True)
    after_id: Mapped[int | None] = mapped_column(ForeignKey("campaign_link.id"))
    """The earlier link from whose end the lag counts; none stands for the one before."""
    lag_days: Mapped[int] = mapped_column(default=0)
    spacing_days: Mapped[int] = mapped_column(default=0)
    """In a series: days since the start of the link before."""
    waits_for_rest: Mapped[bool] = mapped_column(default=False)
    """Whether its approval is a hold on the condition that the other parts of the chain are approved."""

    campaign: Mapped[Campaign] = relationship()
    request: Mapped[SlotRequest] = relationship()


class Run(Base):
    """The record of what happened in a booking; there is none while nobody wrote in it."""

    __tablename__ = "run"
    __table_args__ = (
        CheckConstraint("deviations IS NULL OR deviations >= 0", name="deviations_are_counted"),
        CheckConstraint("ended_at IS NULL OR started_at IS NULL OR started_at < ended_at", name="ends_later"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_has_a_moment"),
        CheckConstraint("(state = 'certified') = (certified_at IS NOT NULL)", name="certified_has_a_moment"),
    )

    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), unique=True)
    state: Mapped[RunState] = mapped_column(choice(RunState, name="state"), default=RunState.OPEN)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    operators: Mapped[str] = mapped_column(String(500), default="")
    batch_reference: Mapped[str] = mapped_column(String(80), default="")
    outcome: Mapped[Outcome | None] = mapped_column(choice(Outcome, name="outcome"))
    deviations: Mapped[int | None]
    failure: Mapped[Failure | None] = mapped_column(choice(Failure, name="failure"))
    yield_amount: Mapped[float | None]
    yield_target: Mapped[float | None]
    yield_unit: Mapped[str] = mapped_column(String(40), default="")
    remarks: Mapped[str] = mapped_column(Text, default="")
    writer_ids: Mapped[list[int]] = mapped_column(json_list(), default=list)
    """Everybody who wrote in it; none of them may close it."""
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    certified_at: Mapped[datetime | None]
    certified_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    version: Mapped[int] = mapped_column(default=1)

    booking: Mapped[Booking] = relationship()
    closed_by: Mapped[User | None] = relationship(foreign_keys=[closed_by_id])
    certified_by: Mapped[User | None] = relationship(foreign_keys=[certified_by_id])

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads it as it stands)

    @property
    def record(self) -> Record:
        """Return what it says."""
        return Record(**{name: getattr(self, name) for name in RECORDED})


class RunFile(Base):
    """A file attached to a run's record; it never changes."""

    __tablename__ = "run_file"

    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    title: Mapped[str] = mapped_column(String(200))
    added_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    added_at: Mapped[datetime]

    file: Mapped[StoredFile] = relationship()
    added_by: Mapped[User] = relationship()
