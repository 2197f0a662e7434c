"""What the room's reasons say: the rule, the value, and what to do next."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from portal.facilities import words
from portal.web.filters import day
from portal.web.sentences import Sentence

Values = Mapping[str, Any]


def _role(values: Values) -> str:
    return words.label("role", values["role"])


SENTENCES: dict[str, Sentence] = {
    "days_in_wrong_order": lambda v: _(
        "The last day, %(end)s, lies before the first, %(start)s. Choose a later last day.",
        start=day(v["start"]),
        end=day(v["end"]),
    ),
    "days_are_over": lambda v: _(
        "These days were over on %(day)s, and today is %(today)s. Choose days that are not over.",
        day=day(v["day"]),
        today=day(v["today"]),
    ),
    "equipment_not_in_room": lambda v: _(
        "This equipment is not in %(room)s. Choose one of the list, or add it under Facts first.",
        room=v["room"],
    ),
    "country_not_known": lambda v: _(
        "The public holidays of %(country)s are not known to the portal. Choose a country of the list.",
        country=v["country"],
    ),
    "time_zone_not_known": lambda v: _(
        "%(zone)s is no time zone. Choose one of the list, for instance Europe/Stockholm.", zone=v["zone"]
    ),
    "position_is_half": lambda _v: _("A position needs latitude and longitude. Give both, or neither."),
    "not_a_partly_known_day": lambda v: _(
        "%(written)s is not a time that can be. Write a year, a month or a day: 2024, 2024-05 or 2024-05-17.",
        written=v["written"],
    ),
    "cancellation_day_twice": lambda v: _(
        "There are two steps for %(days)s days before the start. Keep one of them.", days=v["days"]
    ),
    "cancellation_gets_cheaper": lambda v: _(
        "A cancellation %(days)s days before the start would cost %(percent)s%%, less than the %(earlier_percent)s%% "
        "at %(earlier_days)s days. A later one can't cost less: raise it, or lower the earlier one.",
        **v,
    ),
    "no_such_organisation": lambda _v: _("This organisation does not exist. Choose one of the list."),
    "no_duty_of_a_facility": lambda v: _(
        "%(role)s is no duty at a facility. Choose facility manager, QA or QP.", role=_role(v)
    ),
    "not_a_member_of_the_operator": lambda _v: _(
        "Only people of the operator’s organisation can have a duty here. Invite the person to the organisation first."
    ),
    "duty_starts_in_the_past": lambda v: _(
        "A duty starts today, %(today)s, at the earliest, not on %(day)s. Choose a later day.",
        today=day(v["today"]),
        day=day(v["day"]),
    ),
    "duty_ends_before_start": lambda v: _(
        "The last day, %(end)s, is before the first, %(start)s. Choose a later last day.",
        start=day(v["start"]),
        end=day(v["end"]),
    ),
    "duty_held_already": lambda v: _(
        "This person is %(role)s here already in that time. End that duty first, or choose other days.",
        role=_role(v),
    ),
    "deputy_needs_an_end": lambda _v: _(
        "Who stands in for somebody does so until a day. Give the last day; it can be ended earlier."
    ),
    "stands_in_for_oneself": lambda _v: _("Nobody stands in for themselves. Choose the absent person."),
    "absent_person_holds_no_such_duty": lambda v: _(
        "The absent person is not %(role)s here on %(day)s, so there is nothing to stand in for. "
        "Choose another person, role or first day.",
        role=_role(v),
        day=day(v["day"]),
    ),
    "duty_ends_already": lambda v: _(
        "This duty ends on %(day)s already. Choose an earlier last day, or give a new duty for the time after it.",
        day=day(v["day"]),
    ),
    "facility_without_manager": lambda v: _(
        "From %(day)s on the facility would be without a manager, and nobody could decide on its requests. "
        "Make somebody else manager first.",
        day=day(v["day"]),
    ),
    "holiday_is_past": lambda v: _(
        "%(day)s is past. Choose today, %(today)s, or a later day.", day=day(v["day"]), today=day(v["today"])
    ),
    "no_holiday_to_open": lambda v: _(
        "%(day)s is no public holiday in %(country)s, so there is nothing to open. The cleanrooms’ weekdays decide.",
        day=day(v["day"]),
        country=words.country(v["country"]),
    ),
    "already_a_holiday": lambda v: _(
        "%(day)s is a public holiday in %(country)s, and the facility is closed then anyway. Choose another day.",
        day=day(v["day"]),
        country=words.country(v["country"]),
    ),
    "holiday_entered_already": lambda v: _(
        "%(day)s stands in the list below already. Remove it there first.", day=day(v["day"])
    ),
    "licence_ends_before_start": lambda v: _(
        "The licence would end on %(end)s, before it begins on %(start)s. Check both days.",
        start=day(v["start"]),
        end=day(v["end"]),
    ),
    "room_never_open": lambda _v: _("A cleanroom is open on one weekday at least. Tick one."),
    "room_closes_before_opening": lambda v: _(
        "The cleanroom would close at %(closes)s, before it opens at %(opens)s. Choose a later hour.",
        closes=v["closes"],
        opens=v["opens"],
    ),
    "most_below_least": lambda v: _(
        "The longest booking, %(most)s, is shorter than the shortest, %(least)s. Make it longer, or leave it empty.",
        most=v["most"],
        least=v["least"],
    ),
    "rate_begins_that_day": lambda v: _(
        "A rate for %(kind)s begins on %(day)s already, and rates that hold stay. Choose another day.",
        kind=words.label("customer_kind", v["kind"]),
        day=day(v["day"]),
    ),
    "rate_has_begun": lambda v: _(
        "This rate holds since %(day)s, and estimates rest on it. Add a new rate from a later day instead.",
        day=day(v["day"]),
    ),
    "cleanroom_retired_already": lambda v: _(
        "%(room)s takes no new requests already. There is nothing to do.", room=v["room"]
    ),
    "cleanroom_takes_requests_already": lambda v: _(
        "%(room)s takes requests already. There is nothing to do.", room=v["room"]
    ),
}
