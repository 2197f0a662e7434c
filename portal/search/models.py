"""The table of terms: which records of which shelf have a word."""

from enum import StrEnum

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.search.rules import LONGEST_TERM
from portal.store import Base, choice

IN_BYTE_ORDER = String(LONGEST_TERM).with_variant(String(LONGEST_TERM, collation="C"), "postgresql")
"""Compared byte by byte on both engines, so that the beginnings of a word are a stretch of the index."""


class Shelf(StrEnum):
    """One part of one kind of record, which some may search."""

    PROJECT_TEASER = "project_teaser"
    PROJECT_IDENTITY = "project_identity"
    PROJECT_PROCESS = "project_process"
    PROJECT_ROADMAP = "project_roadmap"
    REQUEST = "request"
    BOOKING = "booking"
    CAMPAIGN = "campaign"
    CAMPAIGN_REFERENCE = "campaign_reference"
    RUN = "run"
    REFERRAL = "referral"
    REFERRAL_MESSAGE = "referral_message"
    MARKET_ACCESS = "market_access"
    RIGHT = "right"
    FACILITY = "facility"
    CLEANROOM = "cleanroom"
    PARTNER = "partner"
    PERSON = "person"
    ORGANISATION = "organisation"
    ORGANISATION_RECORD = "organisation_record"


class SearchTerm(Base):
    """That a record has a term on a shelf, and whether it is part of what the record is called."""

    __tablename__ = "search_term"
    __table_args__ = (
        UniqueConstraint("shelf", "record_id", "term"),
        Index("ix_search_term_shelf_term", "shelf", "term", "record_id", "in_name"),
    )

    shelf: Mapped[Shelf] = mapped_column(choice(Shelf, name="shelf"))
    record_id: Mapped[int]
    """A project, request, booking and so on, by the shelf; so without a foreign key."""
    term: Mapped[str] = mapped_column(IN_BYTE_ORDER)
    in_name: Mapped[bool]
