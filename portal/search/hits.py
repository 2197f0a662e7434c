"""What a hit shows: a title, where it leads, and enough to tell it from its neighbours; nothing that its page hides."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from portal.accounts.models import Organisation, User
from portal.bookings import words as booking_words
from portal.bookings.models import Booking, SlotRequest
from portal.core.actors import Role
from portal.facilities import words as facility_words
from portal.facilities.models import Cleanroom, Facility
from portal.partners import words as partner_words
from portal.partners.models import Partner
from portal.partners.queries import programmes
from portal.partners.rules import access
from portal.projects import wording
from portal.projects.models import Project
from portal.projects.queries import groups_of_each, teasers_of_each
from portal.projects.rules.values import FieldGroup, TeaserWords
from portal.reference import glossary
from portal.reference.queries import effective_records
from portal.reference.shipped import in_language
from portal.search.queries import Asker, Found, Kind
from portal.search.rules import excerpt, has_all, terms_of
from portal.store import db
from portal.web.filters import window
from portal.web.locale import language
from portal.web.ways import Way, readings, ways


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One line of what was found."""

    title: str
    url: str
    about: str = ""
    text: str = ""
    badge: tuple[str, str] | None = None
    is_demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What was found of one kind: some hits, and how many there are."""

    kind: str
    title: str
    hits: list[Hit]
    total: int


def title_of(kind: str) -> str:
    """Return what a kind of hits is called."""
    return {
        Kind.PROJECT: _("Projects"),
        Kind.REQUEST: _("Slot requests"),
        Kind.BOOKING: _("Bookings"),
        Kind.FACILITY: _("Facilities"),
        Kind.CLEANROOM: _("Cleanrooms"),
        Kind.PARTNER: _("Partners"),
        Kind.ORGANISATION: _("Organisations"),
        Kind.PERSON: _("People"),
        "programmes": _("Support programmes"),
        "steps": _("Steps"),
        "guides": _("Guides"),
        "pages": _("Pages"),
        "glossary": _("Glossary"),
    }[kind]


def group_of(kind: Kind, found: Found, asker: Asker, words: Sequence[str]) -> Group:
    """Return what was found of a kind, in words."""
    hits = HITS[kind](found.records, asker, words)
    return Group(kind=kind.value, title=title_of(kind), hits=hits, total=found.total)


def more_groups(words: Sequence[str], *, only: str | None, limit: int, offset: int) -> list[Group]:
    """Return what was found of what lies in no table of ours: programmes, steps of a roadmap, guides, pages, the glossary."""
    groups = []
    for kind, find in MORE.items():
        if only in (None, kind):
            hits = find(words)
            some = hits[offset : offset + limit]
            groups.append(Group(kind=kind, title=title_of(kind), hits=some, total=len(hits)))
    return groups


def _projects(records: Sequence[Project], asker: Asker, words: Sequence[str]) -> list[Hit]:
    seen = groups_of_each(db.session(), asker.actor, records, at=asker.at)
    teasers = teasers_of_each(db.session(), asker.actor, records, at=asker.at)
    return [_project(project, teasers[project.id], seen[project.id], asker, words) for project in records]


def _project(
    project: Project, teaser: TeaserWords, seen: frozenset[FieldGroup], asker: Asker, words: Sequence[str]
) -> Hit:
    named = FieldGroup.IDENTITY in seen
    said = [wording.product_class(project.product_class.value), project.reference]
    if named:
        phase = wording.phase(project.phase.value)
        said = [project.organisation.name, wording.area(project.indication_area), phase, *said]
    return Hit(
        title=project.name if named else wording.title_without_name(project),
        url=_page_of(project, asker),
        about=" · ".join(said),
        text=excerpt(wording.teaser(teaser), words),
        badge=("no", _("Archived")) if project.archived_at else None,
        is_demo=project.is_demo,
    )


def _page_of(project: Project, asker: Asker) -> str:
    """Return where a project is read: by a visitor among the published teasers."""
    if asker.actor is None:
        return url_for("projects.pipeline", q=project.reference, _anchor="teasers")
    return url_for("projects.show", project_id=project.id)


def _requests(records: Sequence[SlotRequest], asker: Asker, _words: Sequence[str]) -> list[Hit]:
    return [_request(request, asker) for request in records]


def _request(request: SlotRequest, asker: Asker) -> Hit:
    actor, room = asker.actor, request.cleanroom
    own = (
        actor is not None and Role.FOUNDER in actor.roles and request.organisation_id == actor.organisation_id
    )
    page = "bookings.show_request" if own else "bookings.in_inbox"
    said = [request.reference]
    if room is not None and request.starts_at is not None and request.ends_at is not None:
        said.append(f"{room.code}, {room.facility.name}")
        said.append(window(request.starts_at, request.ends_at, room.facility.time_zone))
    return Hit(
        title=request.title or booking_words.run_kind(request.run_kind),
        url=url_for(page, request_id=request.id),
        about=" · ".join(said),
        badge=(booking_words.REQUEST_KINDS[request.state], booking_words.request_state(request.state)),
        is_demo=request.project.is_demo,
    )


def _bookings(records: Sequence[Booking], asker: Asker, _words: Sequence[str]) -> list[Hit]:
    return [_booking(booking, asker) for booking in records]


def _booking(booking: Booking, asker: Asker) -> Hit:
    actor, room = asker.actor, booking.block.cleanroom
    here = actor is not None and room.facility_id in actor.facility_ids
    page = "bookings.show_booking" if here else "bookings.show_own_booking"
    said = [
        f"{room.code}, {room.facility.name}",
        window(booking.slot.start, booking.slot.end, room.facility.time_zone),
    ]
    if booking.request is not None:
        said.insert(0, booking.request.reference)
    asked = booking.request.title if booking.request else ""
    return Hit(
        title=booking.title or asked or booking_words.run_kind(booking.run_kind),
        url=url_for(page, booking_id=booking.id),
        about=" · ".join(said),
        badge=booking_words.booking_badge(booking),
        is_demo=booking.is_demo,
    )


def _facilities(records: Sequence[Facility], _asker: Asker, _words: Sequence[str]) -> list[Hit]:
    return [
        Hit(
            title=facility.name,
            url=url_for("facilities.show", slug=facility.slug),
            about=" · ".join(
                [
                    f"{facility.city}, {facility_words.country(facility.country)}",
                    facility_words.label("facility_kind", facility.kind),
                    facility.operator_name,
                ]
            ),
        )
        for facility in records
    ]


def _cleanrooms(records: Sequence[Cleanroom], _asker: Asker, _words: Sequence[str]) -> list[Hit]:
    return [
        Hit(
            title=f"{room.code} {room.name}",
            url=url_for("facilities.show_cleanroom", slug=room.facility.slug, room_slug=room.slug),
            about=" · ".join(
                [
                    room.facility.name,
                    facility_words.label("stage", room.kind),
                    facility_words.label("grade", room.grade),
                ]
            ),
            badge=None if room.is_bookable else ("no", _("Takes no requests")),
            is_demo=room.is_demo,
        )
        for room in records
    ]


def _partners(records: Sequence[Partner], asker: Asker, words: Sequence[str]) -> list[Hit]:
    return [_partner(partner, asker, words) for partner in records]


def _partner(partner: Partner, asker: Asker, words: Sequence[str]) -> Hit:
    """Return a partner as its reader may open it: whole, or as the offer that anyone reads."""
    whole = asker.actor is not None and (
        access.may_read_all(asker.actor)
        or access.keeps(asker.actor, organisation_id=partner.organisation_id, kind=partner.kind)
    )
    return Hit(
        title=partner.name,
        url=url_for("partners.show" if whole else "partners.offer", partner_id=partner.id),
        about=" · ".join([partner_words.kind(partner), partner.organisation.name]),
        text=excerpt(partner_words.text(partner), words),
        is_demo=partner.is_demo,
    )


def _organisations(records: Sequence[Organisation], _asker: Asker, _words: Sequence[str]) -> list[Hit]:
    return [
        Hit(
            title=found.name,
            url=url_for("accounts.organisation", organisation_id=found.id),
            about=facility_words.label("organisation_kind", found.kind.value),
            is_demo=found.is_demo,
        )
        for found in records
    ]


def _people(records: Sequence[User], _asker: Asker, _words: Sequence[str]) -> list[Hit]:
    return [
        Hit(
            title=user.name,
            url=url_for("accounts.person", user_id=user.id),
            about=user.email,
            badge=None if user.active else ("no", _("Deactivated")),
            is_demo=user.is_demo,
        )
        for user in records
    ]


HITS: Mapping[Kind, Callable[[Sequence[Any], Asker, Sequence[str]], list[Hit]]] = {
    Kind.PROJECT: _projects,
    Kind.REQUEST: _requests,
    Kind.BOOKING: _bookings,
    Kind.FACILITY: _facilities,
    Kind.CLEANROOM: _cleanrooms,
    Kind.PARTNER: _partners,
    Kind.ORGANISATION: _organisations,
    Kind.PERSON: _people,
}


def _pages(words: Sequence[str]) -> list[Hit]:
    return [Hit(title=way.label, url=way.url) for way in ways() if has_all(_said(way), words)]


def _said(way: Way) -> set[str]:
    return terms_of((way.label, way.also_called))


def _steps(words: Sequence[str]) -> list[Hit]:
    spoken = language()
    found = []
    for fact in effective_records(db.session(), "roadmap_steps"):
        names, summary = tuple(fact.record["name"].values()), fact.record["summary"]
        if has_all(terms_of((*names, *summary.values())), words):
            hit = Hit(
                title=_spoken(fact.record["name"], spoken),
                url=url_for("roadmap.step", step_id=fact.record_id),
                text=_spoken(summary, spoken),
            )
            found.append((not has_all(terms_of(names), words), hit))
    return _best_first(found)


def _programmes(words: Sequence[str]) -> list[Hit]:
    spoken = language()
    found = []
    for fact in programmes(db.session()):
        record = fact.record
        gives = _both(record.get("gives"))
        if has_all(terms_of((record["name"], record["provider"], *gives)), words):
            hit = Hit(
                title=record["name"],
                url=url_for("partners.programme", programme_id=fact.record_id),
                about=record["provider"],
                text=_spoken(record.get("gives"), spoken),
            )
            found.append((not has_all(terms_of((record["name"],)), words), hit))
    return _best_first(found)


def _guides(words: Sequence[str]) -> list[Hit]:
    found = []
    for reading in readings():
        if has_all(terms_of((reading.title, reading.lead, reading.text)), words):
            hit = Hit(title=reading.title, url=reading.url, text=reading.lead)
            found.append((not has_all(terms_of((reading.title,)), words), hit))
    return _best_first(found)


def _both(value: object) -> tuple[str, ...]:
    """Return words in every language in which a fact has them."""
    if isinstance(value, Mapping):
        return tuple(str(one) for one in value.values())
    return () if value is None else (str(value),)


def _terms(words: Sequence[str]) -> list[Hit]:
    spoken = language()
    found = []
    for term in glossary.terms():
        names = (*term.names.values(), *term.synonyms)
        if has_all(terms_of((*names, term.meaning(spoken))), words):
            hit = Hit(
                title=term.name(spoken),
                url=url_for("reference.show_glossary", _anchor=f"t-{term.id}"),
                text=term.meaning(spoken),
            )
            found.append((not has_all(terms_of(names), words), hit))
    return _best_first(found)


def _best_first(found: list[tuple[bool, Hit]]) -> list[Hit]:
    """Return hits by title, those that are called so before those that only speak of it."""
    return [hit for _rest, hit in sorted(found, key=lambda one: (one[0], one[1].title.casefold()))]


def _spoken(value: object, spoken: str) -> str:
    words = in_language(value, spoken)
    return words.words if words else ""


MORE: Mapping[str, Callable[[Sequence[str]], list[Hit]]] = {
    "programmes": _programmes,
    "steps": _steps,
    "guides": _guides,
    "pages": _pages,
    "glossary": _terms,
}
"""What is found in memory, in the order in which it is shown."""
