"""A requester's own slot requests: the list with its exports, and the record of one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import flask
from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.bookings import queries, words
from portal.bookings.models import Booking, RequestState, SlotRequest
from portal.bookings.views import record
from portal.bookings.views.blueprint import bp
from portal.core.actors import Role
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom
from portal.store import db
from portal.web.actors import current_actor, for_roles
from portal.web.exports import Kind, export
from portal.web.filters import money, window
from portal.web.making import in_pages
from portal.web.paging import page_number, pages_of

A_PAGE = 50
WAITS_FOR_YOU = frozenset({RequestState.DRAFT, RequestState.NEEDS_INFO, RequestState.OFFERED})


@bp.get("/requests")
@for_roles(Role.FOUNDER)
def own_requests() -> ResponseReturnValue:
    """Show the slot requests of the reader's organisation, filtered and sorted as the address says."""
    actor = current_actor()
    projects = queries.names_of_requestable_projects(db.session(), actor)
    asked = _asked(projects)
    number = queries.count_own_requests(db.session(), actor, **asked.filters)
    page = page_number(number, A_PAGE)
    shown = queries.own_requests(
        db.session(),
        actor,
        **asked.filters,
        sort=asked.sort,
        offset=(page - 1) * A_PAGE,
        limit=A_PAGE,
    )
    return render_template(
        "bookings/requests/index.html",
        rows=_rows(shown),
        number=number,
        page=page,
        pages=pages_of(number, A_PAGE),
        asked=asked,
        sort=asked.sort,
        states=[(state.value, words.request_state(state)) for state in RequestState],
        projects=projects,
        exports=[
            (label, url_for("bookings.own_requests_file", kind=kind, **asked.address))
            for label, kind in (("CSV", "csv"), ("XLSX", "xlsx"))
        ],
    )


@bp.get("/requests.<any(csv, xlsx):kind>")
@for_roles(Role.FOUNDER)
def own_requests_file(kind: Kind) -> ResponseReturnValue:
    """Hand out the list that the same address without its ending shows, all pages of it."""
    actor = current_actor()
    asked = _asked(queries.names_of_requestable_projects(db.session(), actor))
    columns = [
        _("Reference"),
        _("Project"),
        _("Title"),
        _("Kind of run"),
        _("State"),
        _("Cleanroom"),
        _("Facility"),
        _("From"),
        _("Until before"),
        _("Time zone"),
        _("Estimate without VAT"),
        _("Currency"),
        _("Sent"),
    ]
    rows = in_pages(
        lambda offset, limit: _rows(
            queries.own_requests(
                db.session(), actor, **asked.filters, sort=asked.sort, offset=offset, limit=limit
            )
        )
    )
    count = queries.count_own_requests(db.session(), actor, **asked.filters)
    return export(kind, "slot-requests", columns, map(_exported, rows), count=count)


@bp.get("/requests/<int:request_id>")
@for_roles(Role.FOUNDER)
def show_request(request_id: int) -> ResponseReturnValue:
    """Show where a request stands, what happened to it, and what its owner can do next."""
    return record.request_page(current_actor(), request_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the address asks of the list; what is on no list is left out, and said."""

    state: str | None
    project_id: int | None
    sort: str
    ignored: bool

    @property
    def is_filtered(self) -> bool:
        """Say whether anything is left out of the list."""
        return self.state is not None or self.project_id is not None

    @property
    def filters(self) -> dict[str, Any]:
        """Return what the list is asked for."""
        return {
            "states": [RequestState(self.state)] if self.state else (),
            "project_id": self.project_id,
        }

    @property
    def address(self) -> dict[str, Any]:
        """Return the parameters of the same list as a file."""
        named = {"state": self.state, "project": self.project_id, "sort": self.sort}
        return {name: str(value) for name, value in named.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A request as the list shows it."""

    asked: SlotRequest
    title: str
    url: str
    cleanroom: Cleanroom | None
    slot: Slot | None
    estimate: Mapping[str, Any] | None
    room: str | None
    facility: str | None
    grade: str | None
    when: str | None
    badge: words.Badge
    cost: str | None
    waits_for_you: bool


def _asked(own: Sequence[tuple[int, str]]) -> Asked:
    args = flask.request.args
    state, project, sort = args.get("state", ""), args.get("project", ""), args.get("sort", "-begun")
    known = {one.value for one in RequestState}
    projects = {str(project_id) for project_id, _name in own}
    is_sort = sort.removeprefix("-") in queries.SORTS
    return Asked(
        state=state if state in known else None,
        project_id=int(project) if project in projects else None,
        sort=sort if is_sort else "-begun",
        ignored=bool((state and state not in known) or (project and project not in projects) or not is_sort),
    )


def _rows(found: Sequence[SlotRequest]) -> list[Row]:
    session = db.session()
    holds = queries.bookings_of(session, _ids(found, {RequestState.OFFERED, RequestState.APPROVED}))
    places = queries.places_on_waiting_lists(session, found)
    return [_row(asked, holds.get(asked.id), places.get(asked.id)) for asked in found]


def _row(asked: SlotRequest, hold: Booking | None, place: int | None) -> Row:
    offered = hold if asked.state is RequestState.OFFERED else None
    room = offered.block.cleanroom if offered else asked.cleanroom
    slot = offered.slot if offered else asked.slot
    estimate = (offered or asked).estimate
    return Row(
        asked=asked,
        title=asked.title or words.run_kind(asked.run_kind),
        url=url_for("bookings.show_request", request_id=asked.id),
        cleanroom=room,
        slot=slot,
        estimate=estimate,
        room=room.code if room else None,
        facility=room.facility.name if room else None,
        grade=room.grade.value if room else None,
        when=window(slot.start, slot.end, room.facility.time_zone) if room and slot else None,
        badge=words.request_badge(asked.state, hold=hold, place=place, sent_at=asked.submitted_at),
        cost=money(estimate["amount"], estimate["currency"]) if estimate else None,
        waits_for_you=asked.state in WAITS_FOR_YOU,
    )


def _exported(row: Row) -> list[Any]:
    asked, room, slot, estimate = row.asked, row.cleanroom, row.slot, row.estimate
    zone = room.facility.time_zone if room else None
    return [
        asked.reference,
        asked.project.name,
        asked.title,
        words.run_kind(asked.run_kind),
        row.badge[1],
        room.name if room else None,
        room.facility.name if room else None,
        record.on_the_wall(slot.start, zone) if slot and zone else None,
        record.on_the_wall(slot.end, zone) if slot and zone else None,
        zone,
        estimate["amount"] / 100 if estimate else None,
        estimate["currency"] if estimate else None,
        asked.submitted_at.date() if asked.submitted_at else None,
    ]


def _ids(found: Collection[SlotRequest], states: Collection[RequestState]) -> list[int]:
    return [asked.id for asked in found if asked.state in states]
