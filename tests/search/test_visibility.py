"""What somebody finds is what they may open, no more and no less; asked for every kind and everybody of the world."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest
from sqlalchemy import select

from portal.accounts.models import Organisation, User
from portal.bookings.models import Booking, SlotRequest
from portal.partners.models import Partner
from portal.projects.models import Project
from portal.search.queries import Kind
from portal.store import Base
from tests.engines import ENGINES
from tests.house.walker import Walker, walking
from tests.house.world import Person

OPENED_AT: dict[Kind, tuple[type[Base], tuple[str, ...]]] = {
    Kind.PROJECT: (Project, ("/projects/{}",)),
    Kind.REQUEST: (SlotRequest, ("/requests/{}", "/inbox/{}")),
    Kind.BOOKING: (Booking, ("/my-bookings/{}", "/bookings/{}")),
    Kind.PARTNER: (Partner, ("/partners/{}", "/support/offers/{}")),
    Kind.ORGANISATION: (Organisation, ("/organisations/{}",)),
    Kind.PERSON: (User, ("/admin/people/{}",)),
}
"""Where each kind of record is opened, by those who may."""

ON_POSTGRESQL = {Person.FOUNDER, Person.MANAGER, Person.GRANTED_ADVISER, Person.ADMINISTRATOR}
"""Whose predicates are of every sort; the others differ by role alone."""


WALKS = [
    *(("sqlite", person) for person in Person if person is not Person.VISITOR),
    *(("postgresql", person) for person in sorted(ON_POSTGRESQL)),
]


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Walker]]:
    with ExitStack() as opened:
        yield cache(
            lambda name: opened.enter_context(walking(name, tmp_path_factory.mktemp(f"search-{name}")))
        )


@pytest.fixture(params=ENGINES)
def walker(request: pytest.FixtureRequest, worlds: Callable[[str], Walker]) -> Walker:
    return worlds(request.param)


def paths_found(walker: Walker, person: Person, question: str, kind: Kind) -> set[str]:
    found: set[str] = set()
    for page in range(1, 10):
        answer = walker.fetch(person, f"/search?q={question}&kind={kind}&page={page}")
        assert answer.code == 200
        main = answer.text.split("<main", 1)[1]
        hits = set(re.findall(r'ap-found__t">\s*<a href="([^"]+)"', main))
        if not hits:
            return found
        found |= hits
    raise AssertionError("more pages than this world can fill")


def ids_of(walker: Walker, model: type[Base]) -> list[int]:
    with walker.forgotten() as session:
        return list(session.scalars(select(model.id).order_by(model.id)))


@pytest.mark.parametrize("kind", OPENED_AT)
@pytest.mark.parametrize(("engine", "person"), WALKS)
def test_what_is_found_can_be_opened_and_what_can_be_opened_is_found(
    worlds: Callable[[str], Walker], engine: str, person: Person, kind: Kind
) -> None:
    walker, (model, pages) = worlds(engine), OPENED_AT[kind]
    ids = ids_of(walker, model)
    with walker.plainly():
        may_open = {
            path
            for page in pages
            for path in (page.format(record_id) for record_id in ids)
            if walker.fetch(person, path).code == 200
        }
    found = paths_found(walker, person, "xq", kind)
    assert found - may_open == set(), "found, and not to be opened"
    numbers = {path.rsplit("/", 1)[1] for path in found}
    missed = {path for path in may_open if path.rsplit("/", 1)[1] not in numbers}
    assert missed == set(), "to be opened, and not found"


def test_a_visitor_finds_what_is_published_where_it_is_published(walker: Walker) -> None:
    (path,) = paths_found(walker, Person.VISITOR, "xq", Kind.PROJECT)
    answer = walker.fetch(Person.VISITOR, path.replace("&amp;", "&"))
    assert answer.code == 200
    assert "Xqgammaxteaserx" in answer.text


def test_a_common_word_tells_nobody_of_what_they_may_not_open(walker: Walker) -> None:
    """Labels of closed lists are on every project: the count must be that of what one sees."""
    counts = {
        person: len(paths_found(walker, person, "haematology", Kind.PROJECT))
        for person in (Person.VISITOR, Person.ANALYST, Person.INVESTOR, Person.ADVISER)
    }
    assert counts[Person.VISITOR] == counts[Person.ANALYST] == 1
    assert counts[Person.INVESTOR] == 4  # two are published to investors, and two were sent to this one
    assert counts[Person.ADVISER] > 4
