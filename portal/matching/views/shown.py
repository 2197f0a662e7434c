"""What the room's pages show of a match: the sum in five parts, every contribution with its ground, what is missing."""

from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from portal.accounts.queries import members
from portal.core.errors import Reason
from portal.matching import words
from portal.matching.queries import PROGRAMME, Sight
from portal.matching.rules.grounds import grounds, missing
from portal.matching.rules.ranking import Match
from portal.matching.rules.remedies import By, Remedy, remedies
from portal.matching.rules.teasers import given_away
from portal.matching.rules.timeliness import reasons_about_time
from portal.matching.rules.values import CAPITAL
from portal.partners import words as partner_words
from portal.partners.models import Partner
from portal.projects import queries as projects
from portal.projects import wording
from portal.projects.models import FieldGroup, Project
from portal.reference.rules import EffectiveFact
from portal.store import db
from portal.web.sentences import sentence

PRIVATE_TO_ADVISERS = frozenset({"history"})
"""What a founder is not told of a partner: its answers about others."""

FOR_PARTNERS = frozenset({"text", "indication_area", "phase", "product_class"})
"""Contributions whose grounds a partner reads before it has agreed: they speak of the teaser only."""

SHOWN_WITH = {
    "modality": FieldGroup.PROCESS,
    "country": FieldGroup.IDENTITY,
    "ticket": FieldGroup.MONEY,
    "instrument": FieldGroup.MONEY,
    "timing": FieldGroup.ROADMAP,
}
"""Contributions that speak of what only some readers see, and the field group with which they see it."""

CAN_BE_STATED = {
    "text": "teaser",
    "min": "funding",
    "max": "funding",
    "instrument": "instrument",
    "by": "day",
}

STATED_WITH = {"funding": FieldGroup.MONEY, "instrument": FieldGroup.MONEY, "day": FieldGroup.ROADMAP}
"""Whoever does not see the field group cannot tell whether it is stated."""


def title_of(project: Project, groups: frozenset[FieldGroup]) -> str:
    """Return what a project is called for a reader who sees these field groups."""
    return project.name if FieldGroup.IDENTITY in groups else wording.title_without_name(project)


def warnings_of(project: Project) -> list[str]:
    """Return each thing in a teaser that tells who is behind it, in words for its founder."""
    team = projects.team(db.session(), project)
    colleagues = members(db.session(), project.organisation_id)
    names: dict[str, list[str | None]] = {
        "project": [project.name],
        "organisation": [project.organisation.name, project.organisation.legal_name],
        "person": [*(member.name for member in team), *(one.user.name for one in colleagues)],
    }
    teaser = "\n".join(filter(None, (project.teaser, project.teaser_sv)))
    return [sentence(reason) for reason in given_away(teaser, names=names)]


def match_row(sight: Sight, match: Match, place: int, *, is_own: bool) -> dict[str, Any]:
    """Return one eligible pair for a page; a founder reads nothing that is the partner's own."""
    known = sight.partners[match.partner]
    why = grounds(sight.ranking, match)
    points = {part.name: part for part in match.contributions}
    return {
        "place": place,
        **partner_in_words(match.partner, known, is_own=is_own),
        "score": round(match.score, 1),
        "parts": parts_of(match),
        "sum": [
            (
                str(words.CONTRIBUTIONS[name]),
                round(points[name].points, 1),
                round(points[name].most, 1),
                _ground(sight, name, why, is_own=is_own),
            )
            for name in words.CONTRIBUTIONS
            if points[name].most > 0
        ],
        "need": partner_words.word("serves", match.need),
        "missing": _missing(sight, match),
        "warned": _warned(sight, match, known, why["history"], is_own=is_own),
    }


def _warned(
    sight: Sight, match: Match, known: Partner | EffectiveFact, history: Reason, *, is_own: bool
) -> list[str]:
    """Return what speaks against an eligible pair without closing it: earlier answers, and time."""
    asked = next(need for need in sight.ranking.project.needs if need.kind == match.need)
    pool = sight.ranking.pool
    found = reasons_about_time(
        closes=pool.partners[pool.place_of[match.partner]].closes,
        lead_days=partner_words.lead_days(known),
        by=asked.by,
        in_calls=isinstance(known, EffectiveFact) and partner_words.takes_in_calls(known),
        today=pool.as_of,
    )
    if history.code == "declined_before" and _tells(history.values, is_own=is_own):
        found.insert(0, history)
    return [sentence(reason) for reason in found]


def parts_of(match: Match) -> list[tuple[str, float, float]]:
    """Return a score as five parts, those that have no weight left out."""
    points = {part.name: part for part in match.contributions}
    found = []
    for label, names in words.GROUPED:
        most = sum(points[name].most for name in names)
        if most > 0:
            brought = sum(points[name].points for name in names)
            found.append((str(label), round(brought, 1), round(most, 1)))
    return found


def partner_in_words(partner_id: str, known: Partner | EffectiveFact, *, is_own: bool) -> dict[str, Any]:
    """Return who a partner is; a founder reads name, kind and words."""
    if isinstance(known, Partner):
        is_support = known.kind == "support"
        link = url_for("partners.offer", partner_id=known.id) if is_support else None
        return {
            "id": known.id,
            "name": known.name,
            "kind": partner_words.kind(known),
            "text": partner_words.text(known),
            "ticket": None if is_own else partner_words.ticket(known),
            "url": link if is_own else url_for("partners.show", partner_id=known.id),
            "is_demo": known.is_demo,
            "is_programme": False,
        }
    record = known.record
    return {
        "id": None,
        "name": record["name"],
        "kind": record["provider"],
        "text": partner_words.in_language(record["gives"]),
        "ticket": None,
        "url": url_for("partners.programme", programme_id=partner_id.removeprefix(PROGRAMME)),
        "is_demo": False,
        "is_programme": True,
    }


def refusal_rows(sight: Sight, *, is_own: bool) -> list[dict[str, Any]]:
    """Return partners that are not eligible, with each rule against them and what would change it, the nearest first.

    A founder reads of those where what the project states, or time, can change the answer, and of all public offers; what
    an investor looks for stays its own.
    """
    ranking = sight.ranking
    found = [(refusal, remedies(ranking, refusal)) for refusal in ranking.refusals()]
    found.sort(key=lambda pair: (_is_hopeless(pair[1]), len(pair[1]), pair[0].partner))
    rows = []
    for refusal, changes in found:
        known = sight.partners[refusal.partner]
        is_private = is_own and isinstance(known, Partner) and known.kind != "support"
        if not (is_private and _is_hopeless(changes)):
            row = partner_in_words(refusal.partner, known, is_own=is_own)
            rows.append(row | {"rules": [_rule(change, is_private=is_private) for change in changes]})
    return rows


def _is_hopeless(changes: Sequence[Remedy]) -> bool:
    return any(change.by is By.NOBODY for change in changes)


def _not_private(change: Remedy) -> dict[str, Any]:
    """Return of a remedy's values what everybody may know of an investor: that it gives capital, and when quarters begin."""
    said = change.how.values
    if change.code == "NO_CAPACITY":
        return dict(said)
    return {"kinds": (CAPITAL,)} if CAPITAL in said.get("kinds", ()) else {}


def _rule(change: Remedy, *, is_private: bool) -> tuple[str, str]:
    """Return a rule and what would change it in words; what is private to an investor is left out of them."""
    said = change.how.values
    if is_private:
        if change.code == "NOT_OPEN":
            return str(words.AGAINST[change.code]), ""
        said = _not_private(change)
    return str(words.AGAINST[change.code]), sentence(Reason(change.how.code, said))


def grounds_for_partner(sight: Sight, match: Match) -> list[tuple[str, str]]:
    """Return why a partner was matched, said to the partner, in what speaks of the teaser only."""
    why = grounds(sight.ranking, match)
    return [
        (str(words.CONTRIBUTIONS[name]), sentence(_said_to_partner(why[name])))
        for name in words.CONTRIBUTIONS
        if name in FOR_PARTNERS
    ]


def _said_to_partner(ground: Reason) -> Reason:
    if ground.code == "names_it":
        return Reason("you_name_it", ground.values)
    return Reason("you_are_open_to_any") if ground.code == "open_to_any" else ground


def _tells(values: Any, *, is_own: bool) -> bool:
    return not is_own or bool(values["this_project"] and values["times"] == 1)


def _ground(sight: Sight, name: str, why: Any, *, is_own: bool) -> str:
    reason, shown_with = why[name], SHOWN_WITH.get(name)
    if shown_with is not None and not sight.shows(shown_with) and reason.code != "only_for_capital":
        return _("The project’s own is not shown to you, so it is left out, which earns half.")
    if reason.code == "declined_before" and not _tells(reason.values, is_own=is_own):
        return _("What this partner answered before.")
    return sentence(reason)


def _missing(sight: Sight, match: Match) -> list[tuple[str, float]]:
    """Return what the project could state to raise this score; only what has a field in the portal, and is not hidden."""
    labels = {
        "teaser": _("A teaser in words"),
        "funding": _("The funding sought"),
        "instrument": _("The instrument"),
        "day": _("By when it is needed"),
    }
    found: dict[str, float] = {}
    for one in missing(sight.ranking, match):
        field = CAN_BE_STATED.get(one.path.rsplit(".", 1)[-1])
        shown_with = STATED_WITH.get(field or "")
        if shown_with is not None and not sight.shows(shown_with):
            continue
        if field and one.gain > 0:
            found[field] = max(found.get(field, 0.0), one.gain)
    return [(labels[field], round(gain, 1)) for field, gain in found.items()]
