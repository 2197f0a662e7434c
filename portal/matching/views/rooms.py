"""The data room of an introduction: the terms, the documents, and the log of who opened what."""

from typing import Any

import flask
from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import CombinedMultiDict

from portal.accounts import queries as accounts
from portal.core import clock
from portal.core.actors import Actor, Role
from portal.core.errors import NotFound
from portal.matching import queries, services
from portal.matching.forms import AcceptForm, DocumentForm
from portal.matching.models import Document, Opening
from portal.matching.rules.confidentiality import IN_FORCE
from portal.matching.rules.introductions import Side
from portal.matching.views import shown
from portal.matching.views.blueprint import bp
from portal.matching.views.boards import KINDS
from portal.projects import queries as projects
from portal.store import db, in_one_unit
from portal.web.actors import back, current_actor, for_roles
from portal.web.exports import export
from portal.web.files import download, received
from portal.web.filters import moment, number
from portal.web.forms import BaseForm
from portal.web.locale import language

BOTH = (Role.FOUNDER, Role.INVESTOR, Role.SUPPORT_PROVIDER)
PARTNERS = (Role.INVESTOR, Role.SUPPORT_PROVIDER)
KIBIBYTE = 1024


@bp.get("/introductions/<int:introduction_id>/documents")
@for_roles(*BOTH)
def documents(introduction_id: int) -> ResponseReturnValue:
    """Show the data room to the founder, or to the partner, who reads the terms before anything else."""
    return _page(introduction_id)


@bp.post("/introductions/<int:introduction_id>/terms")
@for_roles(*PARTNERS)
def accept(introduction_id: int) -> ResponseReturnValue:
    """Accept the confidentiality terms in the version that the page showed."""
    actor, at, form = current_actor(), clock.now(), AcceptForm(request.form)
    digest, said_in = form.digest.data or "", language()
    if form.validate() and form.attempt(
        lambda session: services.accept_terms(
            session, actor, introduction_id, language=said_in, digest=digest, at=at
        )
    ):
        flash(_("Accepted. The documents are open to you."), "done")
        return back("matching.documents", introduction_id=introduction_id)
    return _page(introduction_id, accept_form=form), 422


@bp.post("/introductions/<int:introduction_id>/documents")
@for_roles(Role.FOUNDER)
def add_document(introduction_id: int) -> ResponseReturnValue:
    """Show the partner a file."""
    actor, at = current_actor(), clock.now()
    form = DocumentForm(_sent())
    queries.data_room(db.session(), actor, introduction_id)
    kept = received(form, "file", at=at) if form.validate() and form.is_sound() else None
    if kept is not None and form.attempt(
        lambda session: (
            services.add_document(
                session, actor, introduction_id, kept, title=form.title.data or "", at=at
            ).id
        )
    ):
        flash(_("Added. The partner is told of it."), "done")
        return back("matching.documents", introduction_id=introduction_id)
    return _page(introduction_id, document_form=form), 422


@bp.post("/introductions/<int:introduction_id>/documents/<int:document_id>/remove")
@for_roles(Role.FOUNDER)
def remove_document(introduction_id: int, document_id: int) -> ResponseReturnValue:
    """Show a document to the partner no longer."""
    actor, at = current_actor(), clock.now()
    in_one_unit(lambda session: services.remove_document(session, actor, introduction_id, document_id, at=at))
    flash(_("Removed. Nobody can open it here any more; the log of who did stays."), "done")
    return back("matching.documents", introduction_id=introduction_id)


@bp.get("/introductions/<int:introduction_id>/documents/<int:document_id>")
@for_roles(*BOTH)
def open_document(introduction_id: int, document_id: int) -> ResponseReturnValue:
    """Hand out a document, once it stands in the log that the partner's people opened it, for as long as they may read it."""
    actor, at, session = current_actor(), clock.now(), db.session()
    room = queries.data_room(session, actor, introduction_id)
    file = queries.document_of(room, document_id).file
    answer = download(file, while_open=lambda: _is_open(actor, introduction_id, document_id))
    if request.method == "GET":
        in_one_unit(
            lambda session: services.open_document(session, actor, introduction_id, document_id, at=at).id
        )
    return answer


@bp.get("/introductions/<int:introduction_id>/documents/log.<any(csv, xlsx):kind>")
@for_roles(Role.FOUNDER)
def download_log(introduction_id: int, kind: str) -> ResponseReturnValue:
    """Return who opened which document when, the whole of it."""
    session = db.session()
    room = queries.data_room(session, current_actor(), introduction_id)
    if room.seen.side is not Side.FOUNDER:
        raise NotFound
    opened = queries.openings_of(session, room.seen.introduction)
    names = accounts.names_of(session, {one.user_id for one in opened})
    rows = [
        [one.at.isoformat(), names.get(one.user_id, ""), one.document.title, one.document.file.name]
        for one in opened
    ]
    return export(KINDS[kind], "openings", ("opened", "by", "document", "file"), rows)


def _is_open(actor: Actor, introduction_id: int, document_id: int) -> bool:
    """Say whether somebody may read a document at this moment; no transaction stays open while a slow reader reads."""
    session = db.session()
    session.rollback()
    try:
        queries.document_of(queries.data_room(session, actor, introduction_id), document_id)
    except NotFound:
        return False
    finally:
        session.rollback()
    return True


def _sent() -> CombinedMultiDict[str, Any]:
    return CombinedMultiDict([request.files, request.form])


def _page(
    introduction_id: int,
    *,
    accept_form: AcceptForm | None = None,
    document_form: DocumentForm | None = None,
) -> str:
    actor, at, session = current_actor(), clock.now(), db.session()
    room = queries.data_room(session, actor, introduction_id)
    it, is_founder = room.seen.introduction, room.seen.side is Side.FOUNDER
    groups = projects.visible_groups(session, actor, it.project, at)
    opened = queries.openings_of(session, it, most=queries.LATEST_OPENINGS) if is_founder else []
    people = {one.user_id for one in opened} | {one.user_id for one in room.acceptances}
    names = accounts.names_of(session, people) if is_founder else {}
    reads = is_founder or room.has_accepted
    digest = {"digest": IN_FORCE.digest(language())}
    tried: BaseForm | None = accept_form or document_form
    if accept_form is not None:
        accept_form.digest.data = digest["digest"]
    return render_template(
        "matching/documents.html",
        it=it,
        form=tried,
        title=shown.title_of(it.project, groups),
        is_founder=is_founder,
        is_open=room.is_open,
        has_accepted=room.has_accepted,
        reads=reads,
        terms=IN_FORCE.said(language()),
        terms_version=IN_FORCE.version,
        accept_form=accept_form or AcceptForm(data=digest),
        document_form=document_form or DocumentForm(),
        documents=[_document(one) for one in room.documents] if reads else [],
        document_count=len(room.documents),
        acceptances=[
            (names.get(one.user_id, ""), one.version, moment(one.accepted_at)) for one in room.acceptances
        ]
        if is_founder
        else [],
        log=[_opening(one, names) for one in opened],
        log_count=queries.count_openings(session, it) if is_founder else 0,
    )


def _document(one: Document) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "name": one.file.name,
        "size": _("%(size)s kB", size=number(max(1, round(one.file.size / KIBIBYTE)))),
        "added": moment(one.added_at),
        "url": flask.url_for(
            "matching.open_document", introduction_id=one.introduction_id, document_id=one.id
        ),
    }


def _opening(one: Opening, names: dict[int, str]) -> dict[str, Any]:
    return {
        "when": moment(one.at),
        "who": names.get(one.user_id, ""),
        "title": one.document.title,
        "is_removed": one.document.removed_at is not None,
    }
