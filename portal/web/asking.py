"""What an address asks, without what no page or database can hold."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property

import flask
from flask_babel import gettext as _
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from portal.web.forms import FIRST_DAY, LAST_DAY, tidy


class Request(flask.Request):
    """A request in whose query there are no control characters, however they came into the address."""

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """Return what stands after the question mark."""
        asked = super().args.items(multi=True)
        return ImmutableMultiDict((_printable(name), _printable(value)) for name, value in asked)


def day_asked(args: Mapping[str, str], name: str, title: str, ignored: list[str]) -> date | None:
    """Return the day that an address asks for; what is none is left out, and said in `ignored`."""
    written = tidy(args.get(name, ""))
    if not written:
        return None
    try:
        found = date.fromisoformat(written)
    except ValueError:
        found = None
    if found is None or not FIRST_DAY <= found <= LAST_DAY:
        ignored.append(
            _(
                "%(field)s: “%(written)s” is not a day and was left out. Write it as 2027-01-31.",
                field=title,
                written=written[:40],
            )
        )
        return None
    return found


def _printable(written: str) -> str:
    return "".join(character for character in written if character in "\n\t" or ord(character) >= 32)
