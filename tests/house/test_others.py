"""What others have does not change a letter of what one reads, and two ids that do not belong together lead nowhere."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from portal.store import Base
from tests.house.access import STANDING, TABLE, Line
from tests.house.growing import grow
from tests.house.knowledge import knows
from tests.house.sending import address_of, who_may, whole_form
from tests.house.walker import Walker
from tests.house.world import OWNERS, Person, Secret, unpacked

TIMES_OF_DAY = re.compile(rb"\d\d:\d\d(:\d\d(\.\d+)?)?|T\d{6}Z")
TOKEN = re.compile(rb'(csrf[-_]token" (?:value|content))="[^"]*"')
LEFT_OUT = {
    "projects.pipeline",  # counts of all projects, in which nobody can be told apart; tested where they are made
    "projects.pipeline_csv",
    "accounts.add_authenticator",  # shows a new secret each time
    "notifications.open_message",  # leads on, and notes that it was read
    *(
        "matching.matches",
        "matching.show",
    ),  # rank by what partners answered and have room for; tested beside it
}
RANKED = {"matching.matches", "matching.show"}

STRANGERS = (Person.VISITOR, Person.FOUNDER, Person.MANAGER, Person.PROVIDER)
"""Who has nothing to do with beta."""

TELLING = {
    *("projects.show", "projects.facts", "projects.team", "projects.teasers"),
    *("bookings.show_request", "bookings.in_inbox", "bookings.show_own_booking", "bookings.show_booking"),
    *("accounts.people", "accounts.organisations"),
}
"""Pages on which those who may find what nobody else does."""

OF_BOTH = ("referral", "referral_message", "project_grant", "message")
"""What beta asks of the provider, shows for it, and of which the provider is told, is the provider's own."""

TAKING_ROOM = ("block", "booking", "closure", "move_proposal", "run")
ELSEWHERE: Mapping[str, Any] = {"programme_id": "lv_innovation_office"}
"""Another of what both grounds share."""

WORDS = {"item_id", "step_id", "rule_id"}
"""Ids of what the portal ships, which lie in every record alike."""

MEETINGS = {"roadmap.ask_partner", "roadmap.propose_help"}
"""Addresses whose two records do not lie in each other."""

PAGES = tuple(line for line in TABLE if line.method == "GET")


def test_two_ids_that_do_not_belong_together_lead_nowhere(walker: Walker) -> None:
    nested = {line: ids for line in TABLE if len(ids := _ids_of(walker, line)) > 1}
    assert len(nested) > 50
    assert [
        problem for line, ids in nested.items() for problem in _problems_of_mixing(walker, line, ids)
    ] == []


def _ids_of(walker: Walker, line: Line) -> tuple[str, ...]:
    """Return what in a line's address names a record, the outer before the inner; words of a checklist belong to all."""
    if line.endpoint in MEETINGS:
        return ()
    rule = next(
        rule for rule in walker.app.url_map.iter_rules(line.endpoint) if line.method in (rule.methods or ())
    )
    named = [name for name in re.findall(r"<(?:\w+:)?(\w+)>", rule.rule) if name in rule.arguments]
    return tuple(name for name in named if name.endswith(("_id", "slug")) and name not in WORDS)


def _problems_of_mixing(walker: Walker, line: Line, ids: tuple[str, ...]) -> Iterator[str]:
    """Say what somebody who may finds at what lies in one record under the address of another, either way round."""
    first, second = walker.world.grounds
    place = line.place or ""
    here, there = first.places[place], {**second.places[place], **ELSEWHERE}
    reader = who_may(line)
    assert reader is not None
    for strange in ({ids[-1]}, set(ids[:-1])):
        mixed = {name: there[name] if name in strange else value for name, value in here.items()}
        if mixed == here:
            continue
        path = walker.address(line.endpoint, mixed, line.method)
        sent = whole_form(walker, line, 0) if line.method == "POST" else None
        answer = walker.fetch(reader, path, method=line.method, data=sent)
        is_barred = STANDING[reader][1] in line.barred and ids[-1] not in strange
        if answer.code != (403 if is_barred else 404) or answer.writes:
            yield f"{line.method} {path}: {answer.code} {answer.location} {answer.writes[:1]}"
        if {secret for secret in walker.secrets_in(answer, asked=path) if not knows(reader, secret)}:
            yield f"{line.method} {path} tells something"


@pytest.mark.parametrize("person", STRANGERS)
def test_what_others_have_changes_no_letter(sqlite_walker: Walker, person: Person) -> None:
    assert _changed(sqlite_walker, person, [line for line in PAGES if line.endpoint not in LEFT_OUT]) == []


def test_what_others_have_changes_no_letter_of_ones_matches_while_partners_have_room(
    sqlite_walker: Walker,
) -> None:
    """Only what partners answer to others, and the places that they give them, may change a ranking."""
    introductions = [name for name in Base.metadata.tables if name.startswith("introduction")]
    ranked = [line for line in PAGES if line.endpoint in RANKED]
    assert {line.endpoint for line in ranked if STANDING[Person.FOUNDER][0] in line.may} == RANKED
    hanging = (*introductions, "adviser_note", "meeting_invitation")
    assert _changed(sqlite_walker, Person.FOUNDER, ranked, but=hanging) == []


def _changed(walker: Walker, person: Person, lines: Sequence[Line], *, but: Sequence[str] = ()) -> list[str]:
    """Return which pages read otherwise for somebody once beta has more of everything, but for some tables."""
    before = _pages(walker, person, lines)
    with walker.forgotten() as session:
        code = 700 + OWNERS.index("beta")
        grow(
            session.connection(),
            but=(*TAKING_ROOM, *OF_BOTH, *but),
            only=range(code * 100_000, (code + 1) * 100_000),
        )
        session.commit()
        after = _pages(walker, person, lines, inside=True)
    return [path for path in before if before[path] != after[path]]


def test_everybody_finds_what_is_theirs(sqlite_walker: Walker) -> None:
    """Else it would say nothing that they never find what is not."""
    found = {
        person: set().union(
            *(
                sqlite_walker.secrets_in(
                    sqlite_walker.fetch(
                        person, address_of(sqlite_walker, line, sqlite_walker.world.grounds[0])
                    )
                )
                for line in PAGES
                if STANDING[person][0] in line.may and line.endpoint in TELLING
            )
        )
        for person in (
            Person.FOUNDER,
            Person.MANAGER,
            Person.GRANTED_ADVISER,
            Person.INVESTOR,
            Person.ADMINISTRATOR,
        )
    }
    everything = (
        "organisation",
        "person",
        "project",
        "teaser",
        "process",
        "team",
        "money",
        "words",
        "work",
        "price",
    )
    assert {Secret("alpha", what) for what in everything} <= found[Person.FOUNDER]
    shown = set(everything) - {"money"}
    assert {Secret("alpha", what) for what in shown} | {Secret("eff", "work")} <= found[Person.MANAGER]
    granted = set(everything) - {"words", "work", "price"}
    assert {Secret("alpha", what) for what in granted} <= found[Person.GRANTED_ADVISER]
    assert {Secret("delta", "teaser"), Secret("gamma", "money")} <= found[Person.INVESTOR]
    assert {Secret("beta", "address"), Secret("eff", "person")} <= found[Person.ADMINISTRATOR]


def _pages(
    walker: Walker, person: Person, lines: Sequence[Line], *, inside: bool = False
) -> dict[str, bytes]:
    """Return everything that somebody can read, but for the time of day and the tokens of forms."""
    found = {}
    for line in lines:
        standing = STANDING[person][0]
        is_workbook = (line.place or "").endswith("as XLSX")  # which says when it was written
        is_landing = (
            line.endpoint == "home.start" and person is Person.VISITOR
        )  # which counts, as the pipeline does
        if standing not in line.may or is_workbook or is_landing:
            continue
        path = address_of(walker, line, walker.world.grounds[0])
        answer = walker.go(person, path) if inside else walker.fetch(person, path)
        first, *packed = unpacked(answer.content)  # a file says when it was written, in its own way
        found[path] = TIMES_OF_DAY.sub(b"", TOKEN.sub(rb"\1", b"\n".join(packed or [first])))
    return found
