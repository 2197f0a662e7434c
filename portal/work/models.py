"""The table of leases."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.store import Base


class Lease(Base):
    """The right of one process to do a thing for everybody, until a moment."""

    __tablename__ = "work_lease"

    name: Mapped[str] = mapped_column(String(40), unique=True)
    holder: Mapped[str] = mapped_column(String(80))
    taken_at: Mapped[datetime]
    ends_at: Mapped[datetime]
