"""Which gate before which run, what is needed, what holds, and who may do what."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.actors import Actor, Duty, Role
from portal.gates import checklists, rules
from portal.gates.rules import Gate, Item, ItemState, Known, Standing
from portal.reference import shipped

TODAY = date(2027, 1, 4)
ITEM = Item(
    id="one",
    gate=Gate.GMP_ENTRY,
    owner_role=Role.FOUNDER,
    reviewer_role=Role.QA,
    blocking=True,
    confidence="official",
)


@pytest.mark.parametrize(
    ("room", "run", "gate"),
    [
        ("gmp", "engineering_run", Gate.PRE_GMP_EXIT),
        ("gmp", "aseptic_process_simulation", Gate.PRE_GMP_EXIT),
        ("gmp", "process_performance_qualification", Gate.GMP_ENTRY),
        ("gmp", "clinical_batch", Gate.GMP_ENTRY),
        ("gmp", "process_development", None),
        ("gmp", "stability", None),
        ("pre_gmp", "engineering_run", None),
        ("pre_gmp", "clinical_batch", None),
    ],
)
def test_each_gate_stands_before_its_runs_in_gmp_rooms_only(room: str, run: str, gate: Gate | None) -> None:
    assert rules.gate_before(room, run) is gate


@pytest.mark.parametrize(
    ("wanted", "facts", "needed"),
    [
        (None, {}, True),
        ({"vector": ["aav", "lentiviral_retroviral"]}, {"vector": "aav"}, True),
        ({"vector": ["aav", "lentiviral_retroviral"]}, {"vector": "none"}, False),
        ({"vector": ["aav"]}, {"vector": None}, True),
        ({"vector": ["aav"]}, {}, True),
        ({"gmo_class_min": 1}, {"gmo_class": 0}, False),
        ({"gmo_class_min": 1}, {"gmo_class": 2}, True),
        ({"gmo_class_min": 1}, {"gmo_class": None}, True),
        ({"shelf_life_days_max": 14}, {"shelf_life_days": 2.5}, True),
        ({"shelf_life_days_max": 14}, {"shelf_life_days": 365}, False),
        ({"cell_bank": True}, {"cell_bank": False}, False),
        ({"cell_bank": True}, {"cell_bank": True}, True),
        ({"cell_bank": True, "vector": ["aav"]}, {"cell_bank": True, "vector": "none"}, False),
    ],
)
def test_an_item_is_needed_by_the_facts_and_the_unknown_counts_as_needed(
    wanted: dict[str, Any] | None, facts: dict[str, Any], needed: bool
) -> None:
    assert rules.is_needed(replace(ITEM, applies_when=wanted), facts) is needed


def test_every_shipped_condition_is_one_that_the_rules_and_the_facts_know() -> None:
    conditions = {one["key"] for one in shipped.document("gmp_rules")["gate_conditions"]}
    used = {key for row in shipped.records("gate_items") for key in row["applies_when"] or {}}
    assert used <= conditions
    names = {"gmo_class_min": "gmo_class", "shelf_life_days_max": "shelf_life_days"}
    from tests.gates.test_services import bare_project

    known = checklists.facts_of(bare_project()).keys()
    assert {names.get(key, key) for key in conditions} <= set(known)


@pytest.mark.parametrize(
    ("known", "standing"),
    [
        (Known(), Standing.OPEN),
        (Known(state=ItemState.GIVEN), Standing.GIVEN),
        (Known(state=ItemState.RETURNED), Standing.RETURNED),
        (Known(state=ItemState.ACCEPTED), Standing.ACCEPTED),
        (Known(state=ItemState.ACCEPTED, valid_until=TODAY), Standing.ACCEPTED),
        (Known(state=ItemState.ACCEPTED, valid_until=TODAY - timedelta(days=1)), Standing.RUN_OUT),
        (Known(waived_until=TODAY), Standing.WAIVED),
        (Known(waived_until=TODAY - timedelta(days=1)), Standing.OPEN),
        (Known(state=ItemState.GIVEN, waived_until=TODAY), Standing.WAIVED),
        (
            Known(state=ItemState.ACCEPTED, valid_until=TODAY - timedelta(days=1), waived_until=TODAY),
            Standing.WAIVED,
        ),
    ],
)
def test_an_item_stands_as_its_review_its_waiver_and_the_day_say(known: Known, standing: Standing) -> None:
    assert rules.standing_of(ITEM, known, {}, today=TODAY) is standing


def test_general_knowledge_warns_until_qa_has_adopted_the_checklist() -> None:
    general = replace(ITEM, id="two", confidence="general")
    shipped_one = rules.verdict([ITEM, general], {}, {}, adopted=False, today=TODAY)
    assert (shipped_one.holding, shipped_one.warning, shipped_one.met) == (("one",), ("two",), False)
    adopted = rules.verdict([ITEM, general], {}, {}, adopted=True, today=TODAY)
    assert (adopted.holding, adopted.warning) == (("one", "two"), ())


@given(
    st.lists(
        st.tuples(
            st.booleans(),
            st.sampled_from(["official", "secondary", "general"]),
            st.sampled_from(ItemState),
            st.none() | st.integers(-3, 3),
            st.none() | st.integers(-3, 3),
            st.sampled_from([None, "aav", "none"]),
        ),
        max_size=8,
    ),
    st.sampled_from([None, "aav", "none"]),
    st.booleans(),
)
def test_a_gate_is_met_exactly_when_no_item_holds_it(
    drawn: list[tuple[bool, str, ItemState, int | None, int | None, str | None]],
    vector: str | None,
    adopted: bool,
) -> None:
    """Compare with a plain reading of the words, item by item."""

    def day(offset: int | None) -> date | None:
        return None if offset is None else TODAY + timedelta(days=offset)

    items, known, held = [], {}, False
    for number, (blocking, confidence, state, valid, waived, wanted) in enumerate(drawn):
        name = f"item{number}"
        condition = {"vector": [wanted]} if wanted else None
        items.append(replace(ITEM, id=name, blocking=blocking, confidence=confidence, applies_when=condition))
        known[name] = Known(state=state, valid_until=day(valid), waived_until=day(waived))
        needed = wanted is None or vector is None or vector == wanted
        accepted = state is ItemState.ACCEPTED and (valid is None or valid >= 0)
        is_waived = waived is not None and waived >= 0
        binds = adopted or confidence != "general"
        held |= blocking and needed and binds and not accepted and not is_waived
    verdict = rules.verdict(items, known, {"vector": vector}, adopted=adopted, today=TODAY)
    assert verdict.met is not held
    assert set(verdict.standings) == {item.id for item in items}
    assert 0 <= verdict.settled <= verdict.needed <= len(items)


@pytest.mark.parametrize(
    ("months", "reviewed", "until"),
    [
        (None, TODAY, None),
        (12, TODAY, date(2028, 1, 4)),
        (1, date(2027, 1, 31), date(2027, 2, 28)),
        (6, date(2027, 8, 31), date(2028, 2, 29)),
        (18, date(2027, 7, 1), date(2029, 1, 1)),
    ],
)
def test_an_acceptance_lasts_its_months(months: int | None, reviewed: date, until: date | None) -> None:
    assert rules.valid_until(replace(ITEM, valid_months=months), reviewed) == until


def actor(*roles: Role, facility: int = 1, organisation: int = 5, user: int = 9) -> Actor:
    duties = frozenset(Duty(role=role, facility_id=facility) for role in roles)
    return Actor(user_id=user, organisation_id=organisation, roles=frozenset(roles), duties=duties)


def test_who_answers_for_an_item_gives_and_who_holds_its_role_at_the_facility_reviews() -> None:
    for role, at in product((Role.QA, Role.QP, Role.FACILITY_MANAGER), (1, 2)):
        held = actor(role, facility=at)
        owned = replace(ITEM, owner_role=role, reviewer_role=role)
        assert rules.may_give(held, owned, facility_id=1, owns_project=False) is (at == 1)
        assert rules.may_review(held, owned, facility_id=1) is (at == 1)
        assert not rules.may_give(held, ITEM, facility_id=1, owns_project=False)
    assert rules.may_give(actor(), ITEM, facility_id=1, owns_project=True)
    assert rules.may_waive(actor(Role.QA), facility_id=1)
    assert not rules.may_waive(actor(Role.QP, Role.FACILITY_MANAGER), facility_id=1)


def codes(reasons: list[Any]) -> list[str]:
    return [reason.code for reason in reasons]


def test_nobody_reviews_what_they_gave_or_what_is_their_own_organisations() -> None:
    def against(
        state: ItemState = ItemState.GIVEN,
        by: int = 3,
        owner: int = 8,
        note: str = "",
        *,
        accepts: bool = True,
    ) -> list[str]:
        return codes(
            rules.reasons_against_review(
                actor(Role.QA),
                state,
                given_by_ids=[by],
                owner_organisation_id=owner,
                accepts=accepts,
                note=note,
            )
        )

    assert against() == []
    assert against(by=9) == ["cannot_review_own_evidence"]
    assert against(owner=5) == ["cannot_review_own_project"]
    assert against(state=ItemState.ACCEPTED) == ["nothing_to_review"]
    assert against(accepts=False) == ["return_needs_words"]
    assert against(accepts=False, note="The lot is missing.") == []


@pytest.mark.parametrize(
    ("standing", "days", "owner", "found"),
    [
        (Standing.OPEN, 30, 8, []),
        (Standing.RUN_OUT, 0, 8, []),
        (Standing.OPEN, 30, 5, ["cannot_review_own_project"]),
        (Standing.ACCEPTED, 30, 8, ["nothing_to_waive"]),
        (Standing.NOT_NEEDED, 30, 8, ["nothing_to_waive"]),
        (Standing.OPEN, -1, 8, ["waiver_needs_an_end"]),
        (Standing.OPEN, 367, 8, ["waiver_needs_an_end"]),
    ],
)
def test_a_waiver_has_an_end_and_something_to_waive(
    standing: Standing, days: int, owner: int, found: list[str]
) -> None:
    until = TODAY + timedelta(days=days)
    assert (
        codes(
            rules.reasons_against_waiver(
                actor(Role.QA), standing, owner_organisation_id=owner, until=until, today=TODAY
            )
        )
        == found
    )
