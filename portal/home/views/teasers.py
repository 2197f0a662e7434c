"""The homes of those who read teasers: whom to help next, and what is new."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.home import visits
from portal.home.queries.teasers import SeenTeaser, asked_for_a_room, latest_teasers
from portal.home.visits import Visit
from portal.matching.queries import count_waiting
from portal.projects import wording
from portal.projects.models import FieldGroup
from portal.projects.rules import access
from portal.projects.rules.phases import day_of
from portal.roadmap.models import Referral
from portal.roadmap.queries import referrals, side_of
from portal.roadmap.rules.referrals import ReferralSide, ReferralState
from portal.roadmap.words import in_words
from portal.web.filters import day

SHOWN, NEWEST, ASKED_SHOWN = 12, 8, 20
NEEDS_ROOMS = "manufacturing"


def adviser(session: Session, actor: Actor, *, at: datetime, **around: Any) -> str:
    """Return the home of an adviser: projects by what waits in them, as far as they were shown."""
    visit = visits.visit_of(actor.user_id, at=at)
    seen, total = latest_teasers(session, actor, at=at)
    asked = asked_for_a_room(session, seen)
    first = sorted(seen, key=lambda one: -_weight(one, asked, visit))[:SHOWN]
    return render_template(
        "home/adviser.html",
        rows=[_waiting(one, asked, visit) for one in first],
        total=total,
        looked_at=len(seen),
        opened=sum(len(one.groups) > 1 for one in seen),
        **_news(seen, visit),
        **around,
    )


def investor(session: Session, actor: Actor, *, at: datetime, **around: Any) -> str:
    """Return the home of an investor: the newest teasers that they may read."""
    return _newest(session, actor, at=at, is_investor=True, **around)


def provider(session: Session, actor: Actor, *, at: datetime, **around: Any) -> str:
    """Return the home of a support provider: who asks for help, and the newest teasers that they may read."""
    asked = session.scalars(
        referrals(actor, at=at).where(Referral.state == ReferralState.ASKED).limit(ASKED_SHOWN)
    ).all()
    return _newest(
        session,
        actor,
        at=at,
        is_investor=False,
        asked=[_asked(referral) for referral in asked if side_of(actor, referral) is ReferralSide.PROVIDER],
        **around,
    )


def _newest(session: Session, actor: Actor, *, at: datetime, is_investor: bool, **around: Any) -> str:
    visit = visits.visit_of(actor.user_id, at=at)
    seen, total = latest_teasers(session, actor, at=at)
    return render_template(
        "home/teasers.html",
        is_investor=is_investor,
        waiting=count_waiting(session, actor, today=at.date()),
        rows=[_row(one, actor, visit) for one in seen[:NEWEST]],
        total=total,
        areas=_areas(seen),
        **_news(seen, visit),
        **around,
    )


def _asked(referral: Referral) -> dict[str, Any]:
    project = referral.project
    return {
        "step": in_words(referral.step_name),
        "project": wording.title_without_name(project),
        "is_demo": project.is_demo,
        "url": url_for("roadmap.referral", referral_id=referral.id),
        "asked": day(day_of(referral.asked_at)),
        "by": day(referral.apply_by) if referral.apply_by else None,
    }


def _news(seen: list[SeenTeaser], visit: Visit) -> dict[str, Any]:
    return {
        "new_count": sum(one.project.updated_at > visit.since for one in seen),
        "since": day(visit.since.date()),
        "was_here": visit.was_here,
    }


def _areas(seen: list[SeenTeaser]) -> list[dict[str, Any]]:
    counted = Counter(one.project.indication_area for one in seen)
    return [
        {
            "label": wording.area(area),
            "url": url_for("projects.teasers", area=area),
            "count": number,
        }
        for area, number in sorted(counted.items(), key=lambda pair: (-pair[1], wording.area(pair[0])))
    ]


def _row(one: SeenTeaser, actor: Actor, visit: Visit) -> dict[str, Any]:
    project = one.project
    return {
        **_named(one),
        "class": wording.product_class(project.product_class.value),
        "teaser": wording.teaser(one.teaser),
        "funding": wording.funding(project) if access.sees_funding_range(actor, one.groups) else None,
        "changed": day(project.updated_at.date()),
        "is_new": project.updated_at > visit.since,
    }


def _named(one: SeenTeaser) -> dict[str, Any]:
    project, is_named = one.project, one.shows(FieldGroup.IDENTITY)
    return {
        "title": project.name if is_named else wording.title_without_name(project),
        "organisation": project.organisation.name if is_named else None,
        "reference": project.reference,
        "phase": wording.phase(project.phase.value),
        "area": wording.area(project.indication_area),
        "on_hold": project.on_hold,
        "is_demo": project.is_demo,
        "url": url_for("projects.show", project_id=project.id),
    }


def _lacks_a_room(one: SeenTeaser, asked: Mapping[int, bool]) -> bool:
    return NEEDS_ROOMS in one.project.needs and asked.get(one.project.id) is False


def _weight(one: SeenTeaser, asked: Mapping[int, bool], visit: Visit) -> int:
    """Return how much waits in a project: only what was shown to the adviser counts."""
    project, weight = one.project, 0
    if one.shows(FieldGroup.ROADMAP):
        weight += 4 * _lacks_a_room(one, asked) + 2 * bool(project.needs)
    weight += 2 * (project.updated_at > visit.since) + (not project.teaser)
    return weight - 8 * project.on_hold


def _waiting(one: SeenTeaser, asked: Mapping[int, bool], visit: Visit) -> dict[str, Any]:
    """Return a project with what waits in it, as far as it was shown to the adviser."""
    project, reasons = one.project, []
    knows_needs = one.shows(FieldGroup.ROADMAP)
    if knows_needs and _lacks_a_room(one, asked):
        reasons.append(("late", _("Needs manufacturing, and no cleanroom has been asked for")))
    if knows_needs and project.needs:
        reasons.append(
            ("wait", _("Needs: %(needs)s", needs=wording.value_words("needs", project.needs) or ""))
        )
    if project.updated_at > visit.since:
        new = project.created_at > visit.since
        reasons.append(
            ("open", _("New since your last visit") if new else _("Changed since your last visit"))
        )
    if not project.teaser:
        reasons.append(("part", _("Its teaser is not written yet")))
    if len(one.groups) == 1:
        reasons.append(("asked", _("Only the teaser is open to you")))
    return {
        **_named(one),
        "teaser": wording.teaser(one.teaser),
        "reasons": reasons,
        "matches_url": url_for("matching.matches", project_id=project.id),
    }
