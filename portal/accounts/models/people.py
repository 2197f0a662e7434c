"""Tables of people, organisations, memberships, invitations and role requests."""

from datetime import datetime
from enum import StrEnum

from flask_security import UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.actors import Role
from portal.store import Base, choice

OPEN_INVITATION = "accepted_at IS NULL AND revoked_at IS NULL"
WAITING_REQUEST = "state = 'waiting'"


class OrganisationKind(StrEnum):
    """What an organisation is, in the words of the shared vocabulary."""

    COMPANY = "company"
    ACADEMIC = "academic"
    HOSPITAL = "hospital"
    FACILITY_OPERATOR = "facility_operator"
    INVESTOR = "investor"
    SUPPORT_PROVIDER = "support_provider"
    PUBLIC_BODY = "public_body"


class RoleRequestState(StrEnum):
    """Where a request for a role stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"


class Organisation(Base):
    """A company, group, hospital, operator, investor, provider or public body."""

    __tablename__ = "organisation"

    name: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[OrganisationKind] = mapped_column(choice(OrganisationKind, name="organisation_kind"))
    slug: Mapped[str | None] = mapped_column(String(80), unique=True)
    legal_name: Mapped[str | None] = mapped_column(String(200))
    number: Mapped[str | None] = mapped_column(String(40))
    vat_number: Mapped[str | None] = mapped_column(String(40))
    invoice_reference: Mapped[str | None] = mapped_column(String(120))
    is_sme: Mapped[bool] = mapped_column(default=False)
    country: Mapped[str] = mapped_column(String(2), default="SE")
    city: Mapped[str | None] = mapped_column(String(120))
    website: Mapped[str | None] = mapped_column(String(300))
    requires_second_factor: Mapped[bool] = mapped_column(default=False)
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads it as it stands)


class User(Base, UserMixin):
    """A person who can sign in."""

    __tablename__ = "user"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_is_lower_case"),)

    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    passkey_handle: Mapped[bytes | None] = mapped_column(LargeBinary(64), unique=True)
    confirmed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    signed_in_at: Mapped[datetime | None]
    language: Mapped[str] = mapped_column(String(5), default="en")
    theme: Mapped[str | None] = mapped_column(String(5))
    time_zone: Mapped[str] = mapped_column(String(64), default="Europe/Stockholm")
    current_organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    is_demo: Mapped[bool] = mapped_column(default=False)

    current_organisation: Mapped[Organisation | None] = relationship()


class Membership(Base):
    """One role of one person in one organisation, from a day until it ends."""

    __tablename__ = "membership"
    __table_args__ = (
        Index(
            "uq_membership_held",
            "user_id",
            "organisation_id",
            "role",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_membership_organisation_id_role", "organisation_id", "role"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[Role] = mapped_column(choice(Role, name="role"))
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()
    organisation: Mapped[Organisation] = relationship()


class Invitation(Base):
    """An offer of a role in an organisation to an e-mail address; the token is kept only as a digest."""

    __tablename__ = "invitation"
    __table_args__ = (
        Index(
            "uq_invitation_open",
            "organisation_id",
            "email",
            "role",
            unique=True,
            sqlite_where=text(OPEN_INVITATION),
            postgresql_where=text(OPEN_INVITATION),
        ),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    email: Mapped[str] = mapped_column(String(254), index=True)
    role: Mapped[Role] = mapped_column(choice(Role, name="role"))
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    invited_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    revoked_at: Mapped[datetime | None]

    organisation: Mapped[Organisation] = relationship()
    invited_by: Mapped[User] = relationship(foreign_keys=[invited_by_id])


class RoleRequest(Base):
    """A person's request for a role that an administrator approves or refuses with a reason."""

    __tablename__ = "role_request"
    __table_args__ = (
        Index(
            "uq_role_request_waiting",
            "user_id",
            "organisation_id",
            "role",
            unique=True,
            sqlite_where=text(WAITING_REQUEST),
            postgresql_where=text(WAITING_REQUEST),
        ),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[Role] = mapped_column(choice(Role, name="role"))
    why: Mapped[str] = mapped_column(Text)
    state: Mapped[RoleRequestState] = mapped_column(
        choice(RoleRequestState, name="state"), default=RoleRequestState.WAITING, index=True
    )
    asked_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decision_reason: Mapped[str | None] = mapped_column(Text)

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    organisation: Mapped[Organisation] = relationship()
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])
