"""What stands on the page of an introduction about its meeting, as its reader's side sees it."""

from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from portal.matching import queries, words
from portal.matching.forms import FreeTimeForm, MeetingForm
from portal.matching.models import FreeTime, Meeting
from portal.matching.queries import Seen
from portal.matching.rules.introductions import SHARING, Side
from portal.matching.rules.meetings import USUAL_LENGTH
from portal.matching.services.meetings import YES
from portal.store import db
from portal.web.filters import window
from portal.web.locale import time_zone


def agenda(
    seen: Seen,
    *,
    free_form: FreeTimeForm | None,
    meeting_form: MeetingForm | None,
    at: datetime,
) -> dict[str, Any] | None:
    """Return the meeting that stands, who is free when, and the forms; None before both sides have said yes."""
    it = seen.introduction
    if it.state not in SHARING:
        return None
    session = db.session()
    standing = queries.standing_meeting(session, it.id)
    free = queries.free_times(session, it.id, after=at)
    form = meeting_form or MeetingForm(data=_as_it_stands(standing))
    form.version.data = str(standing.version if standing is not None else 0)
    form.offer(queries.times_for_both(free, length=USUAL_LENGTH, after=at))
    return {
        "meeting": None if standing is None else _meeting(standing, seen, at=at),
        "own": [_free(one) for one in free if one.side is seen.side],
        "said": [
            (words.SIDES[side], sum(one.side is side for one in free))
            for side in (Side.FOUNDER, Side.PARTNER)
            if side is not seen.side
        ],
        "has_common": bool(form.chosen.choices),
        "may_say": seen.side in YES,
        "zone": time_zone(),
        "free_form": free_form or FreeTimeForm(),
        "form": form,
    }


def _as_it_stands(meeting: Meeting | None) -> dict[str, Any]:
    if meeting is None:
        return {}
    return {"place": meeting.place, "minutes": str(int(meeting.slot.length.total_seconds() // 60))}


def _meeting(meeting: Meeting, seen: Seen, *, at: datetime) -> dict[str, Any]:
    yes = {side: getattr(meeting, column) is not None for side, column in YES.items()}
    return {
        "version": meeting.version,
        "mark": "firm" if all(yes.values()) else "held",
        "words": _("Agreed by both sides") if all(yes.values()) else _("Waits for a yes"),
        "when": window(meeting.starts_at, meeting.ends_at, time_zone()),
        "place": meeting.place,
        "yes": [(words.SIDES[side], said) for side, said in yes.items()],
        "may_agree": yes.get(seen.side) is False and meeting.starts_at > at,
    }


def _free(one: FreeTime) -> dict[str, Any]:
    return {"id": one.id, "when": window(one.starts_at, one.ends_at, time_zone())}
