"""Referrals: asked, accepted or refused, written about, ended, and what each side reads when."""

import re
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation, User
from portal.core import clock
from portal.core.actors import Actor
from portal.core.errors import NotAllowed, NotFound, Refused, Stale
from portal.mail.models import OutgoingMail
from portal.notifications.services import remind
from portal.partners.models import Partner
from portal.partners.rules.values import PartnerState
from portal.projects.models import FieldGroup, Project
from portal.projects.queries import visible_groups
from portal.projects.rules.phases import day_of
from portal.projects.services import edit_project, grant_to_adviser, take_back
from portal.roadmap import queries, services
from portal.roadmap.models import Referral
from portal.roadmap.rules.marks import Mark
from portal.roadmap.rules.referrals import (
    MOVES,
    OPEN,
    ReferralSide,
    ReferralState,
    Verb,
    reasons_against,
    verbs_for,
)
from tests import make
from tests.client import PageClient
from tests.notifications.test_handlers import deliver, told

STEP, OTHER = "regulatory_strategy", "itf_briefing"
SECRETS = ("Zebra Organisation", "Secret Compass", "Zoe Founder", "Zq-vector")


@pytest.fixture
def founder(session: Session) -> Actor:
    found = make.founder(session)
    session.get_one(User, found.user_id).name = "Zoe Founder"
    return found


@pytest.fixture
def provider(session: Session) -> Actor:
    return make.provider(session)


@pytest.fixture
def offer(session: Session, provider: Actor) -> Partner:
    return make.partner(session, provider, name="Briefing helpers", serves=["regulatory"], lead_time_days=14)


@pytest.fixture
def project(session: Session, founder: Actor) -> Project:
    owner = session.get_one(Organisation, founder.organisation_id)
    owner.name = "Zebra Organisation"
    found = make.project(
        session, owner, name="Secret Compass", teaser="A gene therapy.", vector="Zq-vector", orphan=False
    )
    services.make_roadmap(session, founder, found.id, at=clock.now())
    session.commit()
    return found


def ask(session: Session, founder: Actor, project: Project, offer: Partner, step: str = STEP) -> Referral:
    referral = services.ask_for_help(
        session,
        founder,
        project.id,
        step,
        offer.id,
        words="We need a briefing book.",
        groups={FieldGroup.PROCESS, FieldGroup.BOOKINGS},
        at=clock.now(),
    )
    session.commit()
    return referral


def move(session: Session, actor: Actor, referral: Referral, verb: Verb, words: str = "Because.") -> Referral:
    found = services.move_referral(
        session, actor, referral.id, verb, words=words, version=referral.version, at=clock.now()
    )
    session.commit()
    return found


def seen(session: Session, actor: Actor, project: Project) -> set[FieldGroup]:
    return set(visible_groups(session, actor, project, clock.now()))


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def test_every_state_has_its_verbs_and_what_is_over_has_none() -> None:
    for side, state in product(ReferralSide, ReferralState):
        for verb in Verb:
            goes = verb in verbs_for(side, state)
            assert goes == (side in MOVES[verb].sides and not reasons_against(verb, state, "words"))
        if state not in OPEN:
            assert not verbs_for(side, state)
    assert verbs_for(ReferralSide.PROVIDER, ReferralState.ASKED) == {Verb.ACCEPT, Verb.REFUSE, Verb.SAY}
    assert reasons_against(Verb.REFUSE, ReferralState.ASKED, " ")[0].field == "words"


def test_asked_the_provider_reads_the_teaser_accepted_what_was_opened_and_completed_nothing(
    session: Session, founder: Actor, provider: Actor, offer: Partner, project: Project
) -> None:
    assert seen(session, provider, project) == set()
    referral = ask(session, founder, project, offer)
    assert seen(session, provider, project) == {FieldGroup.TEASER}
    assert referral.groups == ["identity", "process"]
    move(session, provider, referral, Verb.ACCEPT, "")
    assert seen(session, provider, project) == {FieldGroup.TEASER, FieldGroup.IDENTITY, FieldGroup.PROCESS}
    move(session, founder, referral, Verb.COMPLETE, "")
    assert seen(session, provider, project) == set()
    assert [one.words for one in queries.messages_of(session, referral, ReferralSide.FOUNDER)] == [
        "We need a briefing book."
    ]


@pytest.mark.parametrize(("verb", "by_provider"), [(Verb.REFUSE, True), (Verb.WITHDRAW, False)])
def test_a_no_ends_access_at_once(
    session: Session,
    founder: Actor,
    provider: Actor,
    offer: Partner,
    project: Project,
    verb: Verb,
    *,
    by_provider: bool,
) -> None:
    referral = ask(session, founder, project, offer)
    move(session, provider if by_provider else founder, referral, verb)
    assert seen(session, provider, project) == set()
    with pytest.raises(Refused) as refused:
        move(session, founder, referral, Verb.SAY)
    assert codes(refused) == ["referral_not_from_here"]


def test_two_referrals_to_one_provider_end_apart(
    session: Session, founder: Actor, provider: Actor, offer: Partner, project: Project
) -> None:
    first = ask(session, founder, project, offer)
    second = ask(session, founder, project, offer, "itf_briefing")
    move(session, provider, second, Verb.ACCEPT)
    move(session, founder, first, Verb.WITHDRAW)
    assert FieldGroup.PROCESS in seen(session, provider, project)
    move(session, founder, second, Verb.WITHDRAW)
    assert seen(session, provider, project) == set()


def test_what_stands_against_asking_is_said_all_at_once_and_nothing_is_stored(
    session: Session, founder: Actor, offer: Partner, project: Project
) -> None:
    ask(session, founder, project, offer)
    today = day_of(clock.now())
    done = Mark(started=today, finished=today)
    services.mark_step(session, founder, project.id, STEP, done, version=0, at=clock.now())
    offer.phases = ["on_market"]
    session.commit()
    with pytest.raises(Refused) as refused:
        services.ask_for_help(
            session, founder, project.id, STEP, offer.id, words=" ", groups=(), at=clock.now()
        )
    assert codes(refused) == [
        "referral_without_words",
        "referral_step_is_done",
        "referral_offer_does_not_fit",
        "referral_open_already",
    ]
    assert len(session.scalars(select(Referral)).all()) == 1


def test_the_database_keeps_two_open_referrals_of_one_step_apart(
    session: Session, founder: Actor, offer: Partner, project: Project
) -> None:
    referral = ask(session, founder, project, offer)
    copy = {
        column.name: getattr(referral, column.name)
        for column in Referral.__table__.columns
        if column.name not in ("id", "version")
    } | {"seat": 2}
    with session.begin_nested() as tried:
        session.add(Referral(**copy))
        with pytest.raises(IntegrityError):
            session.flush()
        tried.rollback()
    move(session, founder, referral, Verb.WITHDRAW)
    ask(session, founder, project, offer)


def test_nobody_asks_for_anothers_project_a_closed_offer_or_a_step_that_is_not_there(
    session: Session, founder: Actor, offer: Partner, project: Project
) -> None:
    with pytest.raises(NotFound):
        ask(session, make.founder(session), project, offer)
    with pytest.raises(NotFound):
        ask(session, founder, project, offer, "nonsense")
    offer.state = PartnerState.CLOSED
    session.commit()
    with pytest.raises(NotFound):
        ask(session, founder, project, offer)


def test_each_side_takes_only_its_own_steps_and_only_from_the_page_as_it_is(
    session: Session, founder: Actor, provider: Actor, offer: Partner, project: Project
) -> None:
    referral = ask(session, founder, project, offer)
    with pytest.raises(NotAllowed):
        move(session, founder, referral, Verb.ACCEPT)
    with pytest.raises(NotAllowed):
        move(session, provider, referral, Verb.WITHDRAW)
    for stranger in (make.founder(session), make.provider(session), make.adviser(session)):
        with pytest.raises(NotFound):
            move(session, stranger, referral, Verb.SAY)
    with pytest.raises(Stale):
        services.move_referral(
            session,
            provider,
            referral.id,
            Verb.ACCEPT,
            words="",
            version=referral.version - 1,
            at=clock.now(),
        )


def test_an_archived_project_asks_nobody(
    client: PageClient, session: Session, founder: Actor, offer: Partner, project: Project
) -> None:
    project.archived_at = clock.now()
    client.sign_in(founder)
    answer = client.post(f"/projects/{project.id}/roadmap/steps/{STEP}/ask/{offer.id}", {"words": "Help"})
    assert answer.status_code == 422
    assert session.scalars(select(Referral)).all() == []


def test_over_the_pages_and_no_name_before_the_provider_has_accepted(
    client: PageClient, founder: Actor, provider: Actor, offer: Partner, project: Project
) -> None:
    client.sign_in(founder)
    path = f"/projects/{project.id}/roadmap/steps/{STEP}/ask/{offer.id}"
    assert "What they read now" in client.get(path).text
    nothing = client.post(path, {"words": "", "groups": ["process"]})
    assert nothing.status_code == 422
    assert "This is needed" in nothing.text
    asked = client.post(path, {"words": "We need a briefing book.", "groups": ["process"]})
    assert asked.status_code == 303
    again = client.post(path, {"words": "Once more."})
    assert again.status_code == 422
    assert "You have asked Briefing helpers about this step already" in again.text
    assert "Open the referral" in client.get(f"/projects/{project.id}/roadmap/support").text

    client.sign_in(provider)
    home = client.get("/home/support_provider").text
    assert "They ask for your help" in home
    page = client.get(asked.location).text
    listed = client.get("/referrals").text
    for words in (home, page, listed):
        assert not [secret for secret in SECRETS if secret in words]
    assert "We need a briefing book." in page
    assert "A gene therapy." in page
    for secret in SECRETS:
        assert secret not in client.get(f"/projects/{project.id}").text
    empty = client.post(f"{asked.location}/refuse", {"version": "1", "words": ""})
    assert empty.status_code == 422
    assert "Say why you refuse" in empty.text
    assert client.post(f"{asked.location}/accept", {"version": "1", "words": "Gladly."}).status_code == 303
    page = client.get(asked.location).text
    assert "Zoe Founder" in page
    assert "Secret Compass" in page
    assert "Zq-vector" in client.get(f"/projects/{project.id}/facts").text
    assert "They ask for your help" not in client.get("/home/support_provider").text
    stale = client.post(f"{asked.location}/complete", {"version": "1"})
    assert stale.status_code == 409

    client.sign_in(founder)
    page = client.get(asked.location).text
    assert "Gladly." in page
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert version is not None
    assert client.post(f"{asked.location}/withdraw", {"version": version[1]}).status_code == 303
    client.sign_in(provider)
    page = client.get(asked.location).text
    assert "Nothing of the project is open to you any more." in page
    assert "Secret Compass" not in page
    assert client.get(f"/projects/{project.id}").status_code == 404


def test_access_taken_back_on_the_projects_page_ends_what_a_referral_opened(
    session: Session, founder: Actor, provider: Actor, offer: Partner, project: Project
) -> None:
    referral = ask(session, founder, project, offer)
    move(session, provider, referral, Verb.ACCEPT)
    take_back(
        session,
        founder,
        project.id,
        organisation_id=provider.organisation_id or 0,
        group=None,
        at=clock.now(),
    )
    assert seen(session, provider, project) == set()


def test_the_other_side_is_told_by_mail_in_words_that_name_nobody(
    app: Flask, session: Session, founder: Actor, provider: Actor, offer: Partner, project: Project
) -> None:
    referral = ask(session, founder, project, offer)
    move(session, provider, referral, Verb.SAY)
    move(session, provider, referral, Verb.ACCEPT)
    move(session, founder, referral, Verb.COMPLETE)
    deliver(app, session, clock.now())
    to = {person.id: person.email for person in session.scalars(select(User))}
    sent = list(session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))
    assert [mail.recipient for mail in sent] == [
        to[provider.user_id],
        to[founder.user_id],
        to[founder.user_id],
        to[provider.user_id],
    ]
    for mail in sent:
        assert not [secret for secret in SECRETS[:2] if secret in (mail.text or "")]
        assert "one of its referrals" in (mail.text or "")
    assert told(session, provider.user_id) == ["referral.asked", "referral.completed"]


@pytest.fixture
def adviser(session: Session, founder: Actor, project: Project) -> Actor:
    """Return an adviser to whom the founder has opened the roadmap."""
    found = make.adviser(session)
    opened_to(session, founder, project, found)
    return found


def opened_to(session: Session, founder: Actor, project: Project, adviser: Actor) -> None:
    grant_to_adviser(
        session,
        founder,
        project.id,
        organisation_id=adviser.organisation_id or 0,
        groups={FieldGroup.ROADMAP},
        until=None,
        at=clock.now(),
    )
    session.commit()


def propose(
    session: Session, adviser: Actor, project: Project, offer: Partner, words: str = "They have done it."
) -> Referral:
    found = services.propose_help(session, adviser, project.id, STEP, offer.id, words=words, at=clock.now())
    session.commit()
    return found


def send(session: Session, founder: Actor, referral: Referral) -> Referral:
    found = services.send_proposed(
        session,
        founder,
        referral.id,
        words="We need a briefing book.",
        groups={FieldGroup.PROCESS},
        version=referral.version,
        at=clock.now(),
    )
    session.commit()
    return found


def test_what_an_adviser_proposes_reaches_the_provider_only_with_the_founders_yes_and_words(
    app: Flask,
    session: Session,
    founder: Actor,
    provider: Actor,
    offer: Partner,
    project: Project,
    adviser: Actor,
) -> None:
    referral = propose(session, adviser, project, offer)
    assert (referral.state, referral.seat, seen(session, provider, project)) == (
        ReferralState.PROPOSED,
        None,
        set(),
    )
    with pytest.raises(NotFound):
        move(session, provider, referral, Verb.ACCEPT)
    with pytest.raises(NotAllowed):
        send(session, adviser, referral)
    send(session, founder, referral)
    assert (referral.state, referral.seat) == (ReferralState.ASKED, 1)
    assert seen(session, provider, project) == {FieldGroup.TEASER}
    words = {
        side: [one.words for one in queries.messages_of(session, referral, side)] for side in ReferralSide
    }
    assert words == {
        ReferralSide.FOUNDER: ["They have done it.", "We need a briefing book."],
        ReferralSide.PROVIDER: ["We need a briefing book."],
        ReferralSide.ADVISER: ["They have done it."],
    }
    history = queries.referral_history(session, referral, ReferralSide.PROVIDER)
    assert [line.name for line in history] == ["referral.asked"]
    move(session, provider, referral, Verb.REFUSE)
    deliver(app, session, clock.now())
    assert told(session, founder.user_id) == ["referral.proposed", "referral.refused"]
    assert told(session, adviser.user_id) == ["referral.asked", "referral.refused"]
    assert told(session, provider.user_id) == ["referral.asked"]


@pytest.mark.parametrize("by_adviser", [True, False])
def test_a_proposal_that_is_left_was_never_known_to_the_provider(
    app: Flask,
    session: Session,
    founder: Actor,
    provider: Actor,
    offer: Partner,
    project: Project,
    adviser: Actor,
    *,
    by_adviser: bool,
) -> None:
    referral = propose(session, adviser, project, offer)
    move(session, adviser if by_adviser else founder, referral, Verb.DROP, "")
    deliver(app, session, clock.now())
    assert told(session, provider.user_id) == []
    other = founder if by_adviser else adviser
    assert told(session, other.user_id)[-1] == "referral.dropped"
    with pytest.raises(NotFound):
        queries.referral_seen(session, provider, referral.id, at=clock.now())
    with pytest.raises(Refused) as refused:
        send(session, founder, referral)
    assert codes(refused) == ["referral_not_from_here"]


def test_a_proposal_without_an_answer_is_dropped(
    session: Session, offer: Partner, project: Project, adviser: Actor
) -> None:
    referral = propose(session, adviser, project, offer)
    assert services.expire_referrals(session, at=clock.now() + timedelta(days=22)) == 1
    assert referral.state is ReferralState.DROPPED


def test_only_advisers_with_the_founders_consent_propose_and_follow(
    session: Session, founder: Actor, offer: Partner, project: Project, adviser: Actor
) -> None:
    for somebody in (make.adviser(session), founder):
        with pytest.raises(NotAllowed):
            propose(session, somebody, project, offer)
    with pytest.raises(Refused) as refused:
        propose(session, adviser, project, offer, words=" ")
    assert codes(refused) == ["referral_without_words"]
    referral = propose(session, adviser, project, offer)
    with pytest.raises(Refused) as refused:
        ask(session, founder, project, offer)
    assert codes(refused) == ["referral_open_already"]
    take_back(
        session, founder, project.id, organisation_id=adviser.organisation_id or 0, group=None, at=clock.now()
    )
    with pytest.raises(NotFound):
        queries.referral_seen(session, adviser, referral.id, at=clock.now())


def test_a_provider_without_a_place_left_is_asked_by_nobody_until_one_is_free(
    session: Session, founder: Actor, provider: Actor, offer: Partner, project: Project, adviser: Actor
) -> None:
    offer.capacity = 1
    proposed = propose(session, adviser, project, offer)
    first = ask(session, founder, project, offer, OTHER)
    assert first.seat == 1
    with pytest.raises(Refused) as refused:
        send(session, founder, proposed)
    assert codes(refused) == ["referral_provider_is_full"]
    assert refused.value.reasons[0].values["from"] > day_of(clock.now())
    with pytest.raises(Refused) as refused:
        ask(session, founder, project, offer, "lv_scientific_advice")
    assert codes(refused) == ["referral_provider_is_full"]
    session.rollback()
    assert move(session, provider, first, Verb.REFUSE).seat is None
    assert send(session, founder, proposed).seat == 1
    move(session, provider, proposed, Verb.ACCEPT)
    move(session, provider, proposed, Verb.COMPLETE)
    assert proposed.seat == 1


def test_the_places_of_a_quarter_are_new_in_the_next(
    session: Session, founder: Actor, offer: Partner, project: Project
) -> None:
    offer.capacity = 1
    referral = ask(session, founder, project, offer)
    referral.quarter = "2001Q1"
    session.commit()
    assert ask(session, founder, project, offer, OTHER).seat == 1


def test_full_is_said_without_the_number_to_founders_and_with_it_to_the_provider(
    client: PageClient, session: Session, founder: Actor, provider: Actor, offer: Partner, project: Project
) -> None:
    offer.capacity = 1
    ask(session, founder, project, offer)
    client.sign_in(founder)
    page = client.get(f"/projects/{project.id}/roadmap/support?ahead=all").text
    assert "No place left before" in page
    assert "Ask for help" not in page
    client.sign_in(provider)
    page = client.get("/referrals").text
    assert "Places of this quarter" in page
    assert "full" in page


def test_an_adviser_proposes_and_the_founder_sends_over_the_pages(
    client: PageClient, founder: Actor, offer: Partner, project: Project, adviser: Actor
) -> None:
    client.sign_in(adviser)
    assert "Propose to ask" in client.get(f"/projects/{project.id}/roadmap/support?ahead=all").text
    path = f"/projects/{project.id}/roadmap/steps/{STEP}/propose/{offer.id}"
    assert "What they read if the founders say yes" in client.get(path).text
    assert client.post(path, {"words": ""}).status_code == 422
    proposed = client.post(path, {"words": "They have done it."})
    assert proposed.status_code == 303
    assert "They have done it." in client.get(proposed.location).text
    client.sign_in(founder)
    assert "Nobody has been asked yet" in client.get(proposed.location).text
    empty = client.post(f"{proposed.location}/send", {"version": "1", "words": ""})
    assert empty.status_code == 422
    sent = client.post(f"{proposed.location}/send", {"version": "1", "words": "Help us."})
    assert sent.status_code == 303
    client.sign_in(adviser)
    page = client.get(proposed.location).text
    assert "asked" in page
    assert "Help us." not in page
    assert client.post(f"{proposed.location}/drop", {"version": "2"}).status_code == 422


def test_a_referral_that_nobody_answers_is_called_to_mind_once_and_then_expires_with_its_access(
    app: Flask, session: Session, founder: Actor, provider: Actor, offer: Partner, project: Project
) -> None:
    referral, accepted = ask(session, founder, project, offer), ask(session, founder, project, offer, OTHER)
    move(session, provider, accepted, Verb.ACCEPT)
    asked = referral.asked_at
    for days in (9, 10, 15, 20):
        assert services.expire_referrals(session, at=asked + timedelta(days=days)) == 0
        remind(session, at=asked + timedelta(days=days))
    deliver(app, session, asked + timedelta(days=10))
    assert "reminder.referral_waits" in told(session, provider.user_id)
    assert services.expire_referrals(session, at=asked + timedelta(days=21)) == 1
    assert (referral.state, accepted.state) == (ReferralState.EXPIRED, ReferralState.ACCEPTED)
    names = [line.name for line in queries.referral_history(session, referral, ReferralSide.FOUNDER)]
    assert names[0] == "referral.expired"
    move(session, founder, accepted, Verb.WITHDRAW)
    assert not visible_groups(session, provider, project, asked + timedelta(days=22))
    assert services.expire_referrals(session, at=asked + timedelta(days=30)) == 0


def test_the_day_on_which_it_was_asked_is_that_of_the_wall_clock(
    client: PageClient, session: Session, founder: Actor, offer: Partner, project: Project
) -> None:
    referral = ask(session, founder, project, offer)
    referral.asked_at = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
    client.sign_in(founder)
    for path in ("/referrals", f"/referrals/{referral.id}"):
        assert "26 Nov 2026" in client.get(path).text
        assert "25 Nov 2026" not in client.get(path).text


def test_until_it_accepts_a_provider_reads_the_teaser_as_it_was_when_it_was_asked(
    client: PageClient,
    session: Session,
    founder: Actor,
    provider: Actor,
    offer: Partner,
    project: Project,
) -> None:
    referral = ask(session, founder, project, offer)
    session.refresh(project)
    edit_project(
        session,
        founder,
        project.id,
        {"teaser": "Zanzibar, now with a name."},
        version=project.version,
        at=clock.now(),
    )
    session.commit()
    pages = (f"/referrals/{referral.id}", f"/projects/{project.id}", "/teasers", "/search?q=Zanzibar")
    client.sign_in(provider)
    assert "A gene therapy." in client.get(pages[0]).text
    assert not any("now with a name" in client.get(page).text for page in pages)
    client.sign_in(founder)
    assert "since you asked." in client.get(pages[0]).text
    move(session, provider, referral, Verb.ACCEPT, "")
    assert "since you asked." not in client.get(pages[0]).text
    assert "now with a name" in client.sign_in(provider).get(pages[0]).text
