"""Reading a catalogue of roadmap steps, the shipped one or any other of its shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from functools import cache

from portal.core.reading import Place, Unreadable, shown
from portal.reference import shipped, vocabulary
from portal.roadmap.rules.network import circles
from portal.roadmap.rules.values import (
    AppliesTo,
    Catalogue,
    Condition,
    Duration,
    Edge,
    EdgeKind,
    Stated,
    Step,
)

SMALL_COMPANY = "sme"
MOST_DAYS = 36_525
"""A hundred years: no step takes longer, and no lag is."""

YES_OR_NO = ("gmo", "orphan", "paediatric", "autologous")


@cache
def shipped_catalogue() -> Catalogue:
    """Return the catalogue that the portal ships."""
    top = Place(shipped.document("regulatory_steps"))
    found = read_catalogue(top)
    if top.mistakes:
        raise Unreadable(top.mistakes)
    return found


def organisation_kinds() -> tuple[str, ...]:
    """Return the kinds of organisation as roadmap files name them."""
    return (*vocabulary.ids("organisation_kind"), SMALL_COMPANY)


def read_catalogue(top: Place) -> Catalogue:
    """Return the catalogue that stands at a place, noting its mistakes."""
    top.has(("version", "phases", "facts", "steps"), others=True)
    phases = tuple(phase.text() for phase in top.at("phases").items(at_least=1))
    note_repeats(top.at("phases"), phases)
    facts = {
        place.at("id").text(): place.at("derived").maybe(_derived)
        for place in top.at("facts").items()
        if place.has(("id",), others=True)
    }
    note_repeats(top.at("facts"), [str(place.at("id").value) for place in top.at("facts").items()])
    places = top.at("steps").items()
    steps = [_step(place, phases, facts) for place in places]
    note_repeats(top.at("steps"), [step.id for step in steps])
    note_unknown_steps(places, steps, {step.id for step in steps})
    if not top.mistakes:  # among steps with mistakes a circle would be guesswork
        note_circles(top.at("steps"), steps)
    return Catalogue(version=top.at("version").text(), phases=phases, facts=facts, steps=tuple(steps))


def read_edges(place: Place) -> tuple[Edge, ...]:
    """Return the edges into a step."""
    edges = []
    for edge in place.items():
        edge.has(("step", "kind", "lag_days"))
        kind = edge.at("kind").one_of(tuple(EdgeKind))
        lag = edge.at("lag_days").whole(least=-MOST_DAYS, most=MOST_DAYS)
        edges.append(Edge(edge.at("step").text(), EdgeKind(kind or EdgeKind.FINISH_TO_START), lag))
    return tuple(edges)


def read_duration(place: Place) -> Duration:
    """Return how long a step takes."""
    place.has(("min", "likely", "max"), others=True)
    least, likely, most = (place.at(key).whole(least=0, most=MOST_DAYS) for key in ("min", "likely", "max"))
    if least > likely:
        place.wrong(f"min {least} is more than likely {likely}")
    if likely > most:
        place.wrong(f"likely {likely} is more than max {most}")
    return Duration(least, likely, most)


def read_stated(place: Place) -> Stated:
    """Return a value that a project may state: text, a whole number, or true or false."""
    value = place.value
    if not isinstance(value, str | int | bool):
        place.wrong(f"has to be text, a whole number, or true or false, not {shown(value)}")
        return ""
    return value


def same_word(name: str, value: Stated) -> Stated:
    """Return the id of a word that a file writes as an alias, and any other value as it is."""
    if not isinstance(value, str) or name not in vocabulary.lists():
        return value
    found = vocabulary.find(name, value)
    return value if found is None else found.id


def note_repeats(place: Place, ids: Collection[str]) -> None:
    """Note ids that stand more than once in a list."""
    for found, times in Counter(ids).items():
        if times > 1:
            place.wrong(f"has {times} entries with the id {found}")


def note_unknown_steps(places: Collection[Place], steps: Collection[Step], known: Collection[str]) -> None:
    """Note edges from steps that are not there."""
    for place, step in zip(places, steps, strict=True):
        for index, edge in enumerate(step.after):
            if edge.step and edge.step not in known:
                place.at("after").items()[index].at("step").wrong(
                    f"names a step that is not there: {edge.step}"
                )


def note_circles(place: Place, steps: Collection[Step]) -> None:
    """Note every circle among steps, step by step."""
    for circle in circles({step.id: {edge.step for edge in step.after} for step in steps}):
        place.wrong(f"go round in a circle: {' → '.join(circle)}")


def _step(place: Place, phases: Collection[str], facts: Collection[str]) -> Step:
    place.has(
        ("id", "track", "applies_to", "latest_phase", "after", "duration_days", "mandatory"), others=True
    )
    return Step(
        id=place.at("id").text(),
        track=place.at("track").text(),
        after=read_edges(place.at("after")),
        duration=place.at("duration_days").maybe(read_duration),
        optional=not place.at("mandatory").truth(),
        latest_phase=place.at("latest_phase").maybe(lambda at: at.one_of(phases)),
        applies_to=_applies_to(place.at("applies_to"), facts),
    )


def _applies_to(place: Place, facts: Collection[str]) -> AppliesTo:
    place.has((), ("product_class", "organisation", *YES_OR_NO, "country", "condition"))
    classes, kinds = vocabulary.ids("product_class"), organisation_kinds()
    gmo, orphan, paediatric, autologous = (place.at(name).maybe(Place.truth) for name in YES_OR_NO)
    return AppliesTo(
        product_class=place.at("product_class").maybe(lambda at: at.some_of(classes)),
        organisation=place.at("organisation").maybe(lambda at: at.some_of(kinds)),
        gmo=gmo,
        orphan=orphan,
        paediatric=paediatric,
        autologous=autologous,
        country=place.at("country").maybe(Place.text),
        condition=place.at("condition").maybe(lambda at: _condition(at, facts)),
    )


def _condition(place: Place, facts: Collection[str]) -> Condition:
    place.has((), ("all_of", "any_of", "none_of"))
    all_of, any_of, none_of = (
        place.at(key).maybe(lambda at: tuple(fact.one_of(facts) for fact in at.items()))
        for key in ("all_of", "any_of", "none_of")
    )
    return Condition(all_of=all_of, any_of=any_of, none_of=none_of)


def _derived(place: Place) -> Mapping[str, tuple[Stated, ...]]:
    return {
        name: tuple(same_word(name, read_stated(item)) for item in values.items(at_least=1))
        for name, values in place.entries()
    }
