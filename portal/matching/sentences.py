"""What each reason of the room says to a reader."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext, ngettext

from portal.matching import words
from portal.matching.rules.introductions import DeclineReason, State
from portal.partners import words as partner_words
from portal.web.filters import day, money, number

Values = Mapping[str, Any]


def _euro(values: Values) -> str:
    return money(round(values["asked"]) * 100, values["currency"])


def _fact(values: Values) -> str:
    return str(words.CONTRIBUTIONS[values["fact"]])


def _declined(values: Values) -> str:
    reasons = ", ".join(
        f"“{words.DECLINES[DeclineReason(one)]}”" for one in values["reasons"] if one in set(DeclineReason)
    )
    return ngettext(
        "Ranked lower: declined once, last on %(last)s, for %(reasons)s.",
        "Ranked lower: declined %(num)s times, last on %(last)s, for %(reasons)s.",
        values["times"],
        last=day(values["last"]),
        reasons=reasons,
    )


GROUNDS: dict[str, Callable[[Values], str]] = {
    "text_shares_words": lambda values: gettext(
        "Thesis and teaser share: %(words)s.",
        words=", ".join(str(word).replace("_", " ") for word in values["words"]),
    ),
    "text_apart": lambda _: gettext("Thesis and teaser share no telling word."),
    "open_to_any": lambda _: gettext("They have no restriction here, which earns half."),
    "names_it": lambda values: (
        ngettext("They name it alone.", "They name it among %(num)s.", values["among"])
        if "among" in values
        else gettext("They name it.")
    ),
    "you_are_open_to_any": lambda _: gettext("You have no restriction here, which earns half."),
    "you_name_it": lambda values: ngettext(
        "You name it, and nothing else.", "You name it, among %(num)s.", values["among"]
    ),
    "names_others": lambda _: gettext("They name others only."),
    "only_for_capital": lambda _: gettext("Takes no part: it means something for capital only."),
    "amount_unstated": lambda _: gettext("No amount of the project is stated here, which earns half."),
    "ticket_unstated": lambda _: gettext("They state no ticket, which earns half."),
    "ticket_holds_amount": lambda values: gettext(
        "The ticket holds the middle of what is sought, %(amount)s.", amount=_euro(values)
    ),
    "ticket_too_small": lambda values: gettext(
        "The ticket ends below the middle of what is sought, %(amount)s.", amount=_euro(values)
    ),
    "ticket_too_large": lambda values: gettext(
        "The ticket begins above the middle of what is sought, %(amount)s.", amount=_euro(values)
    ),
    "instrument_unstated": lambda _: gettext("No instrument is stated, which earns half."),
    "date_unstated": lambda _: gettext("The need has no date, which earns half."),
    "due_soon": lambda values: gettext("The need is due soon, on %(day)s.", day=day(values["by"])),
    "closes": lambda values: gettext("They close on %(day)s.", day=day(values["closes"])),
    "time_enough": lambda _: gettext("There is time enough."),
    "asked_for": lambda values: ngettext(
        "Asked for: %(kinds)s, the only help that they give.",
        "Asked for: %(kinds)s, of %(num)s kinds of help that they give.",
        values["of"],
        kinds=partner_words.words("serves", values["kinds"]),
    ),
    "closes_after_need": lambda values: gettext(
        "They close on %(closes)s, after the day by which it is needed, %(by)s: ask when they answer.",
        closes=day(values["closes"]),
        by=day(values["by"]),
    ),
    "help_comes_too_late": lambda values: ngettext(
        "Their help takes %(num)s day to begin, which is after the day by which it is needed, %(by)s.",
        "Their help takes %(num)s days to begin, which is after the day by which it is needed, %(by)s.",
        values["days"],
        by=day(values["by"]),
    ),
    "next_call_unknown": lambda _: gettext(
        "They take applications in calls, and no date of one is noted here. Check with them."
    ),
    "never_declined": lambda _: gettext("Never declined."),
    "declined_before": _declined,
}

INTRODUCTIONS: dict[str, Callable[[Values], str]] = {
    "introduction_already_open": lambda _: gettext(
        "An introduction of this project to this partner is open already. Go on with that one."
    ),
    "introduction_not_eligible": lambda values: gettext(
        "They are not eligible: %(rules)s.",
        rules="; ".join(str(words.AGAINST[code]) for code in values["codes"]),
    ),
    "introduction_no_longer_fits": lambda _: gettext(
        "Something that you are not shown stands against this pair, so the teaser was not sent. Ask the founder to look at "
        "their matches, or decline it here."
    ),
    "introduction_not_from_here": lambda values: gettext(
        "This introduction is at “%(before)s”, from where “%(after)s” does not follow.",
        before=words.STATES[State(values["before"])],
        after=words.STATES[State(values["after"])],
    ),
    "introduction_words_changed": lambda _: gettext(
        "The words of the teaser have changed since you opened this page. Read them again below, and then say yes."
    ),
    "introduction_nothing_to_renew": lambda _: gettext(
        "There is nothing to consent to anew: the partner reads the words as they stand, or it is over."
    ),
    "introduction_without_consent": lambda _: gettext(
        "The founder has not consented to this partner yet. Ask for the consent first."
    ),
    "partner_without_room": lambda values: gettext(
        "All %(capacity)s places of this partner’s quarter are taken. Wait for an answer to another teaser, or for the next "
        "quarter.",
        capacity=number(values["capacity"]),
    ),
    "introduction_day_missing": lambda _: gettext("Give the day from which you may be asked again."),
    "introduction_day_out_of_range": lambda values: gettext(
        "%(day)s cannot be the day: give one after today, %(today)s, within two years.",
        day=day(values["day"]),
        today=day(values["today"]),
    ),
    "free_time_length": lambda _: gettext(
        "A free time lasts between half an hour and twelve hours. Give the time at which it ends."
    ),
    "too_many_free_times": lambda values: gettext(
        "Your side has stated %(most)s free times, and more would be hard to keep an eye on. Take one back first.",
        most=number(values["most"]),
    ),
    "meeting_time_missing": lambda _: gettext("Choose one of the times, or give another one."),
    "meeting_out_of_range": lambda _: gettext(
        "The time has to lie ahead, within half a year. Give another one."
    ),
    "meeting_at_another": lambda _: gettext(
        "You have agreed to another meeting at that time. Propose another time here, or move that one first."
    ),
    "meeting_without_yes": lambda _: gettext(
        "Only those meet who have both said yes to an introduction that is still open."
    ),
    "outcome_day_ahead": lambda values: gettext(
        "Give the day on which it happened, today (%(today)s) or before.", today=day(values["today"])
    ),
    "outcome_without_currency": lambda values: gettext(
        "An amount needs its currency. Choose one of %(allowed)s.", allowed=", ".join(values["allowed"])
    ),
    "outcome_instrument_unknown": lambda _: gettext(
        "This is not an instrument that the portal knows. Choose one of the list."
    ),
    "outcome_instrument_without_investment": lambda _: gettext(
        "Only an investment has an instrument. Leave it open, or choose “Invested”."
    ),
    "outcome_support_unsaid": lambda _: gettext("Say what support was given."),
    "outcome_reason_unsaid": lambda _: gettext("Say why it is closed; it helps the next introduction."),
    "round_per_project": lambda values: gettext(
        "Give a whole number from 1 to %(most)s.", most=number(values["most"])
    ),
    "round_nothing_looked_after": lambda _: gettext(
        "You look after no project yet. Take some on at your desk, or leave this open."
    ),
    "round_applied_before": lambda _: gettext(
        "This round was put on the shortlists before. Ask for a new one, which leaves out what is under way."
    ),
    "round_not_worked_out": lambda _: gettext("This round is still being worked out. Come back in a moment."),
    "round_project_unknown": lambda values: gettext(
        "No project with the number %(reference)s takes part in your rounds. Look at the number beside its title.",
        reference=values["reference"],
    ),
    "round_partner_unknown": lambda values: gettext(
        "No open partner is called “%(name)s”. Copy the name from the list of partners.", name=values["name"]
    ),
    "round_pair_met": lambda _: gettext(
        "An introduction of both is under way, was declined, or ended well. Look at the board."
    ),
    "round_pair_there": lambda _: gettext("This pair is in the round already."),
    "round_project_full": lambda values: gettext(
        "The project has %(most)s partners in this round, and no more are meant for one. Choose another project.",
        most=number(values["most"]),
    ),
    "round_partner_full": lambda values: gettext(
        "The partner’s %(room)s places that are left this quarter are given in this round. Choose another partner.",
        room=number(values["room"]),
    ),
    "round_nothing_chosen": lambda _: gettext("Tick at least one pair."),
    "round_pair_gone": lambda _: gettext(
        "A pair was left out, since its project or its partner is no longer open to you."
    ),
    "adviser_conflicted": lambda _: gettext(
        "You have declared a conflict of interest with one side. Let another adviser do this, or end the conflict at your desk."
    ),
    "case_not_an_adviser": lambda _: gettext(
        "Choose somebody of the list: an adviser who has declared no conflict of interest with the project."
    ),
    "case_theirs_already": lambda values: gettext(
        "%(name)s looks after this project already.", name=values["name"]
    ),
    "case_reason_missing": lambda _: gettext("Say why, so that whoever takes it over knows; both are told."),
    "weights_out_of_range": lambda values: gettext(
        "Give each weight a number from 0 to %(most)s, and at least one of them more than 0.",
        most=number(values["most"]),
    ),
    "need_unknown": lambda values: gettext(
        "“%(kind)s” is not a kind of help that the portal knows. Choose from the list.", kind=values["kind"]
    ),
    "need_day_past": lambda values: gettext(
        "%(day)s has passed. Give today, %(today)s, or a later day, or leave it open.",
        day=day(values["day"]),
        today=day(values["today"]),
    ),
    "need_step_unknown": lambda _: gettext(
        "One of these steps is no longer in the roadmap, or this help does not belong to it. Choose again."
    ),
    "need_words_too_long": lambda values: gettext(
        "At most %(most)s characters are kept here. Shorten the text.", most=number(values["most"])
    ),
    "terms_are_newer": lambda values: gettext(
        "Version %(version)s of the terms is in force by now. Read it below, then accept it.",
        version=values["version"],
    ),
    "data_room_closed": lambda _: gettext(
        "The partner’s access has ended, so nothing can be added. Documents can be shown again after a new introduction."
    ),
    "data_room_full": lambda values: gettext(
        "There are %(most)s documents, and no more have room. Remove one that is no longer needed.",
        most=number(values["most"]),
    ),
    "document_without_file": lambda _: gettext("Choose the file that you want to show."),
    "follow_up_out_of_range": lambda values: gettext(
        "%(day)s cannot be the day: give today, %(today)s, or one within two years.",
        day=day(values["day"]),
        today=day(values["today"]),
    ),
    "outcome_amount_out_of_range": lambda values: gettext(
        "Give an amount from 0 to %(most)s.", most=number(values["most"])
    ),
    "teaser_names": lambda values: gettext(
        "The teaser says “%(name)s”. Whoever reads it then knows who you are.", name=values["name"]
    ),
    "teaser_has_number": lambda values: gettext(
        "The teaser holds the number %(number)s, by which anybody finds you.", number=values["number"]
    ),
    "teaser_has_contact": lambda values: gettext(
        "The teaser holds the address %(contact)s, which leads to you.", contact=values["contact"]
    ),
}


def _list(name: str, values: Values, key: str) -> str:
    if name == "country":
        return partner_words.countries(values[key])
    field = {"product_class": "product_classes", "organisation_kind": "organisation_kinds"}.get(name, name)
    return partner_words.words(field, values[key])


def _state_need(values: Values) -> str:
    if "kinds" not in values:
        return gettext("They give other help than the project asks for.")
    if not values["kinds"]:
        return gettext("Nothing that the project could ask for is what they give.")
    return gettext(
        "If it is needed, ask for one of these: %(kinds)s.", kinds=_list("serves", values, "kinds")
    )


def _phase_ahead(values: Values) -> str:
    if "phase" not in values:
        return gettext("They take projects of a later phase: it can change when you get there.")
    return gettext(
        "It changes when the project reaches %(phase)s.",
        phase=_list("phase", {"one": [values["phase"]]}, "one"),
    )


def _ask_less(values: Values) -> str:
    if "most" not in values:
        return gettext(
            "What is sought lies above their ticket: a range that begins lower, as for a first part, can change it."
        )
    return gettext(
        "What is sought begins above their ticket: a range that begins at %(most)s or below, as for a first part, changes it.",
        most=money(round(values["most"]) * 100, values["currency"]),
    )


def _ask_more(values: Values) -> str:
    if "least" not in values:
        return gettext(
            "What is sought lies below their ticket: a range that reaches higher, as with a later part, can change it."
        )
    return gettext(
        "What is sought ends below their ticket: a range that reaches %(least)s, as with a later part, changes it.",
        least=money(round(values["least"]) * 100, values["currency"]),
    )


def _instrument(values: Values) -> str:
    if not values.get("instruments"):
        return gettext("They use another instrument: leave yours open if others would do too.")
    return gettext(
        "Leave the instrument open, or state one that they use: %(instruments)s.",
        instruments=_list("instruments", values, "instruments"),
    )


def _not_listed(values: Values) -> str:
    if not values.get("listed"):
        return gettext("Nothing to add changes that.")
    return gettext(
        "They take: %(listed)s. Nothing to add changes that, unless it is stated wrongly.",
        listed=_list(values["fact"], values, "listed"),
    )


REMEDIES: dict[str, Callable[[Values], str]] = {
    "remedy_state_need": _state_need,
    "remedy_end_hold": lambda _: gettext("It changes when the project goes on."),
    "remedy_phase_ahead": _phase_ahead,
    "remedy_phase_passed": lambda _: gettext("They take earlier phases only, or none."),
    "remedy_not_listed": _not_listed,
    "remedy_excluded": lambda _: gettext("Nothing to add changes that."),
    "remedy_conflict": lambda _: gettext("Nothing to add changes that."),
    "remedy_ask_less": _ask_less,
    "remedy_ask_more": _ask_more,
    "remedy_instrument": _instrument,
    "remedy_opens": lambda values: gettext("They open on %(day)s.", day=day(values["day"])),
    "remedy_closed": lambda values: gettext(
        "They closed on %(day)s, and no next date is known here. Ask them when they open again.",
        day=day(values["day"]),
    ),
    "remedy_next_quarter": lambda values: gettext(
        "A new quarter begins on %(day)s; a place comes back before if a teaser is answered with no.",
        day=day(values["day"]),
    ),
    "remedy_declined": lambda _: gettext("Somebody has said the last word on this pair."),
}

SENTENCES: dict[str, Callable[[Values], str]] = {**GROUNDS, **INTRODUCTIONS, **REMEDIES}
