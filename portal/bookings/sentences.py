"""What bookings say to a reader: which rule, which value, and what to do next."""

from collections.abc import Mapping
from typing import Any

from flask_babel import get_locale, gettext, ngettext

from portal.core.errors import Reason
from portal.facilities.rules.validity import LONG_AGO
from portal.facilities.words import licence_kind
from portal.gates import words as gate_words
from portal.gates.rules import Gate
from portal.reference import vocabulary
from portal.segregation import words as segregation_words
from portal.web.filters import day, moment, money, number, window
from portal.web.locale import local
from portal.web.sentences import Sentence

Values = Mapping[str, Any]


def word(list_name: str, word_id: Any) -> str:
    """Return how the shared words call something, in the reader's language."""
    return vocabulary.label(list_name, str(word_id), str(get_locale()))


def grade_name(grade: Any) -> str:
    """Return a grade in words."""
    if grade is None:
        return gettext("of unknown grade")
    if str(grade) == "CNC":
        return gettext("controlled, not classified")
    if str(grade) == "A_in_B":
        return gettext("grade A in B")
    return gettext("grade %(grade)s", grade=str(grade))


def state_name(state: Any) -> str:
    """Return the state of a slot request or booking in words."""
    return {
        "draft": gettext("draft"),
        "submitted": gettext("submitted"),
        "needs_info": gettext("waiting for an answer"),
        "offered": gettext("offered"),
        "approved": gettext("approved"),
        "waitlisted": gettext("on the waiting list"),
        "rejected": gettext("rejected"),
        "withdrawn": gettext("withdrawn"),
        "expired": gettext("expired"),
        "held": gettext("held"),
        "confirmed": gettext("confirmed"),
        "in_use": gettext("in use"),
        "completed": gettext("completed"),
        "cancelled": gettext("cancelled"),
        "no_show": gettext("nobody came"),
    }[str(state)]


def unit_count(count: int, unit: Any) -> str:
    """Return a number of booking units in words."""
    if str(unit) == "hour":
        return ngettext("%(num)s hour", "%(num)s hours", count)
    if str(unit) == "half_day":
        return ngettext("%(num)s half day", "%(num)s half days", count)
    return ngettext("%(num)s day", "%(num)s days", count)


def _span(values: Values) -> str:
    return window(values["start"], values["end"], values["zone"])


def _when(values: Values, name: str) -> str:
    here = local(values[name], values["zone"])
    if (here.hour, here.minute) == (0, 0):
        return day(here.date())
    return moment(values[name], values["zone"])


def _training_ends(values: Values) -> str:
    needed = int(str(values["what"]))
    names = {"facility": values["facility"], "room": values["room"]}
    if values["latest"].year <= LONG_AGO.year:
        return ngettext(
            "%(facility)s asks for %(num)s person trained for %(room)s, and there is none. Ask the facility when there is.",
            "%(facility)s asks for %(num)s people trained for %(room)s, and there are fewer. Ask the facility when there are.",
            needed,
            **names,
        )
    return ngettext(
        "%(facility)s asks for %(num)s person trained for %(room)s, and from %(latest)s on there is none. Finish before, or ask "
        "the facility when the training is renewed.",
        "%(facility)s asks for %(num)s people trained for %(room)s, and from %(latest)s on there are fewer. Finish before, or "
        "ask the facility when their training is renewed.",
        needed,
        latest=_when(values, "latest"),
        **names,
    )


def _on_other_runs(values: Values) -> str:
    most, name = int(values["most"]), values["name"]
    if values["place"] is None:
        return ngettext(
            "%(name)s is named on a run at another facility then, and one person carries %(num)s run at once. Name somebody else.",
            "%(name)s is named on runs elsewhere then, and one person carries %(num)s runs at once. Name somebody else.",
            most,
            name=name,
        )
    return ngettext(
        "%(name)s is named on the run in %(place)s, %(window)s, and one person carries %(num)s run at once. Name somebody else, or "
        "let the facility’s terms allow more.",
        "%(name)s is named on other runs then, the first in %(place)s, %(window)s, and one person carries %(num)s runs at once. Name "
        "somebody else, or let the facility’s terms allow more.",
        most,
        name=name,
        place=values["place"],
        window=_span(values),
    )


def _wrong_kind(values: Values) -> str:
    names = {"pre_gmp": gettext("pre-GMP"), "gmp": gettext("GMP")}
    return gettext(
        "%(room)s is a %(offered)s room; this request needs %(needed)s.",
        room=values["room"],
        offered=names[str(values["offered"])],
        needed=names[str(values["needed"])],
    )


def _grade_too_low(values: Values) -> str:
    told = gettext(
        "%(room)s is %(offered)s; this request needs %(needed)s or cleaner.",
        room=values["room"],
        offered=grade_name(values["offered"]),
        needed=grade_name(values["needed"]),
    )
    if "fact" not in values:
        return told
    return f"{told} {segregation_words.background_cited(str(values['fact']), str(values['process']))}"


def _equipment_missing(values: Values) -> str:
    missing = ", ".join(word("equipment", one) for one in values["missing"])
    return gettext(
        "%(room)s lacks: %(missing)s. If your process can do without, change what is needed.",
        room=values["room"],
        missing=missing,
    )


def _vector(rank: Any) -> str:
    ranked = {entry.rank: entry.id for entry in vocabulary.words("vector_level")}
    return {
        "none": gettext("no viral vector"),
        "aav": gettext("AAV"),
        "lentiviral_retroviral": gettext("lentiviral or retroviral vector"),
        "replication_competent": gettext("replication-competent virus"),
    }[ranked[int(rank or 0)]]


def _vector_not_permitted(values: Values) -> str:
    return gettext(
        "%(room)s is permitted up to %(offered)s; this request is for %(needed)s.",
        room=values["room"],
        offered=_vector(values["offered"]),
        needed=_vector(values["needed"]),
    )


def _gmo_class_not_permitted(values: Values) -> str:
    if values["offered"] is None:
        return gettext(
            "For which GMO class %(room)s is permitted is not published; this request is class %(needed)s. Ask the facility.",
            room=values["room"],
            needed=values["needed"],
        )
    return gettext(
        "%(room)s is permitted up to GMO class %(offered)s; this request is class %(needed)s.",
        room=values["room"],
        offered=values["offered"],
        needed=values["needed"],
    )


def _slot_taken(values: Values) -> str:
    return gettext(
        "%(room)s is taken %(window)s. Choose one of the free windows.",
        room=values["room"],
        window=_span(values),
    )


def _room_closed(values: Values) -> str:
    return gettext(
        "%(room)s is closed %(window)s. Choose a window outside.", room=values["room"], window=_span(values)
    )


def _changeover_before(values: Values) -> str:
    return gettext(
        "%(room)s needs %(days)s of changeover after what runs before; it is free from %(earliest)s.",
        room=values["room"],
        days=unit_count(values["days"], "day"),
        earliest=_when(values, "earliest"),
    )


def _changeover_after(values: Values) -> str:
    return gettext(
        "%(room)s needs %(days)s of changeover before what runs next; end by %(latest)s.",
        room=values["room"],
        days=unit_count(values["days"], "day"),
        latest=_when(values, "latest"),
    )


def _shorter(values: Values) -> str:
    if values.get("end") is None:
        return gettext(
            "The work does not fit into the open days of %(room)s that are known.", room=values["room"]
        )
    return gettext(
        "The window is shorter than the work: it takes %(room)s until %(end)s. Choose a later end or shorter work.",
        room=values["room"],
        end=_when(values, "end"),
    )


def _fee_has_changed(values: Values) -> str:
    return gettext(
        "Cancelling costs %(fee)s by now. Read it again, and confirm.",
        fee=money(values["fee"], values["currency"]),
    )


def _estimate_has_changed(values: Values) -> str:
    if values["amount"] is None:
        return gettext(
            "No price is published for this window any more. Look again, and send it if that will do."
        )
    return gettext(
        "The estimate is %(amount)s by now, without VAT. Look again, and send it if that will do.",
        amount=money(values["amount"], values["currency"]),
    )


def _loosened(values: Values) -> str:
    least = {
        "grade": lambda: grade_name(values["least"]),
        "bsl": lambda: gettext("biosafety level %(level)s", level=values["least"]),
        "vector_level": lambda: (
            word("vector_level", values["least"])
            if values["least"] == "none"
            else _vector(vocabulary.word("vector_level", str(values["least"])).rank)
        ),
        "gmo_class": lambda: gettext("GMO class %(level)s", level=values["least"]),
    }[values["what"]]()
    return gettext(
        "The project's facts ask for at least %(least)s here. A request can ask for more, not for less; "
        "if the facts are wrong, change the project.",
        least=least,
    )


def _words_needed(values: Values) -> str:
    return {
        "reject": gettext("Say why: the requester reads it and can act on it."),
        "ask": gettext("Write the question."),
        "answer": gettext("Write the answer."),
        "cancel": gettext("Say why: the other side reads it."),
        "move": gettext("Say why the booking should move: the other side reads it."),
    }[values["step"]]


def _not_in_this_state(values: Values) -> str:
    return gettext(
        "This is %(state)s by now, so this can't be done any more. The page below shows the present state.",
        state=state_name(values["state"]),
    )


def _must_not_run_beside(values: Values) -> str:
    return gettext(
        "%(beside)s shares %(shared)s with %(room)s and has work %(window)s that must not go on at the same time: "
        "rule %(rule)s.",
        beside=values["beside"],
        shared=segregation_words.shared(values["shares"]),
        room=values["room"],
        window=_span(values),
        rule=segregation_words.rule_cited(values["rule"]),
    ) + _unknown(values)


def _needs_dedicated_room(values: Values) -> str:
    return gettext(
        "This window would lie right beside other work in %(room)s (%(window)s), and the two do not take turns in one "
        "room: rule %(rule)s.",
        room=values["room"],
        window=_span(values),
        rule=segregation_words.rule_cited(values["rule"]),
    ) + _unknown(values)


def _segregation_warns(values: Values) -> str:
    if "beside" in values:
        said = gettext(
            "%(beside)s shares %(shared)s with %(room)s and has work %(window)s. A rule that the facility’s QA has not "
            "adopted speaks against it: %(rule)s.",
            beside=values["beside"],
            shared=segregation_words.shared(values["shares"]),
            room=values["room"],
            window=_span(values),
            rule=segregation_words.rule_cited(values["rule"]),
        )
    else:
        said = gettext(
            "Other work lies right beside this window in %(room)s (%(window)s). A rule that the facility’s QA has not "
            "adopted speaks against it: %(rule)s.",
            room=values["room"],
            window=_span(values),
            rule=segregation_words.rule_cited(values["rule"]),
        )
    return said + _unknown(values)


def _own_class_not_stated(values: Values) -> str:
    return gettext(
        "What runs here is not stated. As long as it is not, the worst counts, and this rule speaks against it beside "
        "%(beside)s, which has work %(window)s: %(rule)s. Say what runs in the room, or acknowledge it.",
        beside=values["beside"],
        window=_span(values),
        rule=segregation_words.rule_cited(values["rule"]),
    )


def _unknown(values: Values) -> str:
    if not values.get("unknown"):
        return ""
    return " " + gettext(
        "It counts here because this is not stated: %(facts)s. State it among the facts of the project.",
        facts=segregation_words.listed(values["unknown"]),
    )


def _not_acknowledged(values: Values) -> str:
    names = [segregation_words.rule_name(rule) for rule in values["rules"]]
    return gettext(
        "Rules of segregation warn of this window: %(rules)s. Read them and tick the box, or have QA set them aside.",
        rules=", ".join(f"“{name}”" for name in names),
    )


SENTENCES: dict[str, Sentence] = {
    "staff_at_limit": lambda v: gettext(
        "%(facility)s carries %(most)s runs at once, and has that many %(window)s. Take another time.",
        facility=v["facility"],
        most=v["most"],
        window=_span(v),
    ),
    "must_not_run_beside": _must_not_run_beside,
    "needs_dedicated_room": _needs_dedicated_room,
    "segregation_warns": _segregation_warns,
    "segregation_not_acknowledged": _not_acknowledged,
    "own_class_not_stated": _own_class_not_stated,
    "gate_before_acceptance": lambda v: ngettext(
        "The gate “%(gate)s” stands before this run and is not met: %(num)s item holds it. The offer stays held until its date; "
        "accept it once the gate is met.",
        "The gate “%(gate)s” stands before this run and is not met: %(num)s items hold it. The offer stays held until its date; "
        "accept it once the gate is met.",
        v["open"],
        gate=gate_words.gate(Gate(v["gate"])),
    ),
    "gate_not_met": lambda v: ngettext(
        "The gate “%(gate)s” stands before this run and is not met: %(num)s item holds it. Until then the window can only be "
        "held: give a day by which it is to be met, or let the facility’s QA waive what is open.",
        "The gate “%(gate)s” stands before this run and is not met: %(num)s items hold it. Until then the window can only be "
        "held: give a day by which it is to be met, or let the facility’s QA waive what is open.",
        v["open"],
        gate=gate_words.gate(Gate(v["gate"])),
    ),
    "wrong_kind": _wrong_kind,
    "grade_too_low": _grade_too_low,
    "isolator_missing": lambda v: (
        gettext(
            "%(room)s has no isolator, and your process relies on one. Choose a room that has one, or one of grade A in B.",
            room=v["room"],
        )
        + " "
        + segregation_words.background_cited(str(v["fact"]), str(v["process"]))
    ),
    "bsl_too_low": lambda v: gettext(
        "%(room)s is biosafety level %(offered)s; this request needs level %(needed)s.",
        room=v["room"],
        offered=v["offered"],
        needed=v["needed"],
    ),
    "equipment_missing": _equipment_missing,
    "vector_not_permitted": _vector_not_permitted,
    "facility_not_acceptable": lambda v: gettext(
        "%(facility)s is not among the facilities that you accept.", facility=v["facility"]
    ),
    "not_open_every_day": lambda v: gettext(
        "%(room)s is not open every day; work that goes on through weekends needs a room that is.",
        room=v["room"],
    ),
    "room_not_among": lambda v: gettext("%(room)s is not among the rooms asked for.", room=v["room"]),
    "gmo_class_not_permitted": _gmo_class_not_permitted,
    "room_dedicated": lambda v: gettext("%(room)s is dedicated to other work.", room=v["room"]),
    "room_archived": lambda v: gettext("%(room)s takes no requests any more.", room=v["room"]),
    "facility_not_operating": lambda v: gettext(
        "%(facility)s takes no requests through the portal at present.", facility=v["facility"]
    ),
    "too_short_for_room": lambda v: gettext(
        "%(asked)s is too short: %(room)s is booked for at least %(least)s.",
        asked=unit_count(v["asked"], v["unit"]),
        room=v.get("room", ""),
        least=unit_count(v["least"], v["unit"]),
    ),
    "too_long_for_room": lambda v: gettext(
        "%(asked)s is too long: %(room)s is booked for at most %(most)s.",
        asked=unit_count(v["asked"], v["unit"]),
        room=v.get("room", ""),
        most=unit_count(v["most"], v["unit"]),
    ),
    "no_window": lambda _: gettext(
        "It fits, but is not free long enough in the time you allow. Allow a later end, or ask the facility."
    ),
    "in_the_past": lambda v: gettext(
        "The window starts in the past. Choose a start from %(earliest)s.", earliest=_when(v, "earliest")
    ),
    "before_earliest_start": lambda v: gettext(
        "The window starts before the earliest day you gave, %(earliest)s.", earliest=_when(v, "earliest")
    ),
    "notice_too_short": lambda v: gettext(
        "%(room)s asks for more notice: the first day to start is %(earliest)s.",
        room=v["room"],
        earliest=_when(v, "earliest"),
    ),
    "after_latest_end": lambda v: gettext(
        "The window ends after the latest day you gave; end by %(latest)s.", latest=_when(v, "latest")
    ),
    "qualification_ends": lambda v: gettext(
        "The qualification of %(room)s ends: finish by %(latest)s, or ask the facility when it is renewed.",
        room=v["room"],
        latest=_when(v, "latest"),
    ),
    "licence_ends": lambda v: gettext(
        "%(facility)s says that this work needs its %(licence)s, which does not hold from %(latest)s on. Finish before, or ask "
        "the facility when it is renewed.",
        licence=licence_kind(str(v["what"])),
        facility=v["facility"],
        latest=_when(v, "latest"),
    ),
    "subsidy_units_out_of_range": lambda v: gettext(
        "Enter a whole number of units from 1 to %(most)s.", most=number(v["most"])
    ),
    "subsidy_percent_out_of_range": lambda _v: gettext("Enter a share from 1 to 100 per cent."),
    "subsidy_ends_before_it_begins": lambda v: gettext(
        "The last day lies before the first, %(first)s. Choose a later one.", first=day(v["first"])
    ),
    "subsidy_entered_already": lambda v: gettext(
        "A budget of %(programme)s with the same days, units and share is open already. If this is another one, name it so "
        "that both can be told apart.",
        programme=v["programme"],
    ),
    "subsidy_over_already": lambda v: gettext(
        "%(last)s has passed. Choose a last day from %(today)s on.",
        last=day(v["last"]),
        today=day(v["today"]),
    ),
    "subsidy_too_long": lambda _v: gettext(
        "A budget runs for five years at most. Choose an earlier last day."
    ),
    "subsidy_project_not_known": lambda v: gettext(
        "No project with the number %(number)s has asked this facility for time. Check the number, or leave it empty.",
        number=v["number"],
    ),
    "subsidy_project_and_kind": lambda _v: gettext(
        "A budget is for one project or for a kind of customer. Leave one of the two empty."
    ),
    "licence_begins": lambda v: gettext(
        "%(facility)s says that this work needs its %(licence)s, which does not hold before %(end)s. Start on that day or later.",
        licence=licence_kind(str(v["what"])),
        facility=v["facility"],
        end=_when(v, "end"),
    ),
    "equipment_ends": lambda v: gettext(
        "%(equipment)s in %(room)s is not qualified from %(latest)s on, as %(facility)s says. Finish before, or ask the facility "
        "when it is renewed.",
        equipment=word("equipment", v["what"]),
        room=v["room"],
        facility=v["facility"],
        latest=_when(v, "latest"),
    ),
    "training_ends": _training_ends,
    "outside_calendar": lambda v: gettext(
        "The window lies outside the time that can be booked: from today to %(latest)s.",
        latest=_when(v, "latest"),
    ),
    "room_closed": _room_closed,
    "not_open_at_start": lambda v: gettext(
        "%(room)s is not open on %(start)s. Start on an open day.", room=v["room"], start=_when(v, "start")
    ),
    "shorter_than_campaign": _shorter,
    "slot_taken": _slot_taken,
    "slot_taken_meanwhile": lambda _: gettext(
        "Somebody else has just been given this time. Nothing was changed; choose one of the free windows."
    ),
    "changeover_before_too_short": _changeover_before,
    "changeover_after_too_short": _changeover_after,
    "not_on_the_clock": lambda v: gettext(
        "This room is booked by the %(unit)s. Start and end where one begins.",
        unit={"day": gettext("day"), "half_day": gettext("half day"), "hour": gettext("hour")}[
            str(v["unit"])
        ],
    ),
    "not_in_this_state": _not_in_this_state,
    "own_request": lambda _: gettext(
        "Nobody decides on their own organisation's request. Hand it over to a colleague of another organisation."
    ),
    "words_needed": _words_needed,
    "condition_needs_a_date": lambda _: gettext(
        "A condition needs a day until when it must be met, after today. Give the day, or take the condition out."
    ),
    "no_condition": lambda _: gettext("This booking depends on no condition."),
    "no_window_asked": lambda _: gettext("Choose a room and a window first."),
    "no_such_colleague": lambda _: gettext("Choose a colleague who manages this facility."),
    "looser_than_project": _loosened,
    "run_needs_other_kind": lambda v: gettext(
        "This kind of run takes place in a %(kind)s room.",
        kind={"pre_gmp": gettext("pre-GMP"), "gmp": gettext("GMP")}[str(v["kind"])],
    ),
    "process_class_unknown": lambda _: gettext(
        "What runs in the room is not known, so its changeover can't be judged. Choose the process class."
    ),
    "terms_not_accepted": lambda v: gettext(
        "%(facility)s reads your process facts only under its confidentiality terms. "
        "Accept them, or choose a room elsewhere.",
        facility=v["facility"],
    ),
    "terms_have_changed": lambda v: gettext(
        "%(facility)s has changed its confidentiality terms since your page was made. "
        "Read them as they stand now, and accept them or choose a room elsewhere.",
        facility=v["facility"],
    ),
    "estimate_has_changed": _estimate_has_changed,
    "earliest_start_past": lambda v: gettext(
        "%(day)s is past. Choose today, %(today)s, or a later day.", day=day(v["day"]), today=day(v["today"])
    ),
    "earliest_start_too_far": lambda v: gettext(
        "%(day)s is further ahead than cleanrooms can be booked. Choose a day up to %(latest)s.",
        day=day(v["day"]),
        latest=day(v["latest"]),
    ),
    "latest_end_before_start": lambda v: gettext(
        "%(day)s is before the earliest start, %(start)s. Choose a later end, or leave it open.",
        day=day(v["day"]),
        start=day(v["start"]),
    ),
    "days_too_few": lambda v: gettext(
        "The days you allow are %(given)s, and the work takes at least %(needed)s. "
        "Choose %(first_end)s or a later day, or shorter work.",
        given=unit_count(v["given"], "day"),
        needed=unit_count(v["needed"], "day"),
        first_end=day(v["first_end"]),
    ),
    "offer_lapsed": lambda v: gettext(
        "This offer is no longer open: the request is %(state)s now. Choose another window, or wait for one.",
        state=state_name(v["state"]),
    ),
    "starts_later": lambda v: gettext(
        "The booking starts on %(start)s, not before.", start=_when(v, "start")
    ),
    "ended_before": lambda v: gettext("The booking ended on %(end)s.", end=_when(v, "end")),
    "fee_has_changed": _fee_has_changed,
    "ends_before_start": lambda _: gettext("It ends before it starts. Give a later last day or hour."),
    "entered_too_old": lambda v: gettext(
        "%(day)s is too long ago: give a day from %(first)s on. Check the year.",
        day=day(v["day"]),
        first=day(v["first"]),
    ),
    "entered_too_far": lambda v: gettext(
        "%(day)s is too far ahead: give a day up to %(last)s. Check the year.",
        day=day(v["day"]),
        last=day(v["last"]),
    ),
    "calendar_too_big": lambda v: gettext(
        "The file has %(size)s kB; at most %(most)s are read. Export a shorter time, and import it in parts.",
        size=v["size"],
        most=v["most"],
    ),
    "calendar_too_many": lambda v: gettext(
        "The file has %(found)s events; at most %(most)s are read at once. Export a shorter time, and import it in parts.",
        found=v["found"],
        most=v["most"],
    ),
    "calendar_missing": lambda _: gettext("Choose a calendar file: CSV or iCalendar."),
    "calendar_empty": lambda _: gettext(
        "The file is empty. Export the calendar again, and choose that file."
    ),
    "calendar_no_text": lambda _: gettext(
        "The file is no text. Export the calendar as CSV (UTF-8) or as iCalendar, not as a spreadsheet or a picture."
    ),
    "calendar_unreadable": lambda v: gettext(
        "The file can’t be read here: %(what)s. Export the calendar again.", what=v["what"]
    ),
    "calendar_without_events": lambda _: gettext(
        "The file holds no events. Export a time in which there are some."
    ),
    "calendar_column_missing": lambda v: gettext(
        "There is no column “%(column)s”. The first row names the columns; it says: %(found)s.",
        column=v["column"],
        found=v["found"],
    ),
    "calendar_nothing_to_enter": lambda v: ngettext(
        "There is nothing to enter: %(num)s event is in the calendar already.",
        "There is nothing to enter: %(num)s events are in the calendar already.",
        v["known"],
    ),
    "event_cancelled": lambda _: gettext("It is cancelled, and left out."),
    "event_takes_nothing": lambda _: gettext("It is marked as free time, and left out."),
    "event_repeats": lambda _: gettext(
        "It repeats, and a series is not taken over. Export it as single events, or enter its bookings by hand."
    ),
    "event_time_missing": lambda _: gettext("It has no start that can be read. Give it one in the calendar."),
    "event_end_missing": lambda _: gettext("It has no end. Give it one in the calendar."),
    "event_ends_before_start": lambda _: gettext(
        "It ends before it starts, or has no length. Put the end right."
    ),
    "event_title_missing": lambda _: gettext("It has no title. Say what it is."),
    "event_title_too_long": lambda v: gettext(
        "The title has %(found)s characters; at most %(most)s are kept. Shorten it.",
        found=v["found"],
        most=v["most"],
    ),
    "event_time_unreadable": lambda v: gettext(
        "“%(written)s” is no day or time that can be read. Write 2027-01-31, or 2027-01-31 09:00.",
        written=v["written"],
    ),
    "event_class_unknown": lambda v: gettext(
        "“%(written)s” is no process class. Write one of: %(known)s.", written=v["written"], known=v["known"]
    ),
    "event_room_missing": lambda _: gettext(
        "It names no cleanroom. Name one, or choose one cleanroom for all events."
    ),
    "event_room_unknown": lambda v: gettext(
        "“%(written)s” is none of the facility’s cleanrooms. Write one of: %(known)s.",
        written=v["written"],
        known=v["known"],
    ),
    "event_twice": lambda _: gettext("It stands in the file twice. Leave one of them out."),
    "event_was_imported_elsewhere": lambda v: gettext(
        "It was imported before and is booked %(window)s. Move that booking instead.", window=_span(v)
    ),
    "window_not_chosen": lambda _: gettext("Choose one of the windows, or a cleanroom and a first day."),
    "nothing_to_move": lambda _: gettext("The booking is in that room at that time already."),
    "nothing_to_undo": lambda _: gettext(
        "There is no move to take back: it has another place or time by now. Look where it stands, and move it from there."
    ),
    "closure_stays": lambda _: gettext("The closure has that time already."),
    "end_needed": lambda _: gettext("Give the last day too: how long this takes follows from nothing else."),
    "already_answered": lambda _: gettext("This proposal has been answered or withdrawn already."),
    "operator_unknown": lambda v: gettext(
        "Somebody you chose is not trained for %(room)s any more. Choose among those listed, or let the facility record the training.",
        room=v["room"],
    ),
    "operator_not_trained": lambda v: gettext(
        "%(name)s is not trained for %(room)s. Name somebody else, or let the facility record the training.",
        name=v["name"],
        room=v["room"],
    ),
    "operator_training_ends": lambda v: gettext(
        "The training of %(name)s for %(room)s ends on %(until)s, and the run on %(last)s. Renew it, or name somebody else.",
        name=v["name"],
        room=v["room"],
        until=day(v["until"]),
        last=day(v["last"]),
    ),
    "operator_on_other_runs": _on_other_runs,
    "operators_too_few": lambda v: gettext(
        "The room asks for %(needed)s trained people; named so far: %(named)s. Name more before the run begins.",
        needed=v["needed"],
        named=v["named"],
    ),
    "operators_only_ahead": lambda _: gettext(
        "People are named while work is planned or goes on; this booking is over. Who ran it stands in its record."
    ),
}


def sentences_of(reasons: tuple[Reason, ...] | list[Reason]) -> list[str]:
    """Return the sentences of some reasons, in their order."""
    return [SENTENCES[reason.code](reason.values) for reason in reasons]
