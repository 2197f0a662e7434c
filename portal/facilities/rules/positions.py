"""Where facilities lie on a small map: longitude and latitude as a flat picture, and names that do not overlap."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HIGHEST = 320.0, 380.0
MARGIN = 26.0
LINE_HEIGHT = 15.0
LETTER_WIDTH = 6.6
LEAST_SPAN = 1.5
LEAST_SQUEEZE = 0.1


@dataclass(frozen=True, slots=True)
class Place:
    """A named position in degrees."""

    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Dot:
    """A place in the picture; a name is written only where there is room for it."""

    name: str
    x: float
    y: float
    is_here: bool
    is_named: bool
    label_x: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the grid at so many degrees, at so many units from the edge."""

    degrees: int
    at: float


@dataclass(frozen=True, slots=True)
class Picture:
    """A map as numbers: its size, its places, and the grid of degrees."""

    width: float
    height: float
    dots: tuple[Dot, ...]
    parallels: tuple[Line, ...]
    meridians: tuple[Line, ...]


def picture(here: Place, others: Sequence[Place]) -> Picture:
    """Return a map of all the places, drawn to one scale in both directions at its middle latitude."""
    places = [here, *[place for place in others if place != here]]
    south, north = _bounds([place.latitude for place in places])
    west, east = _bounds([place.longitude for place in places])
    squeeze = max(LEAST_SQUEEZE, math.cos(math.radians((south + north) / 2)))
    scale = min((WIDTH - 2 * MARGIN) / ((east - west) * squeeze), (HIGHEST - 2 * MARGIN) / (north - south))
    left = (WIDTH - (east - west) * squeeze * scale) / 2
    height = (north - south) * scale + 2 * MARGIN

    def across(longitude: float) -> float:
        return round(left + (longitude - west) * squeeze * scale, 1)

    def down(latitude: float) -> float:
        return round(MARGIN + (north - latitude) * scale, 1)

    return Picture(
        width=WIDTH,
        height=round(height, 1),
        dots=tuple(_dots([(place.name, across(place.longitude), down(place.latitude)) for place in places])),
        parallels=tuple(Line(degree, down(degree)) for degree in _round_degrees(south, north)),
        meridians=tuple(Line(degree, across(degree)) for degree in _round_degrees(west, east)),
    )


def _bounds(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    spare = max(0.0, LEAST_SPAN - (high - low)) / 2
    return low - spare, high + spare


def _round_degrees(low: float, high: float) -> list[int]:
    step = next(step for step in (1, 2, 5, 10, 20, 45, 90) if (high - low) / step <= 6)
    first = math.ceil(low / step) * step
    return list(range(first, math.floor(high) + 1, step))


def _dots(points: Sequence[tuple[str, float, float]]) -> list[Dot]:
    taken: list[tuple[float, float, float, float]] = [
        (x - 5, y - 5, x + 5, y + 5) for _name, x, y in points[:1]
    ]
    dots, named = [], set()
    for number, (name, x, y) in enumerate(points):
        is_left = x > WIDTH / 2
        width = len(name) * LETTER_WIDTH
        label_x = x - 9 if is_left else x + 9
        box = (label_x - width if is_left else label_x, y - LINE_HEIGHT / 2)
        area = (box[0], box[1], box[0] + width, box[1] + LINE_HEIGHT)
        fits = area[0] >= 0 and area[2] <= WIDTH and not any(_overlap(area, other) for other in taken)
        is_named = number == 0 or (name not in named and fits)
        if is_named:
            taken.append(area)
            named.add(name)
        dots.append(Dot(name, x, y, number == 0, is_named, round(label_x, 1), "end" if is_left else "start"))
    return dots


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
