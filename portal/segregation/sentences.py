"""What the reasons of this room say to a reader."""

from flask_babel import gettext as _

from portal.web.sentences import Sentence

SENTENCES: dict[str, Sentence] = {
    "rule_only_allows": lambda _v: _(
        "This rule allows something and asks for nothing, so it cannot be tightened. Adopt it or set it aside."
    ),
    "rule_not_tighter": lambda _v: _(
        "Nothing would be tighter than the rule as it is shipped. Choose something stricter, or let it hold for rooms "
        "that share more."
    ),
    "segregation_needs_words": lambda _v: _("Say why. Your reason is signed, and colleagues read it later."),
    "segregation_words_too_long": lambda v: _(
        "A reason has %(most)s characters at most. Keep what matters.", most=v["most"]
    ),
    "sharing_unchanged": lambda _v: _(
        "Nothing is different from what is stored. Change something or leave it."
    ),
    "project_not_known_here": lambda _v: _(
        "A room is dedicated to a project whose name this facility may read, for instance because of a request. "
        "Choose one of the list."
    ),
}
