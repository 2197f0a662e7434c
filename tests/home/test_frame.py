"""What stands around every page: the ways of each role, the ribbon of weeks, and as little as possible on error pages."""

import re
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, OrganisationKind
from portal.bookings import services
from portal.bookings.models import ClosureKind
from portal.core.actors import Role
from tests import make
from tests.client import PageClient
from tests.home.conftest import asked, booked, counted, developer, offered, reader, site
from tests.page import attributes, parsed


def ways(client: PageClient, path: str = "/") -> list[tuple[str, bool]]:
    """Return the ways in the header, each with whether it is the present one."""
    links = parsed(client.get(path).get_data(as_text=True)).query(".ap-nav a")
    return [(" ".join(link.to_text().split()), "aria-current" in (link.attrs or {})) for link in links]


def present(client: PageClient, path: str) -> str:
    """Return the way that a page belongs to."""
    (found,) = [label for label, current in ways(client, path) if current]
    return found


def marks(client: PageClient, path: str = "/account") -> list[tuple[str, str]]:
    """Return the ribbon's marks of a page: the classes that place them, and their words."""
    found = parsed(client.get(path).get_data(as_text=True)).query(".ap-year__m")
    return [
        (attributes(mark)["class"].removeprefix("ap-year__m "), attributes(mark)["title"]) for mark in found
    ]


def sentence(client: PageClient, path: str = "/account") -> str:
    """Return what the ribbon of a page says in words."""
    (weeks,) = parsed(client.get(path).get_data(as_text=True)).query(".ap-year__weeks")
    return attributes(weeks)["aria-label"]


@pytest.mark.parametrize(
    ("role", "labels"),
    [
        (
            Role.FOUNDER,
            ["Home", "Projects", "Requests", "Bookings", "Gates", "Introductions", "Cleanrooms", "Support"],
        ),
        (
            Role.ADVISER,
            [
                *("Home", "Gates", "Teasers", "Matching", "Roadmaps", "Introductions", "Partners"),
                *("Pipeline", "Cleanrooms", "Support"),
            ],
        ),
        (
            Role.INVESTOR,
            ["Home", "Teasers", "Introductions", "Our entry", "Pipeline", "Cleanrooms", "Support"],
        ),
        (
            Role.SUPPORT_PROVIDER,
            [
                *("Home", "Teasers", "Introductions", "Referrals", "Our entry", "Pipeline"),
                *("Cleanrooms", "Support"),
            ],
        ),
        (Role.ANALYST, ["Home", "Pipeline", "Cleanrooms", "Support"]),
        (
            Role.ADMINISTRATOR,
            ["Home", "People", "Organisations", "Role requests", "Facilities", "Steps", "Exchange rates"],
        ),
    ],
)
def test_each_role_finds_its_ways_and_every_one_leads_somewhere(
    client: PageClient, session: Session, role: Role, labels: list[str]
) -> None:
    client.sign_in(reader(session, role))
    page = parsed(client.get("/").get_data(as_text=True))
    links = page.query(".ap-nav a")
    assert [link.to_text() for link in links] == labels
    for link in links:
        assert client.get(attributes(link)["href"]).status_code == 200
        assert present(client, attributes(link)["href"]) == link.to_text()


def test_the_facility_s_people_find_theirs_and_a_manager_how_much_waits(
    client: PageClient, session: Session
) -> None:
    own, place = developer(session, "Quartz"), site(session)
    asked(session, own, place, make.slot(11, 16))
    assert [label for label, _ in ways(client.sign_in(place.manager))] == [
        "Home",
        "Inbox 1",
        "Bookings",
        "Calendar",
        "Closures",
        "Gates",
        "Facilities",
    ]
    qa = make.duty(session, place.room.facility, Role.QA)
    assert [label for label, _ in ways(client.sign_in(qa))] == [
        "Home",
        "Bookings",
        "Calendar",
        "Gates",
        "Facilities",
    ]


def test_a_page_below_belongs_to_the_nearest_way(client: PageClient, session: Session) -> None:
    own, place = developer(session, "Quartz"), site(session)
    client.sign_in(own.founder)
    assert present(client, f"/projects/{own.project.id}") == "Projects"
    assert present(client, "/home/founder") == "Home"
    client.sign_in(reader(session, Role.ADVISER))
    assert present(client, f"/projects/{own.project.id}") == "Teasers"
    client.sign_in(place.manager)
    assert present(client, f"/facilities/{place.room.facility.slug}/calendar") == "Calendar"
    assert present(client, f"/facilities/{place.room.facility.slug}") == "Facilities"


def test_whoever_develops_and_runs_a_facility_tells_two_kinds_of_bookings_apart(
    client: PageClient, session: Session
) -> None:
    operator = make.organisation(session, kind=OrganisationKind.HOSPITAL)
    where = make.facility(session, operator=operator)
    actor = make.duty(session, where, Role.FACILITY_MANAGER)
    session.add(
        Membership(user_id=actor.user_id, organisation_id=operator.id, role=Role.FOUNDER, since=make.NOON)
    )
    session.commit()
    labels = [label for label, _ in ways(client.sign_in(actor))]
    assert len(labels) == len(set(labels))
    assert {"Own bookings", "Bookings"} <= set(labels)


def test_a_founder_s_ribbon_shows_what_is_asked_held_booked_and_due(
    client: PageClient, session: Session
) -> None:
    own, place = developer(session, "Quartz"), site(session)
    offered(session, own, place, make.slot(11, 16))
    booked(session, own, place, make.slot(18, 20))
    asked(session, own, place, make.slot(8, 10, month=2))
    code = place.room.code
    assert marks(client.sign_in(own.founder)) == [
        # 4 January is in column 22: three weeks of the old year come before it.
        ("is-asked c57 n2", f"{code} asked for 8–9 Feb 2027"),
        ("is-held c43 n5", f"{code} held for you 25–29 Jan 2027"),
        ("is-firm c36 n2", f"{code} booked 18–19 Jan 2027"),
        ("is-due c30 n1", f"offer of {code} to answer by Tue 12 Jan 17:00"),
    ]
    assert sentence(client).startswith(f"What lies ahead in your half year: offer of {code} to answer by")


def test_nobody_s_ribbon_shows_what_is_another_organisation_s(client: PageClient, session: Session) -> None:
    own, other, place, elsewhere = (
        developer(session, "Quartz"),
        developer(session, "Basalt"),
        site(session),
        site(session),
    )
    booked(session, other, place, make.slot(18, 20), title="Basalt batch")
    for actor in (
        own.founder,
        elsewhere.manager,
        reader(session, Role.ADVISER),
        reader(session, Role.ANALYST),
    ):
        assert marks(client.sign_in(actor)) == []
        assert "nothing of yours lies ahead" in sentence(client)


def test_a_manager_s_ribbon_shows_closures_holds_and_what_ends_in_one_mark_a_time(
    client: PageClient, session: Session
) -> None:
    own, place = developer(session, "Quartz"), site(session, qualified_until=date(2027, 3, 1))
    second = make.cleanroom(session, place.room.facility, open_weekdays=[1, 2, 3, 4, 5, 6, 7])
    for room in (place.room, second):
        services.close_cleanroom(
            session,
            place.manager,
            cleanroom_id=room.id,
            slot=make.slot(8, 10, month=2),
            kind=ClosureKind.MAINTENANCE,
            at=make.NOON,
        )
    offered(session, own, place, make.slot(11, 16))
    found = marks(client.sign_in(place.manager))
    assert [kind for kind, _ in found] == [
        "is-closed c57 n2",
        "is-held c43 n5",
        "is-due c30 n1",
        "is-due c78 n1",
    ]
    assert found[0][1] == "; ".join(
        f"{room.code} closed 8–9 Feb 2027, maintenance" for room in (place.room, second)
    )
    assert found[3][1] == f"qualification of {place.room.code} ends 1 Mar 2027"
    assert "Quartz" not in " ".join(words for _, words in found)


def test_a_booking_over_the_night_of_the_clocks_keeps_its_days(
    client: PageClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, place = developer(session, "Quartz"), site(session)
    # Saturday to Monday at the facility: 71 hours, because Sunday, 28 March, has 23.
    start, end = datetime(2027, 3, 26, 23, tzinfo=UTC), datetime(2027, 3, 29, 22, tzinfo=UTC)
    booking = booked(session, own, place, make.slot(11, 14))
    booking.block.starts_at, booking.block.ends_at = start, end
    session.commit()
    ((where, words),) = marks(client.sign_in(own.founder))
    assert where == "is-firm c104 n3"
    assert "27–29 Mar 2027" in words
    monkeypatch.setattr("portal.core.clock.now", lambda: datetime(2027, 3, 28, 0, 59, tzinfo=UTC))
    assert "Week 12" in client.get("/account").get_data(as_text=True)


@pytest.mark.parametrize(
    ("moment", "week", "today"),
    [
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), "Week 53", "Thu 31 Dec 2026"),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), "Week 53", "Fri 1 Jan 2027"),
        (datetime(2027, 1, 3, 23, 0, tzinfo=UTC), "Week 1", "Mon 4 Jan 2027"),
    ],
)
def test_the_year_turns_at_the_reader_s_midnight(
    client: PageClient, monkeypatch: pytest.MonkeyPatch, moment: datetime, week: str, today: str
) -> None:
    monkeypatch.setattr("portal.core.clock.now", lambda: moment)
    page = parsed(client.get("/facilities").get_data(as_text=True))
    assert page.query(".ap-year__now b")[0].to_text() == week
    assert page.query(".ap-year__now span")[0].to_text() == today
    assert not page.query(".ap-year__m")


def test_an_error_page_keeps_the_ways_and_asks_for_no_ribbon_and_no_counts(
    client: PageClient, session: Session, connection: Connection
) -> None:
    own, place = developer(session, "Quartz"), site(session)
    asked(session, own, place, make.slot(11, 16))
    client.sign_in(place.manager)
    for path in ("/nowhere", "/home/founder"):
        with counted(connection) as questions:
            response = client.get(path)
        assert response.status_code == 404
        page = response.get_data(as_text=True)
        assert "ap-year" not in page
        assert "Inbox" in page
        assert not [one for one in questions if "slot_request" in one or "block" in one]


def test_every_page_for_search_engines_says_in_a_sentence_what_it_is(
    client: PageClient, session: Session
) -> None:
    site(session)
    listed = re.findall("<loc>https?://[^/]+(/[^<]*)</loc>", client.get("/sitemap.xml").text)
    described: dict[str, str] = {}
    for path in listed:
        page = parsed(client.get(path).text)
        (meta,) = page.query('meta[name="description"]')
        described[path] = attributes(meta)["content"]
    assert len(described) >= 13
    assert all(40 <= len(words) <= 170 for words in described.values()), described
    assert len(set(described.values())) == len(described)
