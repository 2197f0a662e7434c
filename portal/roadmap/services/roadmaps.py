"""Making a roadmap, answering its questions, keeping its plan true, and moving it to another catalogue."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.errors import NotAllowed, Reason, Refused, Stale
from portal.ledger import record
from portal.projects.models import Project
from portal.projects.rules.phases import day_of
from portal.projects.services.projects import reasons_against_archived
from portal.roadmap import queries
from portal.roadmap.books import Book, book_of
from portal.roadmap.events import BaselineSet, CatalogueTaken, QuestionsAnswered, RoadmapMade
from portal.roadmap.instances import instance_of
from portal.roadmap.models import Roadmap, RoadmapPlan
from portal.roadmap.planfile import written_plan
from portal.roadmap.rules.forecast import Forecast, forecast_of
from portal.roadmap.rules.next import next_actions
from portal.roadmap.rules.planning import RUNS
from portal.roadmap.rules.updates import Update, update_of
from portal.roadmap.rules.values import Instance
from portal.roadmap.services.catalogue import freeze_catalogue
from portal.work.models import Job
from portal.work.services import ask

COMPUTED_LATER = "roadmaps_computed_later"
COMPUTE_ALL = "roadmap.compute_all"


def make_roadmap(session: Session, actor: Actor, project_id: int, *, at: datetime) -> Roadmap:
    """Make a project's roadmap from the catalogue as it holds now; one that is there is returned as it is.

    Raises `NotFound`, `NotAllowed`, and `Refused` if the project is archived.
    """
    project = queries.project_to_plan(session, actor, project_id, at=at)
    session.execute(select(Project.id).where(Project.id == project.id).with_for_update())
    refuse_archived(project)
    present = queries.roadmap_of(session, project.id)
    if present is not None:
        return present
    version = freeze_catalogue(session, at=at)
    roadmap = Roadmap(
        project_id=project.id,
        catalogue_id=version.id,
        answers={},
        made_at=at,
        made_by_id=actor.user_id,
    )
    session.add(roadmap)
    session.flush()
    compute(session, roadmap, at=at)
    event = RoadmapMade(actor_id=actor.user_id, project_id=project.id, catalogue=version.label)
    record(session, event, at=at)
    return roadmap


def answer_questions(
    session: Session,
    actor: Actor,
    project_id: int,
    answers: Mapping[str, bool | None],
    *,
    version: int | None,
    at: datetime,
) -> Roadmap:
    """Keep answers to the catalogue's questions; None takes an answer back, so that its steps may apply again.

    Raises `NotFound`, `NotAllowed`, `Stale`, and `Refused` for a question that the catalogue does not ask.
    """
    roadmap = changed_roadmap(session, actor, project_id, version=version, at=at)
    unknown = sorted(set(answers) - set(book_of(roadmap.catalogue).facts))
    if unknown:
        raise Refused([Reason("roadmap_question_unknown", {"questions": unknown})])
    changes = {
        fact: [roadmap.answers.get(fact), answer]
        for fact, answer in answers.items()
        if roadmap.answers.get(fact) != answer
    }
    if not changes:
        return roadmap
    kept = {**roadmap.answers, **answers}
    roadmap.answers = {fact: answer for fact, answer in kept.items() if answer is not None}
    session.flush()
    compute(session, roadmap, at=at)
    event = QuestionsAnswered(actor_id=actor.user_id, project_id=project_id, roadmap_changes=changes)
    record(session, event, at=at)
    return roadmap


def set_baseline(
    session: Session, actor: Actor, project_id: int, *, version: int | None, at: datetime
) -> Roadmap:
    """Keep the plan of today, so that later plans can be compared with it.

    Raises `NotFound`, `NotAllowed`, `Stale`, and `Refused` if the project is archived.
    """
    roadmap = changed_roadmap(session, actor, project_id, version=version, at=at)
    plan = queries.plan_of_roadmap(session, roadmap)
    if plan.computed_on != day_of(at):
        plan = compute(session, roadmap, at=at)
    before = roadmap.baseline_on
    roadmap.baseline = {
        step["id"]: [step["earliest_start"], step["earliest_finish"]] for step in plan.plan["steps"]
    }
    roadmap.baseline_on = plan.computed_on
    session.flush()
    days = [before.isoformat() if before else None, plan.computed_on.isoformat()]
    event = BaselineSet(actor_id=actor.user_id, project_id=project_id, roadmap_changes={"baseline_on": days})
    record(session, event, at=at)
    return roadmap


def what_would_change(session: Session, roadmap: Roadmap, *, at: datetime) -> Update | None:
    """Return what the catalogue as it holds now would change in a roadmap, or None where it stands on it already."""
    newest = queries.latest_version(session)
    if newest is None or newest.id == roadmap.catalogue_id:
        return None
    before, after = book_of(roadmap.catalogue), book_of(newest)
    today = day_of(at)
    return update_of(
        before.steps,
        after.steps,
        forecast_of(_instance(session, roadmap, before, today), runs=1),
        forecast_of(_instance(session, roadmap, after, today), runs=1),
    )


def take_latest_catalogue(
    session: Session, actor: Actor, project_id: int, *, version: int | None, at: datetime
) -> Roadmap:
    """Let a roadmap stand on the newest version of the catalogue; what the team said of steps stays.

    Raises `NotFound`, `NotAllowed`, `Stale`, and `Refused` where it stands on it already.
    """
    roadmap = changed_roadmap(session, actor, project_id, version=version, at=at)
    newest = freeze_catalogue(session, at=at)
    if newest.id == roadmap.catalogue_id:
        raise Refused([Reason("roadmap_catalogue_is_latest", {"label": newest.label})])
    previous = roadmap.catalogue.label
    roadmap.catalogue = newest
    session.flush()
    compute(session, roadmap, at=at)
    event = CatalogueTaken(
        actor_id=actor.user_id, project_id=project_id, catalogue=newest.label, previous=previous
    )
    record(session, event, at=at)
    return roadmap


def changed_roadmap(
    session: Session, actor: Actor, project_id: int, *, version: int | None, at: datetime
) -> Roadmap:
    """Return a roadmap that the actor is about to change, locked.

    Raises `NotFound`, `NotAllowed`, `Stale` where the page showed another version, and `Refused` if the project is
    archived.
    """
    project = queries.project_to_plan(session, actor, project_id, at=at)
    roadmap = queries.roadmap_to_change(session, project)
    refuse_archived(project)
    if version is not None and version != roadmap.version:
        raise Stale({"version": roadmap.version})
    return roadmap


def refuse_archived(project: Project) -> None:
    """Raise `Refused` for a project that was put away."""
    if reasons := reasons_against_archived(project):
        raise Refused(reasons)


@contextmanager
def computed_at_the_end(session: Session, *, at: datetime) -> Iterator[None]:
    """Let several changes of roadmaps be computed only once, when all of them are made.

    Meanwhile a roadmap keeps the plan that it was made with, or that `sketch` gave it.
    """
    waiting: dict[int, Roadmap] = {}
    session.info[COMPUTED_LATER] = waiting
    try:
        yield
    finally:
        del session.info[COMPUTED_LATER]
    for roadmap in waiting.values():
        compute(session, roadmap, at=at)


def compute(session: Session, roadmap: Roadmap, *, at: datetime) -> RoadmapPlan:
    """Compute a roadmap's plan as of now and store it.

    Raises `Refused` where its dates lie beyond the calendar.
    """
    later: dict[int, Roadmap] | None = session.info.get(COMPUTED_LATER)
    if later is None:
        return _computed(session, roadmap, at=at, runs=RUNS)
    later[roadmap.id] = roadmap
    return _stored_plan(session, roadmap) or sketch(session, roadmap, at=at)


def sketch(session: Session, roadmap: Roadmap, *, at: datetime) -> RoadmapPlan:
    """Compute a roadmap's likely dates alone and store them, for those who compute its ranges afterwards.

    Raises what `compute` raises.
    """
    return _computed(session, roadmap, at=at, runs=1)


def compute_due(session: Session, *, at: datetime, most: int) -> int:
    """Compute some roadmaps whose plan is of an earlier day anew; return how many."""
    due = queries.due_for_computing(session, today=day_of(at), most=most)
    for roadmap in due:
        compute(session, roadmap, at=at)
    return len(due)


def compute_of_project(session: Session, project_id: int, *, at: datetime) -> None:
    """Compute a project's roadmap anew, if it has one, because something that it rests on has changed."""
    roadmap = session.scalars(
        select(Roadmap)
        .where(Roadmap.project_id == project_id)
        .with_for_update(of=Roadmap)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if roadmap is not None:
        compute(session, roadmap, at=at)


def ask_to_compute_all(session: Session, actor: Actor, *, at: datetime) -> Job:
    """Ask for all roadmaps to be computed anew, as long work; who asks again meanwhile gets the same.

    Raises `NotAllowed` for anybody but an administrator.
    """
    if not actor.is_administrator:
        raise NotAllowed
    total = len(queries.projects_with_roadmaps(session))
    return ask(session, COMPUTE_ALL, actor, {}, total=total, key="all", at=at)


def compute_of_organisation(session: Session, organisation_id: int, *, at: datetime) -> None:
    """Compute all roadmaps of an organisation anew, because something that is stated of it has changed."""
    ids = session.scalars(
        select(Project.id)
        .join(Roadmap, Roadmap.project_id == Project.id)
        .where(Project.organisation_id == organisation_id, Project.archived_at.is_(None))
        .order_by(Project.id)
    ).all()
    for project_id in ids:
        compute_of_project(session, project_id, at=at)


def _computed(session: Session, roadmap: Roadmap, *, at: datetime, runs: int) -> RoadmapPlan:
    today = day_of(at)
    book = book_of(roadmap.catalogue)
    instance = _instance(session, roadmap, book, today)
    try:
        forecast = forecast_of(instance, runs=runs)
    except OverflowError:
        raise Refused([Reason("roadmap_beyond_calendar", {"last": date.max})]) from None
    stored = _stored_plan(session, roadmap) or RoadmapPlan(roadmap_id=roadmap.id)
    stored.computed_on, stored.computed_at = today, at
    written = written_plan(forecast.plan)
    stored.plan, stored.outlook = _plan(forecast, written), _outlook(forecast, written, instance, book)
    session.add(stored)
    session.flush()
    return stored


def _stored_plan(session: Session, roadmap: Roadmap) -> RoadmapPlan | None:
    return session.scalars(select(RoadmapPlan).where(RoadmapPlan.roadmap_id == roadmap.id)).one_or_none()


def _instance(session: Session, roadmap: Roadmap, book: Book, today: date) -> Instance:
    project = session.get_one(Project, roadmap.project_id)
    return instance_of(
        roadmap,
        project,
        book,
        queries.marks_of(session, roadmap),
        queries.booked_steps(session, project.id),
        today=today,
    )


def _plan(forecast: Forecast, written: dict[str, Any]) -> dict[str, Any]:
    return {
        **written,
        "edges": {
            step: [[edge.step, edge.kind.value, edge.lag_days] for edge in edges]
            for step, edges in forecast.edges.items()
        },
        "target": forecast.target,
        "path": list(forecast.path),
        "delays": dict(forecast.delays),
        "gains": dict(forecast.gains),
    }


def _outlook(forecast: Forecast, written: dict[str, Any], instance: Instance, book: Book) -> dict[str, Any]:
    done = {step for step, actual in instance.actual.items() if actual.finished is not None}
    return {
        "milestones": written["milestones"],
        "target": forecast.target,
        "late": written["late"],
        "open_steps": [step.id for step in forecast.plan.steps if step.id not in done],
        "next": [
            {
                **asdict(action),
                "by": None if action.by is None else action.by.isoformat(),
                "name": book.steps[action.step]["name"] if action.step in book.steps else None,
            }
            for action in next_actions(forecast, instance)
        ],
    }
