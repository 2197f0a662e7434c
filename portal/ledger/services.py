"""Writing to the ledger: record an event, erase what must be forgotten."""

import secrets
from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.events import Event
from portal.ledger.digests import entry_digest, plain, salted_digest
from portal.ledger.models import Entry, PrivateValue, Subject, Waiting

ASSISTED_BY = "assisted_by_id"


def record(session: Session, event: Event, *, at: datetime) -> Entry:
    """Write an event into the ledger, in the transaction of the change that it tells of.

    An administrator who acts for someone is read from `session.info` and recorded with it.
    """
    facts, private, digests = {}, [], {}
    for field in fields(event):
        value = plain(getattr(event, field.name))
        group = type(event).private.get(field.name)
        if field.name == "actor_id":
            continue
        if group is None:
            facts[field.name] = value
        elif value is not None:
            salt = secrets.token_hex(16)
            digests[field.name] = salted_digest(salt, value)
            private.append(
                PrivateValue(field=field.name, field_group=group, salt=salt, value={"value": value})
            )
    assisted_by_id = session.info.get(ASSISTED_BY)
    entry = Entry(
        name=event.name,
        at=at,
        actor_id=event.actor_id,
        assisted_by_id=assisted_by_id,
        facts=facts,
        private_digests=digests,
        digest=entry_digest(
            name=event.name,
            at=at,
            actor_id=event.actor_id,
            assisted_by_id=assisted_by_id,
            facts=facts,
            private_digests=digests,
        ),
        subjects=[
            Subject(kind=kind, subject_id=facts[name])
            for name, kind in type(event).about.items()
            if facts.get(name) is not None
        ],
        private_values=private,
        waiting=Waiting(),
    )
    session.add(entry)
    return entry


def erase_private_values(session: Session, entry_ids: Iterable[int], *, at: datetime) -> int:
    """Forget the private values of these entries; return how many were erased. The chain stays whole."""
    values = session.scalars(
        select(PrivateValue).where(
            PrivateValue.entry_id.in_(list(entry_ids)), PrivateValue.erased_at.is_(None)
        )
    ).all()
    for value in values:
        value.salt, value.value, value.erased_at = None, None, at
    return len(values)
