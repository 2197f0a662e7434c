"""What is said of jobs, of the clock's duties, and of whether all is well."""

from datetime import datetime, timedelta
from typing import Any

from babel.dates import format_timedelta
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from portal.core.errors import Reason
from portal.jobs.handlers import WORK
from portal.web.sentences import sentence
from portal.work.kinds import Outcome, title_of
from portal.work.models import Job, JobState
from portal.work.reasons import reason_of
from portal.work.rules import time_left


def title(job: Job) -> str:
    """Return what a job is called."""
    return title_of(job.kind)


def badge(job: Job) -> tuple[str, str]:
    """Return the mark and the words of a job's state."""
    if job.state is JobState.RUNNING and job.cancel_asked_at is not None:
        return "wait", _("Being cancelled")
    return {
        JobState.WAITING: ("wait", _("Waits")),
        JobState.RUNNING: ("use", _("Under way")),
        JobState.DONE: ("done", _("Done")),
        JobState.FAILED: ("no", _("Failed")),
        JobState.CANCELLED: ("asked", _("Was cancelled")),
    }[job.state]


def progress(job: Job, *, at: datetime) -> dict[str, Any]:
    """Return how far a job has come; `value` is none where nobody can say, and the bar only shows that it goes on."""
    known = bool(job.total) and not (job.kind in WORK and WORK[job.kind].is_whole)
    left = time_left(done=job.done, total=job.total, started_at=job.started_at, at=at) if known else None
    words = ""
    if known and job.total is not None:
        words = _("%(done)s of %(total)s", done=job.done, total=job.total)
    elif job.state is JobState.RUNNING:
        words = _("All of it or nothing: it is stored in one go, so there is no way to say how far it is.")
    return {
        "value": job.done if known else None,
        "total": job.total if known else None,
        "words": words,
        "left": None if left is None else _("about %(time)s left", time=lasting(left)),
    }


def outcome(job: Job) -> Outcome | None:
    """Return what became of a job that was done, or None."""
    if job.state is not JobState.DONE or job.outcome is None or job.kind not in WORK:
        return None
    return WORK[job.kind].outcome(job.outcome)


def reasons(job: Job) -> list[str]:
    """Return why a job failed, in sentences."""
    return [sentence(reason_of(one)) for one in job.reasons or ()]


def lasting(length: timedelta) -> str:
    """Return a length of time in words."""
    return str(format_timedelta(length, locale=get_locale(), threshold=1.2))


def took(milliseconds: int) -> str:
    """Return how long something took, exactly where it was short."""
    if milliseconds < 1000:
        return _("%(number)s ms", number=milliseconds)
    return _("%(number)s s", number=f"{milliseconds / 1000:.1f}")


def duty(name: str) -> str:
    """Return what a duty of the clock is called."""
    known = {
        "deliver": _("Tell people what happened"),
        "mail": _("Send mail"),
        "seal": _("Seal the ledger"),
        "release": _("End holds whose time has passed"),
        "waiting_lists": _("Offer free time to waiting lists"),
        "introductions": _("Remind of teasers, and end those that nobody answers"),
        "roadmaps": _("Compute roadmaps anew"),
        "unused_files": _("Remove files that nothing points to"),
        "figures": _("Count over all roadmaps"),
        "referrals": _("Let referrals expire that nobody answers"),
        "remind": _("Call to mind what waits and ends"),
        "digests": _("Write the daily digests"),
        "old_mail": _("Forget old mail"),
        "old_jobs": _("Forget old long work"),
        "old_sign_ins": _("Forget old sign-ins"),
    }
    return known.get(name, name)


def trouble(reasons: list[Reason]) -> list[str]:
    """Return what is not well, in sentences."""
    return [sentence(reason) for reason in reasons]


SENTENCES = {
    "job_not_failed": lambda _values: _(
        "This work has not failed, or what it was given is forgotten after a week. Begin it anew where you asked for it."
    ),
    "job_open_again": lambda _values: _("The same work was asked for again and is under way. Wait for it."),
    "job_left_behind": lambda values: ngettext(
        "The process that did it ended in the middle %(num)s time. What was stored until then stays. Try again, or tell the administrators.",
        "The process that did it ended in the middle %(num)s times. What was stored until then stays. Try again, or tell the administrators.",
        values["times"],
    ),
    "job_broke": lambda values: ngettext(
        "It broke %(num)s time, and that is a fault of the portal. What was stored until then stays. Tell the administrators.",
        "It broke %(num)s times, and that is a fault of the portal. What was stored until then stays. Tell the administrators.",
        values["times"],
    ),
    "job_overtaken": lambda _values: _(
        "Somebody has changed this since you looked at it. Look at it again, and ask anew."
    ),
    "job_not_yours_any_more": lambda _values: _(
        "It could not go on in your name: what it is about is gone, or your role there has ended."
    ),
    "job_files_wait": lambda values: ngettext(
        "%(num)s long file is being made for you already. Wait for it, or cancel it under “Long work”.",
        "%(num)s long files are being made for you already. Wait for one of them, or cancel one under “Long work”.",
        values["most"],
    ),
    "job_file_gone": lambda values: _(
        "%(name)s is not handed out any more: an hour has passed, or you act for another organisation or without a role that you had when it was made. Ask for it again from its list.",
        name=values["name"],
    ),
    "job_file_not_offered": lambda _values: _(
        "This page is too old, or was opened by somebody else. Open the list again and choose its file there."
    ),
    "mail_not_given_up": lambda _values: _(
        "This mail was sent, waits for its next try, or was given up so long ago that its text is forgotten."
    ),
    "clock_never_held": lambda _values: _(
        "No process keeps the clock. Start one with “portal jobs”: without it no hold ends by itself, no reminder or digest goes out, and long work waits."
    ),
    "clock_stands_still": lambda values: _(
        "The process that kept the clock has not been heard of since %(since)s. Start one with “portal jobs”.",
        since=values["since"],
    ),
    "duty_overdue": lambda values: _(
        "“%(duty)s” has not run since %(since)s.", duty=duty(values["duty"]), since=values["since"]
    ),
    "deliveries_wait": lambda values: _(
        "What happened has waited since %(since)s to be told.", since=values["since"]
    ),
}
