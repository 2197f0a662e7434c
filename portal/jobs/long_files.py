"""Long files as long work: the file's address is opened anew in its owner's name, and what it answers is kept for an hour."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Response, current_app, g, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from portal.accounts.models import User
from portal.core import clock
from portal.core.actors import Actor
from portal.core.errors import NotFound, Reason, Refused
from portal.files import keeping
from portal.store import db, of_one_moment
from portal.web.filters import moment
from portal.web.making import Asked, make_with
from portal.work import queries, services
from portal.work.kinds import Kind, Outcome
from portal.work.models import Job
from portal.work.task import Task

LONG_FILE = "jobs.long_file"
KEPT = timedelta(hours=1)
"""So long a file can be fetched; the sweeper of unused contents removes its bytes within a day after that."""
AT_A_TIME = 3


def ask_for_file(session: Session, actor: Actor, asked: Asked, *, language: str, at: datetime) -> Job:
    """Ask for a long file; the same one that is still being made is found again.

    Raises `Refused` for somebody who waits for several already.
    """
    arguments = {"address": asked.address, "name": asked.name, "language": language}
    key = keeping.digest_of(f"{asked.address} {language} {actor.organisation_id}".encode())
    waiting = queries.open_jobs_of(session, actor, LONG_FILE)
    if len(waiting) >= AT_A_TIME and not any(job.arguments == arguments for job in waiting):
        raise Refused([Reason("job_files_wait", {"most": AT_A_TIME})])
    return services.ask(session, LONG_FILE, actor, arguments, total=asked.rows, key=key, at=at)


def make_file(task: Task) -> dict[str, Any]:
    """Make a file with what its owner may read now, all of it as it stands at one moment, and keep it for an hour."""
    name = str(task.arguments["name"])
    content, mimetype, standing = _opened(task)
    return {
        "job_id": task.job_id,
        "name": name,
        "mimetype": mimetype,
        "sha256": keeping.keep_for_a_day(name, content, at=task.at),
        "size": len(content),
        "again": task.arguments["address"],
        "until": (task.at + KEPT).isoformat(),
        "standing": standing,
    }


def file_of(session: Session, actor: Actor, job_id: int, *, at: datetime) -> Mapping[str, Any]:
    """Return what was made for the actor.

    Raises `NotFound` for anybody else, an administrator too, and `Refused` once its time is over, or once its owner has lost
    a role or duty with which it was made.
    """
    job = queries.job_shown(session, actor, job_id)
    if job.owner_id != actor.user_id or job.kind != LONG_FILE or job.outcome is None:
        raise NotFound
    is_theirs = actor.organisation_id == job.organisation_id and set(job.outcome["standing"]) <= set(
        _standing(actor)
    )
    if at >= datetime.fromisoformat(job.outcome["until"]) or not is_theirs:
        raise Refused([Reason("job_file_gone", {"name": job.outcome["name"]})])
    return job.outcome


def _opened(task: Task) -> tuple[bytes, str, list[str]]:
    """Return what the address answers to the job's owner, its type, and what they are; raises `NotFound` where it is no file."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  (it lives on in contexts of its own)

    def tell(done: int) -> None:
        with app.app_context():
            task.tell(done=done)

    with app.app_context(), app.test_request_context(task.arguments["address"]):
        session = db.session()
        of_one_moment(session)
        actor = task.actor(session)
        g.actor = actor
        g._login_user = session.get_one(User, actor.user_id)  # noqa: SLF001  (whom Flask-Login takes for signed in)
        make_with(tell)
        with force_locale(task.arguments["language"]):
            answer = _answer()
        if not isinstance(answer, Response) or "Content-Disposition" not in answer.headers:
            raise NotFound
        return answer.get_data(), answer.mimetype or "", _standing(actor)


def _answer() -> object:
    if request.routing_exception is not None or request.endpoint is None:
        raise NotFound
    try:
        return current_app.view_functions[request.endpoint](**(request.view_args or {}))
    except HTTPException as error:
        raise NotFound from error


def _standing(actor: Actor) -> list[str]:
    return sorted([*actor.roles, *(f"{duty.role} {duty.facility_id}" for duty in actor.duties)])


def _made(outcome: Mapping[str, Any]) -> Outcome:
    until = datetime.fromisoformat(outcome["until"])
    if clock.now() >= until:
        return Outcome(
            sentence=_(
                "%(name)s was kept for an hour, and is removed. Ask for it again.", name=outcome["name"]
            ),
            url=outcome["again"],
            label=_("Ask for it again"),
        )
    return Outcome(
        sentence=_(
            "%(name)s is made. You can fetch it until %(until)s; nobody else can.",
            name=outcome["name"],
            until=moment(until),
        ),
        url=url_for("jobs.file", job_id=outcome["job_id"]),
        label=_("Fetch the file"),
    )


WORK: Mapping[str, Kind] = {
    LONG_FILE: Kind(work=make_file, title=lambda: _("File of a long list"), outcome=_made)
}
"""The long work that belongs to lists of every room."""
