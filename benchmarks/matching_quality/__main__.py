"""Judge the ranking: the fit beside plain BM25, the hard rules alone and chance, on pairs labelled by hand.

    python benchmarks/matching_quality

Ends with status 1 unless the fit is ahead of each in both measures.
"""

import math
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import mean

import yaml

from portal.matching.casefile import read_case
from portal.matching.lexicon import shipped_lexicon
from portal.matching.meaning import Meaning, is_installed, shipped_model
from portal.matching.rules.outcome import rankings
from portal.matching.rules.ranking import Ranking
from portal.matching.rules.text import words
from portal.matching.rules.values import Case

HERE = Path(__file__).parent
FIRST = 10
RELEVANT = 2.0
"""A pair is worth introducing if both readers together give it at least this on average."""

Labels = Mapping[str, float]
Order = list[list[str]]
"""Partners best first; those inside one group are tied and stand in any order."""


def main() -> int:
    """Print both measures for each way of ranking."""
    case = read_case((HERE / "instance.json").read_bytes())
    labels, agreement, labelled = read_judgements(HERE / "judgements.yaml")
    ranked = list(rankings(case, shipped_lexicon()))
    ways: dict[str, Callable[[Ranking], Order]] = {
        "the fit": by_fit,
        "plain BM25 on the texts": bm25(case),
        "hard rules alone": by_rules,
        "chance": lambda ranking: [list(ranking.pool.ids)],
    }
    with_meaning = by_meaning(case)
    if with_meaning:
        ways["the fit, with meaning"] = lambda ranking: by_fit(with_meaning[ranking.project.id])
    print(f"{labelled} labelled pairs, {len(ranked)} projects, {len(case.partners)} partners; "
          f"the two readers agree with weighted kappa {agreement:.2f}")  # fmt: skip
    print(f"{'':26}{f'nDCG@{FIRST}':>9}{f'precision@{FIRST}':>14}")
    results = {}
    for name, order_of in ways.items():
        results[name] = (
            mean(ndcg(order_of(ranking), labels[ranking.project.id]) for ranking in ranked),
            mean(precision(order_of(ranking), labels[ranking.project.id]) for ranking in ranked),
        )
        print(f"{name:26}{results[name][0]:9.3f}{results[name][1]:14.3f}")
    best = mean(
        precision(ideal(labels[ranking.project.id]), labels[ranking.project.id]) for ranking in ranked
    )
    print(f"{'(the best there could be)':26}{1:9.3f}{best:14.3f}")
    if not with_meaning:
        print("(the fit with meaning is not judged: the extra is not installed, pip install '.[embeddings]')")
    fit = results.pop("the fit")
    results.pop("the fit, with meaning", None)
    return 0 if all(fit[0] > other[0] and fit[1] > other[1] for other in results.values()) else 1


def by_meaning(case: Case) -> Mapping[str, Ranking]:
    """Return each project's ranking where half of the closeness of texts is their meaning, or nothing without the extra."""
    if not is_installed():
        return {}
    similar = Meaning(shipped_lexicon(), shipped_model())
    return {ranking.project.id: ranking for ranking in rankings(case, similar)}


def by_fit(ranking: Ranking) -> Order:
    """Return eligible partners in the order of the ranking."""
    return [[match.partner] for match in ranking.matches()]


def by_rules(ranking: Ranking) -> Order:
    """Return eligible partners, all tied."""
    return [[match.partner for match in ranking.matches()]]


def bm25(case: Case, *, k1: float = 1.2, b: float = 0.75) -> Callable[[Ranking], Order]:
    """Return a ranking by Okapi BM25 of the theses for the words of a teaser, nothing else known."""
    documents = {partner.id: Counter(words(partner.text)) for partner in case.partners}
    average = mean(sum(document.values()) for document in documents.values())
    occurring = Counter(word for document in documents.values() for word in document)

    def weight(word: str) -> float:
        return math.log(1 + (len(documents) - occurring[word] + 0.5) / (occurring[word] + 0.5))

    def score(query: set[str], document: Counter[str]) -> float:
        length = k1 * (1 - b + b * sum(document.values()) / average)
        return sum(
            weight(word) * document[word] * (k1 + 1) / (document[word] + length) for word in sorted(query)
        )

    def order(ranking: Ranking) -> Order:
        query = set(words(ranking.project.text))
        scores = {partner: score(query, document) for partner, document in documents.items()}
        return [
            [partner for partner in scores if scores[partner] == level]
            for level in sorted(set(scores.values()), reverse=True)
        ]

    return order


def ndcg(order: Order, labels: Labels) -> float:
    """Return the discounted gain of the first places against the best possible; ties count as their expectation."""
    return discounted(order, labels) / discounted(ideal(labels), labels)


def discounted(order: Order, labels: Labels) -> float:
    """Return the discounted gain of the first places."""
    gains = expected(order, [2 ** labels.get(partner, 0.0) - 1 for group in order for partner in group])
    return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains[:FIRST]))


def precision(order: Order, labels: Labels) -> float:
    """Return which share of the first places is worth introducing; an empty place is not."""
    hits = expected(order, [float(labels.get(one, 0.0) >= RELEVANT) for group in order for one in group])
    return sum(hits[:FIRST]) / FIRST


def expected(order: Order, values: Sequence[float]) -> list[float]:
    """Return each place's value, averaged over the tied ones."""
    found: list[float] = []
    for group in order:
        tied = values[len(found) : len(found) + len(group)]
        found += [mean(tied)] * len(group) if tied else []
    return found


def ideal(labels: Labels) -> Order:
    """Return the labelled partners in the best order."""
    return [[partner] for partner in sorted(labels, key=lambda one: -labels[one])]


def read_judgements(path: Path) -> tuple[dict[str, Labels], float, int]:
    """Return both readers' mean for each project and partner, how well they agree, and how many pairs they labelled."""
    projects = yaml.safe_load(path.read_text(encoding="utf-8"))["projects"]
    pairs = [(row[0], row[1]) for judged in projects.values() for row in judged.values()]
    labels = {
        project: {partner: (row[0] + row[1]) / 2 for partner, row in judged.items()}
        for project, judged in projects.items()
    }
    return labels, kappa(pairs), len(pairs)


def kappa(pairs: Sequence[tuple[int, int]]) -> float:
    """Return Cohen's kappa with quadratic weights: 1 for full agreement, 0 for what chance would give."""
    observed = mean((one - other) ** 2 for one, other in pairs)
    by_chance = mean((one - other) ** 2 for one, _ in pairs for _, other in pairs)
    return 1 - observed / by_chance


if __name__ == "__main__":
    sys.exit(main())
