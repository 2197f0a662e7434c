"""Figures over all roadmaps: what they count, that nobody can be told from them, and who reads them."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation
from portal.core import clock
from portal.core.actors import Role
from portal.projects.rules.phases import day_of
from portal.roadmap import queries, services
from portal.roadmap.models import RoadmapFigures
from portal.roadmap.rules.figures import Band, Counted, Part, band_of, figures_of, median_shown
from portal.roadmap.rules.marks import Mark
from tests import make
from tests.client import PageClient


def counted(number: int, part: Part, *, level: int | None = None) -> list[Counted]:
    levels = {} if level is None else {"ip": level}
    one = Counted(
        phase="preclinical",
        target="first_patient",
        parts={"qtpp": part},
        waits={"qtpp": 10} if part is Part.AHEAD else {},
        slacks={"qtpp": 7} if part is not Part.DONE else {},
        levels=levels,
    )
    return [one] * number


def figures(given: list[Counted]) -> dict[str, Any]:
    return figures_of(
        given,
        phases=["discovery", "preclinical"],
        targets=["first_patient"],
        steps=["qtpp", "dsmb"],
        dimensions=["ip"],
    )


def test_small_parts_are_hidden_with_enough_of_the_others() -> None:
    found = figures([*counted(7, Part.DONE), *counted(2, Part.LATE), *counted(9, Part.AHEAD, level=5)])
    assert found["projects"] == 18
    step, other = found["steps"]
    assert step == {
        "id": "qtpp",
        "parts": {"done": None, "running": None, "late": None, "ahead": 9, "absent": None},
        "wait": 10.0,
        "slack": 7.0,
    }
    assert other["parts"]["absent"] == 18
    assert (other["wait"], other["slack"]) == (None, None)
    (ready,) = found["readiness"]
    assert ready == {
        "id": "ip",
        "parts": {"unstated": 9, "low": None, "middle": 9, "high": None},
        "median": 5.0,
    }


def test_nothing_is_shown_of_fewer_than_five_projects() -> None:
    assert figures(counted(4, Part.DONE)) == {
        "projects": None,
        "phases": {},
        "targets": {},
        "steps": [],
        "readiness": [],
    }
    assert median_shown([1, 2, 3, 4]) is None
    assert median_shown([1, 2, 3, 4, 9]) == 3


@pytest.mark.parametrize(
    ("level", "band"),
    [
        (None, Band.UNSTATED),
        (0, Band.LOW),
        (3, Band.LOW),
        (4, Band.MIDDLE),
        (6, Band.MIDDLE),
        (7, Band.HIGH),
        (9, Band.HIGH),
    ],
)
def test_nine_levels_are_three_thirds(level: int | None, band: Band) -> None:
    assert band_of(level) is band


def test_they_are_counted_once_a_day_from_what_is_kept_and_read_by_analysts(
    client: PageClient, session: Session
) -> None:
    at, founder = clock.now(), make.founder(session)
    today, owner = day_of(at), session.get_one(Organisation, founder.organisation_id)
    for number in range(6):
        project = make.project(session, owner, name=f"Secret {number}", orphan=False)
        with services.computed_at_the_end(session, at=at):
            services.make_roadmap(session, founder, project.id, at=at)
            mark = Mark(started=today, finished=today if number else None)
            services.mark_step(session, founder, project.id, "qtpp", mark, version=0, at=at)
        if number:
            services.assess(session, founder, project.id, "ip", level=number, evidence="Seen", at=at)
    make.project(session, owner)
    session.commit()
    parts = [one.parts["qtpp"] for one in queries.counted_roadmaps(session)]
    assert sorted(parts) == [*[Part.DONE] * 5, Part.RUNNING]
    content = services.figures_due(session, at=at)
    assert content is not None
    services.keep_figures(session, content, at=at)
    session.commit()
    assert services.figures_due(session, at=at) is None
    assert services.figures_due(session, at=at + timedelta(days=1)) is None  # the plans are of an earlier day
    services.keep_figures(session, {}, at=at)
    assert [row.content["projects"] for row in session.scalars(select(RoadmapFigures))] == [6]
    kept = {step["id"]: step for step in content["steps"]}
    assert kept["qtpp"]["parts"] == {
        "done": None,
        "running": None,
        "late": None,
        "ahead": None,
        "absent": None,
    }
    assert kept["priority_filing"]["parts"]["ahead"] == 6
    assert {line["id"]: line["median"] for line in content["readiness"]}["ip"] == 3.0

    client.sign_in(make.member(session, make.organisation(session), Role.ANALYST))
    page = client.get("/roadmaps/figures").text
    assert "6 projects have a roadmap" in page
    assert "Secret" not in page
    assert client.get("/roadmaps/figures.csv").text.count("\n") > 40
    assert client.get("/").text.count("/roadmaps/figures") == 1
    client.sign_in(founder)
    assert client.get("/roadmaps/figures").status_code == 404


def test_before_anything_is_counted_the_page_says_when(client: PageClient, session: Session) -> None:
    client.sign_in(make.member(session, make.organisation(session), Role.ANALYST))
    assert "Nothing can be shown yet" in client.get("/roadmaps/figures").text
    assert client.get("/roadmaps/figures.csv").status_code == 404
