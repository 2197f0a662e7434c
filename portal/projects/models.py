"""Tables of projects, the history of their phase, their team, grants of their field groups, and sheets to import."""

import secrets
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Organisation, User
from portal.projects.rules.values import FieldGroup, GrantReason, Phase, ProductClass, TeaserWords, Visibility
from portal.store import Base, Money, choice, json_list, json_object

REFERENCE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and letters that nobody mistakes for one another."""


def new_reference() -> str:
    """Return a name by which a project is cited, and which tells nothing of it, nor how many there are."""
    drawn = "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(8))
    return f"{drawn[:4]}-{drawn[4:]}"


class Project(Base):
    """One product on its way to patients."""

    __tablename__ = "project"
    __table_args__ = (
        CheckConstraint("bsl IS NULL OR bsl BETWEEN 1 AND 4", name="bsl_is_1_to_4"),
        CheckConstraint("gmo_class IS NULL OR gmo_class BETWEEN 0 AND 3", name="gmo_class_is_0_to_3"),
        Index(
            "uq_project_name_in_organisation",
            "organisation_id",
            "name",
            unique=True,
            sqlite_where=text("archived_at IS NULL"),
            postgresql_where=text("archived_at IS NULL"),
        ),
        CheckConstraint(
            "funding_min IS NULL OR funding_max IS NULL OR funding_max >= funding_min", name="funding_range"
        ),
    )

    reference: Mapped[str] = mapped_column(String(16), unique=True, default=new_reference)
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

    @property
    def words(self) -> TeaserWords:
        """Return the words of its teaser as they stand."""
        return TeaserWords(self.teaser, self.teaser_sv)


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
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads it as it stands)


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
    teaser: Mapped[str | None] = mapped_column(Text)
    """The words that a grant of the teaser shows, where its owner consented to these and no others; else those of today."""
    teaser_sv: Mapped[str | None] = mapped_column(Text)

    project: Mapped[Project] = relationship()
    organisation: Mapped[Organisation] = relationship()
    granted_by: Mapped[User | None] = relationship()


class ProjectSheet(Base):
    """A sheet of projects that somebody uploaded, looked at, and perhaps imported; its content is kept until then."""

    __tablename__ = "project_sheet"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    uploaded_at: Mapped[datetime]
    content: Mapped[str | None] = mapped_column(Text)
    imported_at: Mapped[datetime | None]
    outcome: Mapped[dict[str, Any] | None] = mapped_column(json_object())
    """How many projects the import registered, changed and left as they were."""


__all__ = [
    "FieldGroup",
    "Grant",
    "GrantReason",
    "Phase",
    "PhaseChange",
    "ProductClass",
    "Project",
    "ProjectSheet",
    "TeamMember",
    "TeaserWords",
    "Visibility",
    "new_reference",
]
