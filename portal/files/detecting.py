"""What a file really is, found in its bytes."""

import io
import re
import zipfile
import zlib

import puremagic

PLAIN = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpeg"}
OFFICE = {
    "wordprocessingml.document.main+xml": "docx",
    "spreadsheetml.sheet.main+xml": "xlsx",
    "presentationml.presentation.main+xml": "pptx",
}
OPEN_DOCUMENT = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
}
MARKUP = ("html", "xml", "svg", "php", "postscript", "script")
BEGINNING = 4096
CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
LONGEST_LIST = 1024 * 1024


def kind_of(content: bytes) -> str | None:
    """Return the kind of a file, or None for one that is not taken."""
    if content.startswith(b"PK\x03\x04"):
        return _kind_of_archive(content)
    types = _types_of(content[:BEGINNING])
    plain = next((kind for mimetype, kind in PLAIN.items() if mimetype in types), None)
    if plain is not None:
        return plain
    marked_up = any(word in mimetype for mimetype in types for word in MARKUP)
    return "text" if _is_text(content) and not marked_up else None


def _types_of(beginning: bytes) -> list[str]:
    try:
        return [match.mime_type for match in puremagic.magic_string(beginning)]
    except (puremagic.PureError, ValueError):
        return []


def _kind_of_archive(content: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            if any(name.lower().endswith(("vbaproject.bin", ".exe", ".dll", ".js")) for name in names):
                return None
            if "mimetype" in names:
                return OPEN_DOCUMENT.get(_part(archive, "mimetype"))
            if "[Content_Types].xml" not in names:
                return None
            parts = _part(archive, "[Content_Types].xml").decode("utf-8", "replace")
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, NotImplementedError):
        return None
    return next((kind for words, kind in OFFICE.items() if words in parts), None)


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(LONGEST_LIST)


def _is_text(content: bytes) -> bool:
    try:
        return not CONTROL.search(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return False
