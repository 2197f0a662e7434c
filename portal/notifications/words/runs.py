"""What messages about runs say: where the run was, never what its record says."""

from collections.abc import Callable

from flask_babel import gettext as _

from portal.notifications.queries import Told


def _place(told: Told) -> dict[str, str]:
    return {"room": told.room, "facility": told.facility}


WORDS: dict[str, Callable[[Told], str]] = {
    "run.recorded": lambda told: _(
        "The record of a run in %(room)s, %(facility)s, is complete and waits to be closed.", **_place(told)
    ),
    "run.closed": lambda told: _(
        "The record of a run in %(room)s, %(facility)s, was closed by signature.", **_place(told)
    ),
    "run.corrected": lambda told: _(
        "A record that you signed was corrected since: a run in %(room)s, %(facility)s.", **_place(told)
    ),
    "run.certified": lambda told: _(
        "The batch of a run in %(room)s, %(facility)s, was certified.", **_place(told)
    ),
}
