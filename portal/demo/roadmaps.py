"""The demo projects' roadmaps: what each phase implies is done, some of it late, some under way, and how ready they are."""

from datetime import datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.demo.cast import Cast
from portal.projects.models import Project
from portal.projects.rules.values import FieldGroup, Phase
from portal.projects.services import grant_to_adviser
from portal.reference import shipped
from portal.roadmap import queries, services
from portal.roadmap.books import book_of
from portal.roadmap.rules.market import Freedom, FreedomFacts, MarketFacts, RightFacts, RightKind
from portal.roadmap.rules.marks import Mark
from portal.roadmap.rules.standing import implied_by_phase

ANSWERS = {
    "manufactured_in_sweden": True,
    "animal_studies_in_sweden": True,
    "individual_patient": False,
    "patient_selection_by_test": False,
    "cells_expected_to_migrate": True,
    "human_samples_stored_in_sweden": True,
}
OWNERS = ("Demo regulatory lead", "Demo process lead", "Demo clinical lead", "Demo founder")
TRIALS = {
    Phase.PHASE_1: "fih_trial",
    Phase.PHASE_2: "phase_2_trial",
    Phase.PHASE_3: "pivotal_trial",
}
LEFT_UNDONE = 0.12
"""The share of what a phase implies that a demo project has not done: it is late."""


def lay_all(
    session: Session, cast: Cast, random: Random, projects: list[tuple[Project, Actor]], *, at: datetime
) -> None:
    """Make a roadmap for every demo project, and tell of its progress."""
    with services.computed_at_the_end(session, at=at):
        for number, (project, founder) in enumerate(projects):
            _lay(session, random, project, founder, number, at=at)
    _show_to_adviser(session, cast, projects, at=at)


def count_all(session: Session, *, at: datetime) -> None:
    """Count over all roadmaps, as the clock does once a day."""
    content = services.figures_due(session, at=at)
    if content is not None:
        services.keep_figures(session, content, at=at)


def _lay(
    session: Session, random: Random, project: Project, founder: Actor, number: int, *, at: datetime
) -> None:
    begun = at - timedelta(days=150)
    roadmap = services.make_roadmap(session, founder, project.id, at=begun)
    if number % 4:
        services.answer_questions(session, founder, project.id, ANSWERS, version=None, at=begun)
        services.sketch(session, roadmap, at=begun)
    ids = [step["id"] for step in queries.plan_of_roadmap(session, roadmap).plan["steps"]]
    implied = implied_by_phase(book_of(roadmap.catalogue).catalogue, ids, project.phase.value)
    done = [step for step in ids if step in implied and random.random() > LEFT_UNDONE]
    services.report_steps(
        session, founder, project.id, dict.fromkeys(done), version=None, at=begun + timedelta(days=1)
    )
    services.sketch(session, roadmap, at=begun + timedelta(days=2))
    if number % 3 == 0:
        services.set_baseline(session, founder, project.id, version=None, at=begun + timedelta(days=2))
    _on_trial(session, founder, project, at=at)
    _under_way(session, founder, project, random, at=at)
    if number % 2 == 0:
        _assess(session, founder, project, random, at=at)
    if number % 4 == 0:
        _state_rights(session, founder, project, number, at=at)


def _on_trial(session: Session, founder: Actor, project: Project, *, at: datetime) -> None:
    """Let the trial of a project's phase have begun when the project reached the phase."""
    trial, laid = TRIALS.get(project.phase), queries.laid(session, project)
    if trial is None or laid is None or trial in laid.marks or project.phase_since is None:
        return
    if trial in {step["id"] for step in laid.plan.plan["steps"]}:
        said = Mark(started=project.phase_since)
        services.mark_step(session, founder, project.id, trial, said, version=0, at=at)


def _assess(session: Session, founder: Actor, project: Project, random: Random, *, at: datetime) -> None:
    """Let a team place itself: about what is usual for its phase, and lower in one dimension."""
    usual = {row["phase"]: row["levels"] for row in shipped.records("readiness_expectations")}
    levels = usual.get(project.phase.value)
    if levels is None:
        return
    weak = random.choice(sorted(levels))
    for dimension, expected in levels.items():
        level = random.randint(expected["low"], expected["high"])
        level = max(1, expected["low"] - 2) if dimension == weak else level
        evidence = "Demo evidence, invented: the team's notes of its last review."
        services.assess(
            session,
            founder,
            project.id,
            dimension,
            level=level,
            evidence=evidence,
            at=at - timedelta(days=random.randint(5, 60)),
        )


def _state_rights(session: Session, founder: Actor, project: Project, number: int, *, at: datetime) -> None:
    """Let a team state how its product will be paid for, and two rights with a day that comes up."""
    today = at.date()
    market = MarketFacts(
        value_story="Demo words, invented: one treatment instead of care for life.",
        comparator="Demo words, invented: the best care that these patients get today.",
        patients=20 + 5 * number,
        patients_basis="Demo figure, invented.",
        evidence_plan="Demo words, invented: follow-up of every treated patient in a register for fifteen years.",
    )
    services.state_market_access(session, founder, project.id, market, version=0, at=at - timedelta(days=30))
    family = RightFacts(
        kind=RightKind.FAMILY,
        title="Demo family: the vector",
        reference=f"DEMO-{number:03}",
        party="The team's own organisation",
        since=today - timedelta(days=330),
        until=today + timedelta(days=19 * 365),
        due_on=today + timedelta(days=35),
        due_what="PCT filing within twelve months of the first filing",
    )
    licence = RightFacts(
        kind=RightKind.LICENCE_IN, title="Demo licence: the cell line", party="A university, invented"
    )
    for right in (family, licence):
        services.add_right(session, founder, project.id, right, at=at - timedelta(days=30))
    search = FreedomFacts(finding=Freedom.UNDER_WAY, remark="Demo words, invented.")
    services.state_freedom(session, founder, project.id, search, version=0, at=at - timedelta(days=30))


def _under_way(session: Session, founder: Actor, project: Project, random: Random, *, at: datetime) -> None:
    laid = queries.laid(session, project)
    if laid is None:
        return
    for action in laid.plan.outlook["next"][:2]:
        if action["step"] in laid.marks:
            continue
        started = (at - timedelta(days=random.randint(10, 70))).date()
        said = Mark(started=started, owner=random.choice(OWNERS))
        services.mark_step(session, founder, project.id, action["step"], said, version=0, at=at)


def _show_to_adviser(
    session: Session, cast: Cast, projects: list[tuple[Project, Actor]], *, at: datetime
) -> None:
    adviser = cast.people["demo_adviser_1"]
    for project, founder in projects[::5]:
        grant_to_adviser(
            session,
            founder,
            project.id,
            organisation_id=adviser.organisation_id or 0,
            groups={FieldGroup.IDENTITY, FieldGroup.ROADMAP},
            until=None,
            at=at - timedelta(days=20),
        )
        present = queries.latest_assessments(session, project)
        if "technology" in present:
            services.confirm_assessment(
                session,
                adviser,
                project.id,
                present["technology"].id,
                remark="Demo remark: read with the team.",
                version=present["technology"].version,
                at=at - timedelta(days=1),
            )
