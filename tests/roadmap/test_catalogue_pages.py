"""The catalogue of steps: anyone reads it, administrators revise and confirm it, and a broken one is refused."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.errors import NotAllowed, Refused
from portal.reference import shipped
from portal.reference.queries import effective
from portal.roadmap import services
from portal.roadmap.books import as_book
from portal.roadmap.models import CatalogueVersion
from portal.roadmap.queries import content_now
from tests import make
from tests.client import PageClient

STEP = "qtpp"


def test_anyone_reads_the_catalogue_with_source_and_confidence(client: PageClient) -> None:
    ids = shipped.record_ids("roadmap_steps")
    pages = [client.get(f"/steps?page={number}").get_data(as_text=True) for number in range(1, 5)]
    assert [page.count("<tr>") - 1 for page in pages] == [30, 30, 30, len(ids) - 90]
    assert all(sum(f'"/steps/{step_id}"' in page for page in pages) == 1 for step_id in ids)
    assert client.get("/steps?page=999").get_data(as_text=True).count("<tr>") == 1 + len(ids) - 90
    assert "Catalogue 2026.1" in pages[0]
    found = client.get("/steps?q=ctis&track=regulatory").get_data(as_text=True)
    assert "/steps/ctis_application" in found
    assert "/steps/qtpp" not in found


def test_the_list_is_handed_out_as_it_is_shown(client: PageClient) -> None:
    text = client.get("/steps.csv?track=ip").get_data(as_text=True)
    assert len(text.strip().splitlines()) == 1 + sum(
        step["track"] == "ip" for step in shipped.records("roadmap_steps")
    )


def test_every_step_has_a_page_by_turns_in_both_languages(client: PageClient) -> None:
    for place, step_id in enumerate(shipped.record_ids("roadmap_steps")):
        language = ("en", "sv")[place % 2]
        answer = client.get(f"/steps/{step_id}", headers={"Accept-Language": language})
        assert answer.status_code == 200, step_id
        name = shipped.record("roadmap_steps", step_id)["name"][language]
        assert name.split("'")[0].split("’")[0] in answer.get_data(as_text=True)


def test_a_step_that_is_not_there_is_not_found(client: PageClient) -> None:
    assert client.get("/steps/no_such_step").status_code == 404


def test_an_administrator_revises_a_field_and_goes_back(client: PageClient, session: Session) -> None:
    client.sign_in(make.administrator(session))
    path = f"/steps/{STEP}/fields/duration_days.likely"
    assert "45" in client.get(path).get_data(as_text=True)
    assert client.post(path, {"value": "50", "reason": "Our projects took longer."}).status_code == 303
    assert effective(session, "roadmap_steps", STEP).record["duration_days"]["likely"] == 50
    assert shipped.record("roadmap_steps", STEP)["duration_days"]["likely"] == 45
    labels = session.scalars(select(CatalogueVersion.label)).all()
    assert labels == ["2026.1"]  # the first that was ever needed here
    page = client.get(f"/steps/{STEP}").get_data(as_text=True)
    assert "Changed in this installation" in page
    assert client.post(f"{path}/restore", {"reason": "A mistake."}).status_code == 303
    assert effective(session, "roadmap_steps", STEP).record["duration_days"]["likely"] == 45
    assert session.scalars(select(CatalogueVersion.label).order_by(CatalogueVersion.id)).all() == [
        "2026.1",
        "2026.1+1",
    ]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("duration_days.likely", "soon", "cannot be read as a number"),
        ("duration_days.likely", "200", "could not be used"),
        (
            "after",
            '[{"step": "cta_dossier", "kind": "finish_to_start", "lag_days": 0}]',
            "go round in a circle",
        ),
        (
            "after",
            '[{"step": "nothing_like_it", "kind": "finish_to_start", "lag_days": 0}]',
            "nothing_like_it",
        ),
        ("name.en", "Quality target product profile and critical attributes", "already has this value"),
    ],
)
def test_a_value_that_breaks_the_catalogue_is_refused_and_changes_nothing(
    client: PageClient, session: Session, field: str, value: str, said: str
) -> None:
    client.sign_in(make.administrator(session))
    answer = client.post(f"/steps/{STEP}/fields/{field}", {"value": value, "reason": "Because."})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert said in page
    assert value.replace('"', "&#34;") in page or value in page
    assert not effective(session, "roadmap_steps", STEP).changed_fields
    assert session.scalars(select(CatalogueVersion)).all() == []


def test_a_confirmation_keeps_who_read_which_text_and_makes_the_step_official(
    client: PageClient, session: Session
) -> None:
    client.sign_in(make.administrator(session))
    assert STEP in client.get("/steps/to-verify").get_data(as_text=True)
    answer = client.post(f"/steps/{STEP}/confirm", {"field": "", "text_read": "ICH Q8(R2), 2009"})
    assert answer.status_code == 303
    assert shipped.confidence_of(effective(session, "roadmap_steps", STEP).record) == "official"
    assert f"/steps/{STEP}/confirm" not in client.get("/steps/to-verify").get_data(as_text=True)
    assert "ICH Q8(R2), 2009" in client.get(f"/steps/{STEP}").get_data(as_text=True)
    assert "ICH Q8(R2), 2009" in client.get(f"/steps/{STEP}/fields").get_data(as_text=True)


def test_a_confirmation_without_a_text_is_refused(client: PageClient, session: Session) -> None:
    client.sign_in(make.administrator(session))
    answer = client.post(f"/steps/{STEP}/confirm", {"field": "", "text_read": " "})
    assert answer.status_code == 422


def test_nobody_else_revises(client: PageClient, session: Session) -> None:
    founder = make.founder(session)
    with pytest.raises(NotAllowed):
        services.revise_step(session, founder, STEP, "authority", value="x", reason="y", at=make.NOON)
    client.sign_in(founder)
    assert client.get(f"/steps/{STEP}/fields").status_code == 404
    assert client.get("/steps/to-verify").status_code == 404
    assert "Revise" not in client.get(f"/steps/{STEP}").get_data(as_text=True)


def test_the_same_content_is_one_version(session: Session) -> None:
    first = services.freeze_catalogue(session, at=make.NOON)
    assert services.freeze_catalogue(session, at=make.NOON) is first
    administrator = make.administrator(session)
    second = services.revise_step(
        session, administrator, STEP, "authority", value="Läkemedelsverket", reason="x", at=make.NOON
    )
    assert second.label == "2026.1+1"
    back = services.restore_step(session, administrator, STEP, "authority", reason="x", at=make.NOON)
    assert back is first


def test_the_frozen_catalogue_is_the_shipped_one_where_nothing_was_changed(session: Session) -> None:
    book = as_book(content_now(session))
    assert [step.id for step in book.catalogue.steps] == list(shipped.record_ids("roadmap_steps"))
    assert len(book.facts) == len(shipped.record_ids("roadmap_facts"))


def test_a_refused_revision_leaves_no_trace(session: Session) -> None:
    administrator = make.administrator(session)
    with pytest.raises(Refused) as refused, session.begin_nested():
        services.revise_step(
            session, administrator, STEP, "duration_days.min", value=99, reason="x", at=make.NOON
        )
    assert [reason.code for reason in refused.value.reasons] == ["catalogue_would_break"]
    assert not effective(session, "roadmap_steps", STEP).changed_fields
