"""Make the data that the benchmarks of the national portal need, in `bench-data/`, for both engines.

    python -m benchmarks.national.data [--seed 1] [--day 2026-11-25]

Five years of a national portal: 200 cleanrooms, 2,000 projects, 50,000 bookings with their requests, grants, ledger and
messages, and what the other rooms keep beside them. The same seed and day make the same portal. Nearly everything is written
in bulk, into the tables that the migrations make, past all constraints and guards; some roadmaps and a chain of drafts are made
by the services, and all are made findable. At the end the ledger is sealed and verified, and what holds of every booking is
checked. Ends with status 1 if anything does not hold.
"""

import argparse
import json
import random
import sys
import time
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from benchmarks.national import databases
from benchmarks.national.beside import tell_of_what_lies_beside
from benchmarks.national.book import Book, analyze
from benchmarks.national.cases import tell_of_cases
from benchmarks.national.checks import problems
from benchmarks.national.chronicle import write_down
from benchmarks.national.living import live
from benchmarks.national.people import Story, tell_of_society
from benchmarks.national.pipeline import tell_of_pipeline
from benchmarks.national.places import tell_of_places
from portal.accounts.passwords import hashed
from portal.ledger import seal_waiting
from portal.search.keeping import rebuild
from portal.store import db

YEARS = timedelta(days=5 * 365 + 1 - 183)
"""How far back the story goes; the rest of the five years lies ahead."""

PASSWORD = "national portal for benchmarks"  # noqa: S105  (nothing that it opens is real)


def main() -> int:
    """Make the story once, and write it into a database of each engine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--day", type=date.fromisoformat, default=datetime.now(UTC).date())
    asked = parser.parse_args()
    databases.clear()
    began = time.perf_counter()
    story = told(asked.seed, asked.day)
    rows = {name: len(found) for name, found in story.book.rows.items()}
    print(f"{sum(rows.values()):,} rows in {time.perf_counter() - began:.0f} s")
    print(", ".join(f"{number:,} {name}" for name, number in rows.items()))
    found = [problem for engine in databases.ENGINES for problem in _filled(engine, story)]
    for problem in found:
        print(problem, file=sys.stderr)
    databases.FACTS.write_text(json.dumps({**story.facts, "seed": asked.seed}, indent=1) + "\n")
    return 1 if found else 0


def told(seed: int, day: date) -> Story:
    """Return the story of the portal up to the morning of a day."""
    now = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)
    story = Story(Book(), random.Random(seed), now, now - YEARS, _password_hash())
    society = tell_of_society(story)
    places = tell_of_places(story)
    pipeline = tell_of_pipeline(story, society)
    cases = tell_of_cases(story, places, pipeline)
    tell_of_what_lies_beside(story, society, pipeline, cases)
    write_down(story)
    return story


def _password_hash() -> str:
    databases.make_empty("sqlite")
    app = databases.portal(databases.address("sqlite"))
    with app.app_context():
        secret = hashed(PASSWORD)
    databases.close(app)
    return secret


def _filled(engine: str, story: Story) -> list[str]:
    """Fill a database of an engine, and return what does not hold there."""
    began = time.perf_counter()
    databases.make_empty(engine)
    app = databases.portal(databases.address(engine))
    with app.app_context():
        with db.engine.begin() as connection:
            story.book.write(connection)
        written = time.perf_counter()
        with app.test_request_context(), Session(db.engine) as session:
            planned = live(session, story.facts, at=story.now)
        lived = time.perf_counter()
        with Session(db.engine) as session:
            found_by_words = rebuild(session)
            session.commit()
        indexed = time.perf_counter()
        with Session(db.engine) as session:
            while seal_waiting(session, at=story.now, limit=50_000):
                session.commit()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            _settle(connection)
        sealed = time.perf_counter()
        with Session(db.engine) as session:
            found = [f"{engine}: {problem}" for problem in problems(session)]
    databases.close(app)
    print(
        f"{engine}: written in {written - began:.0f} s, {planned} roadmaps in {lived - written:.0f} s, "
        f"{found_by_words} records found by their words in {indexed - lived:.0f} s, "
        f"sealed in {sealed - indexed:.0f} s, checked in {time.perf_counter() - sealed:.0f} s"
    )
    return found


def _settle(connection: Connection) -> None:
    analyze(connection)


if __name__ == "__main__":
    sys.exit(main())
