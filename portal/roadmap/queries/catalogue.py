"""The catalogue as it holds here now, its stored versions, and how much its steps are used."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.reference.queries import effective_records, is_revised
from portal.roadmap.books import FACTS, STEPS, content_of, digest_of, shipped_digest
from portal.roadmap.models import CatalogueVersion, RoadmapPlan


def content_now(session: Session) -> dict[str, Any]:
    """Return the catalogue as it holds in this installation: what is shipped, with what was changed here."""
    steps = [fact.record for fact in effective_records(session, STEPS)]
    facts = [fact.record for fact in effective_records(session, FACTS)]
    return content_of(steps, facts)


def digest_now(session: Session) -> str:
    """Return the word for the catalogue as it holds in this installation, which is known where nothing was changed."""
    revised = any(is_revised(session, collection) for collection in (STEPS, FACTS))
    return digest_of(content_now(session)) if revised else shipped_digest()


def latest_version(session: Session) -> CatalogueVersion | None:
    """Return the version of the catalogue that was frozen last."""
    return session.scalars(select(CatalogueVersion).order_by(CatalogueVersion.id.desc()).limit(1)).first()


def version_named(session: Session, digest: str) -> CatalogueVersion | None:
    """Return the stored version with this content."""
    return session.scalars(select(CatalogueVersion).where(CatalogueVersion.digest == digest)).one_or_none()


def steps_in_use(session: Session) -> Mapping[str, int]:
    """Return in how many roadmaps each step lies ahead or is under way; for the eyes of administrators."""
    found: Counter[str] = Counter()
    for outlook in session.scalars(select(RoadmapPlan.outlook)):
        found.update(outlook.get("open_steps", ()))
    return found
