"""Who may sign, with what proof, and what a failed try costs."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.actors import Actor
from portal.reference import shipped
from portal.signatures.rules import (
    PROOF_LASTS,
    TRIES,
    WITHIN,
    Difference,
    Meaning,
    Method,
    Proof,
    differences,
    reasons_against_signing,
    shut_until,
)
from tests.make import NOON

ACTOR = Actor(user_id=7, organisation_id=1)
PROOF = Proof(user_id=7, method=Method.PASSWORD, at=NOON)


def codes(proof: Proof | None, *, actor: Actor = ACTOR, asked_by: int = 3) -> list[str]:
    return [reason.code for reason in reasons_against_signing(actor, proof, asked_by_ids={asked_by}, at=NOON)]


def test_who_has_just_shown_who_they_are_may_sign() -> None:
    assert codes(PROOF) == []


@pytest.mark.parametrize(
    "proof",
    [
        None,
        replace(PROOF, user_id=8),
        replace(PROOF, at=NOON - PROOF_LASTS - timedelta(seconds=1)),
        replace(PROOF, at=NOON + PROOF_LASTS + timedelta(seconds=1)),
    ],
)
def test_without_a_fresh_proof_of_ones_own_nobody_signs(proof: Proof | None) -> None:
    assert codes(proof) == ["signature_needed"]


def test_nobody_signs_for_what_they_asked_for() -> None:
    assert codes(PROOF, asked_by=7) == ["cannot_sign_own_request"]
    assert codes(None, asked_by=7) == ["cannot_sign_own_request", "signature_needed"]


def test_who_acts_for_somebody_else_signs_nothing() -> None:
    assert codes(PROOF, actor=replace(ACTOR, assisted_by_id=1)) == ["cannot_sign_for_others"]


def test_five_failed_tries_within_a_quarter_shut_the_signing_for_a_quarter() -> None:
    tries = [NOON + timedelta(minutes=number) for number in range(TRIES)]
    assert shut_until(tries[:-1], at=tries[-1]) is None
    assert shut_until(tries, at=tries[-1]) == tries[0] + WITHIN
    assert shut_until(tries, at=tries[0] + WITHIN) is None


@given(st.lists(st.integers(0, 3600), max_size=12), st.integers(0, 3600))
def test_signing_is_shut_exactly_while_enough_tries_are_recent(seconds: list[int], now: int) -> None:
    at = NOON + timedelta(seconds=now)
    failed = [NOON + timedelta(seconds=second) for second in seconds]
    recent = [moment for moment in failed if at - WITHIN < moment <= at]
    until = shut_until(failed, at=at)
    assert (until is not None) == (len(recent) >= TRIES)
    assert until is None or at < until <= at + WITHIN


def test_every_field_that_changed_is_named() -> None:
    signed, present = {"a": 1, "b": 2, "c": [1]}, {"a": 1, "b": 3, "d": 4}
    assert differences(signed, present) == [
        Difference(field="b", signed=2, present=3),
        Difference(field="c", signed=[1], present=None),
        Difference(field="d", signed=None, present=4),
    ]
    assert differences(signed, signed) == []


def test_the_meanings_are_those_of_the_facts() -> None:
    facts = shipped.document("gmp_rules")["signature_meanings"]
    assert {fact["id"] for fact in facts} == set(Meaning)
