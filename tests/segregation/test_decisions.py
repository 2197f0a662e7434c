"""QA decides which rules hold in its rooms and what these share; every decision is signed, and none loosens what it tightens."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.errors import NotFound, Refused, Stale
from portal.facilities.services import edit_cleanroom
from portal.ledger import Entry
from portal.projects.models import FieldGroup, Grant, GrantReason
from portal.reference.services import confirm_fact
from portal.reference.shipped import record, records
from portal.segregation import queries, rules, services
from portal.segregation.casefile import read_case
from portal.segregation.rulebooks import Held, held, rulebook
from portal.segregation.rules import Effect, Stance, finding
from portal.segregation.shipped import shipped_ruleset
from portal.signatures.models import Signature
from portal.signatures.rules import Meaning
from portal.signatures.statements import signed_content
from tests import make
from tests.segregation import oracle, strategies
from tests.segregation.scenes import AIR, Scene, decide, set_up

NO_TABLE = {"changeover": [], "changeover_classes": records("changeover_classes")}
RULES = [rule["id"] for rule in records("segregation_rules")]


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    """Return the codes of a refusal."""
    return [reason.code for reason in refused.value.reasons]


def rule_at(session: Session, scene: Scene, rule_id: str = AIR) -> Held:
    """Return a rule as it holds at the scene's facility."""
    found = queries.rules_held(session, [scene.facility.id])[scene.facility.id]
    return next(one for one in found if one.record["id"] == rule_id)


def test_until_qa_decides_a_rule_of_general_knowledge_warns(session: Session) -> None:
    scene = set_up(session)
    one = rule_at(session, scene)
    assert (one.stance, one.blocks, one.is_in_play) == (None, False, True)


def test_a_decision_binds_the_rule_as_it_holds_and_tells_the_ledger(session: Session) -> None:
    scene = set_up(session)
    stored = decide(session, scene, Stance.TIGHTENED, effect=Effect.FORBID_CONCURRENT)
    signature = session.get_one(Signature, stored.signature_id)
    assert signature.meaning is Meaning.APPROVED_WITH_CONDITIONS
    assert signed_content(signature)["holds"] == stored.rule
    assert stored.rule["effect"] == "forbid_concurrent"
    assert rule_at(session, scene).blocks
    assert "segregation.rule_decided" in session.scalars(select(Entry.name)).all()


def test_the_last_decision_counts(session: Session) -> None:
    scene = set_up(session)
    decide(session, scene, Stance.ADOPTED)
    decide(session, scene, Stance.SET_ASIDE)
    one = rule_at(session, scene)
    assert (one.blocks, one.is_in_play) == (False, False)
    assert [row.stance for row in queries.stances_of(session, scene.facility.id, AIR)] == [
        Stance.SET_ASIDE,
        Stance.ADOPTED,
    ]


def test_a_rule_that_an_administrator_has_looked_up_blocks_without_being_adopted(session: Session) -> None:
    scene = set_up(session)
    administrator = make.administrator(session)
    confirm_fact(session, administrator, "segregation_rules", AIR, text_read="Part IV, 4.29", at=make.NOON)
    assert rule_at(session, scene).blocks


def test_only_qa_of_the_facility_decides(session: Session) -> None:
    scene, other = set_up(session), set_up(session)
    for actor in (scene.manager, other.qa, make.administrator(session)):
        with pytest.raises(NotFound):
            services.decide_rule(
                session,
                actor,
                scene.facility.id,
                AIR,
                stance=Stance.ADOPTED,
                reason="Because.",
                proof=make.proof(actor),
                at=make.NOON,
            )
    with pytest.raises(NotFound):
        decide(session, scene, Stance.ADOPTED, rule="no_such_rule")


def test_a_decision_needs_a_reason_and_a_signature(session: Session) -> None:
    scene = set_up(session)
    with pytest.raises(Refused) as refused:
        decide(session, scene, Stance.ADOPTED, reason=" ")
    assert codes(refused) == ["segregation_needs_words"]
    with pytest.raises(Refused) as refused:
        decide(session, scene, Stance.ADOPTED, proof=None)
    assert codes(refused) == ["signature_needed"]


def test_a_page_that_is_out_of_date_decides_nothing(session: Session) -> None:
    scene = set_up(session)
    decide(session, scene, Stance.ADOPTED, shown_stance_id=0)
    with pytest.raises(Stale):
        decide(session, scene, Stance.SET_ASIDE, shown_stance_id=0)


@pytest.mark.parametrize(
    ("rule", "effect", "shares", "against"),
    [
        (AIR, None, (), ["rule_not_tighter"]),
        (AIR, Effect.SEPARATE_AIR, (), ["rule_not_tighter"]),
        (AIR, Effect.LINE_CLEARANCE_BETWEEN, ("corridor",), ["rule_not_tighter"]),
        (AIR, Effect.FORBID_CONCURRENT, (), []),
        (AIR, None, ("corridor",), []),
        ("closed_isolators_concurrent", Effect.FORBID_CONCURRENT, (), ["rule_only_allows"]),
    ],
)
def test_to_tighten_is_to_ask_for_more(
    rule: str, effect: Effect | None, shares: tuple[str, ...], against: list[str]
) -> None:
    shipped = services.parsed(record("segregation_rules", rule))
    reasons = rules.reasons_against_stance(
        shipped, Stance.TIGHTENED, effect=effect, shares=frozenset(shares), reason="Because."
    )
    assert [reason.code for reason in reasons] == against


def test_a_room_is_dedicated_only_to_a_project_that_qa_may_know(session: Session) -> None:
    scene = set_up(session)

    def dedicate() -> None:
        services.declare_sharing(
            session,
            scene.qa,
            scene.one.id,
            sharing={"air_handling": "ahu1", "dedicated_to_id": scene.vector.id},
            reason="The whole campaign.",
            proof=make.proof(scene.qa),
            at=make.NOON,
        )

    with pytest.raises(Refused) as refused:
        dedicate()
    assert codes(refused) == ["project_not_known_here"]
    session.rollback()
    session.add(
        Grant(
            project_id=scene.vector.id,
            organisation_id=scene.facility.operator_id,
            field_group=FieldGroup.IDENTITY,
            reason=GrantReason.REQUEST,
            starts_at=make.NOON,
        )
    )
    session.commit()
    dedicate()
    assert scene.one.dedicated_to_id == scene.vector.id
    with pytest.raises(Refused) as refused:
        dedicate()
    assert codes(refused) == ["sharing_unchanged"]


def test_only_qa_of_the_facility_says_what_a_room_shares(session: Session) -> None:
    scene, other = set_up(session), set_up(session)
    for actor in (scene.manager, other.qa):
        with pytest.raises(NotFound):
            services.declare_sharing(
                session,
                actor,
                scene.one.id,
                sharing={"corridor": "north"},
                reason="Because.",
                proof=make.proof(actor),
                at=make.NOON,
            )


@given(
    drawn=strategies.cases(), adopted=st.sets(st.sampled_from(RULES)), aside=st.sets(st.sampled_from(RULES))
)
def test_what_is_adopted_blocks_what_is_not_warns_and_what_is_set_aside_is_silent(
    drawn: dict[str, Any], adopted: set[str], aside: set[str]
) -> None:
    shipped = records("segregation_rules")
    by_id = {rule["id"]: rule for rule in shipped}
    stances = {rule: (Stance.ADOPTED, by_id[rule]) for rule in adopted - aside}
    stances |= {rule: (Stance.SET_ASIDE, by_id[rule]) for rule in aside}
    case, _rules = read_case(json.dumps(drawn), shipped_ruleset())
    found = finding(case, rulebook(held(shipped, stances)))

    def forbidden(ids: set[str]) -> bool:
        chosen = [rule for rule in shipped if rule["id"] in ids]
        return not oracle.verdict(drawn, {"segregation": chosen, **NO_TABLE})["allowed"]

    if forbidden(adopted - aside):
        assert found is not None
        assert found.blocks
        assert found.rule in adopted - aside
    elif forbidden(set(RULES) - aside):
        assert found is not None
        assert not found.blocks
        assert found.rule not in aside
    else:
        assert found is None


def test_a_manager_who_edits_a_room_changes_nothing_of_what_it_shares(session: Session) -> None:
    scene = set_up(session)
    with pytest.raises(KeyError, match="air_handling"):
        edit_cleanroom(
            session,
            scene.manager,
            scene.facility.slug,
            scene.one.slug,
            {"air_handling": None},
            shown_version=scene.one.version,
            at=make.NOON,
        )
    assert scene.one.air_handling == "ahu1"
