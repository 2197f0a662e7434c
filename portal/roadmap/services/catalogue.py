"""Revising the catalogue of steps, and freezing it as a version that roadmaps stand on."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.errors import Reason, Refused
from portal.reference import services as reference
from portal.reference import shipped
from portal.roadmap import queries
from portal.roadmap.books import FILE, STEPS, mistakes_of
from portal.roadmap.models import CatalogueVersion


def revise_step(
    session: Session, actor: Actor, step_id: str, field: str, *, value: Any, reason: str, at: datetime
) -> CatalogueVersion:
    """Put a local value in the place of a shipped one of a step, and freeze the catalogue that comes of it.

    Raises what revising a fact raises, and `Refused` where the result would be no catalogue: steps in a circle, one
    that is not there, or days that conflict.
    """
    reference.revise_fact(session, actor, STEPS, step_id, field, value=value, reason=reason, at=at)
    return _frozen_or_refused(session, at=at)


def restore_step(
    session: Session, actor: Actor, step_id: str, field: str, *, reason: str, at: datetime
) -> CatalogueVersion:
    """Go back to the shipped value of a field of a step.

    Raises what `revise_step` raises.
    """
    reference.restore_shipped_fact(session, actor, STEPS, step_id, field, reason=reason, at=at)
    return _frozen_or_refused(session, at=at)


def confirm_step(
    session: Session, actor: Actor, step_id: str, field: str | None, *, text_read: str, at: datetime
) -> None:
    """Keep that somebody read a text and found in it what a step, or one field of it, says.

    Raises what confirming a fact raises.
    """
    reference.confirm_fact(session, actor, STEPS, step_id, field, text_read=text_read, at=at)


def freeze_catalogue(session: Session, *, at: datetime) -> CatalogueVersion:
    """Return the catalogue as it holds now as a stored version, a new one if nothing like it is stored."""
    digest = queries.digest_now(session)
    found = queries.version_named(session, digest)
    if found is not None:
        return found
    version = str(shipped.document(FILE)["version"])
    number = session.scalar(select(func.count()).where(CatalogueVersion.shipped_version == version)) or 0
    fresh = CatalogueVersion(
        label=version if number == 0 else f"{version}+{number}",
        shipped_version=version,
        digest=digest,
        content=queries.content_now(session),
        frozen_at=at,
    )
    try:
        with session.begin_nested():
            session.add(fresh)
    except IntegrityError:  # somebody else froze it at this moment
        again = queries.version_named(session, digest)
        if again is None:
            raise
        return again
    return fresh


def _frozen_or_refused(session: Session, *, at: datetime) -> CatalogueVersion:
    mistakes = mistakes_of(queries.content_now(session))
    if mistakes:
        raise Refused(
            [Reason("catalogue_would_break", {"mistake": str(mistake)}, "value") for mistake in mistakes]
        )
    return freeze_catalogue(session, at=at)
