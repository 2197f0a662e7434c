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
        "scale",
        "changed",
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

NO_FORMS = {
    "application/json": b'{"name": [1, {}]}',
    "multipart/form-data; boundary=x": b"--x\r\nbroken",
    "application/x-www-form-urlencoded": b"%ff%00=%ed%a0%80&&==&%",
}

PAGES = tuple(line for line in TABLE if line.method == "GET" and line.may)
FORMS = tuple(line for line in TABLE if line.method == "POST" and line.may)
RECORDS = tuple(line for line in TABLE if line.place is not None and line.place not in COMMON)


@pytest.mark.parametrize("line", RECORDS, ids=lambda line: line.name)
def test_an_address_that_leads_nowhere_says_so(walker: Walker, line: Line, *, proving: bool) -> None:
    person = who_may(line) or Person.FOUNDER
    wrong = []
    with walker.plainly(plain=not proving):
        for path in _wrong_addresses(walker, line, all_of_it=proving):
            answer = walker.fetch(
                person, path, method=line.method, data={} if line.method == "POST" else None
            )
            fine = {302, 303, 308, 400, 404, 405} | ({422} if line.method == "POST" else set())
            if answer.code not in fine or answer.fault is not None:
                wrong.append(f"{path[:120]}: {answer.code} {answer.fault!r}")
            if answer.writes:
                wrong.append(f"{path[:120]}: changed something: {answer.writes[0][:80]}")
    assert wrong == []


@pytest.mark.parametrize("line", PAGES, ids=lambda line: line.name)
def test_odd_questions_get_a_page(walker: Walker, line: Line, *, proving: bool) -> None:
    person, path = who_may(line) or Person.VISITOR, address_of(walker, line, walker.world.grounds[0])
    wrong = []
    for asked in _odd_questions(line.name, 2 if walker.on_sqlite else 1, all_of_it=proving):
        answer = walker.fetch(person, f"{path.split('?')[0]}?{asked}")
        wrong += [f"{asked[:200]}: {problem}" for problem in _problems(answer)]
        if answer.code not in {200, 302, 303, 400, 404}:
            wrong.append(f"{asked[:200]}: {answer.code}")
    assert wrong == []


@pytest.mark.parametrize("line", FORMS, ids=lambda line: line.name)
def test_what_is_typed_wrongly_is_refused_or_taken_and_never_breaks(
    walker: Walker, line: Line, *, proving: bool
) -> None:
    path = address_of(walker, line, walker.world.grounds[0])
    person = who_may(line)
    assert person is not None
    wrong, at_first = [], walker.rows_at_first
    for how, sent in _wrong_forms(walker, line, all_of_it=proving):
        with walker.forgotten():
            answer = walker.go(person, path, method="POST", data=sent)
            wrong += [f"{how}: {problem}" for problem in _problems(answer)]
            now = walker.rows() if answer.code >= 400 and answer.writes else at_first
            if {name for name in now if now[name] != at_first[name] and not _is_noted(line, name)}:
                wrong.append(f"{how}: {answer.code}, and still something is there that was not")
    assert wrong == []


SIGNED = {"campaigns.sign_run", "gates.waive", "segregation.decide", "segregation.declare"}
"""Forms that a typed password, right or wrong, is part of."""


def _is_noted(line: Line, table: str) -> bool:
    """Say whether a refused form may leave a trace there: a failed signature is recorded."""
    return line.endpoint in SIGNED and table.startswith("ledger_")


@pytest.mark.parametrize("line", FORMS, ids=lambda line: line.name)
def test_what_is_no_form_at_all_is_refused(sqlite_walker: Walker, line: Line, *, proving: bool) -> None:
    path = address_of(sqlite_walker, line, sqlite_walker.world.grounds[0])
    person = who_may(line)
    assert person is not None
    for kind in tuple(NO_FORMS) if proving else _some(tuple(NO_FORMS), line.name, 1):
        answer = sqlite_walker.fetch(
            person, path, method="POST", content=NO_FORMS[kind], headers={"Content-Type": kind}
        )
        assert list(_problems(answer)) == [], kind


def _odd_questions(seed: str, number: int, *, all_of_it: bool) -> Iterator[str]:
    """Return queries in which every name asks something odd: another word for each name, or one word for all."""
    if all_of_it:
        for word in ODD_WORDS:
            names = QUERY_NAMES if len(word) < LONG else QUERY_NAMES[:5]
            yield "&".join(f"{name}={quote(word, safe='')}" for name in names)
    for turn in range(number):
        words = (_some(ODD_WORDS, f"{seed} {name} {turn}", 1)[0] for name in QUERY_NAMES)
        yield "&".join(
            f"{name}={quote(word, safe='')}" for name, word in zip(QUERY_NAMES, words, strict=True)
        )


def _wrong_addresses(walker: Walker, line: Line, *, all_of_it: bool) -> Iterator[str]:
    """Return the address of a line with each part of it in turn replaced by what cannot be."""
    rule = next(
        rule for rule in walker.app.url_map.iter_rules(line.endpoint) if line.method in (rule.methods or ())
    )
    values = walker.world.grounds[0].places[line.place or ""]
    filled = {name: quote(str(values[name]), safe="") for name in rule.arguments}
    for name in sorted(rule.arguments):
        odd = ODD_IDS if name.endswith("_id") else ODD_SLUGS
        for word in odd if all_of_it else _some(odd, line.name, 3 if walker.on_sqlite else 1):
            yield _written(rule, {**filled, name: word})


def _written(rule: Rule, values: dict[str, str]) -> str:
    return PART.sub(lambda part: values[part["name"]], rule.rule)


def _wrong_forms(walker: Walker, line: Line, *, all_of_it: bool) -> Iterator[tuple[str, Typed]]:
    """Return forms in which everything, or one field, is not what it should be."""
    whole = whole_form(walker, line, 0)
    form = offered(walker, line, 0)
    fields = tuple(sorted({*whole, *(form.names if form else ())} - {"csrf_token"}))
    if walker.on_sqlite or all_of_it:
        yield "nothing", {}
        yield "every field twice", {name: ["1", "2"] for name in fields}
    for word in TYPED if all_of_it else _some(TYPED, line.name, 1):
        yield f"{word[:20]!r} everywhere", dict.fromkeys(fields, word)
    for name in fields if all_of_it else _some(fields, line.name, 3 if walker.on_sqlite else 1):
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
