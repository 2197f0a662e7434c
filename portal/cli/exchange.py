"""What every command that reads one file and writes another has in common: all mistakes at once, or a whole result."""

import json
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from portal.core.reading import Unreadable

T = TypeVar("T")

BAD_INPUT = 2

input_file = click.Path(path_type=Path, exists=True, dir_okay=False, readable=True)
output_file = click.Path(path_type=Path, dir_okay=False)


def read_file(path: Path, read: Callable[[bytes], T]) -> T:
    """Return what a reader makes of a file; with mistakes, list them all and end with status 2."""
    try:
        return read(path.read_bytes())
    except Unreadable as error:
        refuse(str(mistake) if mistake.path else f"{path}: {mistake}" for mistake in error.mistakes)
    except OSError as error:
        refuse([f"{path}: can't be read: {error.strerror}"])


def refuse(mistakes: Iterable[str]) -> NoReturn:
    """List mistakes on standard error, each on its line, and end with status 2."""
    for mistake in mistakes:
        click.echo(mistake, err=True)
    raise click.exceptions.Exit(BAD_INPUT)


def write_result(value: Any, output: Path | None) -> None:
    """Write a result as JSON to a file, whole or not at all, or to standard output."""
    text = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    if output is None:
        click.echo(text.encode(), nl=False)  # JSON is UTF-8, whatever the terminal thinks
        return
    try:
        write_whole(output, text)
    except OSError as error:
        refuse([f"{output}: can't be written: {error.strerror}"])


def write_whole(path: Path, text: str) -> None:
    """Put a text in a file's place in one step, so that nobody ever reads half of it."""
    target = path.resolve()
    if target.exists() and not target.is_file():  # a pipe or a terminal can't be replaced
        target.write_text(text, encoding="utf-8")
        return
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    half_written = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        half_written.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())
        half_written.replace(target)
    except BaseException:
        half_written.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
