"""Tables of sign-ins, the browsers that people use, and what they prove themselves with besides a password."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models.people import User
from portal.store import Base, choice, json_list


class SignInMeans(StrEnum):
    """With what somebody has shown who they are."""

    PASSWORD = "password"  # noqa: S105 - a word, no secret
    CODE = "code"
    RECOVERY_CODE = "recovery_code"
    PASSKEY = "passkey"
    INVITATION = "invitation"


class Device(Base):
    """A browser in which a person has signed in; its cookie is kept only as a digest."""

    __tablename__ = "device"
    __table_args__ = (Index("uq_device_user_id_token_digest", "user_id", "token_digest", unique=True),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    token_digest: Mapped[str] = mapped_column(String(64))
    browser: Mapped[str | None] = mapped_column(String(40))
    system: Mapped[str | None] = mapped_column(String(40))
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]


class SignIn(Base):
    """One person signed in in one browser, from when it began until it ends; the cookie is kept only as a digest.

    While an administrator acts for somebody, their own sign-in says for whom, and until when.
    """

    __tablename__ = "sign_in"
    __table_args__ = (
        Index("ix_sign_in_user_id_ended_at", "user_id", "ended_at"),
        CheckConstraint(
            "(assisted_id IS NULL) = (assisted_until IS NULL)", name="assistance_has_somebody_and_an_end"
        ),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    means: Mapped[SignInMeans] = mapped_column(choice(SignInMeans, name="sign_in_means"))
    is_strong: Mapped[bool]
    browser: Mapped[str | None] = mapped_column(String(40))
    system: Mapped[str | None] = mapped_column(String(40))
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    proven_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    assisted_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    assisted_until: Mapped[datetime | None]

    user: Mapped[User] = relationship(foreign_keys=[user_id])


class Authenticator(Base):
    """The app that makes a person's codes: its secret, encrypted, and the last code that was taken."""

    __tablename__ = "authenticator"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), unique=True)
    secret: Mapped[str] = mapped_column(Text)
    last_counter: Mapped[int] = mapped_column(BigInteger)
    added_at: Mapped[datetime]


class Passkey(Base):
    """A key pair in a person's phone, computer or security key, of which the portal knows the public half."""

    __tablename__ = "passkey"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    transports: Mapped[list[str]] = mapped_column(json_list())
    added_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """A code that stands in once for a lost app or passkey; kept only as a digest."""

    __tablename__ = "recovery_code"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class AddressChange(Base):
    """An e-mail address that a person wants to have, until a link that was sent there shows that it is theirs."""

    __tablename__ = "address_change"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), unique=True)
    email: Mapped[str] = mapped_column(String(254))
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
