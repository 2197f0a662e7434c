"""Everybody tries every address: who may gets an answer, others find nothing, change nothing and learn nothing."""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.house.access import STANDING, TABLE, Line, Who
from tests.house.forms import Typed
from tests.house.knowledge import knows
from tests.house.sending import address_of, who_may, whole_form
from tests.house.walker import Answer, Walker
from tests.house.world import COMMON, Ground, Person, Secret

FIRST, SECOND = 0, 1
ABROAD = {
    Person.FOUNDER,
    Person.OTHER_FOUNDER,
    Person.OTHER_MANAGER,
    Person.PAST_DEPUTY,
    Person.QA,
    Person.GRANTED_ADVISER,
}
NOTING = {"notifications.open_message"}
"""Pages that note that they were read."""

FINE = {200, 204, 302, 303, 409, 422}


def test_every_address_stands_in_the_matrix(walker: Walker) -> None:
    there = {
        (rule.endpoint, method)
        for rule in walker.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    known = {(line.endpoint, line.method) for line in TABLE}
    assert sorted(there - known) == [], "addresses that the matrix does not know"
    assert sorted(known - there) == [], "lines for addresses that are not there"


def test_no_line_stands_twice() -> None:
    twice = [name for name, times in Counter(line.name for line in TABLE).items() if times > 1]
    assert twice == []


@pytest.mark.parametrize("line", TABLE, ids=lambda line: line.name)
def test_access(walker: Walker, line: Line, *, proving: bool) -> None:
    with walker.plainly(plain=not proving):
        wrong = list(_wrong(walker, line, proving=proving))
    assert wrong == []


def _wrong(walker: Walker, line: Line, *, proving: bool) -> Iterator[str]:
    yield from (
        f"{person.value}, on the {'second' if number else 'first'} ground ({how}): {problem}"
        for number, ground in enumerate(grounds_of(walker, line, proving=proving))
        for person in Person
        for how, data in tries(walker, line, number, person, proving=proving)
        for problem in problems(walker, line, ground, number, person, how, data)
    )


def grounds_of(walker: Walker, line: Line, *, proving: bool) -> tuple[Ground, ...]:
    """Return the grounds on which a line is tried; the second is made like the first, and is walked on SQLite."""
    first, second = walker.world.grounds
    if line.place is None or line.place in COMMON or not (proving or walker.on_sqlite):
        return (first,)
    return (first, second)


def tries(
    walker: Walker, line: Line, number: int, person: Person, *, proving: bool
) -> Iterator[tuple[str, Typed | None]]:
    """Return what somebody sends: a whole form, and abroad, where they may not, an empty one.

    On the second ground only those walk for whom it is another place than the first; `make prove` tries everything.
    """
    allowed = STANDING[person][number] in line.may
    abroad = number == SECOND and (allowed or person not in ABROAD)
    if not proving and (abroad or not (walker.on_sqlite or _matters_on_postgresql(line, person))):
        return
    if line.method != "POST":
        yield "", None
        return
    if number == FIRST or allowed or proving:
        yield "whole form", whole_form(walker, line, number)
    if not allowed and (number == SECOND or proving):
        yield "empty form", {}


def _matters_on_postgresql(line: Line, person: Person) -> bool:
    """Say whether the engine decides about an answer: not where somebody is turned away by their role alone."""
    return person in {who_may(line), Person.OTHER_FOUNDER, Person.OTHER_MANAGER} or (
        STANDING[person][FIRST] in line.barred and person is Person.GRANTED_ADVISER
    )


def problems(
    walker: Walker,
    line: Line,
    ground: Ground,
    number: int,
    person: Person,
    how: str,
    data: Typed | None,
) -> Iterator[str]:
    """Say everything that is wrong with what somebody got."""
    who = STANDING[person][number]
    path = address_of(walker, line, ground)
    answer = walker.fetch(person, path, method=line.method, data=data)
    if answer.fault is not None:
        yield f"it broke: {answer.fault!r}"
    if who in line.in_vain:
        yield from _problems_of_those_in_vain(answer)
    elif who in line.may:
        yield from _problems_of_the_allowed(line, answer, is_whole=how == "whole form")
    else:
        yield from _problems_of_the_refused(line, who, answer)
    told = {secret for secret in walker.secrets_in(answer, asked=path) if not knows(person, secret)}
    told -= {Secret(ground.owner, what) for what in line.tells}
    if told:
        yield f"they learn {', '.join(f'{secret.what} of {secret.owner}' for secret in sorted(told))}"


def _problems_of_the_allowed(line: Line, answer: Answer, *, is_whole: bool) -> Iterator[str]:
    to_sign_in = is_sign_in(answer) and Who.VISITOR not in line.may
    if answer.code not in FINE or to_sign_in:
        yield f"{answer.code} {answer.location}, although they may"
    elif line.method == "GET" and answer.writes and line.endpoint not in NOTING:
        yield f"reading changed something: {answer.writes[0][:80]}"
    elif is_whole and line.goes and answer.code not in {302, 303}:
        yield f"{answer.code}, although the form is whole: {words_of(answer)}"


def _problems_of_those_in_vain(answer: Answer) -> Iterator[str]:
    if answer.code not in {200, 404, 422}:
        yield f"{answer.code} {answer.location}, although they may not do this"
    if answer.writes:
        yield f"they may not do this, and still changed something: {answer.writes[0][:80]}"


def _problems_of_the_refused(line: Line, who: Who, answer: Answer) -> Iterator[str]:
    if who is Who.VISITOR:
        if not is_sign_in(answer):
            yield f"{answer.code} {answer.location} instead of the way to sign in"
    elif answer.code != (403 if who in line.barred else 404):
        yield f"{answer.code} {answer.location} instead of {403 if who in line.barred else 404}"
    if answer.writes:
        yield f"it was refused and still changed something: {answer.writes[0][:80]}"


def is_sign_in(answer: Answer) -> bool:
    """Say whether an answer leads to where one signs in."""
    return answer.code in {302, 303} and answer.location.split("?")[0].endswith("/login")


def words_of(answer: Answer) -> str:
    """Return what a page complains about, for who reads the failure."""
    from tests.page import parsed

    found = parsed(answer.text).query("[data-part=errors], .errors, .field-error, [role=alert]")
    return " ".join(" ".join(node.to_text().split()) for node in found)[:300]
