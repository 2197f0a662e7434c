"""The pages of partners: what works, what is refused with everything kept, and what strangers get."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation
from portal.partners.models import Partner, PartnerState
from tests import make
from tests.client import PageClient

FORM: dict[str, Any] = {
    "name": "Fund One",
    "investor_kind": "venture_capital",
    "text": "Gene therapy for the brain.",
    "capacity": "3",
    "ticket_min": "1 000 000",
    "ticket_max": "5 000 000",
    "ticket_currency": "EUR",
    "phases": ["preclinical", "phase_1"],
    "countries": "SE, Nordic",
    "conflicts": "Rival AB\nOther AB",
    "competing": "Neurology / CAR-T",
}


def number(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Partner)) or 0


def test_an_investor_states_a_thesis_on_one_page(client: PageClient, session: Session) -> None:
    client.sign_in(make.investor(session))
    assert client.get("/partners/new").status_code == 200
    page = client.post("/partners/new", data=FORM)
    assert page.status_code == 303
    partner = session.scalars(select(Partner)).one()
    assert (partner.ticket_min, partner.phases, partner.countries, partner.conflicts) == (
        1_000_000,
        ["preclinical", "phase_1"],
        ["SE", "Nordic"],
        ["Rival AB", "Other AB"],
    )
    assert partner.competing == ["neurology/car_t"]
    shown = client.get(page.location).text
    assert "Rival AB" in shown
    assert "Phase I" in shown


def test_a_refused_thesis_keeps_what_was_typed_and_names_the_field(
    client: PageClient, session: Session
) -> None:
    client.sign_in(make.investor(session))
    page = client.post(
        "/partners/new",
        data={**FORM, "ticket_min": "-4", "exclude_product_classes": ["GTMP", "sCTMP", "TEP", "combined"]},
    )
    assert page.status_code == 422
    assert "Give an amount from 0 to" in page.text
    assert "Gene therapy for the brain." in page.text
    page = client.post(
        "/partners/new", data={**FORM, "exclude_product_classes": ["GTMP", "sCTMP", "TEP", "combined"]}
    )
    assert "no project could ever fit" in page.text
    assert number(session) == 0


def test_an_unknown_country_is_answered_with_the_known_words(client: PageClient, session: Session) -> None:
    client.sign_in(make.investor(session))
    page = client.post("/partners/new", data={**FORM, "countries": "Sweden"})
    assert page.status_code == 422
    assert "no country here" in page.text
    assert "Nordic, EU" in page.text


def test_an_adviser_drafts_and_the_provider_confirms(client: PageClient, session: Session) -> None:
    provider, adviser = make.provider(session), make.adviser(session)
    client.sign_in(adviser)
    assert client.get("/partners/new").status_code == 200
    sent = {
        "organisation": str(provider.organisation_id),
        "name": "Offer",
        "text": "Words",
        "serves": ["ip"],
        "capacity": "1",
    }
    page = client.post("/partners/new", data=sent)
    assert page.status_code == 303
    partner = session.scalars(select(Partner)).one()
    assert partner.state is PartnerState.DRAFT
    assert client.get(f"/support/offers/{partner.id}").status_code == 404
    client.sign_in(provider)
    assert "An adviser drafted this for you" in client.get(page.location).text
    answer = client.post(f"/partners/{partner.id}/confirm", data={"version": partner.version})
    assert answer.status_code == 303
    assert client.get(f"/support/offers/{partner.id}").status_code == 200


def test_an_adviser_never_reads_conflicts(client: PageClient, session: Session) -> None:
    investor = make.investor(session)
    partner = make.partner(
        session, investor, conflicts=["Rival AB"], competing=["dermatology/car_t"], contact="Anna"
    )
    path = f"/partners/{partner.id}"
    assert "Dermatology and wounds / " in client.sign_in(investor).get(path).text
    assert "Dermatology and wounds / CAR" in client.get(f"{path}/edit").text
    shown = client.sign_in(make.adviser(session)).get(path).text
    assert "Anna" in shown
    assert "Rival AB" not in shown
    assert "Dermatology" not in shown


def test_a_public_offer_shows_neither_capacity_nor_contact(client: PageClient, session: Session) -> None:
    partner = make.partner(session, make.provider(session), contact="Anna Secret", capacity=917)
    for path in (f"/support/offers/{partner.id}", "/support", "/support/export.csv"):
        shown = client.get(path).text
        assert partner.name in shown
        assert "Anna Secret" not in shown
        assert "917" not in shown


def test_every_programme_says_where_it_is_known_from(client: PageClient) -> None:
    page = client.get("/support/programmes/lv_scientific_advice").text
    assert "Source:" in page
    assert "Confidence:" in page
    assert "Weaker than the rest of the record: Phases, What to prepare." in " ".join(page.split())
    assert client.get("/support/programmes/no_such_thing").status_code == 404


def test_the_catalogue_is_filtered_by_its_address(client: PageClient) -> None:
    everything = client.get("/support/export.csv").text.count("\n")
    some = client.get("/support/export.csv?need=ip&phase=discovery").text.count("\n")
    assert 1 < some < everything
    assert "No support fits all of this" in client.get("/support?q=zzzzzz").text


def test_an_import_shows_every_mistake_and_then_stores_all(client: PageClient, session: Session) -> None:
    investor, adviser = make.investor(session), make.adviser(session)
    client.sign_in(adviser)
    body = session.get_one(Organisation, investor.organisation_id).name
    head = "organisation,name,text,investor_kind,capacity\n"
    wrong = client.post(
        "/partners/import", data={"content": f"{head}{body},A,Words,vc,1\nNobody,B,Words,public,x\n"}
    )
    assert wrong.status_code == 422
    assert "is not known here" in wrong.text
    assert "is registered here" in wrong.text
    right = f"{head}{body},A,Words,public,1\n{body},B,Words,public,2\n"
    assert client.post("/partners/import", data={"content": right}).status_code == 200
    assert number(session) == 0
    done = client.post("/partners/import", data={"content": right, "step": "import"})
    assert done.status_code == 303
    assert number(session) == 2
    again = client.post("/partners/import", data={"content": right, "step": "import"})
    assert again.status_code == 422
    assert number(session) == 2
