"""The data room and the profile of an introduction: who reads what, under which terms, and when it ends."""

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.core.errors import NotAllowed, NotFound, Refused
from portal.matching import queries, services
from portal.matching.models import Acceptance, AdviserNote, Document, Introduction, Opening
from portal.matching.rules.confidentiality import IN_FORCE
from portal.matching.rules.introductions import State
from portal.projects.models import FieldGroup, Grant
from portal.web import files
from tests import make
from tests.client import PageClient
from tests.matching.stage import Stage, stage

SECRET = b"The potency assay reads 917.\n"


def accept(one: Stage, it: Introduction, *, digest: str = IN_FORCE.digest("en")) -> None:
    services.accept_terms(one.session, one.investor, it.id, language="en", digest=digest, at=make.NOON)


def upload(client: PageClient, session: Session, it: Introduction) -> Document:
    answer = client.post(
        f"/introductions/{it.id}/documents", data={"file": (BytesIO(SECRET), "assay.txt"), "title": "Potency"}
    )
    assert answer.status_code == 303, answer.text
    session.expire_all()
    return session.scalars(select(Document)).one()


def opened_by_now(session: Session) -> None:
    """Let what was granted on the stage's day be in force when the browser asks."""
    session.execute(update(Grant).values(starts_at=datetime(2026, 1, 1, tzinfo=UTC)))
    session.commit()


def agreed(session: Session, *groups: FieldGroup) -> tuple[Stage, Introduction]:
    one = stage(session)
    it = one.agreed(*groups)
    session.commit()
    return one, it


def test_a_partner_reads_a_document_after_accepting_and_stands_in_the_log(
    client: PageClient, session: Session
) -> None:
    one, it = agreed(session)
    client.sign_in(one.founder)
    document = upload(client, session, it)
    path = f"/introductions/{it.id}/documents"
    client.sign_in(one.investor)
    before = client.get(path).text
    assert "Before you read: confidentiality" in before
    assert "Potency" not in before
    assert client.get(f"{path}/{document.id}").status_code == 404
    refused = client.post(f"/introductions/{it.id}/terms", data={"digest": "0" * 64, "agreed": "y"})
    assert refused.status_code == 422
    assert "is in force by now" in refused.text
    accepted = client.post(
        f"/introductions/{it.id}/terms", data={"digest": IN_FORCE.digest("en"), "agreed": "y"}
    )
    assert accepted.status_code == 303
    assert "Potency" in client.get(path).text
    got = client.get(f"{path}/{document.id}")
    assert (got.data, got.headers["Content-Disposition"]) == (SECRET, "attachment; filename=assay.txt")
    session.expire_all()
    assert [opened.user_id for opened in session.scalars(select(Opening))] == [one.investor.user_id]
    client.sign_in(one.founder)
    page = client.get(path).text
    assert "1 opening" in page
    assert "Version 1, " in page
    log = client.get(f"{path}/log.csv").text
    assert log.count("Potency") == 1


def test_a_founders_own_look_is_not_an_opening(client: PageClient, session: Session) -> None:
    one, it = agreed(session)
    client.sign_in(one.founder)
    document = upload(client, session, it)
    assert client.get(f"/introductions/{it.id}/documents/{document.id}").data == SECRET
    session.expire_all()
    assert session.scalars(select(Opening)).all() == []


@pytest.mark.parametrize("end", ["withdraw", "decline", "remove"])
def test_access_to_documents_ends_at_once(client: PageClient, session: Session, end: str) -> None:
    one, it = agreed(session)
    accept(one, it)
    session.commit()
    client.sign_in(one.founder)
    document = upload(client, session, it)
    path = f"/introductions/{it.id}/documents/{document.id}"
    client.sign_in(one.investor)
    assert client.get(path).status_code == 200
    client.sign_in(one.founder)
    session.expire_all()
    posted = {"version": it.version, "reason": "not_wanted"}
    ended = client.post(
        f"{path}/remove" if end == "remove" else f"/introductions/{it.id}/{end}",
        data={} if end == "remove" else posted,
    )
    assert ended.status_code == 303
    client.sign_in(one.investor)
    assert client.get(path).status_code == 404
    if end != "remove":
        for gone in ("documents", "profile", "profile.pdf"):
            assert client.get(f"/introductions/{it.id}/{gone}").status_code == 404
    client.sign_in(one.founder)
    assert "Potency" in client.get(f"/introductions/{it.id}/documents/log.csv").text


@pytest.mark.parametrize("end", ["withdraw", "remove"])
def test_a_download_that_is_under_way_breaks_off_when_access_ends(
    client: PageClient, session: Session, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setattr(files, "PIECE", 10)
    one, it = agreed(session)
    accept(one, it)
    session.commit()
    client.sign_in(one.founder)
    document = upload(client, session, it)
    client.sign_in(one.investor)
    with client.get(f"/introductions/{it.id}/documents/{document.id}") as answer:
        pieces = iter(answer.response)
        assert (answer.content_length, next(pieces), next(pieces)) == (
            len(SECRET),
            SECRET[:10],
            SECRET[10:20],
        )
        session.refresh(it)
        if end == "withdraw":
            services.withdraw_consent(session, one.founder, it.id, version=it.version, at=make.NOON)
        else:
            services.remove_document(session, one.founder, it.id, document.id, at=make.NOON)
        session.commit()
        with pytest.raises(ConnectionResetError):
            next(pieces)


def test_nobody_else_knows_of_the_data_room(client: PageClient, session: Session) -> None:
    one, it = agreed(session)
    client.sign_in(one.founder)
    document = upload(client, session, it)
    for stranger in (one.adviser, make.founder(session), make.investor(session)):
        client.sign_in(stranger)
        for path in ("documents", f"documents/{document.id}", "documents/log.csv"):
            assert client.get(f"/introductions/{it.id}/{path}").status_code == 404
    other, elsewhere = agreed(session)
    accept(other, elsewhere)
    session.commit()
    client.sign_in(other.investor)
    assert client.get(f"/introductions/{elsewhere.id}/documents/{document.id}").status_code == 404


def test_before_a_mutual_yes_there_is_neither_profile_nor_data_room(session: Session) -> None:
    one = stage(session)
    it = one.sent(FieldGroup.PROCESS)
    for actor in (one.founder, one.investor, one.adviser):
        with pytest.raises(NotFound):
            queries.data_room(session, actor, it.id)
        seen = queries.introduction_seen(session, actor, it.id)
        with pytest.raises(NotFound):
            queries.groups_in_profile(session, actor, seen, at=make.NOON)


def test_each_side_does_its_own_in_the_data_room(session: Session) -> None:
    one = stage(session)
    it = one.agreed()
    with pytest.raises(NotAllowed):
        services.accept_terms(
            session, one.founder, it.id, language="en", digest=IN_FORCE.digest("en"), at=make.NOON
        )
    accept(one, it)
    accept(one, it)
    assert len(session.scalars(select(Acceptance)).all()) == 1


def test_the_terms_have_one_text_a_language_and_every_word_counts() -> None:
    texts = [IN_FORCE.said(language) for language in ("en", "sv")]
    assert len({len(text) for text in texts}) == 1
    assert len({IN_FORCE.digest(language) for language in ("en", "sv")}) == 2


def test_the_profile_holds_what_was_opened_and_no_more(client: PageClient, session: Session) -> None:
    one = stage(session)
    one.project.vector, one.project.orphan = "Zq-vector", True
    it = one.agreed(FieldGroup.PROCESS)
    opened_by_now(session)
    for actor in (one.founder, one.investor):
        client.sign_in(actor)
        page = client.get(f"/introductions/{it.id}/profile").text
        assert "Secret Compass" in page
        assert "Zq-vector" in page
        assert "Funding sought" not in page
        assert "Orphan" not in page
    client.sign_in(one.adviser)
    advised = client.get(f"/introductions/{it.id}/profile").text
    assert "Zq-vector" not in advised
    assert "Secret Compass" not in advised


def test_the_profile_is_one_page_of_paper_however_much_is_stated(
    client: PageClient, session: Session
) -> None:
    one = stage(session)
    one.project.teaser = "Long words of a teaser that says everything. " * 40
    it = one.agreed(*FieldGroup)
    opened_by_now(session)
    client.sign_in(one.investor)
    pdf = client.get(f"/introductions/{it.id}/profile.pdf")
    assert pdf.mimetype == "application/pdf"
    assert re.findall(rb"/Type\s*/Pages[^>]*/Count\s+(\d+)|/Count\s+(\d+)[^>]*/Type\s*/Pages", pdf.data) == [
        (b"1", b"")
    ]


def outcome(
    one: Stage, it: Introduction, state: State, *, words: str | None = None, instrument: str | None = None
) -> None:
    services.note_outcome(
        one.session,
        one.adviser,
        it.id,
        state,
        on=make.NOON.date(),
        amount=None,
        currency=None,
        instrument=instrument,
        words=words,
        version=it.version,
        at=make.NOON,
    )


@pytest.mark.parametrize(
    ("state", "instrument", "code"),
    [
        (State.INVESTED, "nonsense", "outcome_instrument_unknown"),
        (State.SUPPORTED, "equity", "outcome_instrument_without_investment"),
        (State.SUPPORTED, None, "outcome_support_unsaid"),
        (State.CLOSED, None, "outcome_reason_unsaid"),
    ],
)
def test_an_outcome_says_what_it_is_about(
    session: Session, state: State, instrument: str | None, code: str
) -> None:
    one = stage(session)
    it = one.agreed()
    services.introduce(session, one.adviser, it.id, version=it.version, at=make.NOON)
    with pytest.raises(Refused) as refused:
        outcome(one, it, state, instrument=instrument)
    assert code in [reason.code for reason in refused.value.reasons]
    session.rollback()


def test_an_investment_keeps_its_instrument(session: Session) -> None:
    one = stage(session)
    it = one.agreed()
    services.introduce(session, one.adviser, it.id, version=it.version, at=make.NOON)
    outcome(one, it, State.INVESTED, instrument="convertible")
    assert it.outcome_instrument == "convertible"


def test_a_follow_up_reminds_its_writer_once_and_nobody_but_advisers_reads_it(
    client: PageClient, session: Session
) -> None:
    one = stage(session)
    day = make.NOON.date() + timedelta(days=3)
    note = services.write_note(
        session,
        one.adviser,
        one.project.id,
        words="Ask for the second donor.",
        follow_up_on=day,
        at=make.NOON,
    )
    assert services.tend_introductions(session, at=make.NOON) == 0
    assert services.tend_introductions(session, at=make.NOON + timedelta(days=3)) == 1
    assert services.tend_introductions(session, at=make.NOON + timedelta(days=4)) == 0
    session.commit()
    path = f"/projects/{one.project.id}/matches"
    assert "Ask for the second donor." in client.sign_in(one.adviser).get(path).text
    assert "Ask for the second donor." not in client.sign_in(one.founder).get(path).text
    with pytest.raises(NotFound):
        services.end_note(session, one.founder, note.id, at=make.NOON)
    with pytest.raises(NotFound):
        services.write_note(
            session, one.founder, one.project.id, words="Mine", follow_up_on=None, at=make.NOON
        )
    client.sign_in(one.adviser)
    assert client.post(f"/matching/notes/{note.id}/done").status_code == 303
    session.expire_all()
    assert session.get_one(AdviserNote, note.id).done_at is not None


def test_a_note_cannot_remind_of_yesterday(client: PageClient, session: Session) -> None:
    one = stage(session)
    session.commit()
    client.sign_in(one.adviser)
    sent = {"words": "Late", "follow_up_on": "2020-01-01"}
    page = client.post(f"/projects/{one.project.id}/notes", data=sent)
    assert page.status_code == 422
    assert "cannot be the day" in page.text
    assert "Late" in page.text
