"""What holds for every page: its headers, its markup, a title of its own, and help where something went wrong."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from portal.app import create_app
from portal.web.files import POLICY as FILE_POLICY
from portal.web.headers import POLICY
from tests.conftest import settings_for
from tests.house.access import TABLE
from tests.house.sending import address_of, who_may
from tests.house.walker import Answer, Walker
from tests.house.world import Person
from tests.page import attributes, check_page, parsed

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
ALIKE = {"accounts.change_password", "accounts.reset"}
"""Two ways to the same thing; nobody has both before them."""

DOORS = frozenset(
    {
        "web.offline",
        "home.show",
        "security.verify",
        "notifications.stop",
        *(f"accounts.{door}" for door in ("register", "sent", "resend", "confirm", "forgot", "reset")),
        *(f"accounts.{door}" for door in ("join", "take_address", "switch")),
    }
)
"""Pages that stand below none: homes, doors of signing in, and where a link in a mail leads."""

TOKEN = re.compile(rb'(csrf[-_]token" (?:value|content))="[^"]*"')
PAGES = tuple(line for line in TABLE if line.method == "GET" and line.may and line.endpoint != "static")


def missing_headers(answer: Answer) -> set[str]:
    """Return the headers that an answer lacks, or has with other words."""
    wanted = dict(HEADERS)
    if answer.headers.get("Content-Security-Policy") == FILE_POLICY and not answer.is_page:
        wanted["Content-Security-Policy"] = FILE_POLICY  # of an uploaded file, which may do nothing at all
    if answer.headers.get("Content-Type", "").startswith("text/calendar") and "ETag" in answer.headers:
        wanted["Cache-Control"] = "private, no-cache"  # of a feed, which its program keeps and asks for again
    return {name for name, value in wanted.items() if answer.headers.get(name) != value}


def title_of(answer: Answer) -> str:
    """Return the title of a page."""
    return " ".join(parsed(answer.text).query("title")[0].to_text().split())


@pytest.mark.parametrize("language", ["en", "sv"])
def test_every_page_is_sound_and_guarded_and_has_a_title_of_its_own(
    sqlite_walker: Walker, language: str, *, proving: bool
) -> None:
    wrong: list[str] = []
    pages: dict[str, set[str]] = defaultdict(set)
    for line in PAGES if language == "en" or proving else PAGES[:: len(PAGES) // 20]:
        path = address_of(sqlite_walker, line, sqlite_walker.world.grounds[0])
        reader = who_may(line) or Person.VISITOR
        answer = sqlite_walker.fetch(reader, path, headers={"Accept-Language": language})
        wrong += [f"{path}: {name} is missing or other" for name in missing_headers(answer)]
        if answer.is_page:
            wrong += _faults(answer, path)
            if line.endpoint not in DOORS and stands_nowhere(answer, path):
                wrong.append(f"{path}: below the first level, and without breadcrumbs")
            pages[title_of(answer)].add("home" if line.endpoint.startswith("home.s") else line.endpoint)
    shared = {title: found for title, found in pages.items() if len(found) > 1 and found != ALIKE}
    assert wrong == []
    assert shared == {}


def stands_nowhere(answer: Answer, path: str) -> bool:
    """Say whether a page lies below what header, account menu and footer lead to, and has no crumbs that lead back."""
    page = parsed(answer.text)
    first_level = {attributes(link)["href"] for link in page.query("header a[href], footer a[href]")}
    return path.partition("?")[0] not in first_level and not page.query(".ap-crumbs a[href]")


def _faults(answer: Answer, path: str) -> list[str]:
    try:
        check_page(answer.text, path)
    except AssertionError as fault:
        return [str(fault)]
    return []


@pytest.mark.parametrize(
    ("path", "method", "code"),
    [
        ("/nowhere", "GET", 404),
        ("/projects/1", "GET", 404),
        ("/theme", "GET", 405),
        ("/login", "POST", 413),
    ],
)
def test_an_error_has_a_page_with_a_way_on(sqlite_walker: Walker, path: str, method: str, code: int) -> None:
    data = {"email": "x" * (13 * 1024 * 1024)} if code == 413 else None
    answer = sqlite_walker.fetch(Person.FOUNDER, path, method=method, data=data)
    assert answer.code == code
    assert missing_headers(answer) == set()
    check_page(answer.text, path)
    assert parsed(answer.text).query("main a[href], main button"), "a page of an error leads on"


@pytest.mark.parametrize("person", Person)
def test_a_page_that_is_not_there_tells_nobody_anything(walker: Walker, person: Person) -> None:
    """What is hidden and what does not exist are answered alike, to the last letter."""
    there = walker.world.grounds[1 if person is not Person.OTHER_FOUNDER else 0].places["resting project"]
    hidden = walker.fetch(person, f"/projects/{there['project_id']}/resume")
    absent = walker.fetch(person, f"/projects/{there['project_id'] + 500}/resume")
    if hidden.code == 403:
        assert person in {Person.ADVISER, Person.GRANTED_ADVISER}
        return
    assert hidden.code == absent.code
    number, other = there["project_id"], there["project_id"] + 500
    assert _without(hidden.content, number) == _without(absent.content, other)


def _without(content: bytes, number: int) -> bytes:
    return TOKEN.sub(rb"\1", content).replace(str(number).encode(), b"")


def test_who_knows_and_may_not_is_told_so(sqlite_walker: Walker) -> None:
    project = sqlite_walker.world.grounds[0].places["project"]
    answer = sqlite_walker.fetch(Person.GRANTED_ADVISER, f"/projects/{project['project_id']}/edit")
    assert answer.code == 403
    assert missing_headers(answer) == set()
    check_page(answer.text, "403")


def test_the_page_of_a_fault_needs_no_database(tmp_path: Path) -> None:
    app = create_app(settings_for(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.sqlite'}", tmp_path))
    client = app.test_client()
    for path in ("/", "/facilities", "/healthz"):
        answer = client.get(path)
        assert answer.status_code == 500
        page = answer.get_data(as_text=True)
        check_page(page, path)
        assert "sqlite" not in page.lower()
        for name, value in HEADERS.items():
            assert answer.headers[name] == value
