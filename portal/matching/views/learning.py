"""How well the ranking predicts a yes, and what a no teaches it."""

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import format_percent
from flask_babel import gettext as _

from portal.core.actors import Role
from portal.matching import queries, words
from portal.matching.rules.history import ALIKE, HALVED_AFTER_DAYS, OWN, REASON_SPEAKS_OF
from portal.matching.rules.learning import FIRST, Precision, precision, precision_by, range_of_share
from portal.matching.rules.shares import DEFAULT_WEIGHTS
from portal.matching.views.blueprint import bp
from portal.projects import wording
from portal.store import db
from portal.web.actors import current_actor, for_roles
from portal.web.exports import Kind, export


@bp.get("/matching/learning")
@for_roles(Role.ADVISER)
def learning() -> ResponseReturnValue:
    """Show how well the ranking has predicted a yes, so that weights are judged and not believed."""
    session, actor = db.session(), current_actor()
    found = queries.answers(session, actor)
    return render_template(
        "matching/learning.html",
        first=FIRST,
        groups=_groups(found),
        number=len(found.known),
        without_place=found.without_place,
        reasons=[
            (str(words.DECLINES[reason]), number, _teaches(reason.value))
            for reason, number in queries.decline_reasons(session, actor)
        ],
        own=format_percent(OWN),
        alike=format_percent(ALIKE),
        days=HALVED_AFTER_DAYS,
        weight=f"{DEFAULT_WEIGHTS['history']:g}",
    )


@bp.get("/matching/learning.<any(csv, xlsx):kind>")
@for_roles(Role.ADVISER)
def download_learning(kind: Kind) -> ResponseReturnValue:
    """Return the same figures as a file."""
    columns = ("group", "value", "first_ten", "first_ten_yes", "after", "after_yes")
    rows: list[list[str | int]] = [
        [title, name, one.first, one.first_yes, one.rest, one.rest_yes]
        for title, lines in _precisions(queries.answers(db.session(), current_actor()))
        for name, one in lines
    ]
    return export(kind, "ranking_and_answers", columns, rows)


def _precisions(found: queries.Answers) -> list[tuple[str, list[tuple[str, Precision]]]]:
    by_area = precision_by(found.known, lambda one: one.indication_area)
    by_kind = precision_by(found.known, lambda one: one.partner_kind)
    kinds = {"investor": _("Investors"), "support": _("Support")}
    return [
        (_("All"), [(_("All answers"), precision(found.known))]),
        (_("By indication area"), [(wording.area(area), one) for area, one in by_area.items()]),
        (_("By kind of partner"), [(kinds[kind], one) for kind, one in by_kind.items()]),
    ]


def _groups(found: queries.Answers) -> list[dict[str, Any]]:
    return [
        {"title": title, "rows": [_row(name, one) for name, one in lines]}
        for title, lines in _precisions(found)
        if found.known
    ]


def _row(name: str, one: Precision) -> dict[str, Any]:
    return {
        "name": name,
        "first": one.first,
        "first_yes": one.first_yes,
        "at_ten": None if one.at_ten is None else format_percent(one.at_ten),
        "at_ten_range": _range(one.first_yes, one.first),
        "rest": one.rest,
        "rest_yes": one.rest_yes,
        "after_ten": None if one.after_ten is None else format_percent(one.after_ten),
        "after_ten_range": _range(one.rest_yes, one.rest),
    }


def _range(yes: int, number: int) -> str | None:
    found = range_of_share(yes, number)
    if found is None:
        return None
    return _("%(low)s to %(high)s", low=format_percent(found[0]), high=format_percent(found[1]))


def _teaches(reason: str) -> str:
    fact = REASON_SPEAKS_OF.get(reason)
    if fact is None:
        return _("its own pair only")
    if reason in ("too_early", "too_late"):
        return (
            _("projects at that phase or before")
            if reason == "too_early"
            else _("projects at that phase or after")
        )
    return _("projects with the same: %(fact)s", fact=words.CONTRIBUTIONS[fact])
