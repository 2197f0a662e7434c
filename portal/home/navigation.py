"""What every page shows around its content: where home is, the ways of each role, the ribbon, the footer."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import g, has_request_context, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.core import clock
from portal.core.actors import Actor, Role
from portal.home.queries.facility import Place, count_to_decide, places
from portal.home.ribbon import ribbon_for
from portal.matching.queries import count_waiting
from portal.roadmap.queries import count_referrals_waiting
from portal.store import db
from portal.web.actors import maybe_actor
from portal.web.locale import time_zone
from portal.web.ways import Way as Destination

READERS = frozenset({Role.ADVISER, Role.INVESTOR, Role.SUPPORT_PROVIDER})
QUALITY = frozenset({Role.QA, Role.QP})


KEYS = {
    "home.start": "h",
    "projects.index": "p",
    "bookings.own_requests": "r",
    "bookings.own_bookings": "w",
    "bookings.inbox": "i",
    "bookings.facility_bookings": "b",
    "bookings.closures": "x",
    "projects.teasers": "t",
    "projects.pipeline": "l",
    "roadmap.catalogue": "s",
    "facilities.catalogue": "f",
    "facilities.administer": "d",
    "accounts.people": "u",
    "accounts.organisations": "o",
    "accounts.role_requests": "q",
}
"""The key that leads to a page after `g`; the calendar of a facility has `c`."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way in the header: what it is called, where it leads, what else lies there, and how much waits."""

    label: str
    url: str
    also: tuple[str, ...] = ()
    count: int | None = None

    def match(self, path: str) -> int:
        """Return how much of an address this way explains; 0 if it leads elsewhere."""
        roots = (self.url, *self.also)
        return max((len(root) for root in roots if path == root or path.startswith(f"{root}/")), default=0)


def frame() -> dict[str, Any]:
    """Return what the layout asks for; asked once for a page, and not at all where no page is shown."""
    if not has_request_context():
        return {}
    if "home_frame" not in g:
        g.home_frame = _frame()
    found: dict[str, Any] = g.home_frame
    return found


def destinations() -> Iterator[Destination]:
    """Return every page that the reader can open from anywhere, those of the header first."""
    keys = {url_for(endpoint): key for endpoint, key in KEYS.items()}
    yield from (
        Destination(label=way.label, url=way.url, key=keys.get(way.url, _key_of_calendar(way.url)))
        for way in _present_ways()
    )
    actor = maybe_actor()
    if actor is None:
        yield Destination(label=_("Front page"), url=url_for("home.start"), key="h")
        yield Destination(label=_("Sign in"), url=url_for("security.login"))
        yield Destination(label=_("Register"), url=url_for("accounts.register"))
    else:
        yield Destination(label=_("Messages"), url=url_for("notifications.messages"), key="m")
        yield Destination(label=_("Your account"), url=url_for("accounts.account"), key="a")
        yield from _campaigns(actor)
        yield Destination(label=_("Pipeline"), url=url_for("projects.pipeline"))
        yield Destination(label=_("Cleanrooms"), url=url_for("facilities.catalogue"))
    yield from (Destination(label=label, url=url) for label, url in _about())


def _campaigns(actor: Actor) -> Iterator[Destination]:
    if actor.facility_ids or actor.roles & {Role.FOUNDER, Role.ADVISER}:
        yield Destination(label=_("Campaigns"), url=url_for("campaigns.index"))


def _key_of_calendar(url: str) -> str | None:
    return "c" if url.endswith("/calendar") else None


def _frame() -> dict[str, Any]:
    return {
        "home_url": url_for("home.start"),
        "nav": _shown(_present_ways()),
        "shortcut_ways": [(way.key, way.label, way.url) for way in destinations() if way.key],
        "ribbon": _ribbon(maybe_actor()),
        "footer_links": _about(),
    }


def _present_ways() -> list[Way]:
    if "home_ways" not in g:
        g.home_ways = list(_ways(maybe_actor()))
    found: list[Way] = g.home_ways
    return found


def _about() -> list[tuple[str, str]]:
    return [
        (_("Help"), url_for("help.index")),
        (_("Glossary"), url_for("reference.show_glossary")),
        (_("Accessibility"), url_for("home.accessibility")),
        (_("Privacy"), url_for("home.privacy")),
        (_("Terms of use"), url_for("home.terms")),
        (_("Contact"), url_for("home.contact")),
    ]


def _ribbon(actor: Actor | None) -> dict[str, Any] | None:
    if _is_error():
        return None
    return ribbon_for(db.session(), actor, at=clock.now(), zone=time_zone())


def _is_error() -> bool:
    return bool(g.get("error_page")) or request.routing_exception is not None


def _shown(ways: list[Way]) -> list[tuple[str, str, bool, int | None]]:
    path = request.script_root + request.path
    best = max(ways, key=lambda way: way.match(path), default=None)
    is_there = best is not None and best.match(path) > 0
    return [(way.label, way.url, is_there and way is best, way.count) for way in ways]


def _ways(actor: Actor | None) -> Iterator[Way]:
    if actor is None:
        yield Way(_("Cleanrooms"), url_for("facilities.catalogue"))
        yield Way(_("Support"), url_for("partners.catalogue"))
        yield Way(_("Pipeline"), url_for("projects.pipeline"))
        yield Way(_("Steps"), url_for("roadmap.catalogue"))
        return
    yield Way(_("Home"), url_for("home.start"), also=("/home",))
    if Role.FOUNDER in actor.roles:
        yield from _for_founders(actor)
    if actor.facility_ids:
        yield from _for_facilities(db.session(), actor)
    if actor.facility_ids or actor.roles & {Role.FOUNDER, Role.ADVISER}:
        yield Way(_("Gates"), url_for("gates.matrix"))
    yield from _for_matching(actor)
    if actor.roles & (READERS | {Role.ANALYST}) or not actor.roles:
        yield Way(_("Pipeline"), url_for("projects.pipeline"))
    if actor.is_administrator:
        yield from _for_administrators()
    else:
        catalogue = _("Facilities") if actor.facility_ids else _("Cleanrooms")
        yield Way(catalogue, url_for("facilities.catalogue"))
        if not actor.facility_ids:
            yield Way(_("Support"), url_for("partners.catalogue"))


def _for_matching(actor: Actor) -> Iterator[Way]:
    if actor.roles & READERS:
        yield Way(_("Teasers"), url_for("projects.teasers"), also=("/projects",))
    if Role.ADVISER in actor.roles:
        yield Way(_("Matching"), url_for("matching.desk"))
        yield Way(_("Roadmaps"), url_for("roadmap.portfolio"))
    if actor.roles & (READERS | {Role.FOUNDER}):
        waiting = (
            None if _is_error() else count_waiting(db.session(), actor, today=clock.now().date()) or None
        )
        yield Way(_("Introductions"), url_for("matching.board"), count=waiting)
    if Role.SUPPORT_PROVIDER in actor.roles:
        asked = None if _is_error() else count_referrals_waiting(db.session(), actor) or None
        yield Way(_("Referrals"), url_for("roadmap.referrals"), count=asked)
    if actor.roles & READERS:
        mine = _("Partners") if Role.ADVISER in actor.roles else _("Our entry")
        yield Way(mine, url_for("partners.index"))


def _for_administrators() -> Iterator[Way]:
    yield Way(_("People"), url_for("accounts.people"))
    yield Way(_("Organisations"), url_for("accounts.organisations"), also=("/organisations",))
    yield Way(_("Role requests"), url_for("accounts.role_requests"))
    yield Way(_("Facilities"), url_for("facilities.administer"))
    yield Way(_("Steps"), url_for("roadmap.catalogue"))
    yield Way(_("Exchange rates"), url_for("partners.rates"))


def _for_founders(actor: Actor) -> Iterator[Way]:
    yield Way(_("Projects"), url_for("projects.index"))
    yield Way(_("Requests"), url_for("bookings.own_requests"))
    bookings = _("Own bookings") if actor.facility_ids else _("Bookings")
    yield Way(bookings, url_for("bookings.own_bookings"))


def _for_facilities(session: Session, actor: Actor) -> Iterator[Way]:
    managed = actor.facilities_as(Role.FACILITY_MANAGER)
    if managed:
        waiting = None if _is_error() else count_to_decide(session, managed)
        yield Way(_("Inbox"), url_for("bookings.inbox"), count=waiting)
    yield Way(_("Bookings"), url_for("bookings.facility_bookings"))
    for place in _own_places(session, actor)[:1]:
        yield Way(_("Calendar"), url_for("bookings.calendar", slug=place.slug))
    if managed:
        yield Way(_("Closures"), url_for("bookings.closures"))


def _own_places(session: Session, actor: Actor) -> list[Place]:
    return [] if _is_error() else places(session, actor.facility_ids)
