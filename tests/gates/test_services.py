"""Evidence, reviews, waivers and checklists, and when a gate is met."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.errors import NotAllowed, NotFound, Refused, Stale
from portal.gates import checklists, queries, services
from portal.gates.models import Dossier, Waiver
from portal.gates.rules import Gate, ItemState, Standing
from portal.gates.services import Given
from portal.ledger import Entry
from portal.projects.models import ProductClass, Project
from portal.signatures.models import Signature
from portal.signatures.rules import Meaning
from portal.signatures.statements import signed_content
from tests import make
from tests.gates.conftest import Scene

TODAY = make.NOON.date()
LINK = Given(title="Protocol", url="https://files.example.org/protocol", stated_version="2")


def bare_project() -> Project:
    """Return a project of which nothing is known."""
    return Project(product_class=ProductClass.SCTMP)


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def standing(session: Session, scene: Scene, item: str, gate: Gate = Gate.GMP_ENTRY) -> Standing:
    return queries.book(session, scene.dossier, gate, today=TODAY).verdict.standings[item]


def give(session: Session, actor: Actor, scene: Scene, item: str) -> None:
    services.give_evidence(session, actor, scene.dossier.id, item, LINK, at=make.NOON)
    session.commit()


def review(session: Session, actor: Actor, scene: Scene, item: str, **values: Any) -> None:
    services.review_item(
        session,
        actor,
        scene.dossier.id,
        item,
        **{"accepts": True, "today": TODAY, "at": make.NOON, **values},
    )
    session.commit()


def waive(session: Session, actor: Actor, scene: Scene, item: str, **values: Any) -> Waiver:
    return services.waive_item(
        session,
        actor,
        scene.dossier.id,
        item,
        **{
            "reason": "The laboratory moves in May.",
            "until": TODAY + timedelta(days=60),
            "proof": make.proof(actor),
            "today": TODAY,
            "at": make.NOON,
            **values,
        },
    )


def test_evidence_waits_for_its_reviewer_and_is_accepted_for_its_months(
    session: Session, scene: Scene
) -> None:
    assert standing(session, scene, "gme_quality_agreement") is Standing.OPEN
    give(session, scene.founder, scene, "gme_quality_agreement")
    assert standing(session, scene, "gme_quality_agreement") is Standing.GIVEN
    review(session, scene.qa, scene, "gme_quality_agreement")
    assert standing(session, scene, "gme_quality_agreement") is Standing.ACCEPTED
    stored = queries.item_of(session, scene.dossier, "gme_quality_agreement")
    assert stored is not None
    assert stored.valid_until == TODAY.replace(year=TODAY.year + 3)
    names = session.scalars(select(Entry.name).order_by(Entry.id)).all()
    assert names[-2:] == ["gate.evidence_given", "gate.item_accepted"]


def test_new_evidence_puts_an_accepted_item_back_to_the_reviewer(session: Session, scene: Scene) -> None:
    give(session, scene.founder, scene, "gme_quality_agreement")
    review(session, scene.qa, scene, "gme_quality_agreement")
    give(session, scene.founder, scene, "gme_quality_agreement")
    assert standing(session, scene, "gme_quality_agreement") is Standing.GIVEN
    stored = queries.item_of(session, scene.dossier, "gme_quality_agreement")
    assert len(queries.evidence_of(session, stored)) == 2


def test_returned_evidence_says_what_is_missing(session: Session, scene: Scene) -> None:
    give(session, scene.founder, scene, "gme_quality_agreement")
    with pytest.raises(Refused) as refused:
        review(session, scene.qa, scene, "gme_quality_agreement", accepts=False)
    assert codes(refused) == ["return_needs_words"]
    session.rollback()
    review(session, scene.qa, scene, "gme_quality_agreement", accepts=False, note="Not signed.")
    stored = queries.item_of(session, scene.dossier, "gme_quality_agreement")
    assert stored is not None
    assert (stored.state, stored.review_note) == (ItemState.RETURNED, "Not signed.")


def test_only_who_answers_for_an_item_gives_and_only_its_reviewer_reviews(
    session: Session, scene: Scene
) -> None:
    for actor in (scene.manager, scene.qa):
        with pytest.raises(NotAllowed):
            give(session, actor, scene, "gme_quality_agreement")
    with pytest.raises(NotAllowed):
        give(session, scene.founder, scene, "gme_operators_trained")
    give(session, scene.manager, scene, "gme_operators_trained")
    for actor in (scene.founder, scene.manager, scene.qp):
        with pytest.raises(NotAllowed):
            review(session, actor, scene, "gme_operators_trained")
    review(session, scene.qa, scene, "gme_operators_trained")


def test_strangers_find_nothing(session: Session, scene: Scene) -> None:
    stranger = make.manager(session, make.cleanroom(session))
    for actor in (stranger, make.founder(session), make.administrator(session)):
        with pytest.raises(NotFound):
            give(session, actor, scene, "gme_quality_agreement")
        assert queries.dossiers_shown(session, actor, at=make.NOON) == []
    with pytest.raises(NotFound):
        give(session, scene.founder, scene, "no_such_item")


def test_a_review_of_evidence_that_is_newer_than_the_page_is_stale(session: Session, scene: Scene) -> None:
    give(session, scene.founder, scene, "gme_quality_agreement")
    stored = queries.item_of(session, scene.dossier, "gme_quality_agreement")
    assert stored is not None
    seen = stored.version
    give(session, scene.founder, scene, "gme_quality_agreement")
    review(session, scene.qa, scene, "gme_quality_agreement")
    with pytest.raises(Stale):
        review(session, scene.qa, scene, "gme_quality_agreement", shown_version=seen)


def test_a_waiver_is_signed_by_qa_and_ends(session: Session, scene: Scene) -> None:
    with pytest.raises(NotAllowed):
        waive(session, scene.manager, scene, "gme_quality_agreement")
    with pytest.raises(Refused) as refused:
        waive(session, scene.qa, scene, "gme_quality_agreement", proof=None)
    assert codes(refused) == ["signature_needed"]
    session.rollback()
    waiver = waive(session, scene.qa, scene, "gme_quality_agreement")
    session.commit()
    assert standing(session, scene, "gme_quality_agreement") is Standing.WAIVED
    signature = session.get_one(Signature, waiver.signature_id)
    assert signature.meaning is Meaning.WAIVED
    assert signed_content(signature)["item"] == "gme_quality_agreement"
    later = queries.book(session, scene.dossier, Gate.GMP_ENTRY, today=waiver.until + timedelta(days=1))
    assert later.verdict.standings["gme_quality_agreement"] is Standing.OPEN
    services.end_waiver(
        session,
        scene.qa,
        scene.dossier.id,
        "gme_quality_agreement",
        note="Agreed now.",
        today=TODAY,
        at=make.NOON,
    )
    assert standing(session, scene, "gme_quality_agreement") is Standing.OPEN


def settle(session: Session, scene: Scene, gate: Gate) -> None:
    """Waive everything that holds a gate."""
    for item in queries.book(session, scene.dossier, gate, today=TODAY).verdict.holding:
        waive(session, scene.qa, scene, item)
        session.commit()


def test_the_ledger_tells_once_that_a_gate_is_met(session: Session, scene: Scene) -> None:
    settle(session, scene, Gate.PRE_GMP_EXIT)
    verdict = queries.book(session, scene.dossier, Gate.PRE_GMP_EXIT, today=TODAY).verdict
    assert verdict.met
    assert verdict.warning
    met = session.scalars(select(Entry.facts).where(Entry.name == "gate.met")).all()
    assert [fact["gate"] for fact in met] == ["pre_gmp_exit"]


def publish(session: Session, scene: Scene, rows: list[dict[str, Any]], **values: Any) -> None:
    services.publish_checklist(
        session,
        scene.qa,
        scene.facility.id,
        Gate.PRE_GMP_EXIT,
        rows=rows,
        **{
            "reason": "As agreed with our QP.",
            "shown_version": 0,
            "proof": make.proof(scene.qa),
            "at": make.NOON,
            **values,
        },
    )
    session.commit()


def test_an_adopted_checklist_makes_general_knowledge_hold(session: Session, scene: Scene) -> None:
    before = queries.book(session, scene.dossier, Gate.PRE_GMP_EXIT, today=TODAY).verdict
    publish(session, scene, [dict(row) for row in checklists.base(Gate.PRE_GMP_EXIT).rows])
    after = queries.book(session, scene.dossier, Gate.PRE_GMP_EXIT, today=TODAY).verdict
    assert set(after.holding) == {*before.holding, *before.warning}
    assert after.warning == ()


def test_what_a_version_changed_is_named_and_the_older_one_kept(session: Session, scene: Scene) -> None:
    rows = [dict(row) for row in checklists.base(Gate.PRE_GMP_EXIT).rows]
    publish(session, scene, rows)
    own = {**rows[0], "id": "own_1", "name": {"en": "Our own form"}}
    second = [{**rows[1], "blocking": False}, *rows[2:], own]
    publish(session, scene, second, shown_version=1)
    newest, first = queries.versions_of(session, scene.facility.id, Gate.PRE_GMP_EXIT)
    changed = checklists.changes(first.items, newest.items)
    assert [row["id"] for row in changed.added] == ["own_1"]
    assert [row["id"] for row in changed.removed] == [rows[0]["id"]]
    assert [after["id"] for _before, after in changed.changed] == [rows[1]["id"]]
    assert standing(session, scene, "own_1", Gate.PRE_GMP_EXIT) is Standing.OPEN
    assert (
        rows[0]["id"]
        not in queries.book(session, scene.dossier, Gate.PRE_GMP_EXIT, today=TODAY).verdict.standings
    )


def test_a_checklist_is_published_by_the_facilitys_qa_on_the_version_they_saw(
    session: Session, scene: Scene
) -> None:
    rows = [dict(row) for row in checklists.base(Gate.PRE_GMP_EXIT).rows]
    with pytest.raises(Refused) as refused:
        publish(session, scene, [])
    assert codes(refused) == ["checklist_without_items"]
    session.rollback()
    publish(session, scene, rows)
    with pytest.raises(Stale):
        publish(session, scene, rows)
    session.rollback()
    scene.qa = scene.manager
    with pytest.raises(NotFound):
        publish(session, scene, rows, shown_version=1)


def test_a_founder_shows_the_gates_once_and_only_of_their_own_project(session: Session, scene: Scene) -> None:
    again = services.open_dossier(session, scene.founder, scene.project.id, scene.facility.id, at=make.NOON)
    assert again.id == scene.dossier.id
    with pytest.raises(NotFound):
        services.open_dossier(
            session, make.founder(session), scene.project.id, scene.facility.id, at=make.NOON
        )
    pre_gmp = make.cleanroom(session).facility
    with pytest.raises(NotFound):
        services.open_dossier(session, scene.founder, scene.project.id, pre_gmp.id, at=make.NOON)
    assert len(session.scalars(select(Dossier)).all()) == 1


def test_the_unknown_project_needs_everything() -> None:
    facts = checklists.facts_of(bare_project())
    assert set(facts.values()) == {None}
    for gate in Gate:
        items = checklists.base(gate).items
        assert items
        from portal.gates.rules import is_needed

        assert all(is_needed(item, facts) for item in items)
