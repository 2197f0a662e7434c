"""What happens to files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from portal.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStored(Event):
    """Somebody uploaded a file; its name is told by what it belongs to."""

    name: ClassVar[str] = "file.stored"
    about: ClassVar[Mapping[str, str]] = {"file_id": "file"}

    file_id: int
    sha256: str
    size: int
    kind: str
