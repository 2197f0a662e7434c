"""The exact text that is signed, and what it says."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.ledger.digests import plain
from portal.signatures.models import Signature

FORMAT = "atmp-signature/1"


@dataclass(frozen=True, slots=True)
class Troubled:
    """A signature that is not as the ledger says: `changed`, `columns_changed`, `not_in_ledger` or `missing`."""

    code: str
    signature_id: int


def statement_of(signature: Signature, content: Mapping[str, Any], *, on_behalf_of: str, reason: str) -> str:
    """Return the text of a signature that is being given, as canonical JSON."""
    return canonical(
        {
            "format": FORMAT,
            "record": {"kind": signature.subject_kind, "id": signature.subject_id},
            "content": plain(content),
            "meaning": signature.meaning.value,
            "reason": reason,
            "signer": {
                "id": signature.signer_id,
                "name": signature.signer_name,
                "role": signature.signer_role.value,
                "on_behalf_of": on_behalf_of,
            },
            "signed_at": plain(signature.signed_at),
            "method": signature.method.value,
        }
    )


def canonical(value: Any) -> str:
    """Return a value's canonical JSON: keys in order, no space, characters as they are."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of_text(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def read(signature: Signature) -> dict[str, Any]:
    """Return what a statement says."""
    said: dict[str, Any] = json.loads(signature.statement)
    return said


def signed_content(signature: Signature) -> dict[str, Any]:
    """Return the content of the record as it was signed."""
    content: dict[str, Any] = read(signature)["content"]
    return content


def holds(signature: Signature) -> bool:
    """Say whether a signature is as it was given: the text has its digest, and the columns say what the text says."""
    if digest_of_text(signature.statement) != signature.digest:
        return False
    said = read(signature)
    return bool(
        said["record"] == {"kind": signature.subject_kind, "id": signature.subject_id}
        and said["meaning"] == signature.meaning.value
        and said["signer"]["id"] == signature.signer_id
        and said["signer"]["name"] == signature.signer_name
        and said["signer"]["role"] == signature.signer_role.value
        and datetime.fromisoformat(said["signed_at"]) == signature.signed_at
        and said["method"] == signature.method.value
    )
