"""A form that comes from elsewhere is refused before anything looks at it."""

from collections.abc import Iterator

import pytest

from tests.house.access import TABLE, Line
from tests.house.sending import address_of, who_may, whole_form
from tests.house.walker import Walker
from tests.house.world import Person
from tests.page import check_page

BY_MAIL_PROGRAMS = {"notifications.stopped"}
"""What a mail program sends (RFC 8058): the signed address itself is the token, and it does one thing only."""

FORMS = tuple(line for line in TABLE if line.method == "POST" and line.endpoint not in BY_MAIL_PROGRAMS)


@pytest.fixture
def guarded(sqlite_walker: Walker) -> Iterator[Walker]:
    """Return somebody whose forms need their token."""
    for line in FORMS:
        whole_form(sqlite_walker, line, 0)
    sqlite_walker.app.config["WTF_CSRF_ENABLED"] = True
    yield sqlite_walker
    sqlite_walker.app.config["WTF_CSRF_ENABLED"] = False


def test_no_form_is_taken_without_its_token(guarded: Walker) -> None:
    wrong = [f"{line.name}: {problem}" for line in FORMS if (problem := _taken(guarded, line))]
    assert wrong == []


def test_a_form_is_taken_with_its_token(guarded: Walker) -> None:
    client = guarded.app.test_client()
    with guarded.forgotten():
        page = client.get("/login").get_data(as_text=True)
        token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
        ground = guarded.world.grounds[0]
        sent = {"email": ground.values["address"], "password": ground.values["password"]}
        assert client.post("/login", data={**sent, "csrf_token": token}).status_code == 302
        assert client.post("/login", data={**sent, "csrf_token": f"{token}x"}).status_code == 400


def _taken(walker: Walker, line: Line) -> str | None:
    path = address_of(walker, line, walker.world.grounds[0])
    sent = whole_form(walker, line, 0)
    answer = walker.fetch(who_may(line) or Person.FOUNDER, path, method="POST", data=sent)
    if answer.code != 400:
        return f"{answer.code} {answer.location}"
    if answer.writes:
        return f"changed something: {answer.writes[0][:80]}"
    check_page(answer.text, path)
    return None
