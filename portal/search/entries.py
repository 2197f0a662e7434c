"""What each kind of record says, by shelf: the one place that decides which of its words are found."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from babel import Locale
from sqlalchemy import Connection, select

from portal.accounts.models import Organisation, User
from portal.bookings.models import Booking, RunKind, SlotRequest
from portal.campaigns.models import Campaign, Run
from portal.facilities.models import Cleanroom, Facility
from portal.partners.models import Partner
from portal.projects.models import Project, TeamMember
from portal.projects.rules.fields import Kind, fields_of
from portal.projects.rules.values import FieldGroup
from portal.reference import vocabulary
from portal.roadmap.models import MarketAccess, Referral, ReferralMessage, Right
from portal.search.models import Shelf
from portal.store import Base

LANGUAGES = tuple(Locale(code) for code in ("en", "sv"))
PROJECT_SHELVES: Mapping[FieldGroup, Shelf] = {
    FieldGroup.TEASER: Shelf.PROJECT_TEASER,
    FieldGroup.IDENTITY: Shelf.PROJECT_IDENTITY,
    FieldGroup.PROCESS: Shelf.PROJECT_PROCESS,
    FieldGroup.ROADMAP: Shelf.PROJECT_ROADMAP,
}
"""Money and bookings of a project are not searched."""
RUNS: Mapping[RunKind, str] = {
    RunKind.PROCESS_DEVELOPMENT: "process development processutveckling",
    RunKind.ENGINEERING_RUN: "engineering run provkörning teknisk körning",
    RunKind.ASEPTIC_PROCESS_SIMULATION: "aseptic process simulation media fill aseptisk processimulering",
    RunKind.PROCESS_PERFORMANCE_QUALIFICATION: "process performance qualification PPQ processvalidering",
    RunKind.CLINICAL_BATCH: "clinical batch klinisk batch",
    RunKind.STABILITY: "stability study stabilitetsstudie",
    RunKind.OTHER: "",
}
"""What people may call each kind of run, in both languages."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a record says on one shelf: its name, and everything else."""

    name: tuple[str, ...] = ()
    text: tuple[str, ...] = ()


Entry = Mapping[Shelf, Said]


@dataclass(frozen=True, slots=True)
class Searchable:
    """A kind of record that is found: what it says, on which shelves, and which of its attributes that depends on."""

    model: type[Base]
    shelves: tuple[Shelf, ...]
    watched: tuple[str, ...]
    says: Callable[[Connection, Any], Entry]


def _project(connection: Connection, project: Project) -> Entry:
    team = connection.scalars(select(TeamMember.name).where(TeamMember.project_id == project.id))
    teaser = (*_fields(project, FieldGroup.TEASER), *_spoken("phase", [str(project.phase)]))
    return {
        Shelf.PROJECT_TEASER: Said((project.reference,), teaser),
        Shelf.PROJECT_IDENTITY: Said((project.name,), (project.indication or "", *team)),
        Shelf.PROJECT_PROCESS: Said(text=tuple(_fields(project, FieldGroup.PROCESS))),
        Shelf.PROJECT_ROADMAP: Said(text=tuple(_fields(project, FieldGroup.ROADMAP))),
    }


def _request(_connection: Connection, request: SlotRequest) -> Entry:
    name = (request.title, request.reference, str(request.id))
    return {Shelf.REQUEST: Said(name, (RUNS[request.run_kind],))}


def _booking(_connection: Connection, booking: Booking) -> Entry:
    if booking.request_id is not None:
        return {Shelf.BOOKING: Said()}  # found by the words of its request
    return {Shelf.BOOKING: Said((booking.title,), (RUNS[booking.run_kind],))}


def _facility(_connection: Connection, facility: Facility) -> Entry:
    said = [
        "facility anläggning",
        facility.operator_name,
        facility.city,
        facility.region or "",
        *facility.former_names,
        *(locale.territories.get(facility.country, "") for locale in LANGUAGES),
        *_spoken("facility_kind", [str(facility.kind)]),
        *_spoken("facility_modality", facility.modalities),
        *_spoken("facility_service", facility.services),
    ]
    return {Shelf.FACILITY: Said((facility.name,), tuple(said))}


def _cleanroom(_connection: Connection, room: Cleanroom) -> Entry:
    said = [
        "cleanroom renrum",
        *_spoken("stage", [str(room.kind)]),
        *_spoken("grade", [str(room.grade)]),
        *_spoken("vector_level", [str(room.vector_level)]),
        *_spoken("equipment", room.equipment),
    ]
    return {Shelf.CLEANROOM: Said((room.code, room.name), tuple(said))}


def _partner(_connection: Connection, partner: Partner) -> Entry:
    return {Shelf.PARTNER: Said((partner.name,), (partner.text, partner.text_sv or ""))}


def _campaign(_connection: Connection, campaign: Campaign) -> Entry:
    return {
        Shelf.CAMPAIGN: Said((campaign.name,), (campaign.remark,)),
        Shelf.CAMPAIGN_REFERENCE: Said((campaign.reference,)),
    }


def _run(_connection: Connection, run: Run) -> Entry:
    return {Shelf.RUN: Said((run.batch_reference,), (run.operators, run.remarks, "run körning"))}


def _referral(_connection: Connection, referral: Referral) -> Entry:
    """Return what every side knows of a referral: its step."""
    return {Shelf.REFERRAL: Said(tuple(referral.step_name.values()))}


def _referral_message(_connection: Connection, message: ReferralMessage) -> Entry:
    return {Shelf.REFERRAL_MESSAGE: Said(text=(message.words,))}


def _market_access(_connection: Connection, market: MarketAccess) -> Entry:
    said = (
        *(market.value_story, market.comparator, market.evidence_plan),
        *(market.patients_basis, market.price_basis, "market access marknadstillträde"),
    )
    return {Shelf.MARKET_ACCESS: Said(text=said)}


def _right(_connection: Connection, right: Right) -> Entry:
    return {Shelf.RIGHT: Said((right.title, right.reference), (right.party, right.due_what, right.remark))}


def _person(_connection: Connection, user: User) -> Entry:
    return {Shelf.PERSON: Said((user.name,), (user.email,))}


def _organisation(_connection: Connection, organisation: Organisation) -> Entry:
    kept = (organisation.legal_name, organisation.number, organisation.vat_number, organisation.city)
    return {
        Shelf.ORGANISATION: Said((organisation.name,)),
        Shelf.ORGANISATION_RECORD: Said(text=tuple(word for word in kept if word)),
    }


SEARCHABLE: tuple[Searchable, ...] = (
    Searchable(
        Project,
        tuple(PROJECT_SHELVES.values()),
        (
            "reference",
            "phase",
            *(field.name for group in PROJECT_SHELVES for field in fields_of(group)),
        ),
        _project,
    ),
    Searchable(SlotRequest, (Shelf.REQUEST,), ("title", "run_kind"), _request),
    Searchable(Booking, (Shelf.BOOKING,), ("title", "run_kind", "request_id"), _booking),
    Searchable(
        Facility,
        (Shelf.FACILITY,),
        (
            *("name", "operator_name", "city", "region", "country"),
            *("former_names", "kind", "modalities", "services"),
        ),
        _facility,
    ),
    Searchable(
        Cleanroom,
        (Shelf.CLEANROOM,),
        ("code", "name", "kind", "grade", "vector_level", "equipment"),
        _cleanroom,
    ),
    Searchable(Partner, (Shelf.PARTNER,), ("name", "text", "text_sv"), _partner),
    Searchable(Campaign, (Shelf.CAMPAIGN, Shelf.CAMPAIGN_REFERENCE), ("name", "remark"), _campaign),
    Searchable(Run, (Shelf.RUN,), ("batch_reference", "operators", "remarks"), _run),
    Searchable(Referral, (Shelf.REFERRAL,), ("step_name",), _referral),
    Searchable(ReferralMessage, (Shelf.REFERRAL_MESSAGE,), ("words",), _referral_message),
    Searchable(
        MarketAccess,
        (Shelf.MARKET_ACCESS,),
        ("value_story", "comparator", "evidence_plan", "patients_basis", "price_basis"),
        _market_access,
    ),
    Searchable(Right, (Shelf.RIGHT,), ("title", "reference", "party", "due_what", "remark"), _right),
    Searchable(User, (Shelf.PERSON,), ("name", "email"), _person),
    Searchable(
        Organisation,
        (Shelf.ORGANISATION, Shelf.ORGANISATION_RECORD),
        ("name", "legal_name", "number", "vat_number", "city"),
        _organisation,
    ),
)
BY_MODEL: Mapping[type[Base], Searchable] = {kind.model: kind for kind in SEARCHABLE}
PARTS: Mapping[type[Base], tuple[type[Base], str]] = {
    TeamMember: (Project, "project_id"),
}
"""What belongs to a record that is found by its words: the record, and what holds its id."""


def _fields(project: Project, group: FieldGroup) -> Iterable[str]:
    """Return what a project states in a group: texts as they are, and words of closed lists in both languages."""
    for field in fields_of(group):
        value = getattr(project, field.name)
        if value is None or field.name == "name":
            continue
        if field.words and field.kind in (Kind.WORD, Kind.WORDS):
            yield from _spoken(field.words, value if isinstance(value, list) else [str(value)])
        elif field.kind in (Kind.LINE, Kind.TEXT):
            yield value


def _spoken(list_name: str, word_ids: Iterable[str]) -> Iterable[str]:
    """Return words of a closed list in both languages, with their other spellings."""
    for word_id in word_ids:
        try:
            word = vocabulary.word(list_name, str(word_id))
        except KeyError:
            yield str(word_id).replace("_", " ")
        else:
            yield from (word.en, word.sv, *word.aliases)
