"""How a value becomes the same bytes everywhere, and bytes a digest."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any


def plain(value: Any) -> Any:
    """Turn a value into what JSON can keep without loss; raises `TypeError` for anything else."""
    if value is None or isinstance(value, bool | int | str):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | float):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((plain(item) for item in value), key=repr)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"the ledger can't keep a {type(value).__name__}")


def digest_of(value: Any) -> str:
    """Return the SHA-256 of a plain value's canonical JSON, as 64 hexadecimal digits."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def salted_digest(salt: str, value: Any) -> str:
    """Return the digest of a private value; without its salt nobody can guess it back."""
    return digest_of([salt, value])


def entry_digest(
    *,
    name: str,
    at: datetime,
    actor_id: int | None,
    assisted_by_id: int | None,
    facts: Mapping[str, Any],
    private_digests: Mapping[str, str],
) -> str:
    """Return the digest that stands for an entry in the chain."""
    return digest_of([name, plain(at), actor_id, assisted_by_id, dict(facts), dict(private_digests)])
