"""How long it takes to compute the roadmaps of 2,000 projects as one job: it has to be done in 60 s.

Run it with the environment's Python: `.venv/bin/python benchmarks/roadmap_generation.py [PROJECTS]`, on a machine that
does nothing else. It makes a scratch database of its own, asks for the job as an administrator does, and does it as the
jobs process does. It ends with status 1 when the promise is broken.
"""

import sys
from datetime import UTC, date, datetime
from itertools import cycle, product
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from time import perf_counter, process_time

from flask import Flask
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation, OrganisationKind, User
from portal.app import create_app
from portal.config import Mode, Settings
from portal.core.actors import Actor, Role
from portal.jobs.long_work import do_waiting
from portal.projects.models import Phase, ProductClass, Project
from portal.roadmap.models import Roadmap, RoadmapPlan
from portal.roadmap.services import ask_to_compute_all, freeze_catalogue
from portal.store import Base, db, in_one_unit
from portal.work.models import Job, JobState

PROJECTS = 2_000
PROMISED_SECONDS = 60.0
AT = datetime(2026, 1, 2, 12, tzinfo=UTC)
PHASES = (Phase.DISCOVERY, Phase.PRECLINICAL, Phase.PHASE_1, Phase.PHASE_2)


def scratch(folder: Path) -> Flask:
    """Return a portal with an empty database in a folder."""
    words = "nothing secret: this is a benchmark's own"
    app = create_app(
        Settings(
            mode=Mode.DEMO,
            secret_key=words,
            password_salt=words,
            database_url=f"sqlite:///{folder / 'portal.sqlite'}",
            instance=folder,
        )
    )
    with app.app_context():
        Base.metadata.create_all(db.engine)
    return app


def fill(session: Session, number: int) -> int:
    """Store so many projects of every kind with roadmaps that are not computed yet, and return an administrator."""
    owner = Organisation(name="Bench", kind=OrganisationKind.COMPANY, country="SE", created_at=AT)
    person = User(
        email="bench@example.org",
        name="Bench",
        active=True,
        fs_uniquifier="bench",
        confirmed_at=AT,
        created_at=AT,
    )
    session.add_all([owner, person])
    version = freeze_catalogue(session, at=AT)
    session.flush()
    kinds = cycle(product(ProductClass, (0, 2), (True, False), PHASES))
    for place, (product_class, gmo_class, orphan, phase) in zip(range(number), kinds, strict=False):
        project = Project(
            organisation_id=owner.id,
            name=f"Project {place}",
            product_class=product_class,
            modality="gene_modified_hsc",
            indication_area="haematology",
            phase=phase,
            phase_since=date(2026, 1, 1),
            gmo_class=gmo_class,
            orphan=orphan,
            created_at=AT,
            updated_at=AT,
        )
        roadmap = Roadmap(
            project=project, catalogue_id=version.id, answers={}, made_at=AT, made_by_id=person.id
        )
        session.add_all([project, roadmap])
        session.flush()
        session.add(
            RoadmapPlan(roadmap_id=roadmap.id, computed_on=AT.date(), computed_at=AT, outlook={}, plan={})
        )
    return person.id


def main(number: int) -> int:
    """Print the times and return 0 if the promise holds."""
    with TemporaryDirectory() as folder:
        app = scratch(Path(folder))
        with app.app_context():
            administrator = in_one_unit(lambda session: fill(session, number))
            actor = Actor(user_id=administrator, organisation_id=None, roles=frozenset({Role.ADMINISTRATOR}))
            job_id = in_one_unit(lambda session: ask_to_compute_all(session, actor, at=AT).id)
            begun, computing = perf_counter(), process_time()
            do_waiting(app, "bench", Event())
            taken, computed = perf_counter() - begun, process_time() - computing
            job = db.session().get_one(Job, job_id)
            if (job.state, job.done) != (JobState.DONE, number):
                raise RuntimeError(f"the job is {job.state} after {job.done}: {job.last_error}")
    sys.stdout.write(
        f"{number} roadmaps of 10,000 draws in one job: {taken:.1f} s, {computed:.1f} s of them computing\n"
    )
    return 0 if taken < PROMISED_SECONDS * number / PROJECTS else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else PROJECTS))
