"""A feed read back by a real calendar program, khal: the same days and hours on the wall, also across a change of clocks."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.bookings import services
from portal.calendars.rules import Scope
from portal.core.slots import Slot
from tests import make
from tests.calendars.test_feeds import followed, path_of
from tests.client import PageClient

pytest.importorskip("khal", reason="khal is not installed, so no real calendar program has read a feed back")

CONFIG = """
[calendars]
[[portal]]
path = {folder}/portal
[sqlite]
path = {folder}/khal.db
[locale]
local_timezone = Europe/Stockholm
default_timezone = Europe/Stockholm
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
"""


def khal(folder: Path, *words: str) -> list[str]:
    """Run the program in a folder of its own and return the lines that it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "khal", "--config", str(folder / "config"), *words],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={"HOME": str(folder), "LC_ALL": "C.UTF-8", "PYTHONPATH": ":".join(sys.path)},
    )
    return [line for line in done.stdout.splitlines() if line.strip()]


def test_a_calendar_program_shows_what_the_feed_says_on_both_sides_of_a_change_of_clocks(
    client: PageClient, session: Session, app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.core.clock.now", lambda: make.NOON)
    room, founder = make.cleanroom(session), make.founder(session)
    summer = timedelta(
        hours=1
    )  # midnight comes an hour earlier in UTC once the clocks have changed on 28 March
    winter_slot = Slot(make.midnight(15, 3), make.midnight(20, 3))
    summer_slot = Slot(make.midnight(12, 4) - summer, make.midnight(17, 4) - summer)
    for number, slot in enumerate((winter_slot, summer_slot)):
        request = make.slot_request(session, room, slot, by=founder, title=f"Run {number}")
        services.approve_request(session, make.manager(session, room), request.id, at=make.NOON)
    session.commit()
    feed = client.get(path_of(app, followed(session, founder, Scope.ORGANISATION)))
    (tmp_path / "feed.ics").write_bytes(feed.data)
    (tmp_path / "portal").mkdir()
    (tmp_path / "config").write_text(CONFIG.format(folder=tmp_path), encoding="utf-8")
    khal(tmp_path, "import", "--batch", "-a", "portal", str(tmp_path / "feed.ics"))
    shown = khal(
        tmp_path,
        "list",
        "--day-format",
        "",
        "--format",
        "{start} {end} {title}",
        "--once",
        "2027-03-01",
        "60d",
    )
    assert [line[:33] for line in shown] == [
        "2027-03-15 00:00 2027-03-20 00:00",
        "2027-04-12 00:00 2027-04-17 00:00",
    ]
    assert "Run 0" in shown[0]
    # Read again, the same feed makes no second entry.
    khal(tmp_path, "import", "--batch", "-a", "portal", str(tmp_path / "feed.ics"))
    assert (
        len(khal(tmp_path, "list", "--day-format", "", "--format", "{uid}", "--once", "2027-03-01", "60d"))
        == 2
    )
