"""What people may choose, and when a digest comes."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from portal.core.actors import Role
from portal.notifications.rules import (
    BINDING,
    CODES,
    Topic,
    Way,
    allowed_ways,
    can_be_stopped,
    default_way,
    next_digest,
    topics_for,
)

STOCKHOLM = "Europe/Stockholm"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_digest_comes_at_the_next_hour_on_the_readers_wall() -> None:
    assert next_digest(after=utc("2027-01-04T05:59"), hour=7, zone=STOCKHOLM) == utc("2027-01-04T06:00")
    assert next_digest(after=utc("2027-01-04T06:00"), hour=7, zone=STOCKHOLM) == utc("2027-01-05T06:00")
    assert next_digest(after=utc("2027-07-04T05:30"), hour=7, zone=STOCKHOLM) == utc("2027-07-05T05:00")
    assert next_digest(after=utc("2027-01-04T05:59"), hour=7, zone="America/New_York") == utc(
        "2027-01-04T12:00"
    )


def test_there_is_one_digest_on_the_days_when_the_clock_changes() -> None:
    # On 28 March 2027 the hour from 2 to 3 is left out, on 31 October it comes twice.
    for first, hour in ((utc("2027-03-26T12:00"), 2), (utc("2027-10-29T12:00"), 2)):
        moment, days = first, []
        for _ in range(4):
            moment = next_digest(after=moment, hour=hour, zone=STOCKHOLM)
            days.append(moment)
        assert len({day.astimezone(ZoneInfo(STOCKHOLM)).date() for day in days}) == 4
        gaps = {after - before for before, after in pairwise(days)}
        assert gaps <= {timedelta(hours=23), timedelta(hours=24), timedelta(hours=25)}
    between = utc("2027-10-31T00:30")  # between the two times at which the clock shows half past two
    assert next_digest(after=between, hour=2, zone=STOCKHOLM) == utc("2027-11-01T01:00")


def test_a_day_that_had_its_digest_gets_no_second_when_the_hour_is_changed() -> None:
    after = utc("2027-01-04T07:00")
    assert next_digest(after=after, hour=18, zone=STOCKHOLM) == utc("2027-01-04T17:00")
    last_day = date(2027, 1, 4)
    assert next_digest(after=after, hour=18, zone=STOCKHOLM, last_day=last_day) == utc("2027-01-05T17:00")


def test_what_is_told_weekly_comes_on_the_next_monday_at_the_hour() -> None:
    after = utc("2027-01-05T07:00")
    assert next_digest(after=after, hour=7, zone=STOCKHOLM, weekly=True) == utc("2027-01-11T06:00")
    monday = utc("2027-01-11T05:00")
    assert next_digest(after=monday, hour=7, zone=STOCKHOLM, weekly=True) == utc("2027-01-11T06:00")
    had = date(2027, 1, 11)
    assert next_digest(after=monday, hour=7, zone=STOCKHOLM, last_day=had, weekly=True) == utc(
        "2027-01-18T06:00"
    )


def test_only_teasers_come_weekly() -> None:
    assert [topic for topic in Topic if Way.WEEKLY in allowed_ways(topic)] == [Topic.TEASERS]


@pytest.mark.parametrize("topic", Topic)
def test_what_binds_always_comes_by_mail_and_everything_else_can_be_stopped(topic: Topic) -> None:
    assert can_be_stopped(topic) is (topic not in BINDING)
    assert {Way.AT_ONCE, Way.DIGEST} <= set(allowed_ways(topic))


@pytest.mark.parametrize("topic", Topic)
@pytest.mark.parametrize("role", Role)
def test_what_holds_without_a_choice_is_allowed(topic: Topic, role: Role) -> None:
    assert default_way(topic, {role}) in allowed_ways(topic)


def test_people_hear_at_once_of_what_waits_for_them_and_of_the_rest_once_a_day() -> None:
    assert default_way(Topic.DECISIONS, {Role.FOUNDER}) is Way.AT_ONCE
    assert default_way(Topic.REQUESTS, {Role.FACILITY_MANAGER}) is Way.AT_ONCE
    assert default_way(Topic.REMINDERS, {Role.FACILITY_MANAGER}) is Way.DIGEST
    assert default_way(Topic.REMINDERS, {Role.QA}) is Way.DIGEST
    assert default_way(Topic.WORK, {Role.FOUNDER}) is Way.PORTAL


def test_people_choose_only_about_what_comes_to_them() -> None:
    assert Topic.REQUESTS not in topics_for({Role.FOUNDER})
    assert topics_for({Role.QA}) == [Topic.GATES, Topic.REMINDERS, Topic.WORK]
    assert topics_for({Role.INVESTOR}) == [Topic.INTRODUCTIONS, Topic.TEASERS, Topic.WORK]
    assert topics_for(()) == []


def test_no_code_stands_under_two_topics() -> None:
    codes = [code for group in CODES.values() for code in group]
    assert len(codes) == len(set(codes))
