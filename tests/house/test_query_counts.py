"""No page asks the database more often because there is more to show."""

from portal.search.keeping import rebuild
from tests.house.access import ALL, STANDING, TABLE, Line
from tests.house.growing import TIMES, grow
from tests.house.sending import address_of
from tests.house.walker import Walker
from tests.house.world import Person

READERS = (
    Person.FOUNDER,
    Person.MANAGER,
    Person.QA,
    Person.QP,
    Person.GRANTED_ADVISER,
    Person.INVESTOR,
    Person.PROVIDER,
    Person.ANALYST,
    Person.ADMINISTRATOR,
    Person.VISITOR,
)
"""One of each role."""

SEVERAL = (Person.FOUNDER, Person.VISITOR)
"""Who reads what everybody may, but for the home page, which is everybody's own."""

VERSIONS = ("roadmap_catalogue",)
"""What does not grow with the data: a newer version of the catalogue is another state of a page, not more of the same."""

PAGES = tuple(line for line in TABLE if line.method == "GET" and line.may and line.endpoint != "static")
Counts = dict[tuple[str, str], int]


def test_the_number_of_statements_does_not_grow_with_the_world(sqlite_walker: Walker) -> None:
    small = _count(sqlite_walker)
    with sqlite_walker.forgotten() as session:
        grow(session.connection(), but=VERSIONS)
        rebuild(session)
        session.commit()
        big = _count(sqlite_walker, inside=True)
    if any(big[key] < small[key] for key in small):
        small = _count(sqlite_walker)  # some of it is asked only the first time
    grown = {
        f"{page} as {reader}": f"{small[page, reader]} statements, and {big[page, reader]} in a world {TIMES} times as big"
        for page, reader in small
        if big[page, reader] > small[page, reader]
    }
    assert grown == {}


def test_every_page_with_a_list_shows_more_of_it_in_a_grown_world(sqlite_walker: Walker) -> None:
    """Else the counts above would say nothing."""
    lists = [
        ("projects.index", Person.FOUNDER),
        ("bookings.own_requests", Person.FOUNDER),
        ("bookings.own_bookings", Person.FOUNDER),
        ("notifications.messages", Person.FOUNDER),
        ("bookings.inbox", Person.MANAGER),
        ("bookings.facility_bookings", Person.MANAGER),
        ("bookings.closures", Person.MANAGER),
        ("projects.teasers", Person.ADVISER),
        ("accounts.people", Person.ADMINISTRATOR),
        ("accounts.organisations", Person.ADMINISTRATOR),
        ("facilities.catalogue", Person.VISITOR),
    ]
    addresses = [(sqlite_walker.address(endpoint, {}), reader) for endpoint, reader in lists]
    small = [len(sqlite_walker.fetch(reader, path).content) for path, reader in addresses]
    with sqlite_walker.forgotten() as session:
        grow(session.connection())
        rebuild(session)
        session.commit()
        big = [len(sqlite_walker.go(reader, path).content) for path, reader in addresses]
    same = [
        path for (path, _), before, after in zip(addresses, small, big, strict=True) if after < 1.2 * before
    ]
    assert same == []


def _count(walker: Walker, *, inside: bool = False) -> Counts:
    ground = walker.world.grounds[0]
    found: Counts = {}
    for line in PAGES:
        path = address_of(walker, line, ground)
        for reader in _readers(line):
            answer = walker.go(reader, path) if inside else walker.fetch(reader, path)
            assert answer.code in {200, 302, 303}, f"{path} as {reader.value}: {answer.code} {answer.fault!r}"
            found[line.name, reader.value] = sum(map(_is_question, answer.statements))
    return found


def _readers(line: Line) -> list[Person]:
    some = SEVERAL if line.may >= ALL and line.endpoint != "home.start" else READERS
    return [person for person in some if STANDING[person][0] in line.may]


def _is_question(statement: str) -> bool:
    return not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))
