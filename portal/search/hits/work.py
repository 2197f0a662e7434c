"""Hits among campaigns, runs, gates, introductions, referrals, market access, rights and messages."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from portal.bookings import words as booking_words
from portal.campaigns import words as campaign_words
from portal.campaigns.models import Campaign, Run
from portal.campaigns.queries import shown_campaigns
from portal.gates import words as gate_words
from portal.gates.models import Dossier
from portal.gates.rules import Gate
from portal.matching import words as matching_words
from portal.matching.models import Introduction
from portal.notifications.models import Message
from portal.notifications.queries import reach_of, told
from portal.notifications.words import sentence, topic_label
from portal.projects.models import Project
from portal.projects.queries import groups_of_each
from portal.roadmap import words as roadmap_words
from portal.roadmap.models import MarketAccess, Referral, Right
from portal.roadmap.queries import words_read
from portal.search.hits.lines import Hit, name_of
from portal.search.queries import Asker, Kind
from portal.search.rules import excerpt
from portal.store import db
from portal.web.actors import current_actor
from portal.web.filters import moment, window


def _names(projects: Iterable[Project], asker: Asker) -> dict[int, str]:
    """Return what each project is called for whoever asks."""
    wanted = list(set(projects))
    seen = groups_of_each(db.session(), asker.actor, wanted, at=asker.at)
    return {project.id: name_of(project, seen[project.id]) for project in wanted}


def _campaigns(records: Sequence[Campaign], asker: Asker, _words: Sequence[str]) -> list[Hit]:
    whole = shown_campaigns(db.session(), current_actor(), [one.id for one in records], at=asker.at)
    names = _names((one.project for one in records), asker)
    return [
        Hit(
            title=one.name if one.id in whole else one.reference,
            url=url_for("campaigns.show" if one.id in whole else "campaigns.part", campaign_id=one.id),
            about=" · ".join([one.reference, names[one.project_id]]),
            is_demo=one.project.is_demo,
        )
        for one in records
    ]


def _runs(records: Sequence[Run], _asker: Asker, _words: Sequence[str]) -> list[Hit]:
    return [_run(run) for run in records]


def _run(run: Run) -> Hit:
    booking = run.booking
    room, asked = booking.block.cleanroom, booking.request
    return Hit(
        title=(asked.title if asked else booking.title) or booking_words.run_kind(booking.run_kind),
        url=url_for("campaigns.run", booking_id=run.booking_id),
        about=" · ".join(
            filter(
                None,
                (
                    run.batch_reference,
                    f"{room.code}, {room.facility.name}",
                    window(booking.slot.start, booking.slot.end, room.facility.time_zone),
                ),
            )
        ),
        badge=campaign_words.run_badge(run.state),
        is_demo=booking.is_demo,
    )


def _gates(records: Sequence[Dossier], asker: Asker, _words: Sequence[str]) -> list[Hit]:
    names = _names((one.project for one in records), asker)
    return [
        Hit(
            title=names[one.project_id],
            url=url_for("gates.show", dossier_id=one.id, gate=Gate.GMP_ENTRY.value),
            about=" · ".join([gate_words.gate(Gate.GMP_ENTRY), one.facility.name]),
            is_demo=one.project.is_demo,
        )
        for one in records
    ]


def _introductions(records: Sequence[Introduction], asker: Asker, _words: Sequence[str]) -> list[Hit]:
    names = _names((one.project for one in records), asker)
    return [
        Hit(
            title=names[one.project_id],
            url=url_for("matching.show", introduction_id=one.id),
            about=one.partner.name,
            badge=(matching_words.MARKS[one.state], str(matching_words.STATES[one.state])),
            is_demo=one.project.is_demo,
        )
        for one in records
    ]


def _referrals(records: Sequence[Referral], asker: Asker, words: Sequence[str]) -> list[Hit]:
    names = _names((one.project for one in records), asker)
    written = words_read(db.session(), current_actor(), [one.id for one in records], at=asker.at)
    return [
        Hit(
            title=roadmap_words.in_words(one.step_name),
            url=url_for("roadmap.referral", referral_id=one.id),
            about=" · ".join([names[one.project_id], one.partner.name]),
            text=excerpt(" ".join(written[one.id]), words),
            badge=(
                roadmap_words.REFERRAL_MARKS[one.state],
                str(roadmap_words.REFERRAL_STATES[one.state]),
            ),
            is_demo=one.project.is_demo,
        )
        for one in records
    ]


def _market_access(records: Sequence[MarketAccess], asker: Asker, words: Sequence[str]) -> list[Hit]:
    names = _names((one.project for one in records), asker)
    return [
        Hit(
            title=_("Market access of %(project)s", project=names[one.project_id]),
            url=url_for("roadmap.market_access", project_id=one.project_id),
            text=excerpt(one.value_story, words),
            is_demo=one.project.is_demo,
        )
        for one in records
    ]


def _rights(records: Sequence[Right], asker: Asker, _words: Sequence[str]) -> list[Hit]:
    names = _names((one.project for one in records), asker)
    return [
        Hit(
            title=one.title,
            url=url_for("roadmap.rights", project_id=one.project_id),
            about=" · ".join(filter(None, (one.reference, names[one.project_id]))),
            is_demo=one.project.is_demo,
        )
        for one in records
    ]


def _messages(records: Sequence[Message], asker: Asker, _words: Sequence[str]) -> list[Hit]:
    session = db.session()
    reach = reach_of(session, current_actor().user_id, at=asker.at)
    return [
        Hit(
            title=sentence(one),
            url=url_for("notifications.open_message", message_id=one.message_id),
            about=" · ".join([topic_label(one.topic), moment(one.at)]),
            badge=None if one.read_at else ("open", _("New")),
        )
        for one in told(session, records, reach)
    ]


HITS: Mapping[Kind, Callable[[Sequence[Any], Asker, Sequence[str]], list[Hit]]] = {
    Kind.CAMPAIGN: _campaigns,
    Kind.RUN: _runs,
    Kind.GATE: _gates,
    Kind.INTRODUCTION: _introductions,
    Kind.REFERRAL: _referrals,
    Kind.MARKET_ACCESS: _market_access,
    Kind.RIGHT: _rights,
    Kind.MESSAGE: _messages,
}
