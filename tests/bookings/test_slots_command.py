"""`portal slots find`: the windows of one request, or every mistake and nothing written."""

import json
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.bookings.slot_windows import read_question, slot_windows
from portal.cli import main
from portal.core.reading import Unreadable
from tests.bookings.slot_instances import instances
from tests.bookings.slot_oracle import answer

Json = dict[str, Any]

SAMPLES = Path(__file__).parent / "samples" / "slots"
ANSWERS: dict[tuple[str, str], Json] = {
    (path.name.replace(".expected", ""), request): expected
    for path in sorted(SAMPLES.glob("*.expected.json"))
    for request, expected in json.loads(path.read_text(encoding="utf-8")).items()
}


def run(*arguments: object) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["slots", "find", *map(str, arguments)])


def an_instance() -> Json:
    """Return a small instance that is all right; each call gives a fresh one."""
    return {
        "format": "campaign-instance/1",
        "name": "small",
        "seed": 1,
        "start_date": "2027-01-04",
        "horizon": 60,
        "rooms": [
            {
                "id": "G1",
                "facility": "LUND",
                "kind": "GMP",
                "grade": "B",
                "bsl": 2,
                "equipment": ["isolator"],
                "max_vector": 2,
                "day_rate": 1000,
                "open_weekdays": [0, 1, 2, 3, 4],
                "closures": [[20, 25]],
                "last_class": "aav",
            },
            {
                "id": "P2",
                "facility": "LUND",
                "kind": "pre-GMP",
                "grade": "C",
                "bsl": 2,
                "equipment": ["isolator"],
                "max_vector": 0,
                "day_rate": 500.5,
                "open_weekdays": [0, 1, 2, 3, 4, 5, 6],
                "closures": [],
                "last_class": None,
            },
        ],
        "holidays": {"LUND": [3]},
        "classes": [{"id": "aav", "vector": 1}, {"id": "tissue", "vector": 0}],
        "changeover": {
            "days": {"aav": {"aav": 1, "tissue": 3}, "tissue": {"aav": 2, "tissue": 1}},
            "same_project_days": 1,
        },
        "orgs": [{"id": "ORG1"}],
        "requests": [
            {
                "id": "R1",
                "org": "ORG1",
                "project": "P1",
                "submitted": 0,
                "kind": "GMP",
                "grade": "C",
                "bsl": 1,
                "equipment": [],
                "product_class": "aav",
                "mode": "working",
                "duration": 5,
                "release": 0,
                "due": 40,
                "deadline": None,
                "priority": 1,
                "unmet_penalty": 100,
                "preferred": None,
                "acceptable": None,
                "predecessors": [{"request": "F1", "lag": 2}],
            },
            {"id": "R2"},
        ],
        "fixed": [
            {"id": "F1", "room": "P2", "start": 2, "end": 9, "product_class": "tissue", "project": "X1"},
            {"id": "F2", "room": "G1", "start": 18, "end": 21, "product_class": "tissue", "project": None},
        ],
        "locked": [],
        "previous": [],
        "weights": {},
    }


@pytest.fixture
def instance_file(tmp_path: Path) -> Path:
    """Return a file with the small instance."""
    path = tmp_path / "instance.json"
    path.write_text(json.dumps(an_instance()), encoding="utf-8")
    return path


def mistakes(instance: object, request: str = "R1") -> list[str]:
    """Return the mistakes of a JSON value, each as its line."""
    with pytest.raises(Unreadable) as caught:
        read_question(json.dumps(instance), request)
    return [str(mistake) for mistake in caught.value.mistakes]


def changed(path: str, value: object) -> Json:
    """Return the small instance with another value at a path such as `rooms.0.grade`."""
    instance = an_instance()
    place, last = _place(instance, path)
    place[last] = value
    return instance


def without(path: str) -> Json:
    """Return the small instance without the key at a path."""
    instance = an_instance()
    place, last = _place(instance, path)
    del place[last]
    return instance


def _place(value: Any, path: str) -> tuple[Any, Any]:
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("."))
    for step in steps:
        value = value[step]
    return value, last


# The answer.


@pytest.mark.parametrize(("sample", "request_id"), ANSWERS)
def test_every_sample_is_answered_as_expected(sample: str, request_id: str) -> None:
    result = run(SAMPLES / sample, "--request", request_id)
    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout) == ANSWERS[sample, request_id]


def test_all_samples_are_there() -> None:
    assert len(ANSWERS) == 16


@settings(deadline=None)
@given(instances(), st.integers(1, 5))
def test_every_answer_is_that_of_the_naive_oracle(instance: Json, count: int) -> None:
    given_instance, request = read_question(json.dumps(instance), "R1")
    assert slot_windows(given_instance, request, count=count) == answer(instance, "R1", count)


def test_the_answer_says_what_fits_why_not_and_when(instance_file: Path) -> None:
    result = run(instance_file, "--request", "R1", "--count", "2")
    assert json.loads(result.stdout) == {
        "format": "slot-windows/1",
        "instance": "small",
        "request": "R1",
        "rooms": [
            {
                "room": "G1",
                "fits": True,
                "reasons": [],
                "windows": [{"start": 25, "end": 32}, {"start": 28, "end": 33}],
            },
            {
                "room": "P2",
                "fits": False,
                "reasons": ["WRONG_KIND", "VECTOR_NOT_PERMITTED"],
                "windows": [],
            },
        ],
        "first": [
            {"room": "G1", "start": 25, "end": 32},
            {"room": "G1", "start": 28, "end": 33},
        ],
    }


def test_a_room_that_fits_and_is_never_free_says_so() -> None:
    instance, request = read_question(json.dumps(changed("requests.0.deadline", 29)), "R1")
    answered = slot_windows(instance, request, count=3)
    assert answered["rooms"][0] == {"room": "G1", "fits": True, "reasons": ["NO_WINDOW"], "windows": []}
    assert answered["first"] == []


def test_a_request_waits_for_the_last_of_its_predecessors_and_then_some_days() -> None:
    predecessors = [{"request": "F2", "lag": 11}, {"request": "F1", "lag": 2}]
    answered = slot_windows(
        *read_question(json.dumps(changed("requests.0.predecessors", predecessors)), "R1"), count=1
    )
    assert answered["first"] == [{"room": "G1", "start": 32, "end": 39}]


def test_three_windows_are_given_where_no_number_is_asked_for(instance_file: Path) -> None:
    assert len(json.loads(run(instance_file, "--request", "R1").stdout)["first"]) == 3


def test_the_answer_is_written_to_a_file_in_place_of_an_older_one(
    instance_file: Path, tmp_path: Path
) -> None:
    output = tmp_path / "windows.json"
    output.write_text("older", encoding="utf-8")
    result = run(instance_file, "--request", "R1", "--output", output)
    assert (result.exit_code, result.output) == (0, "")
    assert json.loads(output.read_text(encoding="utf-8"))["request"] == "R1"
    assert sorted(tmp_path.iterdir()) == [instance_file, output]


def test_the_search_waits_for_no_web_framework(instance_file: Path) -> None:
    script = (
        "import sys; from portal.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "finally: assert not {'flask', 'sqlalchemy', 'wtforms'} & set(sys.modules)"
    )
    arguments = [sys.executable, "-c", script, "slots", "find", str(instance_file), "--request", "R1"]
    finished = subprocess.run(arguments, capture_output=True, check=False)
    assert finished.returncode == 0, finished.stderr
    assert json.loads(finished.stdout)["instance"] == "small"


# What is passed over.


@pytest.mark.parametrize(
    "path",
    ["seed", "holidays", "orgs", "locked", "previous", "weights", "rooms.0.last_class", "fixed.0.project"]
    + [f"requests.0.{key}" for key in ("deadline", "preferred", "acceptable")],
)
def test_what_may_be_absent_may_be_absent(path: str) -> None:
    read_question(json.dumps(without(path)), "R1")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("requests.1", {"id": "R2", "grade": "E", "duration": "long"}),
        ("requests.1", 5),
        ("requests.1", {"id": ["R1"]}),
        ("weights", "heavy"),
        ("locked", [{"request": "R7"}]),
        ("orgs", [{"id": "ORG1", "caps": 5}, 7]),
        ("colour", "blue"),
        ("rooms.0.colour", "blue"),
    ],
)
def test_what_does_not_count_is_not_looked_at(path: str, value: object) -> None:
    expected = slot_windows(*read_question(json.dumps(an_instance()), "R1"), count=3)
    assert slot_windows(*read_question(json.dumps(changed(path, value)), "R1"), count=3) == expected


def test_bookings_that_overlap_are_taken_as_they_are() -> None:
    instance = an_instance()
    instance["fixed"] += [
        {**instance["fixed"][1], "id": f"F{end}", "start": 0, "end": end} for end in (31, 36)
    ]
    answered = slot_windows(*read_question(json.dumps(instance), "R1"), count=1)
    assert answered["first"] == [{"room": "G1", "start": 38, "end": 45}]


# Mistakes.


def test_a_mistake_is_told_as_the_format_shows_it() -> None:
    assert mistakes(changed("rooms.1.grade", "E")) == ['rooms[1].grade: "E" is none of A_in_B, B, C, D, CNC']


def test_bad_input_ends_with_2_names_every_mistake_and_writes_nothing(tmp_path: Path) -> None:
    instance = changed("rooms.1.grade", "E")
    instance["fixed"][0]["room"] = "G9"
    instance["requests"][0]["predecessors"].append({"request": "R2", "lag": 0})
    source, output = tmp_path / "bad.json", tmp_path / "windows.json"
    source.write_text(json.dumps(instance), encoding="utf-8")
    result = run(source, "--request", "R1", "--output", output)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        'rooms[1].grade: "E" is none of A_in_B, B, C, D, CNC',
        'fixed[0].room: "G9" is none of G1, P2',
        'requests[0].predecessors[1].request: "R2" is not among the fixed bookings',
    ]
    assert not output.exists()


REQUIRED = [
    *("format", "name", "start_date", "horizon", "rooms", "classes", "changeover", "requests", "fixed"),
    *(f"rooms.0.{key}" for key in an_instance()["rooms"][0] if key != "last_class"),
    *("classes.0.id", "classes.0.vector"),
    *("changeover.days", "changeover.same_project_days", "changeover.days.aav", "changeover.days.aav.tissue"),
    *(
        f"requests.0.{key}"
        for key in an_instance()["requests"][0]
        if key not in {"id", "deadline", "preferred", "acceptable"}
    ),
    *("requests.0.predecessors.0.request", "requests.0.predecessors.0.lag"),
    *(f"fixed.0.{key}" for key in an_instance()["fixed"][0] if key != "project"),
]


def written(path: str) -> str:
    """Return a path as a mistake names it."""
    return path.replace(".0", "[0]").replace(".1", "[1]")


@pytest.mark.parametrize("path", REQUIRED)
def test_what_is_missing_is_named(path: str) -> None:
    assert f"{written(path)}: is missing" in mistakes(without(path))


@pytest.mark.parametrize("path", REQUIRED)
def test_null_is_no_value_where_one_is_needed(path: str) -> None:
    assert any(line.startswith(f"{written(path)}: ") for line in mistakes(changed(path, None)))


NUMBERS = [
    "horizon",
    *(f"rooms.0.{key}" for key in ("bsl", "max_vector", "open_weekdays.0", "closures.0.0", "closures.0.1")),
    *("holidays.LUND.0", "classes.0.vector", "changeover.same_project_days", "changeover.days.aav.tissue"),
    *(
        f"requests.0.{key}"
        for key in ("submitted", "bsl", "duration", "release", "due", "priority", "unmet_penalty", "deadline")
    ),
    *("requests.0.predecessors.0.lag", "fixed.0.start", "fixed.0.end"),
]


@pytest.mark.parametrize("path", NUMBERS)
@pytest.mark.parametrize("value", [True, 2.0, "2", [2], {}, -1, 10**12, 10**400, float("nan"), float("inf")])
def test_a_number_is_whole_and_within_reason(path: str, value: object) -> None:
    (line,) = mistakes(changed(path, value))
    assert line.startswith(f"{written(path)}: has to be a whole number")


@pytest.mark.parametrize("value", [True, "2", -0.5, 10**400, float("nan"), float("inf")])
def test_a_rate_is_a_number_that_is_not_negative(value: object) -> None:
    (line,) = mistakes(changed("rooms.0.day_rate", value))
    assert line.startswith("rooms[0].day_rate: has to be a number")


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        ("format", "campaign-plan/1", 'format: "campaign-plan/1" is none of campaign-instance/1'),
        ("name", "", "name: may not be empty"),
        ("name", "\ud800", 'name: holds half a character, which nobody can write: "\\ud800"'),
        ("start_date", "4/1/2027", 'start_date: has to be a day written like 2026-11-24, not "4/1/2027"'),
        ("start_date", "2027-02-30", 'start_date: has to be a day written like 2026-11-24, not "2027-02-30"'),
        ("horizon", 0, "horizon: has to be a whole number from 1 to 36525, not 0"),
        ("rooms", {}, "rooms: has to be a list, not an object"),
        ("rooms.0.id", "P2", "rooms[1].id: is the same as rooms[0].id"),
        ("rooms.0.kind", "gmp", 'rooms[0].kind: "gmp" is none of pre-GMP, GMP'),
        ("rooms.0.bsl", 4, "rooms[0].bsl: has to be a whole number from 1 to 3, not 4"),
        ("rooms.0.max_vector", 4, "rooms[0].max_vector: has to be a whole number from 0 to 3, not 4"),
        ("rooms.0.equipment", "isolator", 'rooms[0].equipment: has to be a list, not "isolator"'),
        ("rooms.0.equipment", [7], "rooms[0].equipment[0]: has to be text, not 7"),
        (
            "rooms.0.open_weekdays",
            [7],
            "rooms[0].open_weekdays[0]: has to be a whole number from 0 to 6, not 7",
        ),
        ("rooms.0.closures", [[5]], "rooms[0].closures[0]: has to be a start and an end, not 1 entries"),
        ("rooms.0.closures", [5], "rooms[0].closures[0]: has to be a list, not 5"),
        ("rooms.0.closures", [[9, 9]], "rooms[0].closures[0][1]: has to be after the start, 9, not 9"),
        ("rooms.0.last_class", "lv", 'rooms[0].last_class: "lv" is none of aav, tissue'),
        ("rooms.0", 5, "rooms[0]: has to be an object, not 5"),
        ("holidays", [3], "holidays: has to be an object, not a list"),
        ("holidays", {"LUND": 3}, "holidays.LUND: has to be a list, not 3"),
        ("holidays", {"a b": 3}, 'holidays["a b"]: has to be a list, not 3'),
        ("classes.1.id", "aav", "classes[1].id: is the same as classes[0].id"),
        ("changeover.days.lv", {}, "changeover.days.lv: is not a known key; known are aav, tissue"),
        ("changeover.days.aav.lv", 2, "changeover.days.aav.lv: is not a known key; known are aav, tissue"),
        ("changeover.days", 5, "changeover.days: has to be an object, not 5"),
        ("requests", 5, "requests: has to be a list, not 5"),
        ("requests.1.id", "R1", "requests[1].id: is the same as requests[0].id"),
        ("requests.0.org", "ORG9", 'requests[0].org: "ORG9" is none of ORG1'),
        ("requests.0.product_class", "lv", 'requests[0].product_class: "lv" is none of aav, tissue'),
        ("requests.0.mode", "night", 'requests[0].mode: "night" is none of working, continuous'),
        (
            "requests.0.duration",
            0,
            "requests[0].duration: has to be a whole number from 1 to 1000000000, not 0",
        ),
        ("requests.0.acceptable", "LUND", 'requests[0].acceptable: has to be a list, not "LUND"'),
        ("requests.0.rooms", ["G9"], 'requests[0].rooms[0]: "G9" is none of G1, P2'),
        (
            "requests.0.predecessors.0.request",
            "F9",
            'requests[0].predecessors[0].request: "F9" is not among the fixed bookings',
        ),
        ("requests.0.predecessors", "F1", 'requests[0].predecessors: has to be a list, not "F1"'),
        ("fixed.1.id", "F1", "fixed[1].id: is the same as fixed[0].id"),
        ("fixed.0.product_class", "lv", 'fixed[0].product_class: "lv" is none of aav, tissue'),
        ("fixed.0.end", 61, "fixed[0].end: has to be a whole number from 0 to 60, not 61"),
        ("fixed.0.end", 2, "fixed[0].end: has to be after the start, 2, not 2"),
    ],
)
def test_each_mistake_has_its_sentence(path: str, value: object, line: str) -> None:
    assert line in mistakes(changed(path, value))


@pytest.mark.parametrize("top", [[], 5, None, "instance"])
def test_an_instance_is_an_object(top: object) -> None:
    (line,) = mistakes(top)
    assert line.startswith("has to be an object")


def test_a_request_that_is_not_there_is_told_with_those_that_are() -> None:
    assert mistakes(an_instance(), "R9") == ['--request: "R9" is none of "R1", "R2"']


def test_of_many_requests_only_some_are_named() -> None:
    instance = an_instance()
    instance["requests"] = [{"id": f"R{number}"} for number in range(10, 30)]
    (line,) = mistakes(instance)
    assert line.endswith('"R20", "R21", …')


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "is not JSON"),
        (b"{'format': 1}", "is not JSON"),
        (b'{"name": "caf\xe9"}', "is not text in UTF-8"),
        (b"[" * 100_000, "is nested too deeply"),
        (b'{"horizon": ' + b"9" * 5000 + b"}", "holds a number that is too long"),
        (b"null", "has to be an object"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_what_is_wrong(
    tmp_path: Path, content: bytes, complaint: str
) -> None:
    source = tmp_path / "bad.json"
    source.write_bytes(content)
    result = run(source, "--request", "R1")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"{source}: {complaint}")


def test_a_key_that_stands_twice_is_a_mistake() -> None:
    text = json.dumps(an_instance()).replace('"horizon": 60', '"horizon": 60, "horizon": 60')
    with pytest.raises(Unreadable) as caught:
        read_question(text, "R1")
    assert [str(mistake) for mistake in caught.value.mistakes] == ["horizon: is there twice"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing.json", "--request", "R1"],
        [".", "--request", "R1"],
        ["{file}"],
        ["{file}", "--request", "R1", "--count", "0"],
        ["{file}", "--request", "R1", "--count", "many"],
        ["{file}", "--request", "R1", "--output", "nowhere/windows.json"],
    ],
)
def test_a_call_that_cannot_be_met_ends_with_2_and_says_why(
    instance_file: Path, arguments: list[str]
) -> None:
    result = run(*(argument.replace("{file}", str(instance_file)) for argument in arguments))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr
    assert not isinstance(result.exception, Exception) or isinstance(result.exception, SystemExit)


def every_path(value: Any, path: str = "") -> list[str]:
    """Return the path of everything inside a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, item in inside for found in (f"{path}{key}", *every_path(item, f"{path}{key}."))]


JUNK: list[Callable[[], Any]] = [
    *(
        lambda value=value: deepcopy(value)
        for value in (None, True, -1, 0, 10**30, 1.5, float("nan"), "", "x")
    ),
    *(lambda value=value: deepcopy(value) for value in ([], {}, [None], {"id": "R1"}, [[1, 2]], "\ud800\n")),
]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(every_path(an_instance())), st.integers(0, len(JUNK) - 1)),
        min_size=1,
        max_size=3,
    )
)
def test_whatever_stands_anywhere_gives_an_answer_or_mistakes(changes: list[tuple[str, int]]) -> None:
    instance = an_instance()
    for path, number in changes:
        try:
            place, last = _place(instance, path)
            place[last] = JUNK[number]()
        except (KeyError, IndexError, TypeError, AttributeError):
            continue  # an earlier change has taken the place away
    try:
        answered = slot_windows(*read_question(json.dumps(instance), "R1"), count=2)
    except Unreadable:
        return  # it has at least one mistake, or could not have been raised
    assert answered["format"] == "slot-windows/1"
    assert json.dumps(answered, ensure_ascii=False).encode()
