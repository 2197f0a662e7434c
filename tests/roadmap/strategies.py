"""Made-up roadmap instances as JSON, for property tests."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]

TODAY = date(2026, 11, 24)
PHASES = ["discovery", "preclinical", "phase_1", "phase_2"]
CLASSES = ["GTMP", "sCTMP", "TEP", "combined"]
FACTS = ["f1", "f2", "f3", "f4"]

PROJECT: Json = {
    "product_class": "GTMP",
    "gmo": True,
    "orphan": False,
    "paediatric": False,
    "autologous": True,
    "organisation_kind": "sme",
    "country": "SE",
    "phase": "phase_1",
    "phase_since": "2026-03-01",
    "gmo_class": 2,
    "modality": "car_t",
}


def step(step_id: str, **changes: Any) -> Json:
    """Return a step of a catalogue that applies to every project, unless changed."""
    return {
        "id": step_id,
        "track": "cmc",
        "applies_to": {},
        "latest_phase": None,
        "after": [],
        "duration_days": {"min": 5, "likely": 10, "max": 20},
        "mandatory": True,
        **changes,
    }


def edge(before: str, kind: str = "finish_to_start", lag_days: int = 0) -> Json:
    """Return an edge."""
    return {"step": before, "kind": kind, "lag_days": lag_days}


def instance(*steps: Json, **changes: Any) -> Json:
    """Return an instance with a catalogue of these steps, right in everything unless changed."""
    return {
        "format": "roadmap-instance/1",
        "name": "made up",
        "today": TODAY.isoformat(),
        "catalogue": {
            "version": "1",
            "phases": PHASES,
            "facts": [
                {"id": "f1", "derived": None},
                {"id": "f2", "derived": {"gmo_class": [1, 2]}},
                {"id": "f3", "derived": {"product_class": ["TEP"], "modality": ["car_t"]}},
                {"id": "f4", "derived": {"starting_material": ["human_cells"]}},
            ],
            "steps": list(steps),
        },
        "project": PROJECT,
        "answers": {},
        "actual": {},
        "planned": {},
        "skipped": {},
        "own": [],
        "milestones": {},
        **changes,
    }


def day(offset: int) -> str:
    """Return the day that lies so many days after today."""
    return (TODAY + timedelta(days=offset)).isoformat()


durations = st.none() | st.lists(st.integers(0, 60), min_size=3, max_size=3).map(
    lambda days: dict(zip(("min", "likely", "max"), sorted(days), strict=True))
)


@st.composite
def edges(draw: st.DrawFn, before: list[str]) -> list[Json]:
    """Draw edges from a few of the steps before."""
    chosen = draw(st.lists(st.sampled_from(before), max_size=3)) if before else []
    return [
        edge(found, draw(st.sampled_from(["finish_to_start", "start_to_start"])), draw(st.integers(-3, 20)))
        for found in chosen
    ]


@st.composite
def actual(draw: st.DrawFn) -> Json:
    """Draw what was done of a step."""
    first, second = sorted(draw(st.lists(st.integers(-90, 0), min_size=2, max_size=2)))
    started, finished = draw(st.sampled_from([(True, True), (True, False), (False, True)]))
    return {"started": day(first) if started else None, "finished": day(second) if finished else None}


@st.composite
def instances(draw: st.DrawFn) -> Json:
    """Draw an instance in which some steps are skipped, some begun, some planned, and some durations unknown."""
    ids = [f"s{number:02}" for number in range(draw(st.integers(1, 9)))]
    shuffled = draw(st.permutations(ids))
    steps = [
        step(
            step_id,
            track=draw(st.sampled_from(["cmc", "cmc", "clinical", "follow_up"])),
            after=draw(edges(list(shuffled[:place]))),
            duration_days=draw(durations),
            mandatory=draw(st.booleans()),
        )
        for place, step_id in enumerate(shuffled)
    ]
    own = [
        {
            "id": "own_1",
            "track": "cmc",
            "name": {"en": "Own"},
            "after": draw(edges(ids)),
            "duration_days": draw(durations),
        }
    ] * draw(st.integers(0, 1))
    every = st.sampled_from([*ids, *(found["id"] for found in own)])
    milestone = st.fixed_dictionaries({"step": every, "at": st.sampled_from(["start", "finish"])})
    not_before = st.fixed_dictionaries({"not_before": st.integers(-5, 99).map(day)})
    return instance(
        *draw(st.permutations(steps)),
        own=own,
        actual=draw(st.dictionaries(every, actual(), max_size=4)),
        planned=draw(st.dictionaries(every, not_before)),
        skipped=draw(st.dictionaries(every, st.just("not needed"), max_size=4)),
        milestones=draw(st.dictionaries(st.sampled_from(["m", "n"]), milestone)),
    )
