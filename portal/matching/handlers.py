"""Long work of this room: a round is worked out, and its pairs are put on the shortlists."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from itertools import islice
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from portal.core.errors import NotAllowed, NotFound, Reason, Refused
from portal.matching import queries, services
from portal.matching.lexicon import similarity
from portal.matching.queries.rounds import Entered
from portal.matching.rules.costs import MOST_PRICED, costs, full_places, without
from portal.matching.rules.outcome import candidates_of, kept_apart, ranker_of, why_unserved
from portal.matching.rules.ranking import Ranking
from portal.matching.rules.rounds import pairs_among, propose_beside
from portal.matching.services.rounds import APPLY_ROUND, PROPOSE_ROUND
from portal.web.sentences import sentence
from portal.work.kinds import Kind, Outcome
from portal.work.reasons import as_plain, reason_of
from portal.work.task import Task

TOLD_EVERY = 100
"""After so many projects the page is told how far it has come."""

MOST_CONFLICTS = 50
"""So many pairs that a conflict keeps apart are shown with a round."""


def propose_round(task: Task) -> dict[str, Any]:
    """Work out who is to meet whom, and what each limit costs."""
    round_id: int = task.arguments["round_id"]
    entered, per_project, kept = task.read(lambda session: _entered(session, task))
    result = _result(task, entered, per_project, kept)
    task.step(
        lambda session: services.keep_round(session, task.actor(session), round_id, result, at=task.at),
        done=task.total or 1,
    )
    return {"round_id": round_id, "pairs": len(result["pairs"]), "unserved": len(result["unserved"])}


def _entered(session: Session, task: Task) -> tuple[Entered, int, frozenset[tuple[str, str]]]:
    actor = task.actor(session)
    made = queries.own_round(session, actor, task.arguments["round_id"])
    terms = made.terms or {}
    found = queries.entered(session, actor, chosen=queries.chosen_in(terms), at=task.at)
    left_out = found.left_out | queries.pairs_in(terms, "left_out")
    return replace(found, left_out=left_out), made.per_project, queries.pairs_in(terms, "kept")


def _result(
    task: Task, entered: Entered, per_project: int, wanted: frozenset[tuple[str, str]]
) -> dict[str, Any]:
    number = sum(len(part.projects) for part in entered.parts)
    total = number + 1 + MOST_PRICED
    ranked = sorted(_ranked(task, entered, total), key=lambda ranking: ranking.project.id)
    if not ranked:
        return {"pairs": [], "unserved": [], "costs": [], "total": 0.0, "worst": None}
    everybody = without(candidates_of(ranked, ranked[0].pool, per_project=per_project), entered.left_out)
    kept = pairs_among(everybody, wanted)
    candidates, found = propose_beside(everybody, kept)
    task.tell(done=number + 1, total=total)
    priced = []
    beside = replace(found, pairs=tuple(pair for pair in found.pairs if pair not in kept))
    for cost in costs(candidates, beside):
        priced.append(asdict(cost))
        task.tell(done=number + 1 + len(priced), total=number + 1 + len(full_places(candidates, beside)))
    left = set(found.unserved)
    return {
        "pairs": [asdict(pair) for pair in found.pairs],
        "unserved": [
            {"project": ranking.project.id, "codes": list(why_unserved(ranking))}
            for ranking in ranked
            if ranking.project.id in left
        ],
        "costs": priced,
        "conflicts": list(islice(_conflicts(ranked), MOST_CONFLICTS)),
        "total": found.total,
        "worst": found.worst,
    }


def _conflicts(ranked: Iterable[Ranking]) -> Iterator[dict[str, str]]:
    for ranking in ranked:
        for partner in kept_apart(ranking):
            yield {"project": ranking.project.id, "partner": partner}


def _ranked(task: Task, entered: Entered, total: int) -> list[Ranking]:
    ranked: list[Ranking] = []
    for part in entered.parts:
        ranker = ranker_of(part.case, similarity())
        for project in part.projects:
            ranked.append(ranker.rank(project))
            if len(ranked) % TOLD_EVERY == 0:
                task.tell(done=len(ranked), total=total)
    return ranked


def apply_round(task: Task) -> dict[str, Any]:
    """Put the chosen pairs on the shortlists one by one; a pair that no longer may be is left out, with the reason."""
    pairs = task.arguments["pairs"]
    for place in range(task.done, len(pairs)):
        _apply_one(task, place, *pairs[place])
    left = task.kept.get("left", [])
    return {"round_id": task.arguments["round_id"], "pairs": len(pairs) - len(left), "left": left}


def _apply_one(task: Task, place: int, project: str, partner: str) -> None:
    before = list(task.kept.get("left", ()))
    keep: dict[str, Any] = {"left": before}

    def change(session: Session) -> None:
        reasons = _shortlisted(session, task, project, partner)
        one = {"project": project, "partner": partner, "reasons": reasons}
        keep["left"] = [*before, one] if reasons else before

    task.step(change, done=place + 1, keep=keep)


def _shortlisted(session: Session, task: Task, project: str, partner: str) -> list[dict[str, Any]]:
    try:
        with session.begin_nested():
            services.shortlist(session, task.actor(session), int(project), int(partner), at=task.at)
    except Refused as refused:
        return [as_plain(reason) for reason in refused.reasons]
    except (NotFound, NotAllowed):
        return [as_plain(Reason("round_pair_gone"))]
    return []


def _proposed(outcome: Mapping[str, Any]) -> Outcome:
    return Outcome(
        sentence=ngettext(
            "%(num)s introduction is proposed.", "%(num)s introductions are proposed.", outcome["pairs"]
        ),
        url=url_for("matching.show_round", round_id=outcome["round_id"]),
        label=_("Look at it, change it, and apply it"),
    )


def _applied(outcome: Mapping[str, Any]) -> Outcome:
    return Outcome(
        sentence=ngettext(
            "%(num)s pair is on the shortlist.", "%(num)s pairs are on the shortlists.", outcome["pairs"]
        ),
        url=url_for("matching.board", mine="1"),
        label=_("Ask for the consents next"),
        further=tuple(sentence(reason_of(reason)) for pair in outcome["left"] for reason in pair["reasons"]),
    )


WORK: Mapping[str, Kind] = {
    PROPOSE_ROUND: Kind(
        work=propose_round, title=lambda: _("Proposal of a round of introductions"), outcome=_proposed
    ),
    APPLY_ROUND: Kind(
        work=apply_round, title=lambda: _("Putting a round on the shortlists"), outcome=_applied
    ),
}
