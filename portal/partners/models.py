"""Tables of what partners state, and of what currencies are worth."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Organisation
from portal.partners.rules.calls import Call
from portal.partners.rules.values import PartnerKind, PartnerState
from portal.store import Base, Money, choice, json_list


class Partner(Base):
    """What one organisation states that it looks for or gives."""

    __tablename__ = "partner"
    __table_args__ = (
        UniqueConstraint("organisation_id", "name"),
        Index("ix_partner_state_kind", "state", "kind"),
        CheckConstraint("capacity >= 0", name="capacity_is_not_negative"),
        CheckConstraint("ticket_min IS NULL OR ticket_min >= 0", name="ticket_is_not_negative"),
        CheckConstraint(
            "ticket_min IS NULL OR ticket_max IS NULL OR ticket_max >= ticket_min", name="ticket_range"
        ),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[PartnerKind] = mapped_column(choice(PartnerKind, name="partner_kind"))
    state: Mapped[PartnerState] = mapped_column(choice(PartnerState, name="partner_state"))
    name: Mapped[str] = mapped_column(String(200))
    investor_kind: Mapped[str | None] = mapped_column(String(40))
    expert_kind: Mapped[str | None] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text, default="")
    text_sv: Mapped[str | None] = mapped_column(Text)
    serves: Mapped[list[str]] = mapped_column(json_list(), default=list)
    product_classes: Mapped[list[str]] = mapped_column(json_list(), default=list)
    """An empty list is no restriction, here and below."""
    modalities: Mapped[list[str]] = mapped_column(json_list(), default=list)
    indication_areas: Mapped[list[str]] = mapped_column(json_list(), default=list)
    phases: Mapped[list[str]] = mapped_column(json_list(), default=list)
    countries: Mapped[list[str]] = mapped_column(json_list(), default=list)
    organisation_kinds: Mapped[list[str]] = mapped_column(json_list(), default=list)
    ticket_min: Mapped[int | None] = mapped_column(Money)
    """Whole units of the currency."""
    ticket_max: Mapped[int | None] = mapped_column(Money)
    ticket_currency: Mapped[str | None] = mapped_column(String(3))
    instruments: Mapped[list[str]] = mapped_column(json_list(), default=list)
    lead_or_follow: Mapped[str | None] = mapped_column(String(20))
    horizon_years: Mapped[int | None]
    exclude_product_classes: Mapped[list[str]] = mapped_column(json_list(), default=list)
    exclude_modalities: Mapped[list[str]] = mapped_column(json_list(), default=list)
    exclude_indication_areas: Mapped[list[str]] = mapped_column(json_list(), default=list)
    exclude_countries: Mapped[list[str]] = mapped_column(json_list(), default=list)
    exclusions: Mapped[str | None] = mapped_column(Text)
    """In words, for people."""
    accepts_on_hold: Mapped[bool] = mapped_column(default=False)
    eligibility: Mapped[str | None] = mapped_column(Text)
    cost: Mapped[str | None] = mapped_column(String(200))
    calls: Mapped[str | None] = mapped_column(Text)
    lead_time_days: Mapped[int | None]
    opens: Mapped[date | None]
    closes: Mapped[date | None]
    website: Mapped[str | None] = mapped_column(String(300))
    capacity: Mapped[int] = mapped_column(default=0)
    contact: Mapped[str | None] = mapped_column(String(200))
    conflicts: Mapped[list[str]] = mapped_column(json_list(), default=list)
    competing: Mapped[list[str]] = mapped_column(json_list(), default=list)
    """Assets that it holds itself, each as an indication area, or as area/modality."""
    drafted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    is_demo: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads it as it stands)


class ProgrammeCall(Base):
    """From when until when a programme of the shipped catalogue takes applications, as somebody has read and noted it."""

    __tablename__ = "programme_call"
    __table_args__ = (
        UniqueConstraint("programme_id", "closes"),
        CheckConstraint("opens IS NULL OR opens <= closes", name="closes_after_opening"),
    )

    programme_id: Mapped[str] = mapped_column(String(80))
    opens: Mapped[date | None]
    closes: Mapped[date]
    source: Mapped[str] = mapped_column(String(200))
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    entered_at: Mapped[datetime]

    @property
    def call(self) -> Call:
        """Return its days."""
        return Call(opens=self.opens, closes=self.closes)


class ExchangeRate(Base):
    """What one unit of a currency is worth in euro from a day on, with its source."""

    __tablename__ = "exchange_rate"
    __table_args__ = (
        UniqueConstraint("currency", "day"),
        CheckConstraint("millionths > 0", name="rate_is_positive"),
    )

    currency: Mapped[str] = mapped_column(String(3))
    millionths: Mapped[int] = mapped_column(Money)
    """Millionths of a euro for one unit, so that no rate is rounded twice."""
    day: Mapped[date]
    source: Mapped[str] = mapped_column(String(200))
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    entered_at: Mapped[datetime]


__all__ = ["ExchangeRate", "Partner", "PartnerKind", "PartnerState", "ProgrammeCall"]
