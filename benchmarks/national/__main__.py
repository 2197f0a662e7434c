"""Measure the national portal of `make bench-data` on both engines, and print one table.

    python -m benchmarks.national [--only windows timelines pages deciding serving starting] [--write]

Each figure is the best of several. CPU is that of the process that serves, and with PostgreSQL, after a plus sign, that
of the database server; where others load the machine, it says more than the wall clock. With `--write` the table of
docs/performance.md is written anew, as far as it was measured.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from benchmarks.national import databases, deciding, serving, starting
from benchmarks.national.measuring import Took, best_of, busy, machine
from benchmarks.national.walking import BUDGET, Walked, ground_of, left_out, sign_in, signed_in, walk
from portal.bookings import search
from portal.bookings.models import RequestState, SlotRequest
from portal.bookings.needs import Need, need_of
from portal.facilities.models import Cleanroom, Facility, RoomKind
from portal.store import db

DOCUMENT = databases.ROOT / "docs" / "performance.md"
DECISIONS, CLIENTS = 80, (1, 8)
SLOWEST = 10
MONTH = "Data of a month of the busiest facility, 10 rooms, over HTTP"
TIMELINE_AIMS = {"Data": "50 ms, 8 queries", "Page": "100 ms"}
Row = tuple[str, str, str, str]
"""What was measured, the aim, and what it took on SQLite and on PostgreSQL."""


def main() -> int:
    """Measure what is asked for, and print or write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", nargs="*", choices=PARTS, default=list(PARTS))
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    databases.facts()
    for engine in databases.ENGINES:
        databases.bring_up_to_date(engine)
    lines: list[str] = []
    for part in asked.only:
        rows, notes = PARTS[part]()
        lines += ["| " + " | ".join(row) + " |" for row in rows]
        print("\n".join([*lines[-len(rows) :], *notes]), flush=True)
        if asked.write:
            _write(part, rows, notes)
    print(f"{machine()}; load {busy():.0f}")
    return 0


def _windows() -> tuple[list[Row], list[str]]:
    labels = ("All rooms asked, as stored", "All 200 rooms fit")
    found = {engine: list(_windows_on(engine)) for engine in databases.ENGINES}
    rows = [
        (f"First free windows over all rooms: {label} ({where})", "10 ms", *both)
        for place, label in enumerate(labels)
        for where, both in (
            (found["sqlite"][place][0], tuple(found[engine][place][1].words for engine in databases.ENGINES)),
        )
    ]
    return rows, []


def _windows_on(engine: str) -> Iterator[tuple[str, Took]]:
    """Yield how many rooms fit and what the search took: for a typical need, and where every room is made to fit."""
    store = databases.engine_of(databases.address(engine))
    with Session(store) as session:
        request = session.scalars(
            select(SlotRequest)
            .where(SlotRequest.state == RequestState.SUBMITTED, SlotRequest.kind == RoomKind.PRE_GMP)
            .order_by(SlotRequest.id)
            .limit(1)
        ).one()
        need = need_of(request)
        at = datetime.now(UTC)
        yield _search(session, store, need, at)
        session.execute(update(Cleanroom).values(kind=need.kind, vector_level="replication_competent"))
        yield _search(session, store, need, at)
        session.rollback()
    store.dispose()


def _search(session: Session, store: Engine, need: Need, at: datetime) -> tuple[str, Took]:
    fitting = sum(answer.fits for answer in search.answers(session, need, at=at, count=1))

    def ask() -> None:
        session.expunge_all()
        search.answers(session, need, at=at, count=1)

    return f"{fitting} fit", best_of(7, ask, store)


def _pages() -> tuple[list[Row], list[str]]:
    walks = {engine: _walked(engine) for engine in databases.ENGINES}
    found = {engine: walked for engine, (walked, _) in walks.items()}
    slow: dict[tuple[str, str], dict[str, Walked]] = {}
    for engine, walked in found.items():
        for one in walked:
            slow.setdefault((one.name, one.reader), {})[engine] = one
    worst = sorted(slow.items(), key=lambda pair: -max(one.took.cpu for one in pair[1].values()))[:SLOWEST]
    rows: list[Row] = [
        ("Pages walked, each as one reader of every role that may", "", *_each(found, len)),
        ("of these without a page, and listed below", "0", *_each(found, _missing)),
        ("over 100 ms of CPU", "0", *_each(found, _over)),
        ("the middle one of all, and of twenty the slowest but one", "", *_each(found, _usual)),
        (
            "Addresses of the matrix left out, for want of a record",
            "",
            *(str(len(left)) for _, left in walks.values()),
        ),
    ]
    rows += [
        (
            f"{name.removeprefix('GET ')}, {reader}",
            "100 ms",
            *(by[engine].took.words if engine in by else "" for engine in databases.ENGINES),
        )
        for (name, reader), by in worst
    ]
    wrong = [
        f"{one.name} as {one.reader}: {one.code}"
        for walked in found.values()
        for one in walked
        if one.code >= 400
    ]
    return rows, [*wrong, f"left out: {', '.join(walks['sqlite'][1])}"]


def _each(found: dict[str, list[Walked]], told: Callable[[list[Walked]], object]) -> tuple[str, str]:
    return str(told(found["sqlite"])), str(told(found["postgresql"]))


def _missing(walked: list[Walked]) -> int:
    return sum(one.code >= 400 for one in walked)


def _over(walked: list[Walked]) -> int:
    return sum(one.took.cpu > BUDGET for one in walked)


def _usual(walked: list[Walked]) -> str:
    taken = sorted(one.took.cpu for one in walked)
    return f"{1000 * taken[len(taken) // 2]:.0f} ms, {1000 * taken[len(taken) * 19 // 20]:.0f} ms"


def _walked(engine: str) -> tuple[list[Walked], list[str]]:
    """Return what each page took on an engine, and which lines of the matrix had no record."""
    app = databases.portal(databases.address(engine))
    with app.app_context():
        store = db.engine
    walked, left = list(walk(app, store, times=1)), left_out(app, ground_of(app, store))
    databases.close(app)
    return walked, left


def _timelines() -> tuple[list[Row], list[str]]:
    found = {engine: list(_timelines_on(engine)) for engine in databases.ENGINES}
    rows: list[Row] = [
        (
            f"{name} ({found['sqlite'][place][1]} kB)",
            TIMELINE_AIMS[name.split(":")[0]],
            *(found[engine][place][2].words for engine in databases.ENGINES),
        )
        for place, (name, _, _) in enumerate(found["sqlite"])
    ]
    return rows, []


def _timelines_on(engine: str) -> Iterator[tuple[str, int, Took]]:
    """Yield what the calendars take, as data and as a page: a quarter of 24 rooms, and 2,000 bookings of a month."""
    app = databases.portal(databases.address(engine))
    facts = databases.facts()
    with app.app_context():
        store = db.engine
    with Session(store) as session:
        slugs = {name: session.get_one(Facility, facts[name]).slug for name in ("facility", "busy facility")}
        people = {
            "staff": sign_in(session, facts["manager"]),
            "busy staff": sign_in(session, facts["busy manager"]),
        }
    today = datetime.now(UTC).date()
    quarter = slugs["facility"], f"scale=quarter&from={today}"
    month = slugs["busy facility"], f"scale=month&from={today - timedelta(days=15)}"
    for name, token, (slug, asked), kind in (
        ("Data: a quarter, 24 rooms, for its staff", people["staff"], quarter, ".json"),
        ("Data: a quarter, 24 rooms, for a visitor", None, quarter, ".json"),
        ("Data: a month, 10 rooms with 2,000 bookings, for its staff", people["busy staff"], month, ".json"),
        ("Page: a quarter, 24 rooms, for its staff", people["staff"], quarter, ""),
        ("Page: a quarter, 24 rooms, for a visitor", None, quarter, ""),
        ("Page: a month, 10 rooms with 2,000 bookings, for its staff", people["busy staff"], month, ""),
    ):
        client, path = signed_in(app, token), f"/facilities/{slug}/calendar{kind}?{asked}"
        answer = client.get(path)
        yield name, len(answer.get_data()) // 1024, best_of(4, lambda: client.get(path).get_data(), store)  # noqa: B023
    databases.close(app)


def _deciding() -> tuple[list[Row], list[str]]:
    found = {engine: _decisions_on(engine) for engine in databases.ENGINES}
    rows: list[Row] = []
    for clients in CLIENTS:
        label = f"Decisions in the service, {clients} client{'s' if clients > 1 else ''}"
        rows.append((label, "half of the driver's", *(found[engine]["service", clients] for engine in found)))
        rows.append(
            (
                f"The same statements by the bare driver, {clients} client{'s' if clients > 1 else ''}",
                "",
                *(found[engine]["driver", clients] for engine in found),
            )
        )
    return rows, [f"statements of a decision: {found['sqlite']['statements', 0]}"]


def _decisions_on(engine: str) -> dict[tuple[str, int], str]:
    found: dict[tuple[str, int], str] = {}
    with databases.copied(engine) as url:
        wanted = iter(deciding.prepare(url))
        for clients in CLIENTS:
            count = DECISIONS + clients * deciding.WARMING
            service, replayed = ([next(wanted) for _ in range(count)] for _ in range(2))
            steps = deciding.recorded(url, replayed)
            pace = deciding.in_service(url, service, clients=clients)
            bare = deciding.by_driver(url, steps, clients=clients)
            found["service", clients] = pace.words
            found["driver", clients] = bare.words
            found["statements", 0] = str(len(steps[-1]))
    return found


def _serving() -> tuple[list[Row], list[str]]:
    rows: list[Row] = []
    with databases.copied("postgresql") as url:
        wanted = iter(deciding.prepare(url))
        app = databases.portal(url)
        with serving.served(url) as server:
            for clients, aim in ((1, "300/s"), (8, "500/s")):
                lot = [next(wanted) for _ in range(DECISIONS + serving.WARMING)]
                pace = _over_http(app, server, lot, clients)
                label = f"Decisions over HTTP, {clients} client{'s' if clients > 1 else ''}"
                rows.append((label, aim, "", pace.words))
            rows.append((MONTH, "50 ms", "", _month_over_http(app, server)))
            worker = serving.memory_of_worker(server)
        jobs = serving.memory_of_jobs(url)
        databases.close(app)
    for name, (resident, share) in (("one worker", worker), ("the process of the jobs", jobs)):
        rows.append((f"Memory of {name}", "", "", f"{resident:.0f} MB, {share:.0f} MB its own share"))
    return rows, []


def _over_http(app: Flask, server: serving.Server, lot: list[deciding.Wanted], clients: int) -> deciding.Pace:
    with app.app_context():
        store = db.engine
    with Session(store) as session:
        return serving.decisions(app, session, server, lot, clients=clients)


def _month_over_http(app: Flask, server: serving.Server) -> str:
    """Return how many bookings the month of the busiest facility has, and what its data takes."""
    facts = databases.facts()
    with app.app_context():
        store = db.engine
    with Session(store) as session:
        slug = session.get_one(Facility, facts["busy facility"]).slug
        token = sign_in(session, facts["busy manager"])
    month = datetime.now(UTC).date() - timedelta(days=15)
    body, wall, cpu = serving.best_fetch(
        app, server, token, f"/facilities/{slug}/calendar.json?scale=month&from={month}"
    )
    return f"{len(json.loads(body)['taken'])} entries, {1000 * wall:.1f} ms ({1000 * cpu:.1f} ms CPU)"


def _starting() -> tuple[list[Row], list[str]]:
    steps = starting.seconds_to_first_page()
    total = sum(steps.values())
    each = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in steps.items())
    return [("`make run` from clone to first answer", "60 s", f"{total:.0f} s ({each})", "")], []


Part = Callable[[], tuple[list[Row], list[str]]]
PARTS: dict[str, Part] = {
    "windows": _windows,
    "timelines": _timelines,
    "pages": _pages,
    "deciding": _deciding,
    "serving": _serving,
    "starting": _starting,
}


def _write(part: str, rows: list[Row], notes: list[str]) -> None:
    """Put the rows of one part between its marks in the document."""
    del notes
    text = DOCUMENT.read_text(encoding="utf-8")
    body = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    found, times = re.subn(
        rf"(<!-- {part} -->\n).*?(\n<!-- end of {part} -->)",
        lambda match: (
            f"{match.group(1)}\n| | aim | SQLite | PostgreSQL |\n| --- | --- | --- | --- |\n{body}\n{match.group(2)}"
        ),
        text,
        flags=re.DOTALL,
    )
    if not times:
        raise SystemExit(f"docs/performance.md has no place for {part}")
    DOCUMENT.write_text(found, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
