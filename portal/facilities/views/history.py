"""What happened to a facility or a cleanroom, in words, for people with a duty there and for administrators."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, User
from portal.facilities import words
from portal.facilities.models import Facility
from portal.ledger import HistoryLine, history
from portal.reference import shipped
from portal.web import filters

GROUPS = ("facility",)
Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """One entry as the page shows it."""

    when: str
    iso: str
    text: str
    who: str
    kind: str = "done"
    quote: str | None = None
    changes: list[tuple[str, str, str]] = field(default_factory=list)


def told(session: Session, kind: str, subject_id: int, facility: Facility, *, limit: int = 200) -> list[Told]:
    """Return what happened, newest first; only people of the operator's organisation are named."""
    lines = history(session, kind, subject_id, groups=GROUPS, limit=limit)
    names = _names(session, facility, lines)
    return [_told(line, names, facility) for line in lines]


def _told(line: HistoryLine, names: Mapping[int, str], facility: Facility) -> Told:
    write = _SENTENCES.get(line.name)
    return Told(
        when=filters.moment(line.at, facility.time_zone),
        iso=line.at.isoformat(),
        text=write(line.facts, names) if write else line.name,
        who=_who(line.actor_id, names),
        quote=line.private.get("reason"),
        changes=[
            *_changes(line.facts.get("changes"), line.name),
            *_changes(line.private.get("texts"), line.name),
        ],
    )


def _who(actor_id: int | None, names: Mapping[int, str]) -> str:
    if actor_id is None:
        return _("The portal")
    return names.get(actor_id) or _("Somebody outside the operator’s organisation")


def _names(session: Session, facility: Facility, lines: Iterable[HistoryLine]) -> dict[int, str]:
    wanted = {line.actor_id for line in lines}
    for line in lines:
        wanted |= {line.facts.get("user_id"), line.facts.get("stands_in_for_id")}
    rows = session.execute(
        select(User.id, User.name)
        .join(Membership, Membership.user_id == User.id)
        .where(User.id.in_(wanted - {None}), Membership.organisation_id == facility.operator_id)
    )
    return {row.id: row.name for row in rows}


def _changes(changes: Facts | None, event: str) -> list[tuple[str, str, str]]:
    if event == "cleanroom.changeover_changed":
        return [
            (_pair(pair), _days(change["from"]), _days(change["to"]))
            for pair, change in (changes or {}).items()
        ]
    return [
        (words.field(name), _value(name, change["from"]), _value(name, change["to"]))
        for name, change in (changes or {}).items()
    ]


def _value(name: str, stored: Any) -> str:
    return words.value(name, _as_day(stored) if name in _DAYS and isinstance(stored, str) else stored)


def _pair(pair: str) -> str:
    before, _separator, after = pair.partition(" > ")
    return _(
        "%(before)s, then %(after)s",
        before=words.label("process_class", before),
        after=words.label("process_class", after),
    )


def _days(days: int | None) -> str:
    return _("as shipped") if days is None else str(days)


def _as_day(written: str) -> date:
    return date.fromisoformat(written)


def _duty(facts: Facts, names: Mapping[int, str]) -> dict[str, str]:
    return {
        "person": names.get(facts["user_id"]) or _("Somebody"),
        "role": words.label("role", facts["role"]),
    }


def _duty_given(facts: Facts, names: Mapping[int, str]) -> str:
    text = _(
        "%(person)s is %(role)s from %(day)s.",
        day=filters.day(_as_day(facts["starts_on"])),
        **_duty(facts, names),
    )
    if facts["ends_on"]:
        text += " " + _("The last day is %(day)s.", day=filters.day(_as_day(facts["ends_on"])))
    if facts["stands_in_for_id"]:
        text += " " + _(
            "Stands in for %(person)s.", person=names.get(facts["stands_in_for_id"]) or _("somebody")
        )
    return text


def _duty_ended(facts: Facts, names: Mapping[int, str]) -> str:
    if facts["last_day"] is None:
        return _("%(person)s does not become %(role)s.", **_duty(facts, names))
    return _(
        "%(person)s is %(role)s until %(day)s.",
        day=filters.day(_as_day(facts["last_day"])),
        **_duty(facts, names),
    )


def _licence(facts: Facts, _names: Mapping[int, str]) -> str:
    kind = words.licence_kind(facts["kind"])
    return {
        "added": _("Licence added: %(kind)s.", kind=kind),
        "edited": _("Licence changed: %(kind)s.", kind=kind),
        "removed": _("Licence removed: %(kind)s.", kind=kind),
    }[facts["what"]]


def _holiday(facts: Facts, _names: Mapping[int, str]) -> str:
    day = filters.day(_as_day(facts["day"]))
    if facts["what"] == "removed":
        return _("%(day)s follows the country’s calendar again.", day=day)
    return (
        _("Open on %(day)s in spite of the holiday.", day=day)
        if facts["is_open"]
        else _("Closed on %(day)s: %(what)s.", day=day, what=facts["label"] or _("no reason given"))
    )


def _rule(rule_id: str) -> str:
    """Return how a rule of segregation is called, or its id where it is shipped no more."""
    if not shipped.has_record("segregation_rules", rule_id):
        return rule_id.replace("_", " ")
    name = shipped.in_language(
        shipped.record("segregation_rules", rule_id)["name"], str(get_locale() or "en")
    )
    return name.words if name else rule_id.replace("_", " ")


def _rate(facts: Facts) -> dict[str, str]:
    return {
        "code": facts["code"],
        "kind": words.label("customer_kind", facts["customer_kind"]),
        "amount": filters.money(facts["amount"], facts["currency"]),
        "day": filters.day(_as_day(facts["valid_from"])),
    }


def _run_limit(facts: Facts, _names: Mapping[int, str]) -> str:
    first, last = (filters.day(_as_day(facts[name])) for name in ("first_day", "last_day"))
    if facts["what"] == "removed":
        return _("From %(first)s to %(last)s the usual number of runs holds again.", first=first, last=last)
    return _(
        "From %(first)s to %(last)s runs at once: %(most)s (%(why)s).",
        first=first,
        last=last,
        most=facts["most_runs"],
        why=facts["label"],
    )


def _until(facts: Facts) -> str:
    return filters.day(_as_day(facts["to_day"])) if facts["to_day"] else _("no day")


def _equipment(facts: Facts, _names: Mapping[int, str]) -> str:
    return _(
        "%(equipment)s in cleanroom %(code)s is qualified until: %(until)s.",
        equipment=words.label("equipment", facts["equipment"]),
        code=facts["code"],
        until=_until(facts),
    )


def _training(facts: Facts, names: Mapping[int, str]) -> str:
    person = names.get(facts["user_id"]) or _("Somebody")
    return _(
        "%(person)s is trained for cleanroom %(code)s until: %(until)s.",
        person=person,
        code=facts["code"],
        until=_until(facts),
    )


_DAYS = frozenset({"valid_from", "valid_until", "qualified_until"})

_SENTENCES: Mapping[str, Callable[[Facts, Mapping[int, str]], str]] = {
    "facility.added": lambda _f, _n: _("Came into the catalogue."),
    "facility.shipped_facts_loaded": lambda _f, _n: _("A newer catalogue was loaded."),
    "facility.edited": lambda _f, _n: _("Facts or terms were changed."),
    "facility.operator_changed": lambda _f, _n: _("The operator was named."),
    "facility.duty_given": _duty_given,
    "facility.duty_ended": _duty_ended,
    "facility.licence_changed": _licence,
    "facility.holiday_changed": _holiday,
    "facility.run_limit_changed": _run_limit,
    "facility.subsidy_granted": lambda f, _n: _(
        "A programme pays %(percent)s %% of the price of up to %(units)s units.",
        percent=f["percent"],
        units=f["units"],
    ),
    "facility.subsidy_ended": lambda f, _n: _(
        "A programme pays for no more bookings; %(left)s units were left.", left=f["left"]
    ),
    "cleanroom.equipment_validity_changed": _equipment,
    "cleanroom.training_changed": _training,
    "cleanroom.trained_needed_changed": lambda f, _n: _(
        "How many people must be trained for cleanroom %(code)s was changed.", code=f["code"]
    ),
    "cleanroom.added": lambda f, _n: _("Cleanroom %(code)s was added.", code=f["code"]),
    "cleanroom.edited": lambda f, _n: _("Cleanroom %(code)s was changed.", code=f["code"]),
    "cleanroom.retired": lambda f, _n: _("Cleanroom %(code)s takes no new requests.", code=f["code"]),
    "cleanroom.reopened": lambda f, _n: _("Cleanroom %(code)s takes requests again.", code=f["code"]),
    "cleanroom.qualification_changed": lambda f, _n: _(
        "The qualification of cleanroom %(code)s was set.", code=f["code"]
    ),
    "cleanroom.rate_added": lambda f, _n: _(
        "Rate of cleanroom %(code)s for %(kind)s: %(amount)s from %(day)s.", **_rate(f)
    ),
    "cleanroom.rate_withdrawn": lambda f, _n: _(
        "Rate of cleanroom %(code)s for %(kind)s taken back: %(amount)s from %(day)s.", **_rate(f)
    ),
    "segregation.rule_decided": lambda f, _n: _(
        "QA decided on a rule of segregation: %(rule)s.", rule=_rule(f["rule_id"])
    ),
    "segregation.sharing_declared": lambda f, _n: _(
        "QA said what cleanroom %(code)s shares, and whether it is dedicated.", code=f["code"]
    ),
    "cleanroom.changeover_changed": lambda f, _n: _(
        "Changeover days of cleanroom %(code)s were changed.", code=f["code"]
    ),
}
