"""The pages of campaigns and runs: what each side sees and does, what is refused, and who finds nothing."""

import io
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.passwords import hashed
from portal.bookings.models import Booking, BookingState, RequestState, RunKind
from portal.campaigns import queries
from portal.campaigns.rules.runs import RunState
from portal.campaigns.rules.standing import Standing
from portal.campaigns.services import begin_campaign
from portal.campaigns.views import lists
from portal.core.actors import Actor
from portal.core.clock import now
from portal.files.storage import EXTENSION, Folder
from tests import make
from tests.campaigns.conftest import Scene
from tests.client import PageClient

PASSWORD = "winter barley over the bridge"


@pytest.fixture(autouse=True)
def _files_of_their_own(app: Flask, tmp_path: Path) -> Iterator[None]:
    before = app.extensions[EXTENSION]
    app.extensions[EXTENSION] = Folder(tmp_path / "files")
    yield
    app.extensions[EXTENSION] = before


@pytest.fixture(scope="module")
def password_hash(app: Flask) -> Iterator[str]:
    """Return the hash of the password of these tests, made and compared with little effort."""
    security = app.extensions["security"]
    dear = security.pwd_context
    security.pwd_context = dear.copy(argon2__time_cost=1, argon2__memory_cost=8, argon2__parallelism=1)
    with app.app_context():
        made = hashed(PASSWORD)
    yield made
    security.pwd_context = dear


def with_password(session: Session, actor: Actor, password_hash: str) -> Actor:
    session.get_one(User, actor.user_id).password = password_hash
    session.commit()
    return actor


def hidden(text: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', text)
    assert found is not None, name
    return found.group(1)


def over_both(scene: Scene) -> None:
    scene.add(RunKind.PROCESS_DEVELOPMENT, "Development")
    scene.add(RunKind.ENGINEERING_RUN, "Engineering", lag_days=7)


def begun(scene: Scene) -> Booking:
    """Return a development booking that began yesterday."""
    scene.add(RunKind.PROCESS_DEVELOPMENT, "The run")
    scene.choose()
    scene.request()
    scene.approve(scene.lab_manager, scene.lab)
    booking = scene.link("The run").booking
    assert booking is not None
    booking.block.starts_at, booking.block.ends_at = now() - timedelta(days=3), now() - timedelta(days=1)
    booking.state = BookingState.COMPLETED
    scene.session.commit()
    return booking


def test_a_founder_plans_a_chain_and_requests_it_as_one(client: PageClient, scene: Scene) -> None:
    client.sign_in(scene.founder)
    answer = client.post(f"/projects/{scene.project.id}/campaigns", {"name": "Scale-up"})
    assert answer.status_code == 303
    home = answer.location
    added = client.post(
        f"{home}/links/new",
        {
            "run_kind": "process_development",
            "times": "2",
            "duration": "2",
            "duration_unit": "day",
            "mode": "working",
            "earliest_start": "2027-01-11",
            "spacing_days": "7",
        },
    )
    assert added.status_code == 303, added.text
    windows = client.get(f"{home}/windows").text
    choices = re.findall(r'name="choice"[^>]*value="([^"]+)"', windows)
    assert len(choices) == 2
    assert client.post(f"{home}/windows", {"choice": choices}).status_code == 303
    asked = client.get(f"{home}/request").text
    terms = hidden(asked, "terms")
    assert scene.lab.name in asked
    refused = client.post(f"{home}/request", {"version": hidden(asked, "version")})
    assert refused.status_code == 422
    assert "stands in the way" in refused.text
    sent = client.post(f"{home}/request", {"version": hidden(asked, "version"), "terms": terms})
    assert sent.status_code == 303
    shown = client.get(home).text
    assert "Process development 1" in shown
    assert "Asked for" in shown


def test_a_link_of_bad_days_keeps_what_was_typed(client: PageClient, scene: Scene) -> None:
    client.sign_in(scene.founder)
    answer = client.post(
        f"/campaigns/{scene.campaign.id}/links/new",
        {
            "run_kind": "process_development",
            "title": "Odd one",
            "times": "1",
            "duration": "5",
            "duration_unit": "day",
            "mode": "working",
            "earliest_start": "2020-01-01",
            "latest_end": "2020-01-02",
        },
    )
    assert answer.status_code == 422
    assert "Odd one" in answer.text
    assert scene.links() == []


def test_what_binds_a_chain_is_shown_with_its_windows(client: PageClient, scene: Scene) -> None:
    over_both(scene)
    scene.add(RunKind.CLINICAL_BATCH, "Batch", latest_end=make.NOON.date() + timedelta(days=14))
    text = client.sign_in(scene.founder).get(f"/campaigns/{scene.campaign.id}/windows").text
    assert "“Batch” can’t be placed" in text
    assert "Its latest end. Without it:" in text
    assert 'name="choice"' not in text


def test_a_manager_sees_their_part_and_nothing_of_the_other(client: PageClient, scene: Scene) -> None:
    over_both(scene)
    scene.choose()
    scene.request()
    text = client.sign_in(scene.lab_manager).get(f"/campaigns/{scene.campaign.id}/part").text
    assert scene.link("Development").request.reference in text
    assert "Engineering" not in text
    assert scene.link("Engineering").request.reference not in text
    assert scene.plant.name not in text
    assert scene.campaign.name not in text
    assert client.get(f"/campaigns/{scene.campaign.id}").status_code == 404


def test_a_manager_approves_a_part_as_one_signed(
    client: PageClient, session: Session, scene: Scene, password_hash: str
) -> None:
    over_both(scene)
    scene.choose()
    scene.request()
    manager = with_password(session, scene.plant_manager, password_hash)
    client.sign_in(manager)
    prefix = f"approve-{scene.plant.id}-"
    address = f"/campaigns/{scene.campaign.id}/parts/{scene.plant.id}/approve"
    typed = {f"{prefix}until": "2027-01-20"}
    wrong = client.post(address, {**typed, f"{prefix}password": "guessed"})
    assert wrong.status_code == 422
    assert "not your password" in wrong.text
    undated = client.post(address, {f"{prefix}password": PASSWORD})
    assert undated.status_code == 422
    assert "Say until when" in undated.text
    assert client.post(address, {**typed, f"{prefix}password": PASSWORD}).status_code == 303
    assert scene.link("Engineering").standing is Standing.HELD
    assert "waits for the rest of the chain" in client.get(f"/campaigns/{scene.campaign.id}/part").text


def test_a_manager_rejects_a_part_as_one(client: PageClient, scene: Scene) -> None:
    over_both(scene)
    scene.choose()
    scene.request()
    client.sign_in(scene.lab_manager)
    address = f"/campaigns/{scene.campaign.id}/parts/{scene.lab.id}/reject"
    assert client.post(address).status_code == 422
    assert client.post(address, {f"reject-{scene.lab.id}-note": "Full."}).status_code == 303
    assert scene.link("Development").request.state is RequestState.REJECTED
    client.sign_in(scene.founder)
    assert "A link is missing" in client.get(f"/campaigns/{scene.campaign.id}").text


def test_strangers_find_no_campaign_and_no_run(client: PageClient, session: Session, scene: Scene) -> None:
    booking = begun(scene)
    client.sign_in(make.founder(session))
    for path in ("", "/windows", "/request", "/links/new", "/part"):
        assert client.get(f"/campaigns/{scene.campaign.id}{path}").status_code == 404
    assert client.get(f"/runs/{booking.id}").status_code == 404
    assert client.post(f"/runs/{booking.id}", {"run-remarks": "Mine."}).status_code == 404


def test_a_run_is_recorded_closed_and_corrected_on_its_page(
    client: PageClient, session: Session, scene: Scene, password_hash: str
) -> None:
    booking = begun(scene)
    address = f"/runs/{booking.id}"
    client.sign_in(scene.founder)
    start, end = (booking.block.starts_at + timedelta(hours=hours) for hours in (2, 20))
    typed = {
        "run-started_at": f"{start:%Y-%m-%dT%H:%M}",
        "run-ended_at": f"{end:%Y-%m-%dT%H:%M}",
        "run-operators": "A. Operator",
        "run-outcome": "success",
        "run-deviations": "0",
        "run-yield_amount": "1,5e8",
        "run-yield_target": "2e8",
        "run-yield_unit": "cells",
    }
    odd = client.post(address, {**typed, "run-yield_amount": "plenty"})
    assert odd.status_code == 422
    assert "plenty" in odd.text
    assert client.post(address, typed).status_code == 303
    assert "75 % of the target" in client.get(address).text
    data = {"file-file": (io.BytesIO(b"What we saw."), "seen.txt")}
    attached = client.post(f"{address}/files", data, content_type="multipart/form-data")
    assert attached.status_code == 303
    link = re.search(rf"{address}/files/\d+", client.get(address).text)
    assert link is not None
    assert client.get(link.group()).data == b"What we saw."
    client.sign_in(with_password(session, scene.lab_manager, password_hash))
    assert client.post(f"{address}/close", {"close-password": "guessed"}).status_code == 422
    assert client.post(f"{address}/close", {"close-password": PASSWORD}).status_code == 303
    run = queries.run_of(session, booking.id)
    assert run is not None
    assert run.state is RunState.CLOSED
    paper = re.search(rf"{address}/signatures/\d+\.pdf", client.get(address).text)
    assert paper is not None
    assert client.get(paper.group()).mimetype == "application/pdf"
    client.sign_in(scene.founder)
    mended = {name.replace("run-", "correct-"): value for name, value in typed.items()}
    answer = client.post(
        f"{address}/correct", {**mended, "correct-deviations": "1", "correct-why": "Found later."}
    )
    assert answer.status_code == 303
    text = client.get(address).text
    assert "The closed record was corrected." in text
    assert "Found later." in text


def test_pages_of_bookings_and_requests_lead_to_chain_and_run(client: PageClient, scene: Scene) -> None:
    booking = begun(scene)
    client.sign_in(scene.founder)
    assert f"/campaigns/{scene.campaign.id}" in client.get(f"/my-bookings/{booking.id}").text
    assert f"/runs/{booking.id}" in client.get(f"/my-bookings/{booking.id}").text
    client.sign_in(scene.lab_manager)
    assert f"/campaigns/{scene.campaign.id}/part" in client.get(f"/inbox/{booking.request_id}").text


def test_a_chain_is_released_on_its_page(client: PageClient, scene: Scene) -> None:
    over_both(scene)
    scene.choose()
    scene.request()
    client.sign_in(scene.founder)
    address = f"/campaigns/{scene.campaign.id}"
    assert client.post(f"{address}/release").status_code == 422
    assert client.post(f"{address}/release", {"note": "Later."}).status_code == 303
    assert "Released" in client.get(address).text


def test_a_link_moves_with_what_follows(client: PageClient, scene: Scene) -> None:
    over_both(scene)
    scene.choose()
    client.sign_in(scene.founder)
    link = scene.link("Development").link
    address = f"/campaigns/{scene.campaign.id}/windows?move={link.id}&from=2027-01-18"
    choices = re.findall(r'name="choice"[^>]*value="([^"]+)"', client.get(address).text)
    assert client.post(address, {"choice": choices}).status_code == 303
    assert scene.link("Development").moments == (make.midnight(18), make.midnight(23))
    assert scene.link("Engineering").moments == (make.midnight(1, 2), make.midnight(6, 2))
    assert client.get(f"/campaigns/{scene.campaign.id}/windows?move=999999").status_code == 404


def test_both_lists_come_in_pages_of_their_own_in_the_order_asked_for(
    client: PageClient, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PAGE", 1)
    scene.campaign.name = "Alder"
    over_both(scene)
    scene.choose()
    scene.request()
    other = begin_campaign(scene.session, scene.founder, scene.project.id, name="Birch", remark="", at=now())
    scene.session.commit()
    client.sign_in(scene.founder)
    for sort, first, second in (
        ("", "Birch", "Alder"),
        ("sort=name", "Alder", "Birch"),
        ("sort=-state", "Birch", "Alder"),
        ("sort=-links", "Alder", "Birch"),
        ("sort=begins", "Alder", "Birch"),
    ):
        pages = [client.get(f"/campaigns?{sort}&page={page}").text for page in (1, 2)]
        assert [first in pages[0], second in pages[0]] == [True, False], sort
        assert [first in pages[1], second in pages[1]] == [False, True], sort
        assert "2 campaigns" in pages[0]
        file = client.get(f"/campaigns/whole.csv?{sort}&page=2").text
        assert file.index(first) < file.index(second)
    text = client.sign_in(scene.lab_manager).get("/campaigns?sort=-begins&part_page=9").text
    assert f"/campaigns/{scene.campaign.id}/part" in text
    assert f"/campaigns/{other.id}/part" not in text


def test_what_runs_out_before_a_run_ends_is_said_on_the_page_of_its_chain_and_of_its_part(
    client: PageClient, scene: Scene
) -> None:
    over_both(scene)
    scene.choose()
    client.sign_in(scene.founder)
    path = f"/campaigns/{scene.campaign.id}"
    assert "runs out before it ends" not in client.get(path).text
    scene.request()
    scene.approve(scene.lab_manager, scene.lab, until=make.midnight(1, 3))
    scene.lab_room.qualified_until = date(2027, 1, 12)
    scene.session.commit()
    page = client.get(path).text
    assert "What “Development” needs runs out before it ends" in page
    assert "What “Engineering” needs" not in page
    assert f"The qualification of {scene.lab_room.name} ends: finish by 13 Jan 2027" in page
    client.sign_in(scene.lab_manager)
    assert "finish by 13 Jan 2027" in client.get(f"{path}/part").text
    client.sign_in(scene.plant_manager)
    assert "finish by 13 Jan 2027" not in client.get(f"{path}/part").text
