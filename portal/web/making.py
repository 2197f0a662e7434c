"""Long files: offered as long work where a list has too many rows to be made while somebody waits, and made there.

The job opens the file's own address anew in the name of whoever asked, so that it holds what they may read at that time,
with the filters and the order of the address.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask import current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeTimedSerializer

from portal.web.actors import maybe_actor
from portal.web.forms import BaseForm

T = TypeVar("T")

AT_ONCE = {"csv": 2_000, "xlsx": 1_000, "pdf": 100}
"""So many rows of each kind of file are made at once: the rows of a busy list take half a millisecond of computing each."""

STEP = 500
"""So many rows a job reads in one question, and makes before it says how far it is."""

OFFERED = 86_400
"""So many seconds a page offers its file."""

SALT = "web.long_file"


@dataclass(frozen=True, slots=True)
class Asked:
    """A long file that somebody may have made: its address, its name, and how many rows it had when it was offered."""

    address: str
    name: str
    rows: int


def made_later(kind: str, name: str, rows: int) -> ResponseReturnValue | None:
    """Return the page that offers to make a long file as long work; None where it is made at once, or being made.

    A visitor has nobody to keep it for, and gets any file at once.
    """
    actor = maybe_actor()
    if is_being_made() or rows <= AT_ONCE[kind] or actor is None:
        return None
    token = _serializer().dumps([actor.user_id, request.full_path.rstrip("?"), f"{name}.{kind}", rows])
    page = render_template(
        "jobs/long_file.html",
        form=BaseForm(),
        token=token,
        name=f"{name}.{kind}",
        rows=rows,
        most=AT_ONCE[kind],
    )
    return page, 422


def asked_for(token: str) -> Asked | None:
    """Return what a page has offered to its reader; None for anything else."""
    actor = maybe_actor()
    try:
        user_id, address, name, rows = _serializer().loads(token, max_age=OFFERED)
    except (BadSignature, ValueError, TypeError):
        return None
    return Asked(address, name, rows) if actor is not None and user_id == actor.user_id else None


def is_being_made() -> bool:
    """Say whether the file is made by a job, with nobody waiting for the answer."""
    return "told_of_making" in g


def make_with(tell: Callable[[int], None]) -> None:
    """Make the files of this request for a job, which is told how many rows are done."""
    g.told_of_making = tell


def told(rows: Iterable[T]) -> Iterator[T]:
    """Yield rows, and tell the job that makes a file of them how many are done."""
    tell: Callable[[int], None] | None = g.get("told_of_making")
    for number, row in enumerate(rows, start=1):
        yield row
        if tell is not None and number % STEP == 0:
            tell(number)


def in_pages(read: Callable[[int, int], Sequence[T]]) -> Iterator[T]:
    """Yield the rows of a question that is given an offset and a limit.

    A job reads some at a time, in a transaction of one moment; what is made at once is read in one question.
    """
    size = STEP if is_being_made() else max(AT_ONCE.values())
    place = 0
    while True:
        rows = read(place, size)
        yield from rows
        if len(rows) < size:
            return
        place += size


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt=SALT)
