"""What a local change and a confirmation do to a shipped record: pure functions of plain records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from portal.core.actors import Actor
from portal.core.errors import Reason

Record = dict[str, Any]

MISSING: Any = object()
PROTECTED = frozenset({"id", "n", "gate", "source", "further_sources", "confidence"})
WEAKER_FIELDS = ("to_verify", "unverified_fields")
ABOUT_THE_RECORD = frozenset({*PROTECTED, *WEAKER_FIELDS})
REASON_MOST = 2000
TEXT_READ_MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A local change of one field, and the shipped value that it replaced; or the way back to the shipped value."""

    field: str
    value: Any
    shipped_value: Any
    restores: bool
    reason: str
    revised_by_id: int
    revised_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """That somebody has read a text and found a value in it; without a field it speaks of the whole record."""

    field: str | None
    value: Any
    text_read: str
    confirmed_by_id: int
    confirmed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveFact:
    """A record as it holds in this installation, the shipped one, and what made the difference.

    `record` has the shape of a shipped record: its confidence and the fields to verify take account of changes
    and confirmations.
    """

    collection: str
    record_id: str
    record: Record
    shipped: Record
    revisions: tuple[Revision, ...]
    confirmations: tuple[Confirmation, ...]

    @property
    def changed_fields(self) -> frozenset[str]:
        """Return the fields that this installation has changed."""
        return frozenset(revision.field for revision in self.revisions)


class Move(StrEnum):
    """What an update did to a value that somebody here has changed or confirmed."""

    SHIPPED_VALUE_MOVED = "shipped_value_moved"
    SHIPPED_VALUE_CAUGHT_UP = "shipped_value_caught_up"
    FIELD_GONE = "field_gone"
    CONFIRMATION_LAPSED = "confirmation_lapsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A place where an update and this installation no longer agree; nothing was overwritten."""

    collection: str
    record_id: str
    field: str | None
    move: Move
    local_value: Any
    shipped_then: Any
    shipped_now: Any


def may_revise(actor: Actor) -> bool:
    """Only an administrator changes or confirms what the portal ships."""
    return actor.is_administrator


def reasons_against_revision(
    shipped: Record, field: str, value: Any, *, present: Any, reason: str, moved: bool
) -> list[Reason]:
    """Return everything that stands against a local change; an empty list means go.

    A value that is already there may be set again only after an update has moved the shipped one.
    """
    reasons = [*_against_reason(reason, REASON_MOST, "reason")]
    if _is_about_the_record(field):
        return [*reasons, Reason("fact_field_protected", {"field": field}, field="field")]
    before = value_at(shipped, field)
    if before is MISSING:
        return [*reasons, Reason("fact_field_unknown", {"field": field}, field="field")]
    if not is_plain_json(value):
        reasons.append(Reason("fact_value_not_plain", {"field": field}, field="value"))
    elif not _same_kind(before, value):
        reasons.append(Reason("fact_value_of_other_kind", {"kind": kind_of(before)}, field="value"))
    elif value == present and not moved:
        reasons.append(Reason("fact_value_unchanged", {"field": field}, field="value"))
    return reasons


def reasons_against_restoring(field: str, *, changed: bool, reason: str) -> list[Reason]:
    """Return everything that stands against going back to the shipped value."""
    reasons = [*_against_reason(reason, REASON_MOST, "reason")]
    if not changed:
        reasons.append(Reason("fact_not_changed_here", {"field": field}, field="field"))
    return reasons


def reasons_against_confirmation(record: Record, field: str | None, *, text_read: str) -> list[Reason]:
    """Return everything that stands against confirming a field, or a whole record."""
    reasons = [*_against_reason(text_read, TEXT_READ_MOST, "text_read")]
    if field is not None and _is_about_the_record(field):
        reasons.append(Reason("fact_field_protected", {"field": field}, field="field"))
    elif field is not None and value_at(record, field) is MISSING:
        reasons.append(Reason("fact_field_unknown", {"field": field}, field="field"))
    return reasons


def effective_fact(
    collection: str,
    record_id: str,
    shipped: Record,
    revisions: Iterable[Revision],
    confirmations: Iterable[Confirmation],
) -> EffectiveFact:
    """Return a shipped record with what stands of its local changes and confirmations, given oldest first."""
    record, applied = shipped, []
    for revision in standing(revisions):
        changed = with_value(record, revision.field, revision.value)
        if changed is not None:
            record = changed
            applied.append(revision)
    holding = tuple(
        confirmation for confirmation in latest(confirmations) if _still_holds(confirmation, record)
    )
    return EffectiveFact(
        collection=collection,
        record_id=record_id,
        record=_with_confidence(record, {revision.field for revision in applied}, holding),
        shipped=shipped,
        revisions=tuple(applied),
        confirmations=holding,
    )


def standing(revisions: Iterable[Revision]) -> list[Revision]:
    """Return the changes that are in force, oldest first: the last of each field, and none below a later one."""
    in_force: dict[str, Revision] = {}
    for revision in revisions:
        in_force = {
            field: earlier
            for field, earlier in in_force.items()
            if field != revision.field and not field.startswith(f"{revision.field}.")
        }
        if not revision.restores:
            in_force[revision.field] = revision
    return list(in_force.values())


def latest(confirmations: Iterable[Confirmation]) -> list[Confirmation]:
    """Return the last confirmation of each field and of the record."""
    return list({confirmation.field: confirmation for confirmation in confirmations}.values())


def differences(
    collection: str,
    record_id: str,
    shipped: Record | None,
    revisions: Sequence[Revision],
    confirmations: Sequence[Confirmation],
) -> list[Difference]:
    """Return where the shipped record, if it is still there, has moved away from local changes and confirmations."""
    found: list[tuple[str | None, Move, Any, Any, Any]] = []
    for revision in standing(revisions):
        now = MISSING if shipped is None else value_at(shipped, revision.field)
        if now == revision.shipped_value:
            continue
        if now is MISSING:
            move = Move.FIELD_GONE
        elif now == revision.value:
            move = Move.SHIPPED_VALUE_CAUGHT_UP
        else:
            move = Move.SHIPPED_VALUE_MOVED
        found.append((revision.field, move, revision.value, revision.shipped_value, now))
    record = (
        {}
        if shipped is None
        else effective_fact(collection, record_id, shipped, revisions, confirmations).record
    )
    for confirmation in latest(confirmations):
        if not _still_holds(confirmation, record):
            now = content_of(record) if confirmation.field is None else value_at(record, confirmation.field)
            value = confirmation.value
            found.append((confirmation.field, Move.CONFIRMATION_LAPSED, value, value, now))
    return [
        Difference(
            collection=collection,
            record_id=record_id,
            field=field,
            move=move,
            local_value=local,
            shipped_then=then,
            shipped_now=None if now is MISSING else now,
        )
        for field, move, local, then, now in found
    ]


def value_at(record: Mapping[str, Any], field: str) -> Any:
    """Return the value at a path of keys, or `MISSING`."""
    value: Any = record
    for key in field.split("."):
        if not isinstance(value, Mapping) or key not in value:
            return MISSING
        value = value[key]
    return value


def with_value(record: Record, field: str, value: Any) -> Record | None:
    """Return a copy of a record with another value at a path of keys, or None where the path leads nowhere."""
    key, _, rest = field.partition(".")
    if key not in record:
        return None
    if not rest:
        return {**record, key: value}
    inner = with_value(record[key], rest, value) if isinstance(record[key], dict) else None
    return None if inner is None else {**record, key: inner}


def content_of(record: Record) -> Record:
    """Return a record without what only tells where it comes from and how far to trust it."""
    return {key: value for key, value in record.items() if key not in ABOUT_THE_RECORD}


def kind_of(value: Any) -> str:
    """Return what kind of value stands in a field, in one word."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "text"
    return "list" if isinstance(value, list) else "object"


def is_plain_json(value: Any) -> bool:
    """Say whether a value can be kept as JSON by both databases and comes back as it went in."""
    try:
        written = json.dumps(value, ensure_ascii=False, allow_nan=False)
        written.encode()
        return "\\u0000" not in written and bool(json.loads(written) == value)
    except (TypeError, ValueError, RecursionError):
        return False


def _is_about_the_record(field: str) -> bool:
    return field.partition(".")[0] in ABOUT_THE_RECORD


def _same_kind(before: Any, after: Any) -> bool:
    return before is None or after is None or kind_of(before) == kind_of(after)


def _still_holds(confirmation: Confirmation, record: Record) -> bool:
    if confirmation.field is None:
        return bool(content_of(record) == confirmation.value)
    return bool(value_at(record, confirmation.field) == confirmation.value)


def _with_confidence(record: Record, changed: set[str], holding: tuple[Confirmation, ...]) -> Record:
    confirmed = {confirmation.field for confirmation in holding}
    if None in confirmed:
        return {**record, "confidence": "official", **{key: [] for key in WEAKER_FIELDS if key in record}}
    weaker = {
        key: [field for field in record[key] or () if field not in confirmed]
        for key in WEAKER_FIELDS
        if key in record
    }
    added = sorted(changed - confirmed - {field for fields in weaker.values() for field in fields})
    if added:
        weaker["to_verify"] = [*weaker.get("to_verify", ()), *added]
    return {**record, **weaker}


def _against_reason(text: str, most: int, field: str) -> list[Reason]:
    if not text.strip():
        return [Reason("fact_text_missing", {}, field=field)]
    if len(text) > most:
        return [Reason("fact_text_too_long", {"most": most, "length": len(text)}, field=field)]
    return []
