"""How well the ranking predicts a yes: counted from real answers, by group, and for advisers only."""

import pytest
from sqlalchemy.orm import Session

from portal.core.errors import NotFound
from portal.matching import queries, services
from portal.matching.rules.introductions import DeclineReason
from portal.matching.rules.learning import Answer, precision, precision_by, range_of_share
from tests import make
from tests.client import PageClient
from tests.matching.stage import stage


def answer(place: int, *, yes: bool, area: str = "neurology") -> Answer:
    return Answer(place=place, is_yes=yes, indication_area=area, partner_kind="investor")


def test_places_up_to_ten_are_the_first_and_shares_of_nothing_are_unknown() -> None:
    found = precision([answer(1, yes=True), answer(10, yes=False), answer(11, yes=True)])
    assert (found.first, found.first_yes, found.rest, found.rest_yes) == (2, 1, 1, 1)
    assert (found.at_ten, found.after_ten) == (0.5, 1.0)
    assert precision([]).at_ten is None
    assert precision([answer(3, yes=True)]).after_ten is None


def test_groups_with_the_most_answers_come_first() -> None:
    found = precision_by(
        [answer(1, yes=True), *(answer(2, yes=False, area="oncology") for _number in range(2))],
        lambda one: one.indication_area,
    )
    assert [(area, one.first) for area, one in found.items()] == [("oncology", 2), ("neurology", 1)]


def test_the_place_is_kept_when_an_introduction_is_begun_and_its_answer_is_counted(
    client: PageClient, session: Session
) -> None:
    one, other = stage(session), stage(session)
    agreed, turned_down = one.agreed(), other.sent()
    assert (agreed.place, turned_down.place) == (1, 2), "equal partners stand in the order of their ids"
    services.decline(
        session,
        other.investor,
        turned_down.id,
        reason=DeclineReason.TOO_EARLY,
        words=None,
        final=False,
        version=turned_down.version,
        at=make.NOON,
    )
    found = queries.answers(session, one.adviser)
    assert sorted(answer.is_yes for answer in found.known) == [False, True]
    turned_down.place = None
    session.commit()
    page = client.sign_in(one.adviser).get("/matching/learning").text
    assert "1 of 1" in page
    assert "1 answer is left out" in page
    assert "Too early (1): projects at that phase or before" in page
    assert "All answers" in client.get("/matching/learning.csv").text


def test_an_adviser_who_declines_and_a_teaser_that_waits_are_no_answers(session: Session) -> None:
    one, other = stage(session), stage(session)
    it = one.sent()
    other.sent()
    services.decline(
        session,
        one.adviser,
        it.id,
        reason=DeclineReason.OTHER,
        words=None,
        final=False,
        version=it.version,
        at=make.NOON,
    )
    assert queries.answers(session, one.adviser).known == []


def test_only_advisers_read_it(client: PageClient, session: Session) -> None:
    one = stage(session)
    session.commit()
    for stranger in (one.founder, one.investor):
        assert client.sign_in(stranger).get("/matching/learning").status_code == 404
        with pytest.raises(NotFound):
            queries.answers(session, stranger)
        with pytest.raises(NotFound):
            queries.decline_reasons(session, stranger)


@pytest.mark.parametrize(
    ("yes", "number", "low", "high"),
    [(5, 10, 0.2366, 0.7634), (0, 1, 0.0, 0.7935), (1, 1, 0.2065, 1.0), (50, 100, 0.4038, 0.5962)],
)
def test_few_answers_leave_the_true_share_open(yes: int, number: int, low: float, high: float) -> None:
    assert range_of_share(yes, number) == pytest.approx((low, high), abs=1e-4)
    assert range_of_share(0, 0) is None
