"""Every list can be taken along as CSV and as a spreadsheet, and the file holds exactly what the list shows."""

import csv
import io
import re
from collections.abc import Iterator

import pytest

from tests.house.access import TABLE
from tests.house.sending import address_of, who_may
from tests.house.walker import Answer, Walker
from tests.house.world import Person
from tests.page import attributes, parsed
from tests.sheets import rows_of

LISTS: dict[str, tuple[Person, str]] = {
    "projects.index": (Person.FOUNDER, "sort=-name"),
    "projects.teasers": (Person.ADVISER, "phase=preclinical"),
    "bookings.own_requests": (Person.FOUNDER, "state=submitted"),
    "bookings.own_bookings": (Person.FOUNDER, "sort=-project"),
    "bookings.inbox": (Person.MANAGER, "state=submitted"),
    "bookings.facility_bookings": (Person.MANAGER, "state=confirmed"),
    "bookings.closures": (Person.MANAGER, "sort=-start"),
    "charges.own": (Person.FOUNDER, "currency=EUR"),
    "facilities.catalogue": (Person.VISITOR, "sort=-name"),
    "facilities.administer": (Person.ADMINISTRATOR, ""),
    "accounts.people": (Person.ADMINISTRATOR, "role=founder"),
    "accounts.organisations": (Person.ADMINISTRATOR, "sort=-name"),
    "accounts.role_requests": (Person.ADMINISTRATOR, "state=waiting"),
    "partners.catalogue": (Person.VISITOR, "sort=-name"),
    "roadmap.catalogue": (Person.VISITOR, "sort=-name"),
    "reference.show_glossary": (Person.VISITOR, "area=regulatory"),
}
"""Each list, with somebody who has something on it and a filter or an order that leaves some of that."""


def foot_of(answer: Answer) -> tuple[int, dict[str, str]]:
    """Return how many rows a page says that its list has, and where the list can be taken along, by kind."""
    for foot in parsed(answer.text).query(".ap-table-foot"):
        links = [attributes(link)["href"] for link in foot.query("a")]
        matches = [(re.search(r"[./](csv|xlsx)(?:\?|$)", link), link) for link in links]
        files = {match[1]: link for match, link in matches if match}
        count = re.match(r"\s*(\d+)", foot.to_text())
        if files.keys() >= {"csv", "xlsx"} and count is not None:
            return int(count[1]), files
    return 0, {}


def problems(walker: Walker, person: Person, address: str) -> Iterator[str]:
    """Say where the files of a list differ from what the list shows."""
    count, files = foot_of(walker.fetch(person, address))
    if not files:
        return
    sheet = walker.fetch(person, files["csv"])
    rows = list(csv.reader(io.StringIO(sheet.content.decode("utf-8-sig"))))
    book = rows_of(walker.fetch(person, files["xlsx"]).content)
    if not len(rows) == len(book) == count + 1:
        yield f"{address}: {count} rows on the page, {len(rows) - 1} as CSV, {len(book) - 1} as XLSX"
    if book[0] != rows[0] or len(set(rows[0])) < len(rows[0]):
        yield f"{address}: headings {rows[0]} and {book[0]}"


@pytest.mark.parametrize("endpoint", LISTS)
def test_a_file_holds_what_the_filtered_list_shows(sqlite_walker: Walker, endpoint: str) -> None:
    person, asked = LISTS[endpoint]
    address = f"{sqlite_walker.address(endpoint, {})}?{asked}"
    count, files = foot_of(sqlite_walker.fetch(person, address))
    assert count > 0
    assert set(files) == {"csv", "xlsx"}
    assert all(asked in link for link in files.values())
    assert list(problems(sqlite_walker, person, address)) == []


def test_every_list_that_can_be_taken_along_is_the_same_as_a_file(sqlite_walker: Walker) -> None:
    ground = sqlite_walker.world.grounds[0]
    wrong = [
        problem
        for line in TABLE
        if line.method == "GET" and line.may and line.place is None
        for problem in problems(
            sqlite_walker, who_may(line) or Person.VISITOR, address_of(sqlite_walker, line, ground)
        )
    ]
    assert wrong == []
