"""Who takes part in a round, and which pairs are kept when it is solved again."""

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core import clock
from portal.core.errors import Refused, Stale
from portal.matching import services
from portal.matching.models import MatchRound
from portal.matching.rules.rounds import Pair, propose, propose_beside
from portal.matching.services import Parties
from tests import make
from tests.client import PageClient
from tests.matching.stage import Stage, stage
from tests.matching.test_round_pages import (
    aims,
    asked,
    best_by_trying_everything,
    candidates,
    pairs,
    work_off,
)


@pytest.mark.parametrize("seed", range(8))
def test_beside_pairs_that_are_kept_the_rest_is_the_best_there_is(seed: int) -> None:
    random = np.random.default_rng(seed)
    scores = {
        (project, partner): float(random.integers(1, 100))
        for project in range(5)
        for partner in range(3)
        if random.random() < 0.7
    }
    case = candidates(scores, random.integers(1, 3, size=3).tolist())
    kept = propose(case).pairs[:1]
    left, found = propose_beside(case, kept)
    assert set(kept) <= set(found.pairs)
    assert all(pair.project != kept[0].project for pair in set(found.pairs) - set(kept))
    taken = [sum(pair.partner == partner for pair in found.pairs) for partner in case.partners]
    assert all(number <= room for number, room in zip(taken, case.capacity, strict=True))
    rest = [pair for pair in found.pairs if pair not in kept]
    served, worst, total = best_by_trying_everything(left)
    assert len({pair.project for pair in rest}) == served
    assert sum(pair.score for pair in rest) == pytest.approx(total)
    assert worst == pytest.approx(
        min((max(p.score for p in rest if p.project == q.project) for q in rest), default=0.0)
    )


def test_nothing_kept_is_the_round_itself() -> None:
    case = candidates({(0, 0): 9.0, (1, 0): 8.0, (1, 1): 1.0}, [1, 5])
    _left, found = propose_beside(case, ())
    assert aims(case, found) == aims(case, propose(case))
    _left, full = propose_beside(case, (Pair("p1", "i0", 8.0),))
    assert (full.pairs, full.unserved) == ((Pair("p1", "i0", 8.0),), ("p0",))


def newest(session: Session) -> MatchRound:
    return session.scalars(select(MatchRound).order_by(MatchRound.id.desc())).first()  # type: ignore[return-value]


def ask(one: Stage, app: Flask, parties: Parties) -> MatchRound:
    services.ask_for_round(
        one.session, one.adviser, name="Chosen", per_project=3, parties=parties, at=clock.now()
    )
    one.session.commit()
    work_off(one, app)
    return newest(one.session)


def test_only_the_chosen_take_part(app: Flask, session: Session) -> None:
    one, other = stage(session), stage(session)
    chosen = Parties(references=(one.project.reference.lower(),), partners=(other.thesis.name,))
    found = ask(one, app, chosen)
    assert pairs(found) == {(str(one.project.id), f"{other.thesis.id:012d}")}
    services.assign_case(
        session,
        one.adviser,
        other.project.id,
        adviser_id=one.adviser.user_id,
        reason="",
        version=None,
        at=make.NOON,
    )
    mine = ask(one, app, Parties(only_mine=True))
    assert {project for project, _partner in pairs(mine)} == {str(other.project.id)}


def test_parties_that_nobody_knows_are_each_named(session: Session) -> None:
    one = stage(session)
    with pytest.raises(Refused) as refused:
        services.ask_for_round(
            session,
            one.adviser,
            name="Nobody",
            per_project=3,
            parties=Parties(references=("P-NONE",), partners=("Nobody Ventures",), only_mine=True),
            at=make.NOON,
        )
    assert [(reason.code, reason.field) for reason in refused.value.reasons] == [
        ("round_project_unknown", "references"),
        ("round_partner_unknown", "partners"),
        ("round_nothing_looked_after", "only_mine"),
    ]


def test_solved_again_it_keeps_what_was_ticked_and_proposes_nothing_else_of_before(
    app: Flask, client: PageClient, session: Session
) -> None:
    one = stage(session)
    stage(session)
    first = asked(one, app)
    before = pairs(first)
    kept = min(before)
    client.sign_in(one.adviser)
    path = f"/matching/rounds/{first.id}"
    sent = {"version": first.version, "pairs": [":".join(kept)]}
    assert client.post(f"{path}/again", data=sent).status_code == 303
    work_off(one, app)
    again = newest(session)
    assert again.id != first.id
    assert pairs(again) & before == {kept}
    page = client.get(f"/matching/rounds/{again.id}").text
    assert "1 pair kept" in page
    assert f"{len(before) - 1} pairs taken out" in page
    with pytest.raises(Stale):
        services.solve_again(session, one.adviser, first.id, [kept], version=99, at=make.NOON)


def test_the_page_names_each_party_that_nobody_knows(client: PageClient, session: Session) -> None:
    one = stage(session)
    session.commit()
    client.sign_in(one.adviser)
    sent = {"name": "Spring", "per_project": "3", "references": "P-NONE", "partners": "Nobody Ventures"}
    refused = client.post("/matching/rounds", data=sent)
    assert refused.status_code == 422
    assert "P-NONE" in refused.text
    assert "No open partner is called “Nobody Ventures”" in refused.text


def test_a_pair_that_a_conflict_keeps_apart_is_shown_beside_the_round_and_never_in_it(
    app: Flask, client: PageClient, session: Session
) -> None:
    one, other = stage(session), stage(session)
    facts = f"{one.project.indication_area}/{one.project.modality}"
    other.thesis.competing = [facts]
    session.commit()
    found = ask(one, app, Parties())
    assert found.result is not None
    apart = {(pair["project"], pair["partner"]) for pair in found.result["conflicts"]}
    assert apart == {(str(project.id), f"{other.thesis.id:012d}") for project in (one.project, other.project)}
    assert not apart & pairs(found)
    page = client.sign_in(one.adviser).get(f"/matching/rounds/{found.id}").text
    assert "Kept apart by a conflict of interest" in page
    assert other.thesis.name in page[page.index("Kept apart") :]
    assert facts not in page
