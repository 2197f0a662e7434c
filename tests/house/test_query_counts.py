"""No page asks the database more often because there is more to show."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

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

READER_OF_ROADMAPS = Person.GRANTED_ADVISER

SEVERAL = (Person.FOUNDER, Person.VISITOR)
"""Who reads what everybody may, but for the home page, which is everybody's own."""

PAGES = tuple(line for line in TABLE if line.method == "GET" and line.may and line.endpoint != "static")
LISTS = {
    ("GET projects.index", Person.FOUNDER),
    ("GET bookings.own_requests", Person.FOUNDER),
    ("GET bookings.own_bookings", Person.FOUNDER),
    ("GET notifications.messages", Person.FOUNDER),
    ("GET bookings.inbox", Person.MANAGER),
    ("GET bookings.facility_bookings", Person.MANAGER),
    ("GET bookings.closures", Person.MANAGER),
    ("GET projects.teasers", Person.GRANTED_ADVISER),
    ("GET accounts.people", Person.ADMINISTRATOR),
    ("GET accounts.organisations", Person.ADMINISTRATOR),
    ("GET facilities.catalogue", Person.VISITOR),
}
"""Pages that show more in a grown world: else their counts would say nothing."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a page asked of the database, and how long it is."""

    statements: int
    size: int


Pages = dict[tuple[str, Person], Read]


def test_the_number_of_statements_does_not_grow_with_the_world(walker: Walker) -> None:
    """Each page as one reader of every role, and on PostgreSQL as one of them: what is asked differs by role, not by engine."""
    with walker.forgotten() as session:
        add_catalogue(session)
        small = _read(walker)
        grow(session.connection())
        rebuild(session)
        session.commit()
        walker.go(
            READER_OF_ROADMAPS, walker.address("roadmap.portfolio", {})
        )  # a process reads each version once
        big = _read(walker)
    if any(big[key].statements < small[key].statements for key in small):
        with walker.forgotten() as session:
            add_catalogue(session)
            small = _read(walker)  # some of it is asked only the first time
    grown = {
        f"{page} as {reader}": f"{small[page, reader].statements} statements, and {big[page, reader].statements} in a world {TIMES} times as big"
        for page, reader in small
        if big[page, reader].statements > small[page, reader].statements
    }
    assert grown == {}
    same = {key for key in LISTS & small.keys() if big[key].size < 1.2 * small[key].size}
    assert same == set()
    assert walker.on_sqlite is False or small.keys() >= LISTS


def add_catalogue(session: Session) -> None:
    """Add a newer catalogue: that is another state of a page, not more of the same, and so both worlds have one."""
    grow(session.connection(), numbers=[TIMES], only_tables={"roadmap_catalogue"})
    session.commit()


def _read(walker: Walker) -> Pages:
    ground = walker.world.grounds[0]
    found: Pages = {}
    for line in PAGES:
        path = address_of(walker, line, ground)
        readers = _readers(line)
        for reader in readers if walker.on_sqlite else readers[:1]:
            with walker.undone():
                answer = walker.go(reader, path)
            assert answer.code in {200, 302, 303}, f"{path} as {reader.value}: {answer.code} {answer.fault!r}"
            asked = sum(map(_is_question, answer.statements))
            found[line.name, reader] = Read(asked, len(answer.content))
    return found


def _readers(line: Line) -> list[Person]:
    some = SEVERAL if line.may >= ALL and line.endpoint != "home.start" else READERS
    return [person for person in some if STANDING[person][0] in line.may]


def _is_question(statement: str) -> bool:
    return not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))
