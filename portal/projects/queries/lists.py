"""Lists of projects: a founder's own, the teasers that others read, and how many there are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.core.actors import Actor
from portal.projects.models import Project
from portal.projects.queries.access import (
    is_own,
    reads_todays_teaser,
    sent_words_have,
    visible_projects,
)
from portal.projects.rules.values import FieldGroup, Phase, ProductClass, Visibility
from portal.reference import vocabulary

TEASER_SAYS = (Project.teaser, Project.teaser_sv)
SORTS = ("name", "phase", "area", "class", "updated")
TEASER_SORTS = ("phase", "area", "class", "updated")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFilter:
    """Which projects of a list are wanted, and in which order; None leaves a question open."""

    words: str = ""
    phase: Phase | None = None
    indication_area: str | None = None
    product_class: ProductClass | None = None
    on_hold: bool | None = None
    archived: bool = False
    sort: str = "name"
    language: str = "en"


def own_projects(actor: Actor, wanted: ProjectFilter) -> Select[Project]:
    """Return the question for the actor's own projects, filtered and in order; its rows are what list and export show."""
    column = sorted_by(wanted.sort.removeprefix("-"), wanted.language)
    order = column.desc() if wanted.sort.startswith("-") else column.asc()
    return (
        select(Project)
        .where(is_own(actor), *_wanted(wanted))
        .order_by(order, func.lower(Project.name), Project.id)
    )


def teasers(actor: Actor | None, wanted: ProjectFilter, *, at: datetime) -> Select[Project]:
    """Return the question for the teasers that an actor, or a visitor, may read, in one of the orders that tell no name.

    A search looks only at the teaser as the actor reads it, so that no hit tells what else the portal knows.
    """
    own = is_own(actor) if actor is not None else false()
    said = [_teaser_says(actor, wanted.words, at=at)] if wanted.words else []
    key = wanted.sort.removeprefix("-")
    column = sorted_by(key if key in TEASER_SORTS else "updated", wanted.language)
    upwards = key in TEASER_SORTS and not wanted.sort.startswith("-")
    return (
        select(Project)
        .where(
            visible_projects(actor, at=at, group=FieldGroup.TEASER),
            Project.archived_at.is_(None),
            ~own,
            *said,
            *_wanted(wanted, everything=False),
        )
        .order_by(column.asc() if upwards else column.desc(), Project.updated_at.desc(), Project.id.desc())
    )


def published_teasers(wanted: ProjectFilter, *, at: datetime) -> Select[Project]:
    """Return the question for the teasers that anyone may read."""
    return teasers(None, wanted, at=at)


def count(session: Session, question: Select[Project]) -> int:
    """Return how many rows a question has."""
    return session.scalar(select(func.count()).select_from(question.order_by(None).subquery())) or 0


def counts_by_area_and_phase(session: Session, *, published: bool) -> dict[tuple[str, str], int]:
    """Return how many projects there are by indication area and phase: the published ones, or all the others."""
    is_public = Project.visibility == Visibility.PUBLIC
    rows = session.execute(
        select(Project.indication_area, Project.phase, func.count())
        .where(Project.archived_at.is_(None), is_public if published else ~is_public)
        .group_by(Project.indication_area, Project.phase)
    ).all()
    return {(area, phase.value): number for area, phase, number in rows}


def sorted_by(key: str, language: str) -> ColumnElement[Any]:
    """Return the column of `Project` by which a list is sorted; words of closed lists as they are called in a language."""
    if key == "phase":
        return case({phase: place for place, phase in enumerate(Phase)}, value=Project.phase)
    if key == "updated":
        return Project.updated_at.expression
    if key in ("area", "class"):
        column, list_name = {
            "area": (Project.indication_area, "indication_area"),
            "class": (Project.product_class, "product_class"),
        }[key]
        labels = sorted(vocabulary.words(list_name), key=lambda word: word.label(language).casefold())
        places = {
            ProductClass(word.id) if key == "class" else word.id: place for place, word in enumerate(labels)
        }
        return case(places, value=column, else_=len(places))
    return func.lower(Project.name)


def _wanted(wanted: ProjectFilter, *, everything: bool = True) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.phase is not None:
        conditions.append(Project.phase == wanted.phase)
    if wanted.indication_area is not None:
        conditions.append(Project.indication_area == wanted.indication_area)
    if wanted.product_class is not None:
        conditions.append(Project.product_class == wanted.product_class)
    if everything:
        conditions.append(
            Project.archived_at.is_not(None) if wanted.archived else Project.archived_at.is_(None)
        )
        if wanted.on_hold is not None:
            conditions.append(Project.on_hold.is_(wanted.on_hold))
        if wanted.words:
            conditions.append(
                _has(wanted.words, *TEASER_SAYS, Project.reference, Project.name, Project.indication)
            )
    return conditions


def _teaser_says(actor: Actor | None, words: str, *, at: datetime) -> ColumnElement[bool]:
    return or_(
        _has(words, Project.reference),
        and_(reads_todays_teaser(actor, at=at), _has(words, *TEASER_SAYS)),
        sent_words_have(actor, words, at=at),
    )


def _has(words: str, *searched: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    return or_(*(column.icontains(words, autoescape=True) for column in searched))
