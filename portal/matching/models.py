"""The table of introductions."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import User
from portal.matching.rules.introductions import OPEN, DeclineReason, Side, State
from portal.partners.models import Partner
from portal.projects.models import Project
from portal.store import Base, Money, choice, json_list

OPEN_STATES = "state IN ({})".format(", ".join(f"'{state.value}'" for state in State if state in OPEN))
SEATED = "seat IS NOT NULL"


class Introduction(Base):
    """One project and one partner, from a suggestion to what came of it."""

    __tablename__ = "introduction"
    __table_args__ = (
        Index(
            "uq_introduction_open",
            "project_id",
            "partner_id",
            unique=True,
            sqlite_where=text(OPEN_STATES),
            postgresql_where=text(OPEN_STATES),
        ),
        Index(
            "uq_introduction_seat",
            "partner_id",
            "quarter",
            "seat",
            unique=True,
            sqlite_where=text(SEATED),
            postgresql_where=text(SEATED),
        ),
        Index("ix_introduction_partner_id_state", "partner_id", "state"),
        Index("ix_introduction_state_due_at", "state", "due_at"),
        CheckConstraint("(seat IS NULL) = (quarter IS NULL)", name="seat_has_its_quarter"),
        CheckConstraint("seat IS NULL OR seat >= 1", name="seat_is_counted_from_1"),
        CheckConstraint("state <> 'declined' OR declined_by IS NOT NULL", name="decline_says_by_whom"),
        CheckConstraint(
            "state NOT IN ('teaser_sent', 'mutual_yes', 'introduced', 'in_discussion') OR consented_at IS NOT NULL",
            name="nothing_is_sent_without_consent",
        ),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    state: Mapped[State] = mapped_column(choice(State, name="introduction_state"), index=True)
    adviser_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    score: Mapped[float | None] = mapped_column(Float)
    """The fit when it was begun, so that later one can say how well it predicted."""
    wished_at: Mapped[datetime | None]
    consent_asked_at: Mapped[datetime | None]
    consented_at: Mapped[datetime | None]
    consented_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    groups: Mapped[list[str]] = mapped_column(json_list(), default=list)
    """The field groups that the founder opens to this partner after a mutual yes."""
    sent_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    quarter: Mapped[str | None] = mapped_column(String(6))
    seat: Mapped[int | None]
    """Which of the partner's places of that quarter it takes: two never share one."""
    later_until: Mapped[date | None]
    agreed_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    declined_by: Mapped[Side | None] = mapped_column(choice(Side, name="declined_by"))
    decline_reason: Mapped[DeclineReason | None] = mapped_column(choice(DeclineReason, name="decline_reason"))
    decline_words: Mapped[str | None] = mapped_column(Text)
    decline_final: Mapped[bool] = mapped_column(default=False)
    outcome_on: Mapped[date | None]
    outcome_amount: Mapped[int | None] = mapped_column(Money)
    """Whole units of the currency."""
    outcome_currency: Mapped[str | None] = mapped_column(String(3))
    outcome_words: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    project: Mapped[Project] = relationship()
    partner: Mapped[Partner] = relationship()
    adviser: Mapped[User | None] = relationship(foreign_keys=[adviser_id])

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads it as it stands)
