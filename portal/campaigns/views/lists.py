"""Campaigns as lists: those of one project, and those of everything that the reader works with."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import flask
from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from portal.bookings.takings import identified_projects
from portal.campaigns import queries, services, words
from portal.campaigns.forms import CampaignForm
from portal.campaigns.models import Campaign
from portal.campaigns.queries import Glance, Seen
from portal.campaigns.views.blueprint import bp
from portal.core import clock
from portal.core.actors import Actor, Role
from portal.core.errors import NotFound
from portal.projects.queries import own_project
from portal.projects.rules.values import FieldGroup
from portal.projects.tabs import Tab
from portal.projects.views import shown
from portal.projects.views.pages import seen_by_reader
from portal.store import db
from portal.web.actors import back, current_actor, for_roles, signed_in
from portal.web.exports import Kind, Value, export, file_links
from portal.web.filters import day
from portal.web.locale import local
from portal.web.paging import page_number, pages_of
from portal.web.sorting import in_order

READERS = (Role.FOUNDER, Role.FACILITY_MANAGER, Role.QA, Role.QP, Role.ADVISER)
PAGE = 30
SORTS = ("name", "project", "state", "links", "begins")
TAB = Tab(_l("Campaigns"), "campaigns.project", frozenset({FieldGroup.BOOKINGS}))


@bp.get("/campaigns")
@for_roles(*READERS)
def index() -> ResponseReturnValue:
    """Show every campaign that the reader works with: whole, or the part that is asked of their facilities."""
    session, actor, at = db.session(), current_actor(), clock.now()
    sort = _sort()
    whole = _ordered(queries.ids_of_campaigns_shown(session, actor, at=at), sort, parts=False, at=at)
    parts = _ordered(queries.ids_of_campaigns_asked(session, actor), sort, parts=True, at=at)
    page, part_page = page_number(len(whole), PAGE), page_number(len(parts), PAGE, name="part_page")
    return render_template(
        "campaigns/index.html",
        rows=rows_of(session, queries.campaigns_in_order(session, _on(whole, page))),
        count=len(whole),
        page=page,
        pages=pages_of(len(whole), PAGE),
        parts=parts_of(session, actor, queries.campaigns_in_order(session, _on(parts, part_page)), at=at),
        part_count=len(parts),
        part_page=part_page,
        part_pages=pages_of(len(parts), PAGE),
        sort=sort,
        exports=file_links("campaigns.index_file", which="whole"),
        part_exports=file_links("campaigns.index_file", which="parts"),
        has_duty=bool(actor.facility_ids),
        is_founder=Role.FOUNDER in actor.roles,
    )


@bp.get("/campaigns/<any(whole, parts):which>.<any(csv, xlsx):kind>")
@for_roles(*READERS)
def index_file(which: str, kind: Kind) -> ResponseReturnValue:
    """Hand out the whole campaigns of the list, or the parts that are asked of the reader's facilities, all pages of it."""
    session, actor, at = db.session(), current_actor(), clock.now()
    columns = [
        _("Reference"),
        _("Campaign"),
        _("Project"),
        _("Organisation"),
        _("State"),
        _("Links"),
        _("From – to"),
    ]
    if which == "whole":
        ids = _ordered(queries.ids_of_campaigns_shown(session, actor, at=at), _sort(), parts=False, at=at)
        rows = rows_of(session, queries.campaigns_in_order(session, ids))
    else:
        ids = _ordered(queries.ids_of_campaigns_asked(session, actor), _sort(), parts=True, at=at)
        rows = parts_of(session, actor, queries.campaigns_in_order(session, ids), at=at)
    name = "campaigns" if which == "whole" else "parts-of-campaigns"
    return export(kind, name, columns, [_cells(row) for row in rows])


@bp.get("/projects/<int:project_id>/campaigns")
@signed_in
def project(project_id: int) -> ResponseReturnValue:
    """Show a project's campaigns, and let its founder begin another."""
    return _page(project_id, CampaignForm(None))


@bp.post("/projects/<int:project_id>/campaigns")
@signed_in
def begin(project_id: int) -> ResponseReturnValue:
    """Begin a campaign."""
    actor, at, form = current_actor(), clock.now(), CampaignForm(flask.request.form)
    own_project(db.session(), actor, project_id, at=at)
    if form.validate() and form.attempt(
        lambda session: (
            services.begin_campaign(
                session,
                actor,
                project_id,
                name=form.name.data or "",
                remark=form.remark.data or "",
                at=at,
            ).id
        )
    ):
        flash(_("Begun. Add the links of its chain, in their order."), "done")
        return back("campaigns.show", campaign_id=form.result)
    return _page(project_id, form), 422


def _page(project_id: int, form: CampaignForm) -> str:
    session, actor, at = db.session(), current_actor(), clock.now()
    seen = seen_by_reader(project_id)
    if not seen.shows(FieldGroup.BOOKINGS):
        raise NotFound
    whole = queries.campaigns_shown(session, actor, at=at, project_id=project_id)
    asked = queries.campaigns_asked(session, actor, project_id=project_id)
    known = {one.id for one in whole}
    return render_template(
        "campaigns/project.html",
        form=form,
        rows=rows_of(session, whole),
        parts=parts_of(session, actor, [one for one in asked if one.id not in known], at=at),
        **shown.frame(seen),
    )


def _sort() -> str:
    asked = flask.request.args.get("sort", "")
    return asked if asked.removeprefix("-") in SORTS else ""


def _on(ids: list[int], page: int) -> list[int]:
    return ids[(page - 1) * PAGE : page * PAGE]


def _ordered(ids: list[int], sort: str, *, parts: bool, at: datetime) -> list[int]:
    """Return campaigns in the order that the address asks for, by what the list would show of each."""
    if not sort:
        return ids
    session, actor, by = db.session(), current_actor(), sort.removeprefix("-")
    keys: dict[int, Any]
    if by in {"name", "project"}:
        names = queries.names_of(session, actor, ids, at=at)
        place = 0 if by == "name" and not parts else 1
        keys = {one: names[one][place].casefold() for one in ids}
    else:
        links: Mapping[int, list[Glance]] = queries.glances_of(session, ids)
        if parts:
            links = {
                key: [one for one in seen if queries.is_asked_of(actor, one)] for key, seen in links.items()
            }
        keys = {one: KEYS[by](links[one]) for one in ids}
    return in_order(ids, {by: keys.__getitem__})[0]


def _cells(row: dict[str, Any]) -> list[Value]:
    return [
        row["reference"],
        row.get("name"),
        row["project"],
        row.get("organisation"),
        str(row["badge"][1]),
        row["links"],
        row["span"],
    ]


KEYS: Mapping[str, Callable[[list[Glance]], Any]] = {
    "state": lambda links: str(words.chain_badge(queries.chain_state(links))[1]).casefold(),
    "links": len,
    "begins": lambda links: min((one.begins for one in links if one.begins is not None), default=None),
}
"""By what a list is sorted that follows from the links of a chain."""


def rows_of(session: Session, campaigns: Sequence[Campaign]) -> list[dict[str, Any]]:
    """Return campaigns as rows of a list, with where each chain stands and how far it reaches."""
    links = queries.links_of(session, [one.id for one in campaigns]) if campaigns else {}
    return [
        {
            "name": one.name,
            "reference": one.reference,
            "project": one.project.name,
            "is_demo": one.project.is_demo,
            "url": url_for("campaigns.show", campaign_id=one.id),
            "badge": words.chain_badge(queries.chain_state(links[one.id])),
            "links": len(links[one.id]),
            "span": span_of(links[one.id]),
        }
        for one in campaigns
    ]


def parts_of(
    session: Session, actor: Actor, campaigns: Sequence[Campaign], *, at: datetime
) -> list[dict[str, Any]]:
    """Return the parts of chains that are asked of the reader's facilities as rows of a list."""
    if not campaigns:
        return []
    links = queries.links_of(session, [one.id for one in campaigns])
    known = identified_projects(session, actor, [one.project_id for one in campaigns], at=at)
    rows = []
    for one in campaigns:
        own = [link for link in links[one.id] if queries.is_asked_of(actor, link)]
        rows.append(
            {
                "reference": one.reference,
                "project": one.project.name if one.project_id in known else one.project.reference,
                "organisation": one.project.organisation.name if one.project_id in known else None,
                "is_demo": one.project.is_demo,
                "url": url_for("campaigns.part", campaign_id=one.id),
                "badge": words.chain_badge(queries.chain_state(own)),
                "links": len(own),
                "span": span_of(own),
            }
        )
    return rows


def span_of(links: Sequence[Seen]) -> str | None:
    """Return from when to when a chain reaches, as far as it has windows."""
    moments = [
        (
            local(one.moments[0], one.room.facility.time_zone),
            local(one.moments[1], one.room.facility.time_zone),
        )
        for one in links
        if one.moments is not None and one.room is not None
    ]
    if not moments:
        return None
    first, last = min(start for start, _end in moments), max(end for _start, end in moments)
    return f"{day(first.date())} – {day(last.date())}"
