"""A world in which everybody has something to hide, and every secret can be told from all others in any bytes.

There are two grounds, made alike: a developer organisation, and a facility that it asks for slots. Names and texts that
are nobody else's business hold a *mark* that says whose they are and what: `xqalphaxprojectx`. The ids of private
records say the same in digits: `7`, two for the owner, two for the kind, three that count. So whoever is shown
something of somebody else gives it away.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from pypdf import PdfReader

from portal.accounts.models import Membership, Organisation, Passkey, RoleRequest, SignIn, User
from portal.bookings.models import (
    Booking,
    Closure,
    MoveProposal,
    RequestMessage,
    SlotRequest,
)
from portal.campaigns.models import Campaign, CampaignLink, Run, RunFile
from portal.facilities.models import (
    Cleanroom,
    DutyRecord,
    ExtraHoliday,
    Facility,
    Licence,
    Rate,
)
from portal.gates.models import Dossier, Evidence, GateItem, Waiver
from portal.ledger import Entry
from portal.matching.models import Introduction
from portal.notifications.models import Message
from portal.partners.models import Partner
from portal.projects.models import Grant, PhaseChange, Project, ProjectSheet, TeamMember
from portal.roadmap.models import Assessment, Referral, ReferralMessage
from portal.signatures.models import Signature
from portal.store import Base
from portal.work.models import Job

OWNERS = (
    "alpha",
    "beta",
    "eff",
    "gee",
    "gamma",
    "delta",
    "advice",
    "hush",
    "murmur",
    "others",
    "fund",
    "help",
)
"""Whose secrets there are: two developers, two operators, two who publish teasers, three bodies of advisers, the rest, an investor, a support provider."""

SEARCHED = (
    "projects",
    "requests",
    "bookings",
    "organisations",
    "people",
    "facilities",
    "cleanrooms",
    "partners",
    "campaigns",
    "runs",
    "gates",
    "introductions",
    "referrals",
    "market-access",
    "rights",
    "messages",
)
"""The kinds of records that a search finds."""

COMMON: Mapping[str, dict[str, Any]] = {
    "style sheet": {"filename": "css/portal.css"},
    "language": {"code": "sv"},
    **{f"search among {kind}": {} for kind in SEARCHED},
    "round": {},
    "conflict": {},
    "as CSV": {"kind": "csv", "form": "csv"},
    "as XLSX": {"kind": "xlsx", "form": "xlsx"},
    **{
        f"{words} as {kind.upper()}": {"which": which, "kind": kind}
        for words, which in (("whole campaigns", "whole"), ("parts of campaigns", "parts"))
        for kind in ("csv", "xlsx")
    },
    "guide": {"name": "founder"},
    "picture of a guide": {"code": "en", "name": "founder-home.png"},
    "step of the catalogue": {"step_id": "qtpp"},
    "field of a step": {"step_id": "qtpp", "field": "authority"},
    "passkey to sign in with": {"purpose": "sign-in"},
    "new passkey": {"purpose": "add"},
    "passkey to show again": {"purpose": "prove"},
    "programme": {"programme_id": "lv_scientific_advice"},
    "home of a founder": {"role": "founder"},
    "home of a manager": {"role": "facility_manager"},
    "home of QA": {"role": "qa"},
    "home of an adviser": {"role": "adviser"},
    "home of an investor": {"role": "investor"},
    "home of a support provider": {"role": "support_provider"},
    "home of an analyst": {"role": "analyst"},
    "home of an administrator": {"role": "administrator"},
}
"""What fills addresses that lead everybody to the same."""

KINDS: Mapping[str, tuple[type[Base], ...]] = {
    "account ids": (Organisation, User, Membership, RoleRequest, SignIn, Passkey),
    "project ids": (Project, PhaseChange, TeamMember, Grant, ProjectSheet, Assessment),
    "booking ids": (
        SlotRequest,
        RequestMessage,
        Booking,
        Closure,
        MoveProposal,
        Signature,
        Campaign,
        CampaignLink,
        Run,
        RunFile,
    ),
    "gate ids": (Dossier, GateItem, Evidence, Waiver),
    "message ids": (Message, Entry),
    "partner ids": (Partner,),
    "introduction ids": (Introduction,),
    "referral ids": (Referral, ReferralMessage),
    "public ids": (Facility, Cleanroom, Rate, Licence, ExtraHoliday, DutyRecord),
    "job ids": (Job,),
}
KIND_OF = {model: kind for kind, models in KINDS.items() for model in models}

MARK = re.compile(rf"xq({'|'.join(OWNERS)})x([a-wyz]+)x".encode(), re.IGNORECASE)
NUMBER = re.compile(rb"(?<![0-9A-Za-z.])7\d{7}(?![0-9A-Za-z])")


@dataclass(frozen=True, slots=True, order=True)
class Secret:
    """Whose secret something is, and what."""

    owner: str
    what: str


class Person(StrEnum):
    """Everybody who walks through the portal; the first ground is alpha's and facility Eff, the second beta's and Gee."""

    VISITOR = "visitor"
    NOBODY = "nobody"
    FOUNDER = "founder of alpha"
    OTHER_FOUNDER = "founder of beta"
    MANAGER = "manager of Eff"
    OTHER_MANAGER = "manager of Gee"
    DEPUTY = "deputy of the manager of Eff"
    PAST_DEPUTY = "deputy whose term is over"
    QA = "QA of Eff"
    OTHER_QA = "QA of Gee"
    QP = "QP of Eff"
    ADVISER = "adviser without a grant"
    GRANTED_ADVISER = "adviser whom alpha showed more"
    INVESTOR = "investor"
    PROVIDER = "support provider"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"


@dataclass(slots=True)
class Ground:
    """A developer organisation and a facility that it asks for slots; `places` fills addresses by a word for the record."""

    owner: str
    operator: str
    places: dict[str, dict[str, Any]] = field(default_factory=lambda: dict(COMMON))
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class World:
    """Both grounds, the people as they sign in, and the amounts and ids that only some may read."""

    now: datetime
    grounds: tuple[Ground, Ground]
    sign_ins: dict[Person, str]
    amounts: dict[bytes, Secret]
    ids: dict[bytes, Secret]

    def secrets_in(self, content: bytes, *, known: bytes = b"") -> set[Secret]:
        """Return every secret that stands in these bytes, but for numbers that stand in what is known."""
        found = {
            Secret(owner.decode().lower(), what.decode().lower()) for owner, what in MARK.findall(content)
        }
        numbers = set(NUMBER.findall(content)) & self.ids.keys()
        found |= {self.ids[number] for number in numbers if number not in known}
        return found | {secret for words, secret in self.amounts.items() if words in content}


def mark(owner: str, what: str) -> str:
    """Return the word that stands for a secret."""
    return f"Xq{owner}x{what}x"


def unpacked(content: bytes) -> Iterable[bytes]:
    """Return bytes as they are and, where they are an archive or a PDF, everything in it."""
    yield content
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name.encode() + b"\n" + archive.read(name)
    if content.startswith(b"BEGIN:VCALENDAR"):
        yield content.replace(b"\r\n ", b"")  # a calendar's long lines are folded, which would hide a word
    if content.startswith(b"%PDF-"):
        document = PdfReader(io.BytesIO(content))
        yield from ("".join(page.extract_text().split()).encode() for page in document.pages)
        yield from (attached for versions in document.attachments.values() for attached in versions)
