"""Changing, restoring and confirming facts in one installation; the shipped files stay as they are."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.errors import NotAllowed, Refused
from portal.ledger import record
from portal.reference import queries, rules
from portal.reference.events import FactConfirmed, FactRestored, FactRevised
from portal.reference.models import FactConfirmation, FactRevision


def revise_fact(
    session: Session,
    actor: Actor,
    collection: str,
    record_id: str,
    field: str,
    *,
    value: Any,
    reason: str,
    at: datetime,
) -> FactRevision:
    """Put a local value in the place of a shipped one, which is kept beside it.

    Raises `NotAllowed` for anyone but an administrator, `NotFound` for a record that is not shipped, and `Refused`,
    with every reason at once, if the rules stand in the way.
    """
    fact = _fact(session, actor, collection, record_id)
    before, now = rules.value_at(fact.record, field), rules.value_at(fact.shipped, field)
    moved = any(revision.field == field and revision.shipped_value != now for revision in fact.revisions)
    reasons = rules.reasons_against_revision(
        fact.shipped, field, value, present=before, reason=reason, moved=moved
    )
    if reasons:
        raise Refused(reasons)
    revision = _revision(fact, actor, field, value, shipped_value=now, reason=reason, at=at)
    session.add(revision)
    session.flush()
    record(
        session,
        FactRevised(
            actor_id=actor.user_id,
            revision_id=revision.id,
            collection=collection,
            record_id=record_id,
            field=field,
            before=None if before is rules.MISSING else before,
            after=value,
            shipped=now,
            reason=revision.reason,
        ),
        at=at,
    )
    return revision


def restore_shipped_fact(
    session: Session,
    actor: Actor,
    collection: str,
    record_id: str,
    field: str,
    *,
    reason: str,
    at: datetime,
) -> FactRevision:
    """Go back to the shipped value of a field that was changed here.

    Raises `NotAllowed` for anyone but an administrator, `NotFound` for a record that is not shipped, and `Refused`
    for a field that was not changed or a missing reason.
    """
    fact = _fact(session, actor, collection, record_id)
    reasons = rules.reasons_against_restoring(field, changed=field in fact.changed_fields, reason=reason)
    if reasons:
        raise Refused(reasons)
    before, now = rules.value_at(fact.record, field), rules.value_at(fact.shipped, field)
    revision = _revision(fact, actor, field, now, shipped_value=now, reason=reason, at=at)
    revision.restores = True
    session.add(revision)
    session.flush()
    record(
        session,
        FactRestored(
            actor_id=actor.user_id,
            revision_id=revision.id,
            collection=collection,
            record_id=record_id,
            field=field,
            before=before,
            after=now,
            reason=revision.reason,
        ),
        at=at,
    )
    return revision


def confirm_fact(
    session: Session,
    actor: Actor,
    collection: str,
    record_id: str,
    field: str | None = None,
    *,
    text_read: str,
    at: datetime,
) -> FactConfirmation:
    """Note that a text was read and says what a field, or the whole record, says here; it then counts as official.

    Raises `NotAllowed` for anyone but an administrator, `NotFound` for a record that is not shipped, and `Refused`
    for a field that is not there or a text that is not named.
    """
    fact = _fact(session, actor, collection, record_id)
    reasons = rules.reasons_against_confirmation(fact.record, field, text_read=text_read)
    if reasons:
        raise Refused(reasons)
    value = rules.content_of(fact.record) if field is None else rules.value_at(fact.record, field)
    confirmation = FactConfirmation(
        collection=collection,
        record_id=record_id,
        field=field,
        value={"value": value},
        text_read=text_read.strip(),
        confirmed_by_id=actor.user_id,
        confirmed_at=at,
    )
    session.add(confirmation)
    session.flush()
    record(
        session,
        FactConfirmed(
            actor_id=actor.user_id,
            confirmation_id=confirmation.id,
            collection=collection,
            record_id=record_id,
            field=field,
            text_read=confirmation.text_read,
        ),
        at=at,
    )
    return confirmation


def _fact(session: Session, actor: Actor, collection: str, record_id: str) -> rules.EffectiveFact:
    if not rules.may_revise(actor):
        raise NotAllowed
    return queries.effective(session, collection, record_id)


def _revision(
    fact: rules.EffectiveFact,
    actor: Actor,
    field: str,
    value: Any,
    *,
    shipped_value: Any,
    reason: str,
    at: datetime,
) -> FactRevision:
    return FactRevision(
        collection=fact.collection,
        record_id=fact.record_id,
        field=field,
        value={"value": value},
        shipped_value={"value": shipped_value},
        reason=reason.strip(),
        revised_by_id=actor.user_id,
        revised_at=at,
    )
