"""What people type in this room, checked for shape."""

from portal.matching.forms.introductions import (
    AcceptForm,
    ConsentForm,
    DeclineForm,
    DocumentForm,
    LaterForm,
    NoteForm,
    OutcomeForm,
    PickForm,
    WishForm,
)
from portal.matching.forms.needs import NeedsForm

__all__ = [
    "AcceptForm",
    "ConsentForm",
    "DeclineForm",
    "DocumentForm",
    "LaterForm",
    "NeedsForm",
    "NoteForm",
    "OutcomeForm",
    "PickForm",
    "WishForm",
]
