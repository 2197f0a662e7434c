"""Tables of introductions, what is shared in them, and what advisers note."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import User
from portal.core.slots import Slot
from portal.files.models import StoredFile
from portal.matching.rules.introductions import AGREED, OPEN, DeclineReason, Side, State
from portal.matching.rules.meetings import STANDING, MeetingState
from portal.partners.models import Partner
from portal.projects.models import Project, TeaserWords
from portal.store import Base, Money, choice, json_list, json_object

OPEN_STATES = "state IN ({})".format(", ".join(f"'{state.value}'" for state in State if state in OPEN))
SEATED = "seat IS NOT NULL"
STANDING_STATES = "state IN ({})".format(", ".join(f"'{state}'" for state in sorted(STANDING)))


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
    place: Mapped[int | None]
    """The place in the project's ranking when it was begun; unknown of what is older than this column."""
    wished_at: Mapped[datetime | None]
    consent_asked_at: Mapped[datetime | None]
    consented_at: Mapped[datetime | None]
    consented_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    groups: Mapped[list[str]] = mapped_column(json_list(), default=list)
    """The field groups that the founder opens to this partner after a mutual yes."""
    teaser: Mapped[str | None] = mapped_column(Text)
    """The words that the founder consented to: the partner reads these and no others before a mutual yes."""
    teaser_sv: Mapped[str | None] = mapped_column(Text)
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
    outcome_instrument: Mapped[str | None] = mapped_column(String(20))
    outcome_words: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    project: Mapped[Project] = relationship()
    partner: Mapped[Partner] = relationship()
    adviser: Mapped[User | None] = relationship(foreign_keys=[adviser_id])

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads it as it stands)

    @property
    def words(self) -> TeaserWords | None:
        """Return the words of the teaser that the founder consented to, or None before that."""
        return None if self.teaser is None else TeaserWords(self.teaser, self.teaser_sv)

    @property
    def is_behind(self) -> bool:
        """Say whether the project's teaser has other words by now than those consented to, and the partner reads those yet."""
        awaited = self.state in OPEN and self.state not in AGREED
        return awaited and self.words is not None and self.words.digest != self.project.words.digest


class Acceptance(Base):
    """That somebody at the partner has accepted a version of the confidentiality terms."""

    __tablename__ = "introduction_acceptance"
    __table_args__ = (
        UniqueConstraint("introduction_id", "user_id", "version"),
        CheckConstraint("length(digest) = 64", name="digest_is_whole"),
    )

    introduction_id: Mapped[int] = mapped_column(ForeignKey("introduction.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    version: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(2))
    digest: Mapped[str] = mapped_column(String(64))
    """Of the text as it was shown: the version, and the words in that language."""
    accepted_at: Mapped[datetime]


class Document(Base):
    """A file that the founder shows to the partner of one introduction, until it is removed."""

    __tablename__ = "introduction_document"

    introduction_id: Mapped[int] = mapped_column(ForeignKey("introduction.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    added_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

    file: Mapped[StoredFile] = relationship()


class Opening(Base):
    """That somebody at the partner has opened a document."""

    __tablename__ = "introduction_opening"
    __table_args__ = (Index("ix_introduction_opening_document_id_at", "document_id", "at"),)

    document_id: Mapped[int] = mapped_column(ForeignKey("introduction_document.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]

    document: Mapped[Document] = relationship()


class FreeTime(Base):
    """When somebody of one side of an introduction could meet the other."""

    __tablename__ = "introduction_free_time"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="free_time_ends_after_it_starts"),)

    introduction_id: Mapped[int] = mapped_column(ForeignKey("introduction.id"), index=True)
    side: Mapped[Side] = mapped_column(choice(Side, name="free_side"))
    stated_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    stated_at: Mapped[datetime]

    @property
    def slot(self) -> Slot:
        """Return the stretch of time."""
        return Slot(self.starts_at, self.ends_at)


class Meeting(Base):
    """A time at which both sides of an introduction meet, once each has said yes to it; an introduction has one at a time."""

    __tablename__ = "introduction_meeting"
    __table_args__ = (
        Index(
            "uq_introduction_meeting_standing",
            "introduction_id",
            unique=True,
            sqlite_where=text(STANDING_STATES),
            postgresql_where=text(STANDING_STATES),
        ),
        Index("ix_introduction_meeting_state_ends_at", "state", "ends_at"),
        CheckConstraint("starts_at < ends_at", name="meeting_ends_after_it_starts"),
        CheckConstraint(
            "state <> 'agreed' OR (founder_yes_id IS NOT NULL AND partner_yes_id IS NOT NULL)",
            name="agreed_by_both",
        ),
    )

    introduction_id: Mapped[int] = mapped_column(ForeignKey("introduction.id"), index=True)
    state: Mapped[MeetingState] = mapped_column(choice(MeetingState, name="meeting_state"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(500), default="")
    """Where, in the words of who proposed it: an address, or a link to a call."""
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    founder_yes_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    partner_yes_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    introduction: Mapped[Introduction] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads it as it stands)

    @property
    def slot(self) -> Slot:
        """Return the stretch of time."""
        return Slot(self.starts_at, self.ends_at)


class AdviserNote(Base):
    """What an adviser notes of a project, for advisers only; with a day on which its writer is reminded of it."""

    __tablename__ = "adviser_note"
    __table_args__ = (Index("ix_adviser_note_follow_up_on", "done_at", "reminded_at", "follow_up_on"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    introduction_id: Mapped[int | None] = mapped_column(ForeignKey("introduction.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    words: Mapped[str] = mapped_column(Text)
    follow_up_on: Mapped[date | None]
    reminded_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    author: Mapped[User] = relationship()


class AdviserCase(Base):
    """Which adviser looks after a project, since when; a project has one at a time."""

    __tablename__ = "adviser_case"
    __table_args__ = (UniqueConstraint("project_id"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    adviser_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    since: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    adviser: Mapped[User] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads it as it stands)


class StatedNeed(Base):
    """One kind of help that a project asks for, in detail; how much money is sought stands with the project."""

    __tablename__ = "stated_need"
    __table_args__ = (
        UniqueConstraint("project_id", "kind"),
        CheckConstraint("instrument IS NULL OR kind = 'capital'", name="instrument_is_of_capital"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    kind: Mapped[str] = mapped_column(String(40))
    by: Mapped[date | None]
    words: Mapped[str] = mapped_column(Text, default="")
    """What for, in words: the question to be answered."""
    steps: Mapped[list[str]] = mapped_column(json_list(), default=list)
    """The steps of the roadmap that it pays for or helps with, by id."""
    instrument: Mapped[str | None] = mapped_column(String(20))


class MatchRound(Base):
    """A proposal of who is to meet whom at an event or in a quarter, for the adviser who asked for it."""

    __tablename__ = "match_round"

    name: Mapped[str] = mapped_column(String(200))
    per_project: Mapped[int]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    made_at: Mapped[datetime]
    terms: Mapped[dict[str, Any] | None] = mapped_column(json_object())
    """Who takes part, which pairs are kept, and which are not to be proposed; none where everybody takes part."""
    computed_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(json_object())
    """The pairs, who is left without one and why, and what each limit costs."""
    applied_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads it as it stands)


class AdviserWeights(Base):
    """The weights of the ranking as an adviser has turned and kept them."""

    __tablename__ = "adviser_weights"
    __table_args__ = (UniqueConstraint("user_id"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    weights: Mapped[dict[str, float]] = mapped_column(json_object())
    kept_at: Mapped[datetime]


class AdviserConflict(Base):
    """A conflict of interest that an adviser has declared, by the name of the organisation."""

    __tablename__ = "adviser_conflict"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    declared_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
