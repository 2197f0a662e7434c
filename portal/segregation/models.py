"""The table of what a facility's QA says of the rules; rows are only added."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import User
from portal.facilities.models import Facility
from portal.segregation.rules import Stance
from portal.signatures.models import Signature
from portal.store import Base, choice, json_object


class StanceRecord(Base):
    """What QA said of one rule at a facility, with the rule as it was read; of several the last counts."""

    __tablename__ = "segregation_stance"
    __table_args__ = (Index("ix_segregation_stance_rule", "facility_id", "rule_id"),)

    facility_id: Mapped[int] = mapped_column(ForeignKey("facility.id"))
    rule_id: Mapped[str] = mapped_column(String(80))
    stance: Mapped[Stance] = mapped_column(choice(Stance, name="stance"))
    rule: Mapped[dict[str, Any]] = mapped_column(json_object())
    """The rule that holds from now on, in the shape of the shipped facts; what a newer catalogue says changes it not."""
    reason: Mapped[str] = mapped_column(Text)
    signature_id: Mapped[int] = mapped_column(ForeignKey("signature.id"))
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime]

    facility: Mapped[Facility] = relationship()
    signature: Mapped[Signature] = relationship()
    decided_by: Mapped[User] = relationship()
