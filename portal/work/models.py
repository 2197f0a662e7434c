"""The tables of leases, processes, duties of the clock, and jobs."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.store import Base, choice, json_list, json_object

NOT_ENDED = "ended_at IS NULL"


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Lease(Base):
    """The right of one process to do a thing for everybody, until a moment."""

    __tablename__ = "work_lease"

    name: Mapped[str] = mapped_column(String(40), unique=True)
    holder: Mapped[str] = mapped_column(String(80))
    taken_at: Mapped[datetime]
    renewed_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class Process(Base):
    """A process that would do the clock's work, and when it last said that it lives."""

    __tablename__ = "work_process"

    holder: Mapped[str] = mapped_column(String(80), unique=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class DutyRun(Base):
    """When a duty of the clock last ran, when it runs next, and what became of it."""

    __tablename__ = "work_duty"

    name: Mapped[str] = mapped_column(String(40), unique=True)
    every_seconds: Mapped[int]
    started_at: Mapped[datetime]
    took_ms: Mapped[int]
    next_at: Mapped[datetime]
    runs: Mapped[int]
    failures: Mapped[int]
    failed_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(400))


class Job(Base):
    """Long work that somebody asked for; its owner is named without a foreign key, because people live further up."""

    __tablename__ = "work_job"
    __table_args__ = (
        CheckConstraint(
            "(state IN ('done', 'failed', 'cancelled')) = (ended_at IS NOT NULL)", name="ended_has_a_moment"
        ),
        CheckConstraint("(state = 'running') = (taken_by IS NOT NULL)", name="running_has_a_process"),
        Index("ix_work_job_owner_id_id", "owner_id", "id"),
        Index(
            "ix_work_job_not_ended",
            "state",
            "next_at",
            sqlite_where=text(NOT_ENDED),
            postgresql_where=text(NOT_ENDED),
        ),
        Index(
            "uq_work_job_key",
            "key",
            unique=True,
            sqlite_where=text(NOT_ENDED),
            postgresql_where=text(NOT_ENDED),
        ),
    )

    kind: Mapped[str] = mapped_column(String(60))
    key: Mapped[str | None] = mapped_column(String(120))
    """Two jobs with one key are not open at the same time: asking a second time leads to the first."""
    owner_id: Mapped[int]
    organisation_id: Mapped[int | None]
    assisted_by_id: Mapped[int | None]
    arguments: Mapped[dict[str, Any] | None] = mapped_column(json_object())
    kept: Mapped[dict[str, Any] | None] = mapped_column(json_object())
    """What the work wants to know when it goes on after a break."""
    state: Mapped[JobState] = mapped_column(choice(JobState, name="state"), default=JobState.WAITING)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    asked_at: Mapped[datetime]
    next_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    taken_by: Mapped[str | None] = mapped_column(String(80))
    attempts: Mapped[int] = mapped_column(default=0)
    cancel_asked_at: Mapped[datetime | None]
    outcome: Mapped[dict[str, Any] | None] = mapped_column(json_object())
    reasons: Mapped[list[dict[str, Any]] | None] = mapped_column(json_list())
    last_error: Mapped[str | None] = mapped_column(String(400))

    @property
    def is_open(self) -> bool:
        """Say whether the job waits or runs."""
        return self.ended_at is None
