"""What messages about a project's rights say: no title, because a mail may be read by others."""

from collections.abc import Callable
from datetime import date

from flask_babel import gettext as _

from portal.notifications.queries import Told
from portal.roadmap.rules.market import RightDay
from portal.web.filters import day


def _comes_up(told: Told) -> str:
    on = day(date.fromisoformat(str(told.facts["day"])))
    if told.facts["which"] == RightDay.UNTIL:
        return _("A right of one of your projects expires on %(day)s.", day=on)
    return _("Something is due on %(day)s for a right of one of your projects.", day=on)


WORDS: dict[str, Callable[[Told], str]] = {
    "reminder.right_comes_up": _comes_up,
}
