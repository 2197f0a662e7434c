"""Changing, restoring and confirming facts in one installation."""

import re
from datetime import timedelta
from importlib.resources import files

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.errors import NotAllowed, NotFound, Reason, Refused
from portal.ledger import Entry
from portal.reference import queries, services, shipped
from portal.reference.models import FactConfirmation, FactRevision
from portal.reference.rules import Confirmation, Move, Revision
from portal.reference.sentences import KINDS, SENTENCES
from tests import make

UNIT = ("facilities", "sus_gmp_unit")


def entries(session: Session) -> list[str]:
    """Return the names of the ledger's entries, oldest first."""
    return list(session.scalars(select(Entry.name).order_by(Entry.id)))


def test_a_local_value_holds_here_and_the_shipped_one_is_kept(session: Session) -> None:
    actor = make.administrator(session)
    services.revise_fact(session, actor, *UNIT, "area_m2", value=1250, reason=" measured ", at=make.NOON)
    fact = queries.effective(session, *UNIT)
    assert fact.record["area_m2"] == 1250
    assert fact.shipped["area_m2"] == 1100
    assert "area_m2" in fact.record["to_verify"]
    (revision,) = fact.revisions
    assert (revision.shipped_value, revision.reason) == (1100, "measured")
    assert (revision.revised_by_id, revision.revised_at) == (actor.user_id, make.NOON)
    assert shipped.record(*UNIT)["area_m2"] == 1100


def test_the_ledger_tells_who_changed_what_from_which_to_which_value_and_why(session: Session) -> None:
    actor = make.administrator(session)
    services.revise_fact(session, actor, *UNIT, "opened", value="2026", reason="letter", at=make.NOON)
    entry = session.scalars(select(Entry)).one()
    assert (entry.name, entry.actor_id, entry.at) == ("fact.revised", actor.user_id, make.NOON)
    facts = {
        key: entry.facts[key] for key in ("collection", "record_id", "field", "before", "after", "reason")
    }
    assert facts == {
        "collection": "facilities",
        "record_id": "sus_gmp_unit",
        "field": "opened",
        "before": None,
        "after": "2026",
        "reason": "letter",
    }


def test_unknown_is_a_value_that_can_be_set(session: Session) -> None:
    actor = make.administrator(session)
    services.revise_fact(session, actor, *UNIT, "area_m2", value=None, reason="doubtful", at=make.NOON)
    fact = queries.effective(session, *UNIT)
    assert fact.record["area_m2"] is None
    assert fact.changed_fields == {"area_m2"}


def test_going_back_brings_the_shipped_value_and_keeps_the_history(session: Session) -> None:
    actor = make.administrator(session)
    services.revise_fact(session, actor, *UNIT, "area_m2", value=1250, reason="measured", at=make.NOON)
    later = make.NOON + timedelta(days=1)
    services.restore_shipped_fact(session, actor, *UNIT, "area_m2", reason="measured wrongly", at=later)
    fact = queries.effective(session, *UNIT)
    assert fact.record == fact.shipped
    newest, oldest = queries.fact_history(session, *UNIT)
    assert isinstance(newest, Revision)
    assert isinstance(oldest, Revision)
    assert (newest.restores, oldest.value) == (True, 1250)
    assert entries(session) == ["fact.revised", "fact.restored"]


def test_a_confirmed_field_leaves_the_list_to_verify(session: Session) -> None:
    actor = make.administrator(session)
    assert "status" in queries.effective(session, *UNIT).record["to_verify"]
    services.confirm_fact(session, actor, *UNIT, "status", text_read="Register of 4 January", at=make.NOON)
    fact = queries.effective(session, *UNIT)
    assert "status" not in fact.record["to_verify"]
    assert "services" in fact.record["to_verify"]
    (held,) = fact.confirmations
    assert (held.text_read, held.confirmed_by_id) == ("Register of 4 January", actor.user_id)
    assert entries(session) == ["fact.confirmed"]


def test_a_confirmed_record_is_official_until_it_is_changed(session: Session) -> None:
    actor = make.administrator(session)
    rule = ("segregation_rules", "open_batches_same_room")
    services.confirm_fact(session, actor, *rule, text_read="Part IV, 2017", at=make.NOON)
    assert queries.effective(session, *rule).record["confidence"] == "official"
    services.revise_fact(session, actor, *rule, "priority", value=99, reason="order", at=make.NOON)
    assert queries.effective(session, *rule).record["confidence"] == "general"
    services.confirm_fact(session, actor, *rule, text_read="Part IV, 2017", at=make.NOON)
    assert queries.effective(session, *rule).record["confidence"] == "official"
    assert isinstance(queries.fact_history(session, *rule)[0], Confirmation | Revision)


def test_all_records_of_a_collection_are_given_as_they_hold_here(session: Session) -> None:
    actor = make.administrator(session)
    services.revise_fact(session, actor, *UNIT, "area_m2", value=1250, reason="measured", at=make.NOON)
    facts = queries.effective_records(session, "facilities")
    assert [fact.record_id for fact in facts] == list(shipped.record_ids("facilities"))
    assert [fact.record_id for fact in facts if fact.changed_fields] == ["sus_gmp_unit"]


def test_an_update_shows_the_differences_and_overwrites_nothing(session: Session) -> None:
    actor = make.administrator(session)
    common = {"revised_by_id": actor.user_id, "revised_at": make.NOON, "reason": "of an older version"}
    session.add_all(
        [
            FactRevision(
                collection=collection,
                record_id=record_id,
                field="area_m2",
                value={"value": 1250},
                shipped_value={"value": 900},
                **common,
            )
            for collection, record_id in (UNIT, ("facilities", "closed_long_ago"))
        ]
    )
    session.add(
        FactConfirmation(
            collection="facilities",
            record_id="lund_pre_gmp",
            field="opened",
            value={"value": "2024"},
            text_read="a letter",
            confirmed_by_id=actor.user_id,
            confirmed_at=make.NOON,
        )
    )
    session.commit()
    found = [
        (difference.record_id, difference.move, difference.shipped_then, difference.shipped_now)
        for difference in queries.differences_after_update(session)
    ]
    assert found == [
        ("closed_long_ago", Move.FIELD_GONE, 900, None),
        ("lund_pre_gmp", Move.CONFIRMATION_LAPSED, "2024", "2025"),
        ("sus_gmp_unit", Move.SHIPPED_VALUE_MOVED, 900, 1100),
    ]
    assert queries.effective(session, *UNIT).record["area_m2"] == 1250


def test_a_value_that_is_set_again_after_an_update_settles_the_difference(session: Session) -> None:
    actor = make.administrator(session)
    services.revise_fact(session, actor, *UNIT, "area_m2", value=1250, reason="measured", at=make.NOON)
    row = session.scalars(select(FactRevision)).one()
    row.shipped_value = {"value": 900}
    session.commit()
    assert len(queries.differences_after_update(session)) == 1
    services.revise_fact(session, actor, *UNIT, "area_m2", value=1250, reason="still so", at=make.NOON)
    assert queries.differences_after_update(session) == []
    with pytest.raises(Refused):
        services.revise_fact(session, actor, *UNIT, "area_m2", value=1250, reason="again", at=make.NOON)


def test_a_refusal_gives_every_reason_and_changes_nothing(session: Session) -> None:
    actor = make.administrator(session)
    with pytest.raises(Refused) as refused:
        services.revise_fact(session, actor, *UNIT, "area_m2", value="large", reason="", at=make.NOON)
    assert [(reason.code, reason.field) for reason in refused.value.reasons] == [
        ("fact_text_missing", "reason"),
        ("fact_value_of_other_kind", "value"),
    ]
    with pytest.raises(Refused):
        services.restore_shipped_fact(session, actor, *UNIT, "area_m2", reason="back", at=make.NOON)
    with pytest.raises(Refused):
        services.confirm_fact(session, actor, *UNIT, "colour", text_read="a letter", at=make.NOON)
    assert session.scalars(select(FactRevision)).all() == []
    assert session.scalars(select(FactConfirmation)).all() == []
    assert entries(session) == []


def test_what_is_not_shipped_is_not_found(session: Session) -> None:
    actor = make.administrator(session)
    for key in (("facilities", "nowhere"), ("nothing", "sus_gmp_unit")):
        with pytest.raises(NotFound):
            queries.effective(session, *key)
        with pytest.raises(NotFound):
            services.confirm_fact(session, actor, *key, text_read="a letter", at=make.NOON)


def test_nobody_but_an_administrator_changes_or_confirms(session: Session) -> None:
    stranger = make.founder(session)
    with pytest.raises(NotAllowed):
        services.revise_fact(session, stranger, *UNIT, "area_m2", value=1, reason="why", at=make.NOON)
    with pytest.raises(NotAllowed):
        services.restore_shipped_fact(session, stranger, *UNIT, "area_m2", reason="why", at=make.NOON)
    with pytest.raises(NotAllowed):
        services.confirm_fact(session, stranger, *UNIT, text_read="a letter", at=make.NOON)
    assert entries(session) == []


def test_every_reason_has_a_sentence(app: Flask) -> None:
    source = files("portal.reference").joinpath("rules.py").read_text(encoding="utf-8")
    assert set(re.findall(r'Reason\(\s*"(\w+)"', source)) == set(SENTENCES)
    values = {"field": "area_m2", "kind": "number", "length": 3000, "most": 2000}
    with app.test_request_context(), force_locale("en"):
        for code, sentence in SENTENCES.items():
            assert sentence(Reason(code, values).values), code
        for kind in KINDS.values():
            assert kind()
