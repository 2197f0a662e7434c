"""The whole way over the pages: as adviser, founder and investor, and what an investor's browser never gets."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.jobs.handlers import HANDLERS
from portal.ledger import Entry
from portal.mail.models import OutgoingMail
from portal.matching import queries
from portal.matching.models import Introduction
from portal.matching.rules.introductions import State
from portal.matching.views import boards
from portal.projects.models import FieldGroup, Grant
from portal.reference import shipped
from tests import make
from tests.client import PageClient
from tests.matching.stage import Stage, stage

CONFIDENTIAL = (
    "Secret Compass",
    "Zebra Organisation",
    "gene_modified_hsc",
    "Gene-modified blood",
    "Zq-vector",
)


def staged(session: Session) -> Stage:
    one = stage(session)
    one.project.organisation.name = "Zebra Organisation"
    one.project.vector = "Zq-vector"
    one.project.modality = "gene_modified_hsc"
    session.commit()
    return one


def the_one(session: Session) -> Introduction:
    session.expire_all()
    return session.scalars(select(Introduction)).one()


def press(client: PageClient, session: Session, verb: str, **data: Any) -> Any:
    it = the_one(session)
    shown = {"version": it.version, "read": it.project.words.digest}
    return client.post(f"/introductions/{it.id}/{verb}", data={**shown, **data})


@pytest.mark.parametrize("country", ["SE", "NO", "US"])
def test_a_schemes_own_list_of_countries_refuses_nobody(session: Session, country: str) -> None:
    one = stage(session)
    one.project.organisation.country = country
    sight = queries.sight(session, one.founder, one.project, at=make.NOON)
    refused = {refusal.partner: refusal.codes for refusal in sight.ranking.refusals()}
    schemes = [
        record["id"]
        for record in shipped.records("support_programmes")
        if "associated" in (record["eligibility"]["country"] or [])
    ]
    assert schemes
    assert not any("COUNTRY" in refused.get(f"programme:{one}", ()) for one in schemes)
    swedish = [
        record["id"]
        for record in shipped.records("support_programmes")
        if record["eligibility"]["country"] == ["SE"]
    ]
    assert all(("COUNTRY" in refused.get(f"programme:{one}", ())) is (country != "SE") for one in swedish)


def test_the_whole_way_and_what_the_investor_never_gets_before_a_mutual_yes(
    app: Flask, client: PageClient, session: Session
) -> None:
    one = staged(session)
    client.sign_in(one.adviser)
    found = client.get(f"/projects/{one.project.id}/matches")
    assert one.thesis.name in found.text
    made = client.post(f"/projects/{one.project.id}/shortlist", data={"partner_id": one.thesis.id})
    assert made.status_code == 303
    assert press(client, session, "ask").status_code == 303
    client.sign_in(one.founder)
    assert "Do you consent to this partner?" in client.get(made.location).text
    assert press(client, session, "consent", groups=["process"]).status_code == 303
    client.sign_in(one.adviser)
    assert press(client, session, "send").status_code == 303
    it = the_one(session)
    assert it.state is State.TEASER_SENT

    with app.test_request_context():
        for entry in session.scalars(select(Entry).order_by(Entry.id)).all():
            for handler in HANDLERS.get(entry.name, ()):
                handler(session, entry, entry.at)
    session.commit()
    client.sign_in(one.investor)
    paths = [
        *(
            "/",
            "/introductions",
            "/introductions/export.csv",
            "/introductions/export.xlsx",
            "/projects/teasers",
        ),
        *(
            f"/introductions/{it.id}",
            f"/projects/{one.project.id}",
            "/partners",
            "/pipeline.csv",
            "/messages",
        ),
    ]
    for path in paths:
        got = client.get(path, follow_redirects=True).get_data()
        assert [words for words in CONFIDENTIAL if words.encode() in got] == [], path
    letters = session.scalars(select(OutgoingMail)).all()
    assert letters
    for letter in letters:
        assert not any(words in f"{letter.subject}{letter.text}{letter.html}" for words in CONFIDENTIAL)
    for path in (f"/projects/{one.project.id}/facts", f"/projects/{one.project.id}/matches"):
        assert client.get(path).status_code == 404

    assert press(client, session, "agree").status_code == 303
    shown = client.get(f"/projects/{one.project.id}").text
    assert "Secret Compass" in shown
    assert "Zq-vector" in client.get(f"/projects/{one.project.id}/facts").text
    client.sign_in(one.founder)
    assert press(client, session, "withdraw").status_code == 303
    client.sign_in(one.investor)
    assert client.get(f"/projects/{one.project.id}").status_code == 404
    gone = client.get(f"/introductions/{it.id}").text
    assert "Nothing of the project is open to you any more." in gone
    assert "Secret Compass" not in gone


def test_a_declined_pair_ranks_lower_and_says_why(client: PageClient, session: Session) -> None:
    one = staged(session)
    it = one.sent()
    session.commit()
    client.sign_in(one.adviser)
    path = f"/projects/{one.project.id}/matches"
    before = _score(client.get(path).text, one.thesis.name)
    client.sign_in(one.investor)
    answer = client.post(
        f"/introductions/{it.id}/decline",
        data={"version": it.version, "reason": "too_early", "explained": "Come back."},
    )
    assert answer.status_code == 303
    client.sign_in(one.adviser)
    page = client.get(path).text
    assert _score(page, one.thesis.name) < before
    assert "Ranked lower: declined once" in page
    assert "Too early" in page


def test_a_founder_asks_for_an_introduction_and_reads_nothing_private(
    client: PageClient, session: Session
) -> None:
    one = staged(session)
    one.thesis.contact, one.thesis.exclusions, one.thesis.capacity = "Hidden Contact", "Hidden Words", 917
    session.commit()
    client.sign_in(one.founder)
    page = client.get(f"/projects/{one.project.id}/matches").text
    assert one.thesis.name in page
    for hidden in ("Hidden Contact", "Hidden Words", "917", "8,000,000"):
        assert hidden not in page
    read = one.project.words.digest
    sent = {"partner_id": one.thesis.id, "groups": ["money"], "read": read}
    assert client.post(f"/projects/{one.project.id}/wish", data=sent).status_code == 303
    it = the_one(session)
    assert (it.state, it.groups) == (State.SUGGESTED, [FieldGroup.IDENTITY.value, FieldGroup.MONEY.value])
    again = client.post(f"/projects/{one.project.id}/wish", data=sent)
    assert again.status_code == 422
    assert "is open already" in again.text


def test_weights_in_the_address_change_the_ranking_at_once(client: PageClient, session: Session) -> None:
    one = staged(session)
    client.sign_in(one.adviser)
    path = f"/projects/{one.project.id}/matches?all=1"
    usual = _score(client.get(path).text, one.thesis.name)
    nothing = "&".join(f"w_{name}=0" for name in ("text", "indication_area", "modality", "phase", "country"))
    other = client.get(f"{path}&{nothing}").text
    assert _score(other, one.thesis.name) != usual
    assert "As before" in other
    assert _score(client.get(f"{path}&w_text=nonsense&w_phase=-3&w_needs=1e9").text, one.thesis.name) == usual


@pytest.mark.parametrize("verb", ["later", "decline"])
def test_an_answer_without_what_it_needs_is_refused_beside_its_field(
    client: PageClient, session: Session, verb: str
) -> None:
    one = staged(session)
    one.sent()
    session.commit()
    client.sign_in(one.investor)
    assert press(client, session, verb).status_code == 422
    assert the_one(session).state is State.TEASER_SENT


def test_an_old_page_is_told_so(client: PageClient, session: Session) -> None:
    one = staged(session)
    it = one.shortlisted()
    session.commit()
    client.sign_in(one.adviser)
    page = client.post(f"/introductions/{it.id}/ask", data={"version": it.version + 7})
    assert page.status_code == 409
    assert the_one(session).state is State.SHORTLISTED


def test_a_teaser_that_names_somebody_warns_the_founder_before_the_consent(
    client: PageClient, session: Session
) -> None:
    one = staged(session)
    one.project.teaser = "Secret Compass by Zebra Organisation, NCT01234567."
    it = one.asked()
    session.commit()
    client.sign_in(one.founder)
    _is_warned(client.get(f"/introductions/{it.id}").text)


def test_a_teaser_that_names_somebody_warns_the_founder_in_the_wish_that_consents(
    client: PageClient, session: Session
) -> None:
    one = staged(session)
    path = f"/projects/{one.project.id}/matches"
    assert "The teaser gives you away" not in client.sign_in(one.founder).get(path).text
    one.project.teaser = "Secret Compass by Zebra Organisation, NCT01234567."
    session.commit()
    page = client.get(path).text
    dialog = page[page.index(f"Ask to meet {one.thesis.name}") :]
    _is_warned(dialog[: dialog.index("Ask, and consent to this")])
    asked = {"partner_id": one.thesis.id, "read": one.project.words.digest}
    made = client.post(f"/projects/{one.project.id}/wish", data=asked)
    _is_warned(client.get(made.location).text)
    assert "The teaser gives you away" not in client.sign_in(one.adviser).get(path).text


def test_the_board_has_no_card_of_somebody_elses(client: PageClient, session: Session) -> None:
    one = staged(session)
    one.sent()
    session.commit()
    for stranger in (make.founder(session), make.investor(session)):
        page = client.sign_in(stranger).get("/introductions").text
        assert "No introduction yet" in page


def test_the_board_shows_the_latest_of_each_column_and_a_column_alone_in_pages(
    client: PageClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boards, "A_COLUMN", 1)
    monkeypatch.setattr(boards, "PAGE", 2)
    one = staged(session)
    made = [
        Introduction(
            project_id=make.project(session, one.project.organisation, name=f"Kin {number}").id,
            partner_id=one.thesis.id,
            state=state,
            adviser_id=one.adviser.user_id if number < 2 else None,
            created_at=make.NOON,
            updated_at=make.NOON + timedelta(hours=number),
        )
        for number, state in enumerate([State.SHORTLISTED] * 3 + [State.SUPPORTED])
    ]
    session.add_all(made)
    session.commit()
    cards = [f'data-card="{it.id}"' for it in made]
    page = client.sign_in(one.adviser).get("/introductions").text
    assert [card in page for card in cards] == [False, False, True, True]
    assert "4 introductions" in page
    assert "3 wait for you" in page
    assert "Show all 3" in page
    alone = "/introductions?column=shortlisted"
    assert [card in client.get(alone).text for card in cards] == [False, True, True, False]
    assert [card in client.get(f"{alone}&page=2").text for card in cards] == [True, False, False, False]
    assert [card in client.get(f"{alone}&mine=1").text for card in cards] == [True, True, False, False]
    rows = client.get("/introductions/export.csv").text.splitlines()
    assert (len(rows), len(client.get("/introductions/export.csv?mine=1").text.splitlines())) == (5, 3)


def _is_warned(page: str) -> None:
    assert "The teaser gives you away" in page
    for words in ("“Secret Compass”", "“Zebra Organisation”", "NCT01234567"):
        assert words in page


def _score(page: str, name: str) -> float:
    after = page[page.index(f">{name}</a>") :]
    found = re.search(r'ap-score__n">\s*([\d.]+)', after)
    assert found is not None
    return float(found[1])


def test_a_partner_reads_why_it_was_matched_in_words_said_to_it(client: PageClient, session: Session) -> None:
    one = stage(session, indication_areas=["haematology", "oncology"])
    it = one.sent()
    session.execute(update(Grant).values(starts_at=datetime(2026, 1, 1, tzinfo=UTC)))
    session.commit()
    page = client.sign_in(one.investor).get(f"/introductions/{it.id}").text
    assert "You name it, among 2." in page
    assert "You have no restriction here" in page
    assert "They name it" not in page
    assert "They name it among 2." in client.sign_in(one.founder).get(f"/introductions/{it.id}").text
