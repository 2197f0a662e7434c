"""Tables of contents and files."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Enum, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.files.rules import KINDS
from portal.store import Base


class Content(Base):
    """Bytes that the store holds, or is about to hold."""

    __tablename__ = "file_content"
    __table_args__ = (CheckConstraint("length(sha256) = 64", name="digest_is_whole"),)

    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    announced_at: Mapped[datetime] = mapped_column(index=True)
    """When somebody last said that they were about to write it."""


class StoredFile(Base):
    """That somebody uploaded a content under a name; who it was is known by a number, as in the ledger."""

    __tablename__ = "stored_file"

    sha256: Mapped[str] = mapped_column(ForeignKey("file_content.sha256"), index=True)
    name: Mapped[str] = mapped_column(String(140))
    kind: Mapped[str] = mapped_column(
        Enum(*KINDS, name="kind", native_enum=False, create_constraint=True, length=8)
    )
    size: Mapped[int] = mapped_column(BigInteger)
    uploaded_by_id: Mapped[int | None]
    uploaded_at: Mapped[datetime]
