"""How well the ranking has predicted a yes: of the partners that stood among the first ten, how many agreed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import sqrt

Z = 1.959964
"""So many standard deviations hold 19 cases of 20."""
FIRST = 10
"""So many places of a ranking are judged together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One teaser to which a partner has answered, or let it expire, and where it stood in the ranking at first."""

    place: int
    is_yes: bool
    indication_area: str
    partner_kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """Of some answers: how many were given and were yes, among the first ten places and after them."""

    first: int
    first_yes: int
    rest: int
    rest_yes: int

    @property
    def at_ten(self) -> float | None:
        """Return the share of yes among the first ten, or None where nobody has answered there."""
        return self.first_yes / self.first if self.first else None

    @property
    def after_ten(self) -> float | None:
        """Return the share of yes after them, or None where nobody has answered there."""
        return self.rest_yes / self.rest if self.rest else None


def range_of_share(yes: int, number: int) -> tuple[float, float] | None:
    """Return between which shares the true one lies in 19 cases of 20, or None without answers: Wilson's score interval."""
    if not number:
        return None
    share, spread = yes / number, Z * Z / number
    middle = share + spread / 2
    width = Z * sqrt(share * (1 - share) / number + spread / (4 * number))
    return max(0.0, (middle - width) / (1 + spread)), min(1.0, (middle + width) / (1 + spread))


def precision(answers: Iterable[Answer]) -> Precision:
    """Return how many answers were yes, among the first ten and after them."""
    found = list(answers)
    first = [one for one in found if one.place <= FIRST]
    rest = [one for one in found if one.place > FIRST]
    return Precision(
        first=len(first),
        first_yes=sum(one.is_yes for one in first),
        rest=len(rest),
        rest_yes=sum(one.is_yes for one in rest),
    )


def precision_by(answers: Iterable[Answer], key: Callable[[Answer], str]) -> dict[str, Precision]:
    """Return the same for each group of answers, those with the most answers first."""
    groups: dict[str, list[Answer]] = {}
    for answer in answers:
        groups.setdefault(key(answer), []).append(answer)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    return {name: precision(found) for name, found in ordered}
