"""The calls of programmes: which one counts, who may note one, what readers and rankings make of it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core import clock
from portal.core.actors import Actor
from portal.core.errors import NotAllowed, NotFound, Refused
from portal.ledger.models import Entry
from portal.matching import queries as matching
from portal.matching.queries import PROGRAMME
from portal.matching.rules.timeliness import reasons_about_time
from portal.partners import queries, services
from portal.partners.models import ProgrammeCall
from portal.partners.rules.calls import Call, standing_call, takes_in_calls
from portal.projects.models import FieldGroup
from portal.reference import shipped
from tests import make
from tests.client import PageClient
from tests.matching.stage import stage

TODAY = make.NOON.date()
PROGRAMME_ID = "lv_regulatory_questions"
PAGE = f"/support/programmes/{PROGRAMME_ID}"


def days(opens: int | None, closes: int) -> Call:
    return Call(
        opens=None if opens is None else TODAY + timedelta(days=opens), closes=TODAY + timedelta(days=closes)
    )


def note(session: Session, actor: Actor, opens: int | None, closes: int) -> ProgrammeCall:
    call = days(opens, closes)
    return services.note_call(
        session,
        actor,
        PROGRAMME_ID,
        opens=call.opens,
        closes=call.closes,
        source="Their page",
        at=make.NOON,
    )


@pytest.mark.parametrize(
    ("calls", "counts"),
    [
        ([], None),
        ([days(-90, -60), days(-30, -10)], days(-30, -10)),
        ([days(-90, -60), days(30, 60), days(90, 120)], days(30, 60)),
        ([days(-9, 40), days(-9, 20), days(30, 60)], days(-9, 20)),
        ([days(None, 0)], days(None, 0)),
    ],
)
def test_the_call_that_is_open_counts_else_the_next_else_the_last(
    calls: list[Call], counts: Call | None
) -> None:
    assert standing_call(calls, on=TODAY) == counts
    assert standing_call(reversed(calls), on=TODAY) == counts


def test_of_every_shipped_programme_it_is_told_from_its_words_whether_it_takes_in_calls() -> None:
    said = {
        record["id"]: (record["deadlines"] or {}).get("en")
        for record in shipped.records("support_programmes")
    }
    assert [one for one, words in said.items() if words and takes_in_calls(words) is None] == []
    assert takes_in_calls("Yearly calls.") is True
    assert takes_in_calls("Rolling; documentation due three weeks before the meeting.") is False
    assert takes_in_calls(None) is None


def test_a_ranking_knows_of_the_call_and_says_what_follows_a_closed_one(session: Session) -> None:
    one = stage(session)
    known = f"{PROGRAMME}{PROGRAMME_ID}"

    def codes() -> tuple[str, ...] | None:
        ranking = matching.sight(session, one.founder, one.project, at=make.NOON).ranking
        return next((found.codes for found in ranking.refusals() if found.partner == known), None)

    assert codes() is None
    past = note(session, one.adviser, -60, -30)
    assert codes() == ("CLOSED",)
    note(session, one.adviser, 30, 60)
    assert codes() == ("NOT_OPEN",)
    note(session, one.adviser, None, 10)
    assert codes() is None
    services.remove_call(session, one.adviser, past.programme_id, past.id, at=make.NOON)
    names = session.scalars(select(Entry.name).where(Entry.name.like("programme_call.%"))).all()
    assert sorted(names) == ["programme_call.noted"] * 3 + ["programme_call.removed"]


def test_only_advisers_and_administrators_note_calls_and_days_have_their_order(session: Session) -> None:
    one = stage(session)
    for stranger in (one.founder, one.investor, make.provider(session)):
        with pytest.raises(NotAllowed):
            note(session, stranger, 1, 2)
    with pytest.raises(Refused, match="partner_closes_before_opening"):
        note(session, one.adviser, 3, 2)
    with pytest.raises(NotFound):
        services.remove_call(session, one.adviser, PROGRAMME_ID, 999, at=make.NOON)
    elsewhere = note(session, one.adviser, 5, 6)
    with pytest.raises(NotFound):
        services.remove_call(session, one.adviser, "lv_innovation_office", elsewhere.id, at=make.NOON)
    assert note(session, one.adviser, 1, 9).id == note(session, one.adviser, 2, 9).id
    assert [row.opens for row in queries.calls_of(session, PROGRAMME_ID)] == [
        TODAY + timedelta(days=days) for days in (2, 5)
    ]


def test_an_adviser_notes_a_call_on_the_programmes_page_and_anyone_reads_it(
    client: PageClient, session: Session
) -> None:
    today = clock.now().date()
    past = (today - timedelta(days=9)).isoformat()
    client.sign_in(make.adviser(session))
    wrong = client.post(
        f"{PAGE}/calls", data={"opens": today.isoformat(), "closes": past, "source": "A page"}
    )
    assert wrong.status_code == 422
    assert 'value="A page"' in wrong.text
    assert client.post(f"{PAGE}/calls", data={"closes": past, "source": "Their page"}).status_code == 303
    call = session.scalars(select(ProgrammeCall)).one()
    client.sign_in(make.founder(session))
    page = client.get(PAGE).text
    assert "no next one is noted" in page
    assert "Note a call" not in page
    assert client.post(f"{PAGE}/calls/{call.id}/remove").status_code == 404
    client.sign_in(make.adviser(session)).post(f"{PAGE}/calls/{call.id}/remove")
    assert "no next one is noted" not in client.get(PAGE).text


@pytest.mark.parametrize(
    ("closes", "lead", "by", "codes"),
    [
        (None, None, None, []),
        (10, None, 5, ["closes_after_need"]),
        (10, None, 10, []),
        (None, 30, 29, ["help_comes_too_late"]),
        (None, 30, 30, []),
        (10, 30, 5, ["closes_after_need", "help_comes_too_late"]),
        (10, 30, None, []),
    ],
)
def test_what_speaks_against_dates_is_said_only_where_both_are_known(
    closes: int | None, lead: int | None, by: int | None, codes: list[str]
) -> None:
    def day(after: int | None) -> date | None:
        return None if after is None else TODAY + timedelta(days=after)

    found = reasons_about_time(closes=day(closes), lead_days=lead, by=day(by), in_calls=False, today=TODAY)
    assert [reason.code for reason in found] == codes


def test_a_programme_that_takes_in_calls_says_that_no_date_is_known_until_one_is() -> None:
    unknown = reasons_about_time(closes=None, lead_days=None, by=None, in_calls=True, today=TODAY)
    assert [reason.code for reason in unknown] == ["next_call_unknown"]
    assert reasons_about_time(closes=TODAY, lead_days=None, by=None, in_calls=True, today=TODAY) == []


def test_the_page_of_matches_warns_of_help_that_comes_too_late(client: PageClient, session: Session) -> None:
    one = stage(session)
    one.thesis.lead_time_days = 90
    session.commit()
    client.sign_in(one.founder)
    path = f"/projects/{one.project.id}/needs"
    soon = (clock.now().date() + timedelta(days=30)).isoformat()
    typed = {"version": one.project.version, "instrument": "", "wanted_capital": "y", "by_capital": soon}
    typed |= {"funding_min": "3000000", "funding_max": "6000000", "funding_currency": "EUR"}
    assert client.post(path, data=typed).status_code == 303
    assert "Their help takes 90 days to begin" in client.get(f"/projects/{one.project.id}/matches?all=1").text
    assert FieldGroup.ROADMAP not in matching.sight(session, one.adviser, one.project, at=clock.now()).groups
    client.sign_in(one.adviser)
    assert "Their help takes 90 days" not in client.get(f"/projects/{one.project.id}/matches?all=1").text
