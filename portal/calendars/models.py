"""Tables of feeds, of who wants invitations, and of what each invitation last said."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.calendars.rules import Scope
from portal.facilities.models import Cleanroom, Facility
from portal.store import Base, choice


class CalendarFeed(Base):
    """A secret address from which a calendar program reads what its owner may see."""

    __tablename__ = "calendar_feed"
    __table_args__ = (
        CheckConstraint(
            "(scope IN ('facility', 'cleanroom')) = (facility_id IS NOT NULL) "
            "AND (scope = 'cleanroom') = (cleanroom_id IS NOT NULL)",
            name="scope_names_its_place",
        ),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    """For which organisation its owner acts in it."""
    scope: Mapped[Scope] = mapped_column(choice(Scope, name="scope"))
    facility_id: Mapped[int | None] = mapped_column(ForeignKey("facility.id"))
    cleanroom_id: Mapped[int | None] = mapped_column(ForeignKey("cleanroom.id"))
    nonce: Mapped[str] = mapped_column(String(64))
    """Makes the address of this feed unlike that of any other, before and after."""
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    facility: Mapped[Facility | None] = relationship()
    cleanroom: Mapped[Cleanroom | None] = relationship()


class CalendarChoice(Base):
    """Whether a person wants bookings as invitations by mail."""

    __tablename__ = "calendar_choice"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), unique=True)
    invites: Mapped[bool]


class Invitation(Base):
    """What the mail about a booking last said to a person."""

    __tablename__ = "calendar_invitation"
    __table_args__ = (UniqueConstraint("booking_id", "user_id"),)

    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    cleanroom_id: Mapped[int] = mapped_column(ForeignKey("cleanroom.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    tentative: Mapped[bool]
    cancelled: Mapped[bool] = mapped_column(default=False)
    sequence: Mapped[int]
    sent_at: Mapped[datetime]


class MeetingInvitation(Base):
    """What the mail about the meeting of an introduction last said to a guest."""

    __tablename__ = "meeting_invitation"
    __table_args__ = (UniqueConstraint("meeting_id", "user_id"),)

    meeting_id: Mapped[int] = mapped_column(ForeignKey("introduction_meeting.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(500))
    tentative: Mapped[bool]
    cancelled: Mapped[bool] = mapped_column(default=False)
    sequence: Mapped[int]
    sent_at: Mapped[datetime]
