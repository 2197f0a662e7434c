"""What the reasons of this room say to a reader."""

from flask_babel import gettext as _

from portal.web.sentences import Sentence

SENTENCES: dict[str, Sentence] = {
    "nothing_to_review": lambda _v: _(
        "There is no evidence that waits for a review. It is looked at once somebody has given some."
    ),
    "cannot_review_own_evidence": lambda _v: _(
        "You gave this evidence yourself, and nobody reviews their own. A colleague with the reviewer’s role has to."
    ),
    "cannot_review_own_project": lambda _v: _(
        "This is your own organisation’s project, and nobody reviews or waives for their own. "
        "Somebody who acts for another organisation has to."
    ),
    "return_needs_words": lambda _v: _("Say what is missing, so that it can be mended."),
    "nothing_to_waive": lambda _v: _("This item does not hold the gate, so there is nothing to waive."),
    "waiver_needs_an_end": lambda v: _(
        "A waiver ends today at the earliest and after %(most)s days at the latest. Choose a day between.",
        most=v["most"],
    ),
    "no_waiver_to_end": lambda _v: _("There is no waiver in force that could be taken back."),
    "checklist_without_items": lambda _v: _("A checklist needs at least one item. Tick those that are used."),
    "evidence_file_or_link": lambda _v: _("Give a file or a link, and not both."),
    "evidence_link_odd": lambda _v: _("A link begins with https:// and names a host. Check it."),
    "evidence_digest_odd": lambda _v: _(
        "A SHA-256 has 64 characters, 0–9 and a–f. Copy it whole, or leave it empty."
    ),
}
