"""Every list can be taken along as CSV and as a spreadsheet, and the file holds exactly what the list shows."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, timedelta
from threading import Event

import pytest

from portal.jobs import long_files
from portal.jobs.long_work import do_waiting
from portal.web import making
from tests.house.access import TABLE
from tests.house.forms import forms_on
from tests.house.sending import address_of, who_may
from tests.house.walker import Answer, Walker
from tests.house.world import Person
from tests.page import attributes, parsed
from tests.sheets import table_of

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
    "campaigns.index": (Person.FOUNDER, "sort=-name"),
    "gates.matrix": (Person.MANAGER, "sort=-facility"),
    "roadmap.referrals": (Person.FOUNDER, "sort=-state"),
    "roadmap.portfolio": (Person.GRANTED_ADVISER, "sort=-name"),
    "matching.desk": (Person.ADVISER, "sort=-phase"),
    "matching.list_rounds": (Person.ADVISER, "sort=-made"),
    "partners.index": (Person.ADVISER, "kind=support"),
    "notifications.messages": (Person.FOUNDER, "show=unread"),
    "jobs.index": (Person.FOUNDER, ""),
}
"""Each list, with somebody who has something on it and a filter or an order that leaves some of that."""


FOR_MACHINES = frozenset({"/projects"})
"""Lists whose file has everything that is stated, in the words in which it is imported again."""
BESIDES: dict[str, frozenset[str]] = {
    "/admin/role-requests": frozenset({"State"}),
    "/charges": frozenset({"Customer", "Legal name", "Invoice reference"}),
    "/facilities": frozenset({"State"}),
    "/my-bookings": frozenset({"Time zone", "Cleanroom"}),
    "/requests": frozenset({"Kind of run", "Time zone", "Cleanroom"}),
    "/steps": frozenset({"Source", "Summary"}),
    "/support": frozenset({"source", "confidence"}),
}
"""Columns of a list's file that its page leaves to the record, or shows otherwise, by its path."""
MADE_AT_ONCE = frozenset({"projects.index", "jobs.index"})
"""Lists whose file is always made at once, and the one in which the making itself is a row."""
FIRST_DAY = date(1899, 12, 30)
"""The day 0 of a workbook."""


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
    page = walker.fetch(person, address)
    count, files = foot_of(page)
    if not files:
        return
    sheet = walker.fetch(person, files["csv"])
    rows = list(csv.reader(io.StringIO(sheet.content.decode("utf-8-sig"))))
    book = table_of(walker.fetch(person, files["xlsx"]).content)
    if not len(rows) == len(book) == count + 1:
        yield f"{address}: {count} rows on the page, {len(rows) - 1} as CSV, {len(book) - 1} as XLSX"
    if book[0] != rows[0] or len(set(rows[0])) < len(rows[0]):
        yield f"{address}: headings {rows[0]} and {book[0]}"
    yield from (
        f"{address}: {cell!r} as XLSX, {written!r} as CSV"
        for cells, line in zip(book[1:], rows[1:], strict=False)
        for cell, written in zip(cells, line, strict=True)
        if not same(cell, written.removeprefix("'"))
    )
    path = address.split("?", maxsplit=1)[0]
    if path in FOR_MACHINES:
        return
    yield from (
        f"{address}: row {number} of the file says {word!r} under {head}, and that of the page {sorted(shown)!r}"
        for number, (shown, line) in enumerate(zip(lines_of(page), rows[1:], strict=False), start=1)
        for head, cell in zip(rows[0], line, strict=True)
        if head not in BESIDES.get(path, frozenset())
        for word in sorted(words_of(cell) - shown)
    )


def same(cell: str, written: str) -> bool:
    """Say whether a cell of a workbook is what CSV writes; a day is a number there, with the moment as its fraction."""
    if re.match(r"\d{4}-\d{2}-\d{2}", written) and re.fullmatch(r"[\d.]+", cell):
        return FIRST_DAY + timedelta(days=int(float(cell))) == date.fromisoformat(written[:10])
    return cell == written or (bool(cell) and bool(written) and numbers(cell, written))


def numbers(cell: str, written: str) -> bool:
    """Say whether both are the same number."""
    try:
        return abs(float(cell) - float(written)) < 1e-9
    except ValueError:
        return False


def words_of(text: str) -> set[str]:
    """Return what is said in words; figures and days are written otherwise on a page."""
    return {word.casefold() for word in re.findall(r"[^\W\d_]{4,}", re.sub(r"\S*T\d\d:\d\d\S*", "", text))}


def lines_of(page: Answer) -> list[set[str]]:
    """Return what each row of the page's list says in words."""
    return [words_of(row.to_text()) for row in parsed(page.text).query(".ap-panel.ap-scroll tbody tr")]


@pytest.mark.parametrize("endpoint", LISTS)
def test_a_file_holds_what_the_filtered_list_shows(walker: Walker, endpoint: str) -> None:
    person, asked = LISTS[endpoint]
    address = f"{walker.address(endpoint, {})}?{asked}"
    count, files = foot_of(walker.fetch(person, address))
    assert count > 0
    assert set(files) == {"csv", "xlsx"}
    assert all(asked in link for link in files.values())
    assert list(problems(walker, person, address)) == []


def test_a_long_list_is_the_same_file_made_in_the_background(
    sqlite_walker: Walker, monkeypatch: pytest.MonkeyPatch
) -> None:
    walker = sqlite_walker
    wrong = []
    for endpoint, (person, asked) in LISTS.items():
        if person is Person.VISITOR or endpoint in MADE_AT_ONCE:
            continue
        files = foot_of(walker.fetch(person, f"{walker.address(endpoint, {})}?{asked}"))[1]
        at_once = walker.fetch(person, files["xlsx"])
        with walker.forgotten(), monkeypatch.context() as patch:
            patch.setattr(making, "AT_ONCE", dict.fromkeys(making.AT_ONCE, 0))
            patch.setattr(making, "STEP", 2)
            forms = forms_on(walker.go(person, files["xlsx"]).text, endpoint)
            form = next(one for one in forms if one.action == "/long-files")
            place = walker.go(person, form.action, method="POST", data=form.values).location
            with walker.app.app_context():
                do_waiting(walker.app, "host:1", Event(), kinds=long_files.WORK)
            made = walker.go(person, f"/long-files/{place.rpartition('/')[2]}")
        if made.code != 200 or table_of(made.content) != table_of(at_once.content):
            wrong.append(f"{endpoint}: {made.code} {made.text[:200] if made.is_page else ''}")
    assert wrong == []


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
