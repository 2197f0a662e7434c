"""Which files are taken, and under which name."""

from collections.abc import Mapping

from portal.core.errors import Reason

KINDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "pdf": ("application/pdf", ("pdf",)),
    "png": ("image/png", ("png",)),
    "jpeg": ("image/jpeg", ("jpg", "jpeg")),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ("docx",)),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ("xlsx",)),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", ("pptx",)),
    "odt": ("application/vnd.oasis.opendocument.text", ("odt",)),
    "ods": ("application/vnd.oasis.opendocument.spreadsheet", ("ods",)),
    "text": ("text/plain", ("txt", "csv")),
}
"""The kinds that are taken: the type under which each is handed out, and how its name may end, the usual ending first."""

ENDINGS = tuple(ending for _, endings in KINDS.values() for ending in endings)
LONGEST_NAME = 120
UNFIT = frozenset('/\\:*?"<>|')
WORDS_BESIDE = 1024 * 1024
"""How much of a request is left for what is typed beside a file."""


def largest_file(largest_request: int) -> int:
    """Return how many bytes a file may have where requests may have so many."""
    return max(largest_request - WORDS_BESIDE, largest_request // 2)


def tidy_name(given: str) -> str:
    """Return a name that every system can keep: no path, no control characters, no leading dots, not too long."""
    last = given.replace("\\", "/").rsplit("/", maxsplit=1)[-1]
    kept = "".join(" " if character in UNFIT else character for character in last if character.isprintable())
    stem, dot, ending = " ".join(kept.split()).strip(". ").rpartition(".")
    if not dot:
        stem, ending = ending, ""
    stem = stem.strip(". ")[: LONGEST_NAME - len(ending[:10]) - 1] or "file"
    return f"{stem}.{ending[:10]}" if ending else stem


def ending_of(name: str) -> str:
    """Return how a name ends, in lower case, without the dot."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def reasons_against(name: str, *, size: int, largest: int, kind: str | None) -> list[Reason]:
    """Return what stands against taking a file of this name, size and real kind."""
    if size == 0:
        return [Reason("file_empty", {"name": name})]
    if size > largest:
        return [Reason("file_too_large", {"name": name, "most": largest})]
    ending = ending_of(name)
    if kind is None or ending not in ENDINGS:
        return [Reason("file_kind_not_taken", {"name": name, "endings": ENDINGS})]
    if ending not in KINDS[kind][1]:
        return [
            Reason("file_not_what_it_says", {"name": name, "ending": ending, "really": KINDS[kind][1][0]})
        ]
    return []
