"""What somebody finds is what they may open, no more and no less; asked for every kind and everybody of the world."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from portal.accounts.models import Organisation, SignIn, User
from portal.accounts.tokens import digest_of
from portal.bookings.models import Booking, SlotRequest
from portal.campaigns.models import Campaign, Run
from portal.gates.models import Dossier
from portal.matching.models import Introduction
from portal.notifications.models import Message
from portal.partners.models import Partner
from portal.projects.models import Project
from portal.roadmap.models import MarketAccess, Referral, Right
from portal.search.queries import Kind
from tests.engines import ENGINES
from tests.house.walker import Walker, walking
from tests.house.world import Person

OPENED_AT: dict[Kind, tuple[InstrumentedAttribute[int], tuple[str, ...]]] = {
    Kind.PROJECT: (Project.id, ("/projects/{}",)),
    Kind.REQUEST: (SlotRequest.id, ("/requests/{}", "/inbox/{}")),
    Kind.BOOKING: (Booking.id, ("/my-bookings/{}", "/bookings/{}")),
    Kind.CAMPAIGN: (Campaign.id, ("/campaigns/{}", "/campaigns/{}/part")),
    Kind.RUN: (Run.booking_id, ("/runs/{}",)),
    Kind.GATE: (Dossier.id, ("/gates/{}/gmp_entry",)),
    Kind.INTRODUCTION: (Introduction.id, ("/introductions/{}",)),
    Kind.REFERRAL: (Referral.id, ("/referrals/{}",)),
    Kind.MARKET_ACCESS: (MarketAccess.project_id, ("/projects/{}/market-access",)),
    Kind.RIGHT: (Right.project_id, ("/projects/{}/rights",)),
    Kind.PARTNER: (Partner.id, ("/partners/{}", "/support/offers/{}")),
    Kind.ORGANISATION: (Organisation.id, ("/organisations/{}",)),
    Kind.PERSON: (User.id, ("/admin/people/{}",)),
}
"""Which number stands in the address where each kind of record is opened, by those who may."""

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


def numbers_of(walker: Walker, column: InstrumentedAttribute[int]) -> list[int]:
    with walker.forgotten() as session:
        return list(session.scalars(select(column).distinct().order_by(column)))


def number_in(path: str) -> str:
    match = re.search(r"/(\d+)", path)
    assert match is not None
    return match[1]


@pytest.mark.parametrize("kind", OPENED_AT)
@pytest.mark.parametrize(("engine", "person"), WALKS)
def test_what_is_found_can_be_opened_and_what_can_be_opened_is_found(
    worlds: Callable[[str], Walker], engine: str, person: Person, kind: Kind
) -> None:
    walker, (column, pages) = worlds(engine), OPENED_AT[kind]
    ids = numbers_of(walker, column)
    with walker.plainly():
        may_open = {
            path
            for page in pages
            for path in (page.format(record_id) for record_id in ids)
            if walker.fetch(person, path).code == 200
        }
    found = paths_found(walker, person, "xq", kind)
    assert found - may_open == set(), "found, and not to be opened"
    numbers = {number_in(path) for path in found}
    missed = {path for path in may_open if number_in(path) not in numbers}
    assert missed == set(), "to be opened, and not found"


def test_each_kind_of_work_is_found_by_somebody(worlds: Callable[[str], Walker]) -> None:
    """Else the test above would say nothing of it."""
    walker = worlds("sqlite")
    for kind in OPENED_AT:
        some = (Person.FOUNDER, Person.ADMINISTRATOR)
        assert any(paths_found(walker, person, "xq", kind) for person in some), kind


@pytest.mark.parametrize("person", [Person.FOUNDER, Person.MANAGER, Person.OTHER_MANAGER, Person.INVESTOR])
def test_messages_are_found_by_what_they_are_about_and_only_by_who_got_them(
    walker: Walker, person: Person
) -> None:
    found = {int(number_in(path)) for path in paths_found(walker, person, "xq", Kind.MESSAGE)}
    reader = user_of(walker, person)
    with walker.forgotten() as session:
        got = set(session.scalars(select(Message.id).where(Message.recipient_id == reader)))
    assert found
    assert found <= got
    for number in found:
        assert walker.fetch(person, f"/messages/{number}").code == 303


def user_of(walker: Walker, person: Person) -> int:
    with walker.forgotten() as session:
        digest = digest_of(walker.world.sign_ins[person])
        return session.scalars(select(SignIn.user_id).where(SignIn.token_digest == digest)).one()


def test_a_facility_does_not_find_a_chain_by_what_its_founder_calls_it(walker: Walker) -> None:
    assert paths_found(walker, Person.FOUNDER, "xqalphaxroadmapx", Kind.CAMPAIGN)
    assert not paths_found(walker, Person.MANAGER, "xqalphaxroadmapx", Kind.CAMPAIGN)
    assert paths_found(walker, Person.MANAGER, "xqalphaxworkx", Kind.CAMPAIGN)


def test_a_referral_is_found_by_the_words_that_its_reader_reads_there(walker: Walker) -> None:
    asked = {
        who: paths_found(walker, who, "help+xqalphaxaskedx", Kind.REFERRAL)
        for who in Person
        if who != "visitor"
    }
    assert asked[Person.FOUNDER]
    assert asked[Person.FOUNDER] == asked[Person.PROVIDER]
    assert {who for who, found in asked.items() if found} == {Person.FOUNDER, Person.PROVIDER}
    proposed = {who: paths_found(walker, who, "they+know", Kind.REFERRAL) for who in asked}
    assert len(proposed[Person.FOUNDER]) == 1
    assert proposed[Person.FOUNDER] == proposed[Person.GRANTED_ADVISER]
    assert not proposed[Person.PROVIDER]
    assert not proposed[Person.ADVISER]


def test_a_hit_among_referrals_shows_no_words_of_another_side(walker: Walker) -> None:
    shown = {
        who: walker.fetch(who, "/search?q=xq&kind=referrals").text
        for who in (Person.FOUNDER, Person.GRANTED_ADVISER, Person.PROVIDER)
    }
    assert "They know it." in shown[Person.FOUNDER]
    assert "They know it." in shown[Person.GRANTED_ADVISER]
    assert "They know it." not in shown[Person.PROVIDER]


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
