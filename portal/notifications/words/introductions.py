"""What messages about introductions say: nothing that their reader might not know, and no name."""

from collections.abc import Callable

from flask_babel import gettext as _

from portal.notifications.queries import Told

WORDS: dict[str, Callable[[Told], str]] = {
    "introduction.wished": lambda _told: _(
        "A founder asks for an introduction and has consented to it; an adviser is to take it up."
    ),
    "introduction.consent_asked": lambda _told: _("An adviser asks for your consent to an introduction."),
    "introduction.consent_given": lambda _told: _("The founder has consented to an introduction."),
    "introduction.teaser_sent": lambda _told: _("A teaser that fits what you state waits for your answer."),
    "introduction.reminded": lambda _told: _("A teaser still waits for your answer, and expires in a week."),
    "introduction.mutual_yes": lambda _told: _("Both sides have said yes to an introduction."),
    "introduction.later": lambda _told: _("A partner wants to be asked again later."),
    "introduction.asked_again": lambda _told: _(
        "A teaser that you asked to see later is back, and waits for your answer."
    ),
    "introduction.not_asked_again": lambda _told: _(
        "The day has come to ask a partner again, but it could not be done automatically; look at the introduction."
    ),
    "introduction.introduced": lambda _told: _("An adviser has introduced you to each other; write or call."),
    "introduction.terms_accepted": lambda _told: _(
        "A partner has accepted the confidentiality terms of an introduction."
    ),
    "introduction.document_added": lambda _told: _(
        "A founder shows you a document in the data room of an introduction."
    ),
    "adviser_case.given": lambda _told: _("You look after another project now; the reason is on its page."),
    "adviser_case.taken": lambda _told: _(
        "Another adviser looks after a project of yours now; the reason is on its page."
    ),
    "adviser_note.due": lambda _told: _("You asked to be reminded today of a note on a project."),
    "introduction.meeting_proposed": lambda _told: _(
        "A time for a meeting is proposed; say whether it suits you."
    ),
    "introduction.meeting_cancelled": lambda _told: _("A meeting about an introduction does not take place."),
    "introduction.meeting_over": lambda _told: _(
        "A meeting about an introduction is over; ask both sides how it went, and note what came of it."
    ),
    "introduction.declined": lambda _told: _("An introduction was declined; the reason is on its page."),
    "introduction.expired": lambda _told: _("A teaser expired without an answer."),
    "introduction.consent_withdrawn": lambda _told: _(
        "A founder has taken a consent back; the access that it gave has ended."
    ),
    "teaser.fits": lambda _told: _("A founder has published a teaser that fits what you state."),
    "partner.drafted": lambda _told: _("An adviser drafted an entry for you. Please confirm it."),
}
