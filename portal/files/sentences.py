"""What the reasons of this room say to a reader."""

from collections.abc import Mapping
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _

MEBIBYTE = 1024 * 1024


def _too_large(values: Mapping[str, Any]) -> str:
    return _(
        "%(name)s is larger than the %(most)s MB that a file may have. Make it smaller, or give a link to where it is kept.",
        name=values["name"],
        most=format_decimal(round(values["most"] / MEBIBYTE, 1)),
    )


SENTENCES = {
    "file_empty": lambda values: _("%(name)s is empty. Choose the file again.", name=values["name"]),
    "file_too_large": _too_large,
    "file_kind_not_taken": lambda values: _(
        "%(name)s is not a kind of file that is taken here. Give one of: %(endings)s; a document must not hold macros.",
        name=values["name"],
        endings=", ".join(values["endings"]),
    ),
    "file_not_what_it_says": lambda values: _(
        "%(name)s ends in .%(ending)s, but it holds a file of the kind .%(really)s. Give it its right name, or choose another.",
        name=values["name"],
        ending=values["ending"],
        really=values["really"],
    ),
    "file_store_unreachable": lambda values: _(
        "%(name)s could not be kept or read, because the place where files are stored does not answer. Nothing was changed. Try again in a few minutes.",
        name=values["name"],
    ),
    "file_not_whole": lambda values: _(
        "%(name)s is no longer in the store as it was uploaded, so it is not handed out. Tell the portal's administrators; they can restore it from their backup.",
        name=values["name"],
    ),
}
