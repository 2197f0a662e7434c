"""What messages about referrals say: nothing that their reader might not know, and no name."""

from collections.abc import Callable
from datetime import datetime

from flask_babel import gettext as _

from portal.notifications.queries import Told
from portal.projects.rules.phases import HOME_ZONE
from portal.web.filters import day


def _waits(told: Told) -> str:
    until = day(datetime.fromisoformat(str(told.facts["expires_at"])).astimezone(HOME_ZONE).date())
    return _("A referral waits for your answer, and expires on %(day)s.", day=until)


WORDS: dict[str, Callable[[Told], str]] = {
    "referral.proposed": lambda _told: _(
        "An adviser proposes whom to ask for help with a step; nobody is asked before you say yes."
    ),
    "referral.dropped": lambda _told: _("A proposed referral is not sent."),
    "referral.asked": lambda _told: _("A project asks for help with a step of its roadmap."),
    "referral.accepted": lambda _told: _("A provider has accepted to help."),
    "referral.refused": lambda _told: _("A provider has refused to help; the founder reads the reason."),
    "referral.withdrawn": lambda _told: _(
        "A project asks for help no longer; the access that it gave has ended."
    ),
    "referral.completed": lambda _told: _("A referral was completed; the access that it gave has ended."),
    "referral.expired": lambda _told: _(
        "A referral expired without an answer; the access that it gave has ended."
    ),
    "referral.message_written": lambda _told: _("There is a new message about a referral."),
    "reminder.referral_waits": _waits,
}
