"""Reasons as they are kept until somebody reads them: plain values that become days and moments again."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from portal.core.errors import Reason

MOMENT, DAY, NUMBER = "$moment", "$day", "$number"


def as_plain(reason: Reason) -> dict[str, Any]:
    """Return a reason as JSON keeps it."""
    return {
        "code": reason.code,
        "values": {name: _plain(value) for name, value in reason.values.items()},
        "field": reason.field,
    }


def reason_of(kept: Mapping[str, Any]) -> Reason:
    """Return a reason that was kept."""
    values = {name: _revived(value) for name, value in kept["values"].items()}
    return Reason(kept["code"], values, kept.get("field"))


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, datetime):
        return {MOMENT: value.isoformat()}
    if isinstance(value, date):
        return {DAY: value.isoformat()}
    if isinstance(value, Decimal):
        return {NUMBER: str(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)


def _revived(value: Any) -> Any:
    if isinstance(value, list):
        return [_revived(item) for item in value]
    if not isinstance(value, dict):
        return value
    if MOMENT in value:
        return datetime.fromisoformat(value[MOMENT])
    if DAY in value:
        return date.fromisoformat(value[DAY])
    if NUMBER in value:
        return Decimal(value[NUMBER])
    return {name: _revived(item) for name, item in value.items()}
