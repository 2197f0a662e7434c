"""A consent is for exactly these words: what the founder writes afterwards reaches the partner once it is consented to anew."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.core import clock
from portal.core.errors import NotAllowed, Refused
from portal.matching import queries, services
from portal.matching.models import Introduction
from portal.matching.rules.introductions import State
from portal.projects import queries as projects
from portal.projects.models import Grant, Visibility
from portal.projects.queries import ProjectFilter
from portal.projects.services import edit_project
from portal.search.keeping import rebuild
from portal.search.queries import Asker, Kind, found
from portal.search.rules import words_asked
from tests import make
from tests.client import PageClient
from tests.matching.stage import Stage, stage

NEW = "Zanzibar, a gene therapy of Secret Compass."
OLD = "A gene therapy for the brain."


def rewrite(one: Stage, **values: object) -> None:
    """Change the project's words as its founder."""
    one.session.refresh(one.project)
    edit_project(
        one.session,
        one.founder,
        one.project.id,
        {"teaser": NEW, **values},
        version=one.project.version,
        at=make.NOON,
    )


def renew(one: Stage, it: Introduction) -> Introduction:
    one.session.refresh(it)
    digest = one.project.words.digest
    return services.renew_teaser(
        one.session, one.founder, it.id, read=digest, version=it.version, at=make.NOON
    )


def read_by(one: Stage) -> str:
    return projects.teasers_of_each(
        one.session, one.investor, [one.project], at=make.NOON + timedelta(minutes=1)
    )[one.project.id].teaser


@pytest.mark.parametrize("sent_first", [True, False])
def test_a_partner_reads_the_words_consented_to_until_the_founder_says_yes_to_others(
    session: Session, sent_first: bool
) -> None:
    one = stage(session)
    it = one.consented()
    if sent_first:
        services.send_teaser(session, one.adviser, it.id, version=it.version, at=make.NOON)
    rewrite(one)
    if not sent_first:
        services.send_teaser(session, one.adviser, it.id, version=it.version, at=make.NOON)
    assert (it.is_behind, read_by(one)) == (True, OLD)
    renew(one, it)
    assert (it.is_behind, read_by(one)) == (False, NEW)
    with pytest.raises(Refused, match="introduction_nothing_to_renew"):
        renew(one, it)


def test_after_a_mutual_yes_and_where_they_are_published_the_words_are_those_of_today(
    session: Session,
) -> None:
    one = stage(session)
    it = one.sent()
    rewrite(one)
    services.answer_yes(session, one.investor, it.id, version=it.version, at=make.NOON)
    assert (it.is_behind, read_by(one)) == (False, NEW)
    other = stage(session)
    other.sent()
    rewrite(other)
    assert read_by(other) == OLD
    rewrite(other, visibility=Visibility.INVESTORS.value)
    assert read_by(other) == NEW


def test_a_teaser_asked_for_again_after_a_while_is_the_one_consented_to(session: Session) -> None:
    one = stage(session)
    it = one.sent()
    day = make.NOON.date() + timedelta(days=30)
    services.answer_later(session, one.investor, it.id, until=day, version=it.version, at=make.NOON)
    rewrite(one)
    at = make.NOON + timedelta(days=30)
    services.tend_introductions(session, at=at)
    assert it.state is State.TEASER_SENT
    shown = projects.teasers_of_each(session, one.investor, [one.project], at=at + timedelta(minutes=1))
    assert shown[one.project.id].teaser == OLD


def test_consent_is_to_the_words_that_were_read(session: Session) -> None:
    one = stage(session)
    it = one.asked()
    read = one.project.words.digest
    rewrite(one)
    with pytest.raises(Refused, match="introduction_words_changed"):
        services.give_consent(
            session, one.founder, it.id, groups=(), read=read, version=it.version, at=make.NOON
        )
    session.refresh(it)
    assert (it.consented_at, it.words) == (None, None)
    with pytest.raises(Refused, match="introduction_words_changed"):
        services.wish(session, one.founder, one.project.id, one.thesis.id, groups=(), read=read, at=make.NOON)


def test_only_the_founder_consents_to_new_words(session: Session) -> None:
    one = stage(session)
    it = one.sent()
    rewrite(one)
    for actor in (one.adviser, one.investor):
        with pytest.raises(NotAllowed):
            services.renew_teaser(
                session, actor, it.id, read=one.project.words.digest, version=it.version, at=make.NOON
            )


def test_no_search_finds_words_that_were_not_consented_to(session: Session) -> None:
    one = stage(session)
    one.sent()
    rewrite(one)
    rebuild(session)
    at = make.NOON + timedelta(minutes=1)

    def hits(words: str) -> tuple[int, int]:
        listed = projects.teasers(one.investor, ProjectFilter(words=words), at=at)
        asked = found(session, Kind.PROJECT, Asker(one.investor, at), words_asked(words), limit=5)
        return projects.count(session, listed), asked.total

    assert hits("Zanzibar") == (0, 0)
    assert hits("for the brain")[0] == 1
    assert hits(one.project.reference) == (1, 1)


def test_no_ground_of_a_match_tells_words_that_were_not_consented_to(session: Session) -> None:
    one = stage(session)
    one.sent()
    before = _ranked_text(one)
    rewrite(one)
    assert _ranked_text(one) == before == OLD


def _ranked_text(one: Stage) -> str:
    at = make.NOON + timedelta(minutes=1)
    return queries.sight(one.session, one.investor, one.project, at=at).ranking.project.text


def test_both_sides_see_what_is_read_and_the_founder_is_warned_anew(
    client: PageClient, session: Session
) -> None:
    one = stage(session)
    it = one.sent()
    rewrite(one)
    session.execute(update(Grant).values(starts_at=clock.now() - timedelta(days=1)))
    session.execute(update(Introduction).values(due_at=clock.now() + timedelta(days=9)))
    session.commit()
    path = f"/introductions/{it.id}"
    reads = (path, f"/projects/{one.project.id}", "/projects/teasers", "/projects/teasers.csv", "/")
    client.sign_in(one.investor)
    for page in reads:
        text = client.get(page).text
        assert OLD in text
        assert "Zanzibar" not in text, page
    client.sign_in(one.adviser)
    assert "until the founder says yes to the new ones" in client.get(path).text
    client.sign_in(one.founder)
    page = client.get(path).text
    assert "You have changed your teaser since" in page
    assert "Zanzibar" in page
    assert OLD in page
    assert "gives you away" in page
    read = re.search(r'name="read" value="(\w+)"', page)
    assert read is not None
    session.refresh(it)
    form = {"version": str(it.version), "read": "0" * 64}
    stale = client.post(f"{path}/renew", data=form)
    assert stale.status_code == 422
    assert "Read them again" in stale.text
    assert client.post(f"{path}/renew", data={**form, "read": read[1]}).status_code == 303
    session.expire_all()
    client.sign_in(one.investor)
    for page in reads:
        assert "Zanzibar" in client.get(page).text, page
    assert session.scalars(select(Introduction.teaser)).one() == NEW
