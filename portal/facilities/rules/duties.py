"""Who answers for a facility on which day, and that it is never left without a manager."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from portal.core.actors import Role
from portal.core.errors import Reason

DUTIES = (Role.FACILITY_MANAGER, Role.QA, Role.QP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """That a person holds a role from a day to another, both included; without an end it goes on."""

    user_id: int
    role: Role
    starts_on: date
    ends_on: date | None = None
    stands_in_for_id: int | None = None
    duty_id: int | None = None

    def covers(self, day: date) -> bool:
        """Say whether it holds on a day."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def meets(self, other: "Term") -> bool:
        """Say whether the two share any day."""
        return (other.ends_on is None or self.starts_on <= other.ends_on) and (
            self.ends_on is None or other.starts_on <= self.ends_on
        )


def first_day_without(terms: Iterable[Term], since: date) -> date | None:
    """Return the first day from `since` on that no term covers, or None if there is none."""
    day = since
    for term in sorted(terms, key=lambda term: term.starts_on):
        if term.starts_on > day:
            return day
        if term.ends_on is None:
            return None
        day = max(day, term.ends_on + timedelta(days=1))
    return day


def reasons_against_duty(
    new: Term, *, held: Collection[Term], members: Collection[int], today: date
) -> list[Reason]:
    """Return what stands against giving a duty.

    `held` are the duties at the facility, `members` the people of its operator's organisation.
    """
    reasons = []
    if new.role not in DUTIES:
        reasons.append(Reason("no_duty_of_a_facility", {"role": new.role}, field="role"))
    if new.user_id not in members:
        reasons.append(Reason("not_a_member_of_the_operator", field="user_id"))
    if new.starts_on < today:
        reasons.append(
            Reason("duty_starts_in_the_past", {"day": new.starts_on, "today": today}, field="starts_on")
        )
    if new.ends_on is not None and new.ends_on < new.starts_on:
        reasons.append(
            Reason("duty_ends_before_start", {"start": new.starts_on, "end": new.ends_on}, field="ends_on")
        )
    elif any(term.user_id == new.user_id and term.role == new.role and term.meets(new) for term in held):
        reasons.append(Reason("duty_held_already", {"role": new.role}, field="user_id"))
    return [*reasons, *_reasons_against_standing_in(new, held)]


def ended(terms: Iterable[Term], duty_id: int, last_day: date) -> list[Term]:
    """Return the terms with one of them ended; one that would end before it begins is gone."""
    shortened = [replace(term, ends_on=last_day) if term.duty_id == duty_id else term for term in terms]
    return [term for term in shortened if term.ends_on is None or term.starts_on <= term.ends_on]


def reasons_against_ending(
    held: Collection[Term], duty_id: int, last_day: date, *, members: Collection[int], today: date
) -> list[Reason]:
    """Return what stands against giving a duty its last day.

    It can't end later than it does already, nor leave the facility without a manager sooner than it would be anyway.
    """
    known = next(term.ends_on for term in held if term.duty_id == duty_id)
    if known is not None and last_day >= known:
        return [Reason("duty_ends_already", {"day": known}, field="last_day")]
    counted = [term for term in held if term.role is Role.FACILITY_MANAGER and term.user_id in members]
    gap_before = first_day_without(counted, today)
    gap = first_day_without(ended(counted, duty_id, last_day), today)
    if gap is None or (gap_before is not None and gap_before <= gap):
        return []
    return [Reason("facility_without_manager", {"day": gap})]


def _reasons_against_standing_in(new: Term, held: Collection[Term]) -> list[Reason]:
    if new.stands_in_for_id is None:
        return []
    reasons = []
    if new.ends_on is None:
        reasons.append(Reason("deputy_needs_an_end", field="ends_on"))
    own = [
        term
        for term in held
        if term.user_id == new.stands_in_for_id and term.role == new.role and term.stands_in_for_id is None
    ]
    if new.stands_in_for_id == new.user_id:
        reasons.append(Reason("stands_in_for_oneself", field="stands_in_for_id"))
    elif not any(term.covers(new.starts_on) for term in own):
        reasons.append(
            Reason(
                "absent_person_holds_no_such_duty",
                {"role": new.role, "day": new.starts_on},
                field="stands_in_for_id",
            )
        )
    return reasons
