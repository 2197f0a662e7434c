"""Whatever somebody writes into an address or a form, the portal never breaks, and changes nothing that it refuses."""

import io
import re
from collections.abc import Iterator
from urllib.parse import quote, urlsplit
from zlib import crc32

import pytest
from werkzeug.routing import Rule

from tests.house.access import TABLE, Line
from tests.house.forms import Typed
from tests.house.sending import address_of, offered, who_may, whole_form
from tests.house.walker import Answer, Walker
from tests.house.world import COMMON, Person

PART = re.compile(r"<(?:[^<>:]*:)?(?P<name>\w+)>")
LONG = 10_000
VERY_LONG = 100_000

ODD_WORDS = (
    "",
    "\x00",
    "-1",
    "0",
    "9" * 30,
    "٣",
    "²",
    "1e309",
    "NaN",
    "9999-99-99",
    "1890-01-01",
    "2999-12-31",
    "';drop table project;--",
    "<script>alert(1)</script>",
    "\U0001f9ea\u202e\ufeff",
    "%s%(x)s{{7*7}}",
    "//evil.example/",
    "x" * LONG,
)
"""What people, scanners and mistakes put where something else belongs."""

QUERY_NAMES = (
    *("page", "sort", "q", "text", "state", "kind", "role", "phase", "class", "area", "on_hold", "archived"),
    *("from", "to", "facility", "room", "rooms", "project", "like", "window", "when", "week", "next", "v"),
    *(
        "country",
        "grade",
        "bsl",
        "vector_level",
        "equipment",
        "requests",
        "code",
        "language",
        "zoom",
        "first",
    ),
)
"""What stands after the question mark somewhere in the portal."""

ODD_IDS = ("0", "2147483647", "2147483648", "9" * 30, "-1", "abc", "1.5", "%00", "%F0%9F%A7%AA", "..%2F", " ")
ODD_SLUGS = ("nowhere", "%00", "%2E%2E", "%F0%9F%A7%AA", "x" * LONG, "'--", "%FF%FE")

TYPED = (
    "\x00",
    "\U0001f9ea\u202e",
    "x" * VERY_LONG,
    "-1",
    "9" * 40,
    "1890-01-01",
    "2999-01-01",
    "2027-02-31",
    "NaN",
    "٣",
    "<script>alert(1)</script>",
    "a\nb\tc",
    " ",
    "0",
)
"""What is typed into a field that expects something else."""

PAGES = tuple(line for line in TABLE if line.method == "GET" and line.may)
FORMS = tuple(line for line in TABLE if line.method == "POST" and line.may)
RECORDS = tuple(line for line in TABLE if line.place is not None and line.place not in COMMON)


@pytest.mark.parametrize("line", RECORDS, ids=lambda line: line.name)
def test_an_address_that_leads_nowhere_says_so(walker: Walker, line: Line, *, proving: bool) -> None:
    if not (walker.on_sqlite or proving or "int" in _kinds(walker, line)):
        pytest.skip("a slug is a text like any other")
    person = who_may(line) or Person.FOUNDER
    wrong = []
    for path in _wrong_addresses(walker, line, all_of_it=proving):
        answer = walker.fetch(person, path, method=line.method, data={} if line.method == "POST" else None)
        fine = {302, 303, 308, 400, 404, 405} | ({422} if line.method == "POST" else set())
        if answer.code not in fine or answer.fault is not None:
            wrong.append(f"{path[:120]}: {answer.code} {answer.fault!r}")
        if answer.writes:
            wrong.append(f"{path[:120]}: changed something: {answer.writes[0][:80]}")
    assert wrong == []


@pytest.mark.parametrize("line", PAGES, ids=lambda line: line.name)
def test_odd_questions_get_a_page(walker: Walker, line: Line, *, proving: bool) -> None:
    person, path = who_may(line) or Person.VISITOR, address_of(walker, line, walker.world.grounds[0])
    words = ODD_WORDS if proving else _some(ODD_WORDS, line.name, 4 if walker.on_sqlite else 2)
    wrong = []
    for word in words:
        names = QUERY_NAMES if len(word) < LONG else _some(QUERY_NAMES, line.name, 3)
        asked = "&".join(f"{name}={quote(word, safe='')}" for name in names)
        answer = walker.fetch(person, f"{path.split('?')[0]}?{asked}")
        wrong += [f"{word[:40]!r}: {problem}" for problem in _problems(answer)]
        if answer.code not in {200, 302, 303, 400, 404}:
            wrong.append(f"{word[:40]!r}: {answer.code}")
    assert wrong == []


@pytest.mark.parametrize("line", FORMS, ids=lambda line: line.name)
def test_what_is_typed_wrongly_is_refused_or_taken_and_never_breaks(
    walker: Walker, line: Line, *, proving: bool
) -> None:
    path = address_of(walker, line, walker.world.grounds[0])
    person = who_may(line)
    assert person is not None
    many = walker.on_sqlite or proving
    wrong = []
    for how, sent in _wrong_forms(walker, line, many=many, all_of_it=proving):
        with walker.forgotten():
            answer = walker.go(person, path, method="POST", data=sent)
            wrong += [f"{how}: {problem}" for problem in _problems(answer)]
            if answer.code >= 400 and answer.writes and walker.rows() != walker.rows_at_first:
                wrong.append(f"{how}: {answer.code}, and still something is there that was not")
    assert wrong == []


@pytest.mark.parametrize("line", FORMS, ids=lambda line: line.name)
def test_what_is_no_form_at_all_is_refused(sqlite_walker: Walker, line: Line) -> None:
    path = address_of(sqlite_walker, line, sqlite_walker.world.grounds[0])
    person = who_may(line)
    assert person is not None
    for kind, content in (
        ("application/json", b'{"name": [1, {}]}'),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("application/x-www-form-urlencoded", b"%ff%00=%ed%a0%80&&==&%"),
    ):
        answer = sqlite_walker.fetch(
            person, path, method="POST", content=content, headers={"Content-Type": kind}
        )
        assert list(_problems(answer)) == [], kind


def _wrong_addresses(walker: Walker, line: Line, *, all_of_it: bool) -> Iterator[str]:
    """Return the address of a line with each part of it in turn replaced by what cannot be."""
    rule = next(
        rule for rule in walker.app.url_map.iter_rules(line.endpoint) if line.method in (rule.methods or ())
    )
    values = walker.world.grounds[0].places[line.place or ""]
    filled = {name: quote(str(values[name]), safe="") for name in rule.arguments}
    for name in sorted(rule.arguments):
        odd = ODD_IDS if name.endswith("_id") else ODD_SLUGS
        for word in odd if all_of_it else _some(odd, line.name, 4 if walker.on_sqlite else 2):
            yield _written(rule, {**filled, name: word})


def _written(rule: Rule, values: dict[str, str]) -> str:
    return PART.sub(lambda part: values[part["name"]], rule.rule)


def _kinds(walker: Walker, line: Line) -> set[str]:
    rule = next(walker.app.url_map.iter_rules(line.endpoint))
    return {"int" for name in rule.arguments if name.endswith("_id")}


def _wrong_forms(walker: Walker, line: Line, *, many: bool, all_of_it: bool) -> Iterator[tuple[str, Typed]]:
    """Return forms in which everything, or one field, is not what it should be."""
    whole = whole_form(walker, line, 0)
    form = offered(walker, line, 0)
    fields = sorted({*whole, *(form.names if form else ())} - {"csrf_token"})
    yield "nothing", {}
    if many:
        yield "every field twice", {name: ["1", "2"] for name in fields}
    for word in TYPED if all_of_it else _some(TYPED, line.name, 2 if many else 1):
        yield f"{word[:20]!r} everywhere", dict.fromkeys(fields, word)
    asked = fields if all_of_it else _some(tuple(fields), line.name, 8 if many else 4)
    for name in asked:
        for word in TYPED if all_of_it else _some(TYPED, line.name + name, 1):
            yield f"{word[:20]!r} in {name}", {**_fresh(whole), name: word}


def _fresh(sent: Typed) -> Typed:
    """Return what is sent with its files from their beginning: each is read only once."""
    return {
        name: (io.BytesIO(value[0].getvalue()), *value[1:]) if isinstance(value, tuple) else value
        for name, value in sent.items()
    }


def _some(words: tuple[str, ...], seed: str, number: int) -> tuple[str, ...]:
    """Return some of the words, others for each seed, so that all of them come by somewhere."""
    if len(words) <= number:
        return words
    start, step = crc32(seed.encode()), len(words) // number
    return tuple(words[(start + step * place) % len(words)] for place in range(number))


def _problems(answer: Answer) -> Iterator[str]:
    if answer.fault is not None or answer.code >= 500:
        yield f"it broke: {answer.code} {answer.fault!r}"[:300]
    if answer.location and (urlsplit(answer.location).netloc or answer.location.startswith(("//", "/\\"))):
        yield f"it leads out of the portal: {answer.location[:100]}"
    if answer.is_page and b"<script>alert" in answer.content:
        yield "it repeats a script as it is"
