"""The projects of the national portal: what they are, how far they came, and who works on them."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from benchmarks.national.people import FIRST_NAMES, LAST_NAMES, Body, Happening, Society, Story
from portal.projects.events import PhaseChanged, ProjectRegistered, TeamMemberAdded
from portal.projects.models import REFERENCE_LETTERS as LETTERS
from portal.projects.models import (
    FieldGroup,
    Grant,
    GrantReason,
    Phase,
    PhaseChange,
    ProductClass,
    Project,
    TeamMember,
    Visibility,
)

PROJECTS = 2_000
KINDS = (
    ("nonviral_cell", "none", "msc", ProductClass.SCTMP, 34),
    ("tissue_engineered", "none", "cells_on_scaffold", ProductClass.TEP, 8),
    ("nucleic_acid", "none", "lnp", ProductClass.GTMP, 7),
    ("aav", "aav", "aav", ProductClass.GTMP, 20),
    ("lv_rv", "lentiviral_retroviral", "car_t", ProductClass.GTMP, 28),
    ("replication_competent", "replication_competent", "oncolytic_virus", ProductClass.GTMP, 3),
)
"""Process class, vector level, modality, product class, and how many of a hundred projects are of that kind."""

AREAS = ("oncology", "haematology", "neurology", "ophthalmology", "metabolic", "cardiovascular", "immunology", "musculoskeletal", "dermatology", "other")  # fmt: skip
PHASES = tuple(Phase)


@dataclass(slots=True)
class Work:
    """A project, as far as its bookings ask."""

    id: int
    owner: Body
    process_class: str
    vector_level: str
    since: datetime


@dataclass(slots=True)
class Pipeline:
    """The projects by the vector level that they need, in the order of their registration."""

    by_level: dict[str, list[Work]] = field(default_factory=dict)

    def drawn(self, story: Story, levels: tuple[str, ...], before: datetime) -> Work:
        """Return one of the projects of these levels that were registered before a moment."""
        sizes = [bisect_right(self.by_level[level], before, key=lambda work: work.since) for level in levels]
        level = story.random.choices(levels, weights=sizes)[0]
        return self.by_level[level][story.random.randrange(sizes[levels.index(level)])]


def tell_of_pipeline(story: Story, society: Society) -> Pipeline:
    """Make every project with its history, its team and what advisers were shown."""
    works = sorted(
        (_project(story, society, number) for number in range(PROJECTS)), key=lambda one: one.since
    )
    pipeline = Pipeline()
    for work in works:
        pipeline.by_level.setdefault(work.vector_level, []).append(work)
    return pipeline


def _project(story: Story, society: Society, number: int) -> Work:
    random = story.random
    owner = society.developers[int(len(society.developers) * random.random() ** 2)]
    process_class, level, modality, product_class, _ = random.choices(KINDS, [kind[-1] for kind in KINDS])[0]
    early = random.random() < 0.6
    since = story.moment(
        story.begins + timedelta(days=30),
        story.begins + timedelta(days=60) if early else story.now - timedelta(days=20),
    )
    stages = _stages(story, since)
    first, last = stages[0], stages[-1]
    area, name = random.choice(AREAS), f"Programme {number + 1}"
    teaser = (
        f"A {modality.replace('_', ' ')} product for a disease with few options, invented for benchmarks."
    )
    visibility = random.choices(tuple(Visibility), [60, 25, 15])[0]
    project = story.book.add(
        Project,
        reference="".join(random.choice(LETTERS) for _ in range(4)) + f"-{number:04}",
        organisation_id=owner.id,
        name=name,
        teaser=teaser,
        product_class=product_class,
        modality=modality,
        indication_area=area,
        indication="An invented indication",
        phase=last[0],
        phase_since=last[1].date(),
        gmo_class=0 if level == "none" else 2,
        vector_level=level,
        process_class=process_class,
        process_state="closed",
        bsl=2,
        needs=[],
        funding_min=2_000_000,
        funding_max=9_000_000,
        funding_currency="EUR",
        visibility=visibility,
        is_demo=True,
        created_at=since,
        updated_at=last[1],
        archived_at=story.now - timedelta(days=10) if number % 40 == 39 else None,
    )
    story.happened.append(
        Happening(
            since,
            ProjectRegistered(
                actor_id=owner.people[0],
                project_id=project,
                teaser_changes={
                    "teaser": [None, teaser],
                    "indication_area": [None, area],
                    "phase": [None, first[0].value],
                },
                identity_changes={"name": [None, name]},
                process_changes={"modality": [None, modality], "process_class": [None, process_class]},
            ),
        )
    )
    _history(story, project, owner, stages)
    _team(story, project, owner, since)
    _consents(story, society, project, since, number)
    return Work(project, owner, process_class, level, since)


def _stages(story: Story, since: datetime) -> list[tuple[Phase, datetime]]:
    place, at = story.random.choices(range(len(PHASES)), [30, 40, 15, 8, 4, 2, 1])[0], since
    stages = [(PHASES[place], at)]
    while place + 1 < len(PHASES) and (at := at + timedelta(days=story.random.randint(200, 900))) < story.now:
        place += 1
        stages.append((PHASES[place], at))
    return stages


def _history(story: Story, project: int, owner: Body, stages: list[tuple[Phase, datetime]]) -> None:
    before: Phase | None = None
    for phase, at in stages:
        story.book.add(
            PhaseChange,
            project_id=project,
            phase=phase,
            since=at.date(),
            noted_at=at,
            noted_by_id=owner.people[0],
        )
        if before is not None:
            changed = PhaseChanged(
                actor_id=owner.people[0],
                project_id=project,
                teaser_changes={"phase": [before.value, phase.value]},
                roadmap_changes={"phase_since": [None, at.date().isoformat()]},
            )
            story.happened.append(Happening(at, changed))
        before = phase


def _team(story: Story, project: int, owner: Body, since: datetime) -> None:
    for task in ("Process development", "Quality", "Clinical lead")[: story.random.randint(1, 3)]:
        name = f"{story.random.choice(FIRST_NAMES)} {story.random.choice(LAST_NAMES)}"
        member = story.book.add(TeamMember, project_id=project, name=name, task=task)
        added = TeamMemberAdded(
            actor_id=owner.people[0],
            project_id=project,
            member_id=member,
            identity_changes={"name": [None, name], "task": [None, task]},
        )
        story.happened.append(Happening(since, added))


def _consents(story: Story, society: Society, project: int, since: datetime, number: int) -> None:
    """Show every fourth project to a body of advisers; the consent is not in the ledger's story."""
    if number % 4:
        return
    adviser = society.advisers[number // 4 % len(society.advisers)]
    for group in (FieldGroup.IDENTITY, FieldGroup.PROCESS, FieldGroup.ROADMAP, FieldGroup.MONEY):
        story.book.add(
            Grant,
            project_id=project,
            organisation_id=adviser.id,
            field_group=group,
            reason=GrantReason.CONSENT,
            starts_at=since,
        )
