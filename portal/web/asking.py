"""What an address asks, without what no page or database can hold."""

from functools import cached_property

import flask
from werkzeug.datastructures import ImmutableMultiDict, MultiDict


class Request(flask.Request):
    """A request in whose query there are no control characters, however they came into the address."""

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """Return what stands after the question mark."""
        asked = super().args.items(multi=True)
        return ImmutableMultiDict((_printable(name), _printable(value)) for name, value in asked)


def _printable(written: str) -> str:
    return "".join(character for character in written if character in "\n\t" or ord(character) >= 32)
