"""The words of signatures."""

from flask_babel import gettext as _

from portal.signatures.rules import Meaning, Method


def meaning(word: Meaning) -> str:
    """Return what a signature means."""
    return {
        Meaning.AUTHORED: _("Authored"),
        Meaning.PERFORMED: _("Performed"),
        Meaning.WITNESSED: _("Witnessed"),
        Meaning.REVIEWED: _("Reviewed"),
        Meaning.VERIFIED: _("Verified"),
        Meaning.APPROVED: _("Approved"),
        Meaning.APPROVED_WITH_CONDITIONS: _("Approved with conditions"),
        Meaning.WAIVED: _("Requirement waived, reason given"),
        Meaning.REJECTED: _("Rejected"),
        Meaning.RELEASED: _("Released for use"),
        Meaning.CERTIFIED: _("Certified by the qualified person"),
        Meaning.QUARANTINED: _("Placed in quarantine"),
        Meaning.ACKNOWLEDGED: _("Read and understood"),
        Meaning.WITHDRAWN: _("Withdrawn by the requester"),
        Meaning.SUPERSEDED: _("Replaced by a later version"),
    }[word]


def method(word: Method) -> str:
    """Return how somebody showed who they are."""
    return {
        Method.PASSWORD: _("signed in, and password typed anew"),
        Method.CODE: _("signed in, and a code of the app typed anew"),
        Method.PASSKEY: _("signed in, and a passkey shown anew"),
        Method.DEMO: _("invented for the demonstration"),
    }[word]
