"""Introductions: what follows what, who may, what it opens and ends, and what later rankings learn of it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.errors import NotAllowed, NotFound, Refused, Stale
from portal.ledger import Entry
from portal.matching import queries, services
from portal.matching.models import Introduction
from portal.matching.rules.introductions import (
    BEFORE,
    OPEN,
    DeclineReason,
    Side,
    State,
    reasons_against_move,
)
from portal.matching.rules.teasers import given_away
from portal.partners.models import Partner
from portal.partners.rules.places import free_seat, next_quarter, quarter_of
from portal.projects.models import FieldGroup
from portal.projects.queries import visible_groups
from tests import make
from tests.matching.stage import Stage, stage


def groups(one: Stage, actor: Actor, *, days: int = 0) -> set[str]:
    at = make.NOON + timedelta(days=days, minutes=1)
    found = visible_groups(one.session, actor, one.project, at)
    return {group.value for group in found}


def decline(
    one: Stage, actor: Actor, it: Introduction, reason: DeclineReason, *, final: bool = False
) -> None:
    services.decline(
        one.session,
        actor,
        it.id,
        reason=reason,
        words=None,
        final=final,
        version=it.version,
        at=make.NOON,
    )


def score(one: Stage) -> float:
    sight = queries.sight(one.session, one.founder, one.project, at=make.NOON)
    known = queries.id_of(one.thesis.id)
    return next(match.score for match in sight.ranking.matches() if match.partner == known)


def test_from_every_open_state_one_may_decline_and_withdraw() -> None:
    for state in OPEN:
        assert reasons_against_move(state, State.DECLINED, consented=True) == []
        assert reasons_against_move(state, State.CONSENT_WITHDRAWN, consented=True) == []
    assert set(BEFORE) == set(State) - {State.SUGGESTED}


def test_nothing_is_sent_without_consent() -> None:
    (reason,) = reasons_against_move(State.CONSENT_ASKED, State.TEASER_SENT, consented=False)
    assert reason.code == "introduction_without_consent"


def test_places_of_a_quarter_are_given_from_the_first_free_one() -> None:
    assert [free_seat(3, taken) for taken in ([], [1], [2], [1, 2, 3])] == [1, 2, 1, None]
    assert free_seat(0, []) is None
    assert quarter_of(make.NOON) == "2027Q1"
    assert next_quarter(date(2026, 11, 26)) == date(2027, 1, 1)
    assert next_quarter(date(2026, 3, 31)) == date(2026, 4, 1)


NAMES: dict[str, list[str | None]] = {
    "project": ["Compass", None],
    "organisation": ["Brain Vector AB", "Brain Vector Holding AB (publ)"],
    "person": ["Anna Lindqvist", "Bo Ek"],
}
NAME, NUMBER, CONTACT = "teaser_names", "teaser_has_number", "teaser_has_contact"


@pytest.mark.parametrize(
    ("teaser", "codes"),
    [
        ("A gene therapy for the brain.", []),
        ("Compass is a gene therapy.", [NAME]),
        ("COMPASS, or Compass’ data.", [NAME]),
        ("Encompassing all.", []),
        ("We at Brain Vector make a vector for the brain.", [NAME]),
        ("Brain  Vectors plattform.", [NAME]),
        ("The BrainVector platform, and brain-vector cells.", [NAME]),
        ("A brain vector holding company.", [NAME, NAME]),
        ("A vector reaches the brain.", []),
        ("Professor Lindqvist leads us.", [NAME]),
        ("Bo Ek leads us.", [NAME]),
        ("The ek of an oak.", []),
        ("See NCT01234567 and EP 1234567.", [NUMBER, NUMBER]),
        ("Trial 2024-512345-12-00 runs.", [NUMBER]),
        ("Patents US 10,123,456 B2, WO2021/123456 and SE 1234567-8.", [NUMBER] * 3),
        ("Patentansökan nr 1234567-8 är inlämnad.", [NUMBER]),
        ("As shown in 10.1038/s41586-024-01234-5.", [NUMBER]),
        ("Write to anna@brainvector.se or see www.example.org/us.", [NAME, CONTACT, CONTACT]),
        ("It began in 2024 with 12 patients, and costs us 10 000 000 kronor.", []),
        ("Between 2026-2028, with 1,000,000 cells/kg in 3.5 ml, e.g. for children.", []),
    ],
)
def test_a_teaser_that_gives_somebody_away_is_noticed(teaser: str, codes: list[str]) -> None:
    assert [reason.code for reason in given_away(teaser, names=NAMES)] == codes


def test_the_whole_way_opens_what_was_consented_to_and_only_after_both_said_yes(session: Session) -> None:
    one = stage(session)
    it = one.sent(FieldGroup.PROCESS)
    assert groups(one, one.investor) == {"teaser"}
    services.answer_yes(session, one.investor, it.id, version=it.version, at=make.NOON)
    assert groups(one, one.investor) == {"teaser", "identity", "process"}
    services.introduce(session, one.adviser, it.id, version=it.version, at=make.NOON)
    services.begin_discussion(session, one.adviser, it.id, version=it.version, at=make.NOON)
    services.note_outcome(
        session,
        one.adviser,
        it.id,
        State.INVESTED,
        on=make.NOON.date(),
        amount=2_000_000,
        currency="EUR",
        words=None,
        version=it.version,
        at=make.NOON,
    )
    assert it.state is State.INVESTED
    assert groups(one, one.investor) == {"teaser", "identity", "process"}
    told = session.scalars(
        select(Entry.name).where(Entry.name.startswith("introduction.")).order_by(Entry.id)
    ).all()
    assert [name.removeprefix("introduction.") for name in told] == [
        *("shortlisted", "consent_asked", "consent_given", "teaser_sent", "mutual_yes"),
        *("introduced", "in_discussion", "outcome"),
    ]


@pytest.mark.parametrize("side", [Side.FOUNDER, Side.PARTNER, Side.ADVISER])
def test_a_no_ends_access_gives_the_place_back_and_lowers_later_scores(session: Session, side: Side) -> None:
    one = stage(session)
    before, it = score(one), one.sent()
    who = {Side.FOUNDER: one.founder, Side.PARTNER: one.investor, Side.ADVISER: one.adviser}[side]
    decline(one, who, it, DeclineReason.TOO_EARLY)
    assert (it.state, it.declined_by, it.seat) == (State.DECLINED, side, None)
    assert groups(one, one.investor) == set()
    assert score(one) < before
    again = one.shortlisted()
    assert again.id != it.id


def test_a_partners_reason_lowers_its_rank_for_other_projects_too(session: Session) -> None:
    one, other = stage(session), stage(session)
    other.thesis = one.thesis
    before = score(other)
    decline(one, one.investor, one.sent(), DeclineReason.TOO_EARLY)
    assert score(other) < before


def test_a_last_word_makes_a_pair_ineligible(session: Session) -> None:
    one = stage(session)
    decline(one, one.investor, one.sent(), DeclineReason.OTHER, final=True)
    with pytest.raises(Refused) as refused:
        one.shortlisted()
    assert refused.value.reasons[0].values["codes"] == ("DECLINED",)


def test_consent_taken_back_ends_access_at_once(session: Session) -> None:
    one = stage(session)
    it = one.agreed(FieldGroup.MONEY)
    assert "money" in groups(one, one.investor)
    services.withdraw_consent(session, one.founder, it.id, version=it.version, at=make.NOON)
    assert groups(one, one.investor) == set()
    assert it.state is State.CONSENT_WITHDRAWN


def test_a_teaser_is_reminded_once_then_expires_and_gives_the_place_back(session: Session) -> None:
    one = stage(session, capacity=1)
    it = one.sent()
    assert services.tend_introductions(session, at=make.NOON + timedelta(days=6)) == 0
    assert services.tend_introductions(session, at=make.NOON + timedelta(days=8)) == 1
    assert services.tend_introductions(session, at=make.NOON + timedelta(days=9)) == 0
    assert it.state is State.TEASER_SENT
    assert services.tend_introductions(session, at=make.NOON + timedelta(days=14)) == 1
    assert (it.state, it.seat) == (State.EXPIRED, None)
    assert groups(one, one.investor, days=14) == set()


def test_later_gives_the_place_back_and_the_teaser_can_be_sent_again(session: Session) -> None:
    one = stage(session, capacity=1)
    it = one.sent()
    with pytest.raises(Refused):
        services.answer_later(
            session, one.investor, it.id, until=date(2020, 1, 1), version=it.version, at=make.NOON
        )
    session.refresh(it)
    services.answer_later(
        session, one.investor, it.id, until=date(2027, 3, 1), version=it.version, at=make.NOON
    )
    assert (it.state, it.seat) == (State.LATER, None)
    services.send_teaser(session, one.adviser, it.id, version=it.version, at=make.NOON)
    assert it.state is State.TEASER_SENT


def put_off(one: Stage) -> Introduction:
    it = one.sent()
    return services.answer_later(
        one.session, one.investor, it.id, until=date(2027, 3, 1), version=it.version, at=make.NOON
    )


def test_a_partner_that_said_later_is_asked_again_once_on_its_day(session: Session) -> None:
    one = stage(session, capacity=1)
    it, day = put_off(one), datetime(2027, 3, 1, 5, tzinfo=UTC)
    assert services.tend_introductions(session, at=day - timedelta(hours=6)) == 0
    assert services.tend_introductions(session, at=day) == 1
    assert (it.state, it.seat, it.quarter, it.due_at) == (
        *(State.TEASER_SENT, 1, "2027Q1"),
        day + timedelta(days=14),
    )
    assert services.tend_introductions(session, at=day + timedelta(minutes=5)) == 0
    found = visible_groups(session, one.investor, one.project, day)
    assert found == {FieldGroup.TEASER}
    assert queries.count_waiting(session, one.investor, today=day.date()) == 1
    assert queries.count_waiting(session, one.adviser, today=day.date()) == 0
    services.answer_yes(session, one.investor, it.id, version=it.version, at=day)
    assert it.state is State.MUTUAL_YES


def test_where_a_partner_cannot_be_asked_again_it_waits_for_the_adviser(session: Session) -> None:
    one, other = stage(session, capacity=1), stage(session)
    it, day = put_off(one), datetime(2027, 3, 1, 5, tzinfo=UTC)
    other.thesis = one.thesis
    taken = other.consented()
    services.send_teaser(session, other.adviser, taken.id, version=taken.version, at=day - timedelta(hours=1))
    assert queries.count_waiting(session, one.adviser, today=day.date() - timedelta(days=1)) == 0
    assert services.tend_introductions(session, at=day) == 1
    assert services.tend_introductions(session, at=day + timedelta(days=1)) == 0
    assert (it.state, it.seat) == (State.LATER, None)
    assert queries.count_waiting(session, one.adviser, today=day.date()) == 1
    assert groups(one, one.investor, days=60) == set()
    names = session.scalars(select(Entry.name).where(Entry.name.endswith("asked_again"))).all()
    assert names == ["introduction.not_asked_again"]


def test_a_partner_gets_no_more_teasers_than_its_quarter_has_places(session: Session) -> None:
    one, other = stage(session, capacity=1), stage(session)
    waiting = other
    waiting.thesis = one.thesis
    second = waiting.consented()
    one.sent()
    with pytest.raises(Refused) as refused:
        services.send_teaser(session, waiting.adviser, second.id, version=second.version, at=make.NOON)
    assert [reason.code for reason in refused.value.reasons] == ["partner_without_room"]


def test_the_database_lets_no_two_share_a_place(session: Session) -> None:
    one, other = stage(session), stage(session)
    first = one.sent()
    other.thesis = one.thesis
    second = other.sent()
    assert {first.seat, second.seat} == {1, 2}
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(Introduction).where(Introduction.id == second.id).values(seat=1))


def test_the_database_lets_no_pair_be_open_twice(session: Session) -> None:
    one = stage(session)
    one.shortlisted()
    with pytest.raises(Refused) as refused:
        one.shortlisted()
    assert [reason.code for reason in refused.value.reasons] == ["introduction_already_open"]
    twin = Introduction(
        project_id=one.project.id,
        partner_id=one.thesis.id,
        state=State.SUGGESTED,
        created_at=make.NOON,
        updated_at=make.NOON,
    )
    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(twin)


def test_each_step_belongs_to_its_side(session: Session) -> None:
    one = stage(session)
    it = one.sent()
    for actor in (one.founder, one.adviser):
        with pytest.raises(NotAllowed):
            services.answer_yes(session, actor, it.id, version=it.version, at=make.NOON)
    with pytest.raises(NotAllowed):
        services.withdraw_consent(session, one.adviser, it.id, version=it.version, at=make.NOON)
    for stranger in (make.founder(session), make.investor(session), make.provider(session)):
        with pytest.raises(NotFound):
            queries.introduction_seen(session, stranger, it.id)


def test_a_partner_knows_nothing_before_the_teaser_is_sent(session: Session) -> None:
    one = stage(session)
    it = one.consented()
    with pytest.raises(NotFound):
        queries.introduction_seen(session, one.investor, it.id)
    assert queries.board(session, one.investor) == []


def test_a_founder_does_not_see_an_advisers_shortlist(session: Session) -> None:
    one = stage(session)
    it = one.shortlisted()
    with pytest.raises(NotFound):
        queries.introduction_seen(session, one.founder, it.id)


def test_an_old_page_takes_no_step(session: Session) -> None:
    one = stage(session)
    it = one.shortlisted()
    services.ask_consent(session, one.adviser, it.id, version=it.version, at=make.NOON)
    with pytest.raises(Stale):
        services.ask_consent(session, one.adviser, it.id, version=1, at=make.NOON)


def test_a_conflict_of_interest_is_judged_on_a_name_that_the_adviser_does_not_see(session: Session) -> None:
    one = stage(session)
    one.thesis.conflicts = [one.project.organisation.name.upper()]
    session.flush()
    with pytest.raises(Refused) as refused:
        one.shortlisted()
    assert refused.value.reasons[0].values["codes"] == ("CONFLICT",)


def test_a_teaser_is_not_sent_where_something_hidden_stands_against_it(session: Session) -> None:
    one = stage(session, modalities=["til"])
    it = one.consented()
    with pytest.raises(Refused) as refused:
        services.send_teaser(session, one.adviser, it.id, version=it.version, at=make.NOON)
    assert [reason.code for reason in refused.value.reasons] == ["introduction_no_longer_fits"]


def test_what_an_adviser_does_not_see_changes_nothing_of_what_they_see(session: Session) -> None:
    one = stage(session, modalities=["til"], countries=["DK"])
    before = _seen_by(one, one.adviser)
    one.project.modality, one.project.funding_min, one.project.needs = "til", 1, ["ip"]
    one.project.organisation.country = "DK"
    session.flush()
    assert _seen_by(one, one.adviser) == before


def test_a_closed_partner_is_in_no_ranking(session: Session) -> None:
    one = stage(session)
    partner: Partner = one.thesis
    partner.state = type(partner.state).CLOSED
    session.flush()
    assert (
        queries.id_of(partner.id)
        not in queries.sight(session, one.founder, one.project, at=make.NOON).partners
    )


def test_an_amount_without_a_rate_counts_as_not_stated(session: Session) -> None:
    one = stage(session, ticket_min=10, ticket_max=20, ticket_currency="SEK")
    assert score(one) > 0


def _seen_by(one: Stage, actor: Actor) -> list[tuple[object, ...]]:
    sight = queries.sight(one.session, actor, one.project, at=make.NOON)
    matches = [(match.partner, match.score, match.contributions) for match in sight.ranking.matches()]
    return [*matches, *((refusal.partner, refusal.codes) for refusal in sight.ranking.refusals())]
