"""Measure the adviser's desk over many projects: statements and CPU time of its list, as it opens and as it is sorted.

Run it with `python -m benchmarks.matching_desk`.
"""

import os
import sys
import time
from tempfile import TemporaryDirectory

from sqlalchemy import event
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation
from portal.app import create_app
from portal.config import settings_from
from portal.core import clock
from portal.core.actors import Actor
from portal.matching import queries
from portal.matching.models import Introduction
from portal.matching.rules.introductions import State
from portal.projects import queries as projects
from portal.projects.queries import ProjectFilter
from portal.store import Base, db
from tests import make

PROJECTS, PARTNERS, EACH = 2000, 50, 2
A_PAGE = 50
TIMES = 5
WAYS = (
    ("as it opens", "", ""),
    ("by deadline", "deadline", ""),
    ("by unmet needs", "-unmet", ""),
    ("seeking regulatory help", "", "regulatory"),
)


def main() -> None:
    """Print a row for each way of asking."""
    with TemporaryDirectory() as folder:
        stated = {"PORTAL_MODE": "test", "PORTAL_INSTANCE": folder}
        secrets = {"SECRET_KEY": "s" * 32, "SECURITY_PASSWORD_SALT": "p" * 32}
        app = create_app(settings_from({**os.environ, **stated, **secrets, "DATABASE_URL": ""}))
        with app.test_request_context():
            Base.metadata.create_all(db.engine)
            adviser = filled(db.session())
            for label, sort, unmet in WAYS:
                say(label, adviser, sort=sort, unmet=unmet)


def filled(session: Session) -> Actor:
    """Store the projects, the partners, and introductions of both, and return an adviser."""
    adviser, investor, founder = make.adviser(session), make.investor(session), make.founder(session)
    partners = [make.partner(session, investor) for _ in range(PARTNERS)]
    organisation = session.get_one(Organisation, founder.organisation_id)
    for number in range(PROJECTS):
        project = make.project(session, organisation, name=f"Project {number}", needs=["capital", "ip"])
        session.add_all(
            Introduction(
                project_id=project.id,
                partner_id=partners[(number + 7 * each) % PARTNERS].id,
                state=State.SHORTLISTED,
                adviser_id=adviser.user_id,
                created_at=clock.now(),
                updated_at=clock.now(),
            )
            for each in range(EACH)
        )
    session.commit()
    return adviser


def say(label: str, adviser: Actor, *, sort: str, unmet: str) -> None:
    """Print how many statements one way of asking takes, and its best CPU time."""
    session, statements, times = db.session(), [0], []

    def count(*_context: object) -> None:
        statements[0] += 1

    event.listen(db.engine, "before_cursor_execute", count)
    for _ in range(TIMES):
        statements[0], begun = 0, time.process_time()
        question = queries.desk(adviser, ProjectFilter(), mine=False, unmet=unmet, sort=sort, at=clock.now())
        number = projects.count(session, question)
        queries.standings(session, session.execute(question.limit(A_PAGE)).all())
        times.append((time.process_time() - begun) * 1000)
    event.remove(db.engine, "before_cursor_execute", count)
    sys.stdout.write(f"| {label}, {number} rows | {statements[0]} statements | {min(times):.0f} ms CPU |\n")


if __name__ == "__main__":
    main()
