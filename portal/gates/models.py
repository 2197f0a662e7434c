"""Tables of checklists, dossiers, items, evidence and waivers."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import User
from portal.facilities.models import Facility
from portal.files.models import StoredFile
from portal.gates.rules import Gate, ItemState
from portal.projects.models import Project
from portal.signatures.models import Signature
from portal.store import Base, choice, json_list


class Checklist(Base):
    """One version of a gate's items as a facility's QA published it; it never changes, the next version follows it."""

    __tablename__ = "gate_checklist"
    __table_args__ = (UniqueConstraint("facility_id", "gate", "version"),)

    facility_id: Mapped[int] = mapped_column(ForeignKey("facility.id"))
    gate: Mapped[Gate] = mapped_column(choice(Gate, name="gate"))
    version: Mapped[int]
    items: Mapped[list[dict[str, Any]]] = mapped_column(json_list())
    base_version: Mapped[str | None] = mapped_column(String(20))
    """The version of the facts from which it was adapted."""
    reason: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime]
    published_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    signature_id: Mapped[int] = mapped_column(ForeignKey("signature.id"))

    facility: Mapped[Facility] = relationship()
    published_by: Mapped[User] = relationship()
    signature: Mapped[Signature] = relationship()


class Dossier(Base):
    """That a project shows its gates to a facility."""

    __tablename__ = "gate_dossier"
    __table_args__ = (UniqueConstraint("project_id", "facility_id"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    facility_id: Mapped[int] = mapped_column(ForeignKey("facility.id"), index=True)
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))

    project: Mapped[Project] = relationship()
    facility: Mapped[Facility] = relationship()


class GateItem(Base):
    """How one item of a dossier stands; there is none while nothing was ever done about it."""

    __tablename__ = "gate_item"
    __table_args__ = (UniqueConstraint("dossier_id", "item"),)

    dossier_id: Mapped[int] = mapped_column(ForeignKey("gate_dossier.id"))
    item: Mapped[str] = mapped_column(String(60))
    state: Mapped[ItemState] = mapped_column(choice(ItemState, name="state"), default=ItemState.OPEN)
    reviewed_at: Mapped[datetime | None]
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    review_note: Mapped[str] = mapped_column(Text, default="")
    valid_until: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    dossier: Mapped[Dossier] = relationship()
    reviewed_by: Mapped[User | None] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads it as it stands)


class Evidence(Base):
    """A file or a link that shows an item; it never changes."""

    __tablename__ = "gate_evidence"
    __table_args__ = (CheckConstraint("(file_id IS NULL) <> (url IS NULL)", name="file_or_link"),)

    gate_item_id: Mapped[int] = mapped_column(ForeignKey("gate_item.id"), index=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    url: Mapped[str | None] = mapped_column(String(500))
    title: Mapped[str] = mapped_column(String(200))
    stated_version: Mapped[str] = mapped_column(String(40), default="")
    sha256: Mapped[str | None] = mapped_column(String(64))
    """Of a file what the portal computed; of a link what its giver stated, if they did."""
    note: Mapped[str] = mapped_column(Text, default="")
    given_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    given_at: Mapped[datetime]

    file: Mapped[StoredFile | None] = relationship()
    given_by: Mapped[User] = relationship()


class Waiver(Base):
    """That QA lets an item stand open until a day, with a signed reason."""

    __tablename__ = "gate_waiver"
    __table_args__ = (Index("ix_gate_waiver_gate_item_id", "gate_item_id", "ended_at"),)

    gate_item_id: Mapped[int] = mapped_column(ForeignKey("gate_item.id"))
    reason: Mapped[str] = mapped_column(Text)
    until: Mapped[date]
    signature_id: Mapped[int] = mapped_column(ForeignKey("signature.id"))
    waived_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    waived_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    signature: Mapped[Signature] = relationship()
    waived_by: Mapped[User] = relationship(foreign_keys=[waived_by_id])
