"""No link leads whoever is shown it to a page that does not open for them: each reader is walked along the links from home."""

import html
import re
from collections import Counter, deque
from collections.abc import Iterator

import pytest
from werkzeug.exceptions import HTTPException

from tests.house.walker import Walker, walking
from tests.house.world import Person

OF_THEIR_KIND = {Person.OTHER_FOUNDER, Person.OTHER_MANAGER, Person.OTHER_QA}
"""Who differs from somebody else by the ground that they stand on alone."""
TRIED = 2
"""So many records of each address are opened; a link to a third leads to a page like theirs."""
LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]+)"')
FILES = (".csv", ".xlsx", ".json", ".pdf", ".ics", ".odt", ".svg", ".png")
"""What is handed out as a file is no page to go on from."""


@pytest.fixture(scope="module")
def walker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walker]:
    with walking("sqlite", tmp_path_factory.mktemp("links")) as found:
        yield found


@pytest.mark.parametrize("person", [who for who in Person if who not in OF_THEIR_KIND])
def test_every_link_opens_for_whoever_is_shown_it(walker: Walker, person: Person) -> None:
    shut: dict[str, tuple[int, str]] = {}
    opened: Counter[str] = Counter()
    waiting = deque([("/", "the address of the portal")])
    while waiting:
        path, shown_on = waiting.popleft()
        endpoint = endpoint_of(walker, path)
        opened[endpoint] += 1
        if opened[endpoint] > TRIED:
            continue
        answer = walker.fetch(person, path)
        if answer.code >= 400:
            shut[path] = (answer.code, shown_on)
        elif answer.is_page:
            waiting.extend((link, path) for link in links_on(answer.text))
        elif answer.location.startswith("/"):
            waiting.append((answer.location, shown_on))
    assert len(opened) > (10 if person is not Person.NOBODY else 5), "else nobody went anywhere"
    assert shut == {}


def links_on(page: str) -> list[str]:
    """Return where the links of a page lead within the portal, each once, files apart."""
    found = dict.fromkeys(html.unescape(target).split("#")[0] for target in LINK.findall(page))
    return [path for path in found if path.startswith("/") and not path.split("?")[0].endswith(FILES)]


def endpoint_of(walker: Walker, path: str) -> str:
    """Return what answers at an address, or the address where nothing does."""
    try:
        endpoint, _values = walker.app.url_map.bind("localhost").match(path.split("?", maxsplit=1)[0])
    except HTTPException:
        return path
    return str(endpoint)
