"""What the reasons of this room say to a reader."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.web.filters import day, moment, window
from portal.web.locale import local
from portal.web.sentences import Sentence, sentence

Values = Mapping[str, Any]


def _when(values: Values) -> str:
    here = local(values["earliest"], values["zone"])
    return (
        day(here.date()) if (here.hour, here.minute) == (0, 0) else moment(values["earliest"], values["zone"])
    )


def _there(values: Values) -> dict[str, str]:
    """Return the window that a link could have, as a sentence names it."""
    return {
        "window": window(values["start"], values["end"], values["zone"]),
        "room": f"{values['room']}, {values['facility']}",
    }


LACKING: Mapping[str, Callable[[], str]] = {
    "started_at": lambda: _("Say when the run started."),
    "ended_at": lambda: _("Say when the run ended."),
    "operators": lambda: _("Name the operators."),
    "batch_reference": lambda: _("Give the batch reference."),
    "outcome": lambda: _("Say what became of the run."),
    "deviations": lambda: _("Give the number of deviations; 0 where there was none."),
    "failure": lambda: _("Say why the run failed."),
}

SENTENCES: dict[str, Sentence] = {
    "run_operators_not_trained": lambda v: ngettext(
        "The room asks for %(num)s trained person, and of those named %(found)s was trained for it on %(day)s. Not trained, or written otherwise than in the portal: %(names)s. Name who was, or let the facility record the training first.",
        "The room asks for %(num)s trained people, and of those named %(found)s were trained for it on %(day)s. Not trained, or written otherwise than in the portal: %(names)s. Name who was, or let the facility record the training first.",
        v["needed"],
        found=v["found"],
        day=day(v["day"]),
        names=", ".join(v["names"]) or "–",
    ),
    "campaign_same_name": lambda v: _(
        "The project has a campaign “%(name)s” already. Choose another name.", name=v["name"]
    ),
    "link_same_title": lambda v: _(
        "A link “%(title)s” stands in this chain already. Choose another title.", title=v["title"]
    ),
    "too_many_links": lambda v: _(
        "A chain has at most %(most)s links. Begin another campaign for the rest.", most=v["most"]
    ),
    "link_follows_later_one": lambda _v: _(
        "A link can only follow an earlier one. Choose one that stands before it."
    ),
    "link_not_removable": lambda v: _(
        "“%(title)s” is asked for or booked. Withdraw or cancel it first; then it can be taken out of the chain.",
        title=v["title"],
    ),
    "link_stands_in_the_way": lambda v: _(
        "“%(title)s” stands in the way: %(why)s", title=v["title"], why=sentence(v["reason"])
    ),
    "link_before": lambda v: _(
        "it starts before the link before it has ended; it can start on %(day)s at the earliest.",
        day=_when(v),
    ),
    "link_after": lambda v: _(
        "it starts too soon after the link that it follows; it can start on %(day)s at the earliest.",
        day=_when(v),
    ),
    "link_spacing": lambda v: _(
        "it starts too soon after the start of the run before; it can start on %(day)s at the earliest.",
        day=_when(v),
    ),
    "windows_unreadable": lambda _v: _(
        "No windows came with the form. Look at those that are proposed now, and take them."
    ),
    "nothing_to_request": lambda _v: _(
        "No link of this chain is still planned. Add a link, or look at where those that were sent stand."
    ),
    "nothing_to_release": lambda _v: _(
        "Nothing of this chain can be given back: everything has begun or is over."
    ),
    "nothing_asked_here": lambda _v: _(
        "Nothing of this chain waits for your facility’s answer any more. This is where it stands."
    ),
    "chain_lost_elsewhere": lambda _v: _(
        "Another part of this chain was given back or refused, so it can’t be approved as one. The requester has to mend "
        "the chain first, or you decide on each request in the inbox."
    ),
    "rest_needs_a_date": lambda _v: _(
        "Another part of this chain is still open, so yours is held until the rest is approved. Say until when, at the "
        "earliest today."
    ),
    "link_fits_nowhere": lambda _v: _(
        "No cleanroom that takes requests fits it. Its request says which come closest, and why they don’t fit."
    ),
    "binds_latest_end": lambda v: _("Its latest end. Without it: %(window)s in %(room)s.", **_there(v)),
    "binds_lag": lambda v: _(
        "The days that it keeps from the links before it. Without them: %(window)s in %(room)s.", **_there(v)
    ),
    "binds_before": lambda v: _(
        "The links before it. If they were not there: %(window)s in %(room)s.", **_there(v)
    ),
    "binds_next": lambda v: _(
        "The links after it, which have their rooms. If they moved: %(window)s in %(room)s.", **_there(v)
    ),
    "binds_rooms": lambda v: _(
        "Bookings of others. If the rooms were free: %(window)s in %(room)s.", **_there(v)
    ),
    "link_bound_by_several": lambda _v: _(
        "Several of its limits together: loosening one alone is not enough. Widen its days first."
    ),
    "run_begins_later": lambda _v: _(
        "A run is recorded when it has begun. This moment lies ahead; check it."
    ),
    "run_ends_later": lambda _v: _("A run is recorded when it has ended. This moment lies ahead; check it."),
    "run_ends_before_start": lambda _v: _("A run ends after it has started. Check both moments."),
    "success_has_no_failure": lambda _v: _(
        "A success has no reason for a failure. Choose the outcome that holds, or leave the reason out."
    ),
    "yield_needs_unit": lambda _v: _("Give the unit of the yield, for instance “viable cells”."),
    "run_lacks": lambda v: LACKING[v["what"]](),
    "run_not_begun": lambda v: _(
        "The booking begins on %(start)s. Its run can be recorded from then on, while the booking stands.",
        start=moment(v["start"], v["zone"]),
    ),
    "run_closed_already": lambda _v: _("This record is closed. It can be corrected, with a reason."),
    "run_not_over": lambda _v: _(
        "The booking is not over yet. The record is closed once it is completed, or its time has passed."
    ),
    "run_not_closed": lambda _v: _("The record is not closed yet. QA closes it first."),
    "run_certified_already": lambda _v: _("This batch is certified already."),
    "cannot_close_own_record": lambda _v: _(
        "You wrote in this record yourself, and nobody closes what they recorded. A colleague has to."
    ),
    "cannot_certify_own_record": lambda _v: _(
        "You wrote in this record yourself, and nobody certifies what they recorded. Another qualified person has to."
    ),
    "only_clinical_is_certified": lambda _v: _(
        "Only a clinical batch is certified. This was another kind of run."
    ),
    "failed_run_not_certified": lambda _v: _("A batch is certified only after a run that succeeded."),
    "correction_needs_words": lambda _v: _(
        "Say why the record is corrected. It is kept with the old values."
    ),
    "nothing_to_correct": lambda _v: _("Nothing differs from what the record says already."),
}
