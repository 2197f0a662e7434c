"""How long one project against 10,000 partners takes, and 10,000 projects against 10,000 partners.

Prints one row of a table for each: the processor time of the ranking core, and beside it plain NumPy and SciPy that score the same pairs
by the same weights, without codes, needs, declines or reasons. `--small` takes a tenth of the size.
"""

import argparse
import resource
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from matching_cases import AS_OF, large_case
from numpy.typing import NDArray
from scipy.sparse import csr_array

from portal.matching.lexicon import shipped_lexicon
from portal.matching.rules.grounds import grounds, missing
from portal.matching.rules.outcome import ranker_of
from portal.matching.rules.ranking import Ranker
from portal.matching.rules.shares import DEFAULT_WEIGHTS
from portal.matching.rules.values import Case, Partner, Project

FIRST = 20
ROUNDS = 25


def main() -> None:
    """Measure both on the same case in the same run."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--small", action="store_true", help="take a tenth of the size")
    size = 1000 if arguments.parse_args().small else 10_000
    case = large_case(size, size)
    begun = time.process_time()
    ranker = ranker_of(case, shipped_lexicon())
    ready = time.process_time() - begun
    plain = plain_scores(case)
    projects = sorted(case.projects, key=lambda project: project.id)

    one = timed(lambda: first_with_reasons(ranker, projects[0]))
    one_plain = timed(lambda: plain(projects[:1]))
    say(f"| one project, {size} partners, reasons for the first {FIRST} | {one:.1f} ms "
        f"| plain NumPy and SciPy, no reasons: {one_plain:.1f} ms | partners made ready once: {ready:.1f} s |")  # fmt: skip

    begun = time.process_time()
    eligible, total = 0, 0.0
    for project in projects:
        ranking = ranker.rank(project)
        eligible += len(ranking.scores)
        total += float(ranking.scores.sum())
    every = time.process_time() - begun
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    begun = time.process_time()
    for start in range(0, size, 200):
        plain(projects[start : start + 200])
    every_plain = time.process_time() - begun
    say(f"| {size} projects, {size} partners, {eligible} eligible pairs, mean fit {total / eligible:.1f} | {every:.1f} s, "
        f"{memory:.2f} GiB at most | plain NumPy and SciPy: {every_plain:.1f} s | |")  # fmt: skip


def first_with_reasons(ranker: Ranker, project: Project) -> list[object]:
    """Return the best partners for a project, with everything that a page shows of them."""
    ranking = ranker.rank(project)
    return [(match, grounds(ranking, match), missing(ranking, match)) for match in ranking.matches(FIRST)]


def plain_scores(case: Case) -> Callable[[list[Project]], NDArray[np.float64]]:
    """Return a function that scores some projects against all partners the plain way: masks, a sparse product, a sum."""
    partners = sorted(case.partners, key=lambda partner: partner.id)
    lexicon = shipped_lexicon()
    vectors = [lexicon.vector(partner.text) for partner in partners]
    terms = {
        term: place for place, term in enumerate(sorted({term for vector in vectors for term in vector}))
    }

    def matrix(of: list[dict[str, float]]) -> csr_array:
        rows = [row for row, vector in enumerate(of) for term in vector if term in terms]
        columns = [terms[term] for vector in of for term in vector if term in terms]
        values = [value for vector in of for term, value in vector.items() if term in terms]
        return csr_array((values, (rows, columns)), shape=(len(of), len(terms)))

    theses = matrix(vectors).T.tocsr()
    lists = {
        "product_class": [partner.product_classes for partner in partners],
        "modality": [partner.modalities for partner in partners],
        "indication_area": [partner.indication_areas for partner in partners],
        "phase": [partner.phases for partner in partners],
        "country": [partner.countries for partner in partners],
    }
    named = {
        fact: np.array([0.5 if words is None else 0.7 + 0.3 / max(len(words), 1) for words in of])
        for fact, of in lists.items()
    }
    admitted: dict[tuple[str, str], NDArray[np.bool_]] = {}

    def admits(fact: str, value: str) -> NDArray[np.bool_]:
        if (fact, value) not in admitted:
            admitted[fact, value] = np.array([words is None or value in words for words in lists[fact]])
        return admitted[fact, value]

    closed = np.array([is_shut(partner) for partner in partners])

    def scores(projects: list[Project]) -> NDArray[np.float64]:
        close = (matrix([lexicon.vector(project.text) for project in projects]) @ theses).toarray()
        found = np.empty_like(close)
        for row, project in enumerate(projects):
            eligible, total = ~closed, DEFAULT_WEIGHTS["text"] * close[row]
            for fact in lists:
                eligible = eligible & admits(fact, getattr(project, fact))
                total = total + DEFAULT_WEIGHTS[fact] * named[fact]
            found[row] = np.where(eligible, total, -1.0)
            np.argsort(-found[row], kind="stable")
        return found

    return scores


def is_shut(partner: Partner) -> bool:
    """Say whether a partner takes nobody today."""
    return partner.capacity == 0 or (partner.closes is not None and partner.closes < AS_OF)


def timed(work: Callable[[], object]) -> float:
    """Return the median time of some rounds, in milliseconds."""
    times = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        times.append((time.process_time() - begun) * 1000)
    return statistics.median(times)


def say(row: str) -> None:
    """Print a row of the table."""
    sys.stdout.write(f"{row}\n")


if __name__ == "__main__":
    main()
