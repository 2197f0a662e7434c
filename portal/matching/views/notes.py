"""What advisers note of a project, and that it was followed up."""

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.core import clock
from portal.core.actors import Role
from portal.matching import services
from portal.matching.forms import NoteForm
from portal.matching.views.blueprint import bp
from portal.matching.views.matches import matches_page
from portal.store import in_one_unit
from portal.web.actors import back, current_actor, for_roles


@bp.post("/projects/<int:project_id>/notes")
@for_roles(Role.ADVISER)
def write_note(project_id: int) -> ResponseReturnValue:
    """Note something for advisers, perhaps with a day on which its writer is reminded."""
    actor, at, form = current_actor(), clock.now(), NoteForm(request.form)
    if form.validate() and form.attempt(
        lambda session: (
            services.write_note(
                session,
                actor,
                project_id,
                words=form.words.data or "",
                follow_up_on=form.follow_up_on.data,
                at=at,
            ).id
        )
    ):
        flash(_("Noted, for advisers only."), "done")
        return back("matching.matches", project_id=project_id, _anchor="notes")
    return matches_page(project_id, None, note_form=form), 422


@bp.post("/matching/notes/<int:note_id>/done")
@for_roles(Role.ADVISER)
def end_note(note_id: int) -> ResponseReturnValue:
    """Say that a note was followed up."""
    actor, at = current_actor(), clock.now()
    project_id = in_one_unit(lambda session: services.end_note(session, actor, note_id, at=at).project_id)
    flash(_("Done."), "done")
    return back("matching.matches", project_id=project_id, _anchor="notes")
