"""Pages of long work, for whoever asked for it, and of the clock, for administrators."""

from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.accounts.queries import names_of
from portal.core import clock
from portal.core.actors import Role
from portal.core.errors import Reason, Refused
from portal.files import keeping
from portal.jobs import long_files, words
from portal.jobs.clock import LEASE
from portal.jobs.deliveries import failed_deliveries, try_delivery_again
from portal.jobs.health import oldest_untold, what_is_wrong
from portal.mail import queries as mail
from portal.mail import services as mail_services
from portal.store import db
from portal.web.actors import back, current_actor, for_roles, signed_in
from portal.web.exports import Kind, export, file_links
from portal.web.files import as_download
from portal.web.filters import moment
from portal.web.forms import BaseForm
from portal.web.locale import language
from portal.web.making import asked_for
from portal.web.paging import page_number, pages_of
from portal.web.sentences import sentence
from portal.work import queries, services
from portal.work.models import Job, JobState

bp = Blueprint("jobs", __name__)
PAGE, SHOWN = 30, 20


@bp.get("/work")
@signed_in
def index() -> ResponseReturnValue:
    """List the long work that the person asked for, newest first."""
    actor, session = current_actor(), db.session()
    number = queries.own_job_count(session, actor)
    page = page_number(number, PAGE)
    jobs = queries.own_jobs(session, actor, limit=PAGE, offset=(page - 1) * PAGE)
    return render_template(
        "jobs/index.html",
        jobs=[_line(job) for job in jobs],
        number=number,
        page=page,
        pages=pages_of(number, PAGE),
        exports=file_links("jobs.index_file"),
    )


@bp.get("/work.<any(csv, xlsx):kind>")
@signed_in
def index_file(kind: Kind) -> ResponseReturnValue:
    """Hand out the list that the same address without its ending shows, all pages of it."""
    actor, session = current_actor(), db.session()
    jobs = queries.own_jobs(session, actor, limit=queries.own_job_count(session, actor))
    columns = [_("What"), _("State"), _("How far"), _("Asked for"), _("Ended")]
    rows = [
        [
            str(line["title"]),
            str(line["badge"][1]),
            line["progress"]["words"] if line["progress"]["total"] else "",
            moment(line["asked_at"]),
            moment(line["ended_at"]) if line["ended_at"] else "",
        ]
        for line in map(_line, jobs)
    ]
    return export(kind, "long-work", columns, rows)


@bp.post("/long-files")
@signed_in
def make_file() -> ResponseReturnValue:
    """Have a long file made that a list has offered."""
    actor, at, form = current_actor(), clock.now(), BaseForm(request.form)
    asked = asked_for(request.form.get("token", ""))
    if not form.validate() or asked is None:
        flash(sentence(Reason("job_file_not_offered")), "refused")
        return back("jobs.index")
    if not form.attempt(
        lambda session: long_files.ask_for_file(session, actor, asked, language=language(), at=at).id
    ):
        for words_of_refusal in form.refusals:
            flash(words_of_refusal, "refused")
        return back("jobs.index")
    return back("jobs.show", job_id=form.result)


@bp.get("/long-files/<int:job_id>")
@signed_in
def file(job_id: int) -> ResponseReturnValue:
    """Hand out a long file to whoever asked for it."""
    try:
        made = long_files.file_of(db.session(), current_actor(), job_id, at=clock.now())
        content = keeping.content_under(made["sha256"], name=made["name"])
    except Refused as refused:
        for reason in refused.reasons:
            flash(sentence(reason), "refused")
        return back("jobs.show", job_id=job_id)
    return as_download(content, made["name"], made["mimetype"])


@bp.get("/work/<int:job_id>")
@signed_in
def show(job_id: int) -> ResponseReturnValue:
    """Show how far long work has come, or what became of it."""
    actor, at = current_actor(), clock.now()
    job = queries.job_shown(db.session(), actor, job_id)
    page = render_template(
        "jobs/show.html",
        job=job,
        title=words.title(job),
        badge=words.badge(job),
        progress=words.progress(job, at=at),
        outcome=words.outcome(job),
        is_own=job.owner_id == actor.user_id,
        reasons=words.reasons(job),
        nobody_works=job.is_open and not queries.any_process_lives(db.session(), at=at),
        can_try_again=job.state is JobState.FAILED and job.arguments is not None,
    )
    # The page asks for its progress again and again; once that is over, all of it is another.
    return page, {"HX-Refresh": "true"} if "HX-Request" in request.headers and not job.is_open else {}


@bp.post("/work/<int:job_id>/cancel")
@signed_in
def cancel(job_id: int) -> ResponseReturnValue:
    """Cancel long work."""
    actor, at, form = current_actor(), clock.now(), BaseForm(request.form)
    if form.validate() and form.attempt(lambda session: services.cancel(session, actor, job_id, at=at).state):
        if form.result is JobState.CANCELLED:
            flash(_("Cancelled. Nothing was done."), "done")
        elif form.result is JobState.RUNNING:
            flash(_("It stops before its next step. What is stored already stays."), "info")
    return back("jobs.show", job_id=job_id)


@bp.post("/work/<int:job_id>/again")
@signed_in
def again(job_id: int) -> ResponseReturnValue:
    """Let failed work go on from where it broke."""
    actor, at, form = current_actor(), clock.now(), BaseForm(request.form)
    if form.validate() and not form.attempt(
        lambda session: services.ask_again(session, actor, job_id, at=at).id
    ):
        for words_of_refusal in form.refusals:
            flash(words_of_refusal, "refused")
    return back("jobs.show", job_id=job_id)


@bp.get("/healthz/jobs")
def healthy() -> ResponseReturnValue:
    """Say whether a process keeps the clock and gets its duties done; 503 and what is wrong if not."""
    wrong = what_is_wrong(db.session(), at=clock.now())
    lines = [sentence(reason) for reason in wrong] or ["ok"]
    return Response("\n".join(lines) + "\n", mimetype="text/plain"), 503 if wrong else 200


@bp.get("/admin/clock")
@for_roles(Role.ADMINISTRATOR)
def overview() -> ResponseReturnValue:
    """Show what ran, what failed and what waits."""
    session, at = db.session(), clock.now()
    lease = queries.lease_named(session, LEASE)
    jobs = [*queries.open_jobs(session, limit=SHOWN), *queries.ended_jobs(session, limit=SHOWN)]
    names = names_of(session, [job.owner_id for job in jobs])
    return render_template(
        "jobs/overview.html",
        wrong=[sentence(reason) for reason in what_is_wrong(session, at=at)],
        leader=lease.holder if lease is not None and lease.ends_at > at else None,
        lease=lease,
        processes=queries.processes(session),
        duties=[_duty(run) for run in queries.duty_runs(session)],
        jobs=[{**_line(job), "owner": names.get(job.owner_id), "error": job.last_error} for job in jobs],
        counts=queries.counts_of_jobs(session),
        oldest=oldest_untold(session, at=at),
        deliveries=failed_deliveries(session, limit=SHOWN),
        waiting=mail.waiting_mail(session, limit=SHOWN),
        waiting_count=mail.waiting_count(session),
        given_up=mail.given_up_mail(session, limit=SHOWN),
        given_up_count=mail.given_up_count(session),
        at=at,
    )


@bp.post("/admin/clock/mail/now")
@for_roles(Role.ADMINISTRATOR)
def send_now() -> ResponseReturnValue:
    """Let all mail that waits be tried at once."""
    at, form = clock.now(), BaseForm(request.form)
    if form.validate() and form.attempt(lambda session: mail_services.hurry(session, at=at)):
        flash(ngettext("%(num)s mail is tried now.", "%(num)s mails are tried now.", form.result), "done")
    return back("jobs.overview", _anchor="mail")


@bp.post("/admin/clock/mail/<int:mail_id>/again")
@for_roles(Role.ADMINISTRATOR)
def send_again(mail_id: int) -> ResponseReturnValue:
    """Try a mail again that was given up."""
    at, form = clock.now(), BaseForm(request.form)
    _flash(
        form, lambda session: mail_services.try_again(session, mail_id, at=at), _("It is tried again now.")
    )
    return back("jobs.overview", _anchor="mail")


@bp.post("/admin/clock/deliveries/<int:delivery_id>/again")
@for_roles(Role.ADMINISTRATOR)
def deliver_again(delivery_id: int) -> ResponseReturnValue:
    """Try again to tell of something that failed too often."""
    form = BaseForm(request.form)
    _flash(form, lambda session: try_delivery_again(session, delivery_id), _("It is tried again now."))
    return back("jobs.overview", _anchor="deliveries")


def _flash(form: BaseForm, work: Any, done: str) -> None:
    if form.validate() and form.attempt(work):
        flash(done, "done")
    for words_of_refusal in form.refusals:
        flash(words_of_refusal, "refused")


def _line(job: Job) -> dict[str, Any]:
    return {
        "url": url_for("jobs.show", job_id=job.id),
        "title": words.title(job),
        "badge": words.badge(job),
        "progress": words.progress(job, at=clock.now()),
        "asked_at": job.asked_at,
        "ended_at": job.ended_at,
        "is_open": job.is_open,
    }


def _duty(run: Any) -> dict[str, Any]:
    return {
        "name": words.duty(run.name),
        "started_at": run.started_at,
        "next_at": run.next_at,
        "took": words.took(run.took_ms),
        "runs": run.runs,
        "failures": run.failures,
        "failed_at": run.failed_at,
        "failed_last": run.failed_at == run.started_at,
        "error": run.last_error,
    }
