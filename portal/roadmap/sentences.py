"""What the room's reasons say to a reader."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext

from portal.roadmap.rules.referrals import ReferralState
from portal.roadmap.words import REFERRAL_STATES
from portal.web.filters import day

Values = Mapping[str, Any]


def _listed(values: Values, name: str) -> str:
    return ", ".join(map(str, values[name]))


SENTENCES: dict[str, Callable[[Values], str]] = {
    "catalogue_would_break": lambda values: gettext(
        "With this value the catalogue could not be used: %(mistake)s. Enter another value.",
        mistake=values["mistake"],
    ),
    "step_value_unreadable": lambda values: gettext(
        "This cannot be read as %(kind)s. Keep the form of the present value.", kind=values["kind"]
    ),
    "roadmap_day_in_future": lambda values: gettext(
        "%(day)s is after today, %(today)s. Enter a day that has been, or plan the step for that day instead.",
        day=day(values["day"]),
        today=day(values["today"]),
    ),
    "roadmap_day_too_early": lambda values: gettext(
        "%(day)s is before %(earliest)s. Enter a later day.",
        day=day(values["day"]),
        earliest=day(values["earliest"]),
    ),
    "roadmap_finished_before_started": lambda values: gettext(
        "It cannot be finished on %(finished)s, before it started on %(started)s. Correct one of the two.",
        finished=day(values["finished"]),
        started=day(values["started"]),
    ),
    "roadmap_planned_after_begun": lambda _: gettext(
        "The step has begun, so it can be planned for no other day. Leave this empty, or remove the day it started."
    ),
    "roadmap_planned_out_of_range": lambda values: gettext(
        "%(day)s cannot be planned for. Enter a day from %(first)s to %(last)s.",
        day=day(values["day"]),
        first=day(values["first"]),
        last=day(values["last"]),
    ),
    "roadmap_skip_without_reason": lambda _: gettext("Say why the step is left out."),
    "roadmap_skip_begun": lambda _: gettext(
        "The step has begun, so it cannot be left out. Remove its days first, or record when it was finished."
    ),
    "roadmap_step_not_skipped": lambda _: gettext("The step was not left out, so it is in the plan already."),
    "roadmap_own_without_name": lambda _: gettext("Give the step a name."),
    "roadmap_track_unknown": lambda _: gettext("Choose one of the tracks."),
    "roadmap_durations_out_of_order": lambda values: gettext(
        "The likely duration, %(likely)s days, has to lie between the least, %(least)s, and the most, %(most)s.",
        least=values["least"],
        likely=values["likely"],
        most=values["most"],
    ),
    "roadmap_step_unknown": lambda values: gettext(
        "This roadmap has no step %(steps)s. Choose one of its steps.", steps=_listed(values, "steps")
    ),
    "roadmap_steps_in_circle": lambda values: gettext(
        "These steps would wait for one another: %(circle)s. Remove one of them from those that come before.",
        circle=" → ".join(values["steps"]),
    ),
    "roadmap_too_many_own_steps": lambda values: gettext(
        "A roadmap holds at most %(most)s steps of its own. Remove one first.", most=values["most"]
    ),
    "roadmap_question_unknown": lambda values: gettext(
        "The catalogue does not ask %(questions)s. Open the page again.",
        questions=_listed(values, "questions"),
    ),
    "roadmap_catalogue_is_latest": lambda values: gettext(
        "The roadmap stands on the newest version of the catalogue already, %(label)s.", label=values["label"]
    ),
    "roadmap_beyond_calendar": lambda values: gettext(
        "The plan would reach beyond the year %(year)s. Shorten a duration.", year=values["last"].year
    ),
    "readiness_level_out_of_range": lambda values: gettext(
        "Choose a level from 0 to %(highest)s.", highest=values["highest"]
    ),
    "readiness_without_evidence": lambda _: gettext(
        "Say what shows that the level is reached: a document, a result, an agreement."
    ),
    "readiness_unchanged": lambda values: gettext(
        "Level %(level)s with this evidence is what stands here already. Change one of the two.",
        level=values["level"],
    ),
    "readiness_already_confirmed": lambda _: gettext("This level has been confirmed already."),
    "market_prices_out_of_order": lambda values: gettext(
        "The corridor ends at %(high)s and begins at %(low)s. Enter the lower price first.",
        low=values["low"],
        high=values["high"],
    ),
    "market_price_without_currency": lambda _: gettext("Choose the currency of the price."),
    "freedom_searched_in_future": lambda values: gettext(
        "%(day)s lies ahead. Enter the day on which the search was made.", day=day(values["day"])
    ),
    "freedom_without_search": lambda _: gettext(
        "Only a search can have found that. Enter its day, or choose that it is under way."
    ),
    "right_without_title": lambda _: gettext("Give the right a title."),
    "right_ends_before_it_begins": lambda values: gettext(
        "It expires on %(until)s, before %(since)s. Check both days.",
        until=day(values["until"]),
        since=day(values["since"]),
    ),
    "right_due_without_words": lambda values: gettext(
        "Say what is due on %(day)s, or leave the day empty.", day=day(values["day"])
    ),
    "rights_too_many": lambda values: gettext(
        "A project holds at most %(most)s rights. Remove one first.", most=values["most"]
    ),
    "referral_not_from_here": lambda values: gettext(
        "This referral is %(state)s, so this step does not follow. Open it again to see where it stands.",
        state=REFERRAL_STATES[ReferralState(values["state"])],
    ),
    "referral_without_words": lambda values: {
        "ask": gettext("Say what you need help with, so that they can decide."),
        "send": gettext("Say what you need help with, so that they can decide."),
        "propose": gettext("Say why this provider, so that the founder can decide."),
        "refuse": gettext("Say why you refuse; the founder reads it."),
    }.get(values["verb"], gettext("Write something first.")),
    "referral_step_is_done": lambda values: gettext(
        "The step was finished on %(day)s, so no help is asked for it. Choose a step that lies ahead.",
        day=day(values["finished"]),
    ),
    "referral_offer_does_not_fit": lambda values: gettext(
        "%(offer)s does not take this project. Choose an offer that the page of support lists.",
        offer=values["offer"],
    ),
    "referral_provider_is_full": lambda values: gettext(
        "%(offer)s has no place left this quarter. Ask somebody else who helps, or again from %(day)s.",
        offer=values["offer"],
        day=day(values["from"]),
    ),
    "referral_open_already": lambda values: gettext(
        "You have asked %(offer)s about this step already. Write to them there instead.",
        offer=values["offer"],
    ),
}
