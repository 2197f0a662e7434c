"""The 27 invented projects, registered by their founders in the half year before."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.demo.cast import Cast
from portal.projects.models import Phase, Project, Visibility
from portal.projects.services import put_on_hold, register_project
from portal.reference import shipped

SAME_NAME = (
    "product_class",
    "modality",
    "indication_area",
    "indication",
    "autologous",
    "gmo_class",
    "vector",
    "vector_level",
    "process_class",
    "process_state",
    "starting_material",
    "infectious_status",
    "bsl",
    "orphan",
    "paediatric",
    "needs",
)
PUBLISHED, TO_INVESTORS = 5, 8
"""How many owners publish their teaser to everybody, and how many more to investors."""


def register_all(
    session: Session, cast: Cast, random: Random, *, at: datetime
) -> list[tuple[Project, Actor]]:
    """Register every demo project and return each with its founder."""
    rows = shipped.records("demo_projects")
    shown = [Visibility.PUBLIC] * PUBLISHED + [Visibility.INVESTORS] * TO_INVESTORS
    shown += [Visibility.PRIVATE] * (len(rows) - len(shown))
    random.shuffle(shown)
    registered = []
    for row, visibility in zip(rows, shown, strict=True):
        founder = cast.founders[row["organisation"]]
        when = at - timedelta(days=random.randint(182, 190), hours=random.randint(0, 8))
        project = register_project(
            session,
            founder,
            _values(row, visibility),
            phase=Phase(row["phase"]),
            phase_since=(when - timedelta(days=random.randint(60, 700))).date(),
            at=when,
            is_demo=True,
        )
        if row["on_hold"]:
            put_on_hold(
                session,
                founder,
                project.id,
                since=(when + timedelta(days=30)).date(),
                version=project.version,
                at=at,
            )
        registered.append((project, founder))
    return registered


def _values(row: dict[str, Any], visibility: Visibility) -> dict[str, Any]:
    funding = row.get("funding_sought") or {}
    return {
        **{name: row.get(name) for name in SAME_NAME},
        "name": row["indication"],
        "teaser": row["teaser_en"],
        "teaser_sv": row["teaser_sv"],
        "funding_min": funding.get("min"),
        "funding_max": funding.get("max"),
        "funding_currency": funding.get("currency"),
        "visibility": visibility,
        "cell_bank": row["modality"] == "psc_derived" or None,
        "animal_origin": None,
        "device": row["modality"] == "cells_on_scaffold" or None,
    }
