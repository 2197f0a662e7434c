import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.accounts.models import Organisation
from portal.core.actors import Actor
from portal.facilities.models import Cleanroom
from portal.projects.models import Project
from portal.projects.rules.values import Visibility
from portal.search.queries import finding
from tests import make
from tests.client import PageClient
from tests.page import attributes, parsed


@pytest.fixture
def room(session: Session) -> Cleanroom:
    site = make.facility(session, name="Åkerlunds renrum", slug="akerlund", city="Ängelholm")
    return make.cleanroom(session, site, code="Q7", name="Fyllning", slug="akerlund_q7")


@pytest.fixture
def owner(session: Session) -> Actor:
    return make.founder(session)


@pytest.fixture
def project(session: Session, owner: Actor) -> Project:
    return make.project(
        session,
        organisation=session.get_one(Organisation, owner.organisation_id),
        name="Sköldpadda",
        teaser="Hudceller mot brännskador.",
        visibility=Visibility.PUBLIC,
    )


def links(answer: TestResponse) -> list[str]:
    page = parsed(answer.get_data(as_text=True))
    return [attributes(link)["href"] for link in page.query(".ap-found a")]


def text(answer: TestResponse) -> str:
    return " ".join(parsed(answer.get_data(as_text=True)).query("main")[0].to_text().split())


@pytest.mark.parametrize(
    "question", ["Åkerlund", "akerlunds", "ÄNGELHOLM renrum", "angel", "Q7", "fylln sweden", "sverige q7"]
)
def test_a_visitor_finds_the_catalogue_whatever_the_letters(
    client: PageClient, room: Cleanroom, question: str
) -> None:
    found = links(client.get(f"/search?q={question}"))
    assert any(link.startswith(f"/facilities/{room.facility.slug}") for link in found)


def test_every_word_must_be_found(client: PageClient, room: Cleanroom) -> None:
    assert room.code == "Q7"
    answer = client.get("/search?q=Q7 elephant")
    assert links(answer) == []
    assert "Nothing was found for “Q7 elephant”" in text(answer)
    assert "Try fewer words" in text(answer)


@pytest.mark.usefixtures("project")
def test_a_teaser_is_found_by_its_words_and_not_by_its_name(client: PageClient) -> None:
    answer = client.get("/search?q=brannskad")
    (link,) = [link for link in links(answer) if link.startswith("/pipeline?")]
    assert "Hudceller mot brännskador." in text(client.get(link))
    assert "Sköldpadda" not in text(answer)
    assert links(client.get("/search?q=sköldpadda")) == []


def test_an_owner_finds_a_project_by_name_first(
    client: PageClient, session: Session, owner: Actor, project: Project
) -> None:
    other = make.project(
        session, organisation=project.organisation, name="Another", teaser="Like a sköldpadda."
    )
    client.sign_in(owner)
    assert links(client.get("/search?q=skoldpadda&kind=projects")) == [
        f"/projects/{project.id}",
        f"/projects/{other.id}",
    ]


def test_a_request_is_found_by_reference_and_by_its_project(
    client: PageClient, session: Session, owner: Actor, room: Cleanroom, project: Project
) -> None:
    request = make.slot_request(session, room, make.slot(8, 12), by=owner, project_id=project.id)
    other = make.founder(session)
    session.commit()
    client.sign_in(owner)
    for question in (request.reference, request.reference.replace("-", " "), "skoldpadda", "q7"):
        assert f"/requests/{request.id}" in links(client.get(f"/search?q={question}&kind=requests"))
    client.sign_in(other)
    for question in (request.reference, "skoldpadda", "q7"):
        answer = client.get(f"/search?q={question}&kind=requests")
        assert links(answer) == []
        assert "0 hits" in text(answer)


def test_long_lists_have_pages_and_a_way_to_all_of_a_kind(
    client: PageClient, session: Session, owner: Actor, project: Project
) -> None:
    for number in range(30):
        make.project(session, organisation=project.organisation, name=f"Sköld {number}")
    client.sign_in(owner)
    first = client.get("/search?q=skold")
    assert len([link for link in links(first) if link.startswith("/projects/")]) == 5
    assert "Show all 31" in text(first)
    pages = [links(client.get(f"/search?q=skold&kind=projects&page={page}")) for page in (1, 2)]
    assert [len(page) for page in pages] == [25, 6]
    assert not set(pages[0]) & set(pages[1])
    assert links(client.get("/search?q=skold&kind=projects&page=99")) == []


def test_pages_and_terms_are_found_too(client: PageClient, owner: Actor) -> None:
    client.sign_in(owner)
    assert "/requests" in links(client.get("/search?q=requ&kind=pages"))
    assert "/steps/regulatory_strategy" in links(client.get("/search?q=målproduktprof&kind=steps"))
    assert "/glossary#t-qp" in links(client.get("/search?q=sakkunnig&kind=glossary"))


def test_a_support_offer_is_found_by_anybody_and_a_thesis_by_those_who_read_it(
    client: PageClient, session: Session
) -> None:
    provider, investor = make.provider(session), make.investor(session)
    offer = make.partner(session, provider, name="Vector advice", text="Zebrafish models.")
    thesis = make.partner(session, investor, name="Nordic seed", text="Zebrafish companies.")
    whole, public, secret = f"/partners/{offer.id}", f"/support/offers/{offer.id}", f"/partners/{thesis.id}"
    assert links(client.get("/search?q=zebrafish")) == [public]
    assert links(client.sign_in(make.founder(session)).get("/search?q=zebrafish")) == [public]
    assert links(client.sign_in(investor).get("/search?q=zebrafish")) == [secret, public]
    assert links(client.sign_in(provider).get("/search?q=zebrafish")) == [whole]
    assert links(client.sign_in(make.adviser(session)).get("/search?q=zebrafish")) == [secret, whole]


def test_programmes_and_guides_are_found_too(client: PageClient) -> None:
    assert "/support/programmes/lv_scientific_advice" in links(client.get("/search?q=läkemedelsverket"))
    assert "/help/founder" in links(client.get("/search?q=founder&kind=guides"))


def test_without_a_question_it_says_where_one_can_go(client: PageClient, owner: Actor) -> None:
    assert "Where you can go" in text(client.get("/search"))
    client.sign_in(owner)
    page = client.get("/search?q=").get_data(as_text=True)
    ways = {attributes(link)["href"] for link in parsed(page).query(".ap-found-ways a")}
    assert {"/projects", "/requests", "/my-bookings", "/messages", "/glossary"} <= ways


@pytest.mark.parametrize(
    "address",
    [
        "?q=%00%ff",
        "?q=" + "å" * 3000,
        "?q=a&kind=hocus&page=x",
        "?q=a&page=99999999",
        "?q=%25_'\"\\;",
        "?kind=people&q=a",
    ],
)
def test_odd_questions_are_answered(client: PageClient, address: str) -> None:
    assert client.get(f"/search{address}").status_code == 200


def test_the_header_and_the_search_page_keep_the_words(client: PageClient) -> None:
    page = client.get('/search?q="<b>x').get_data(as_text=True)
    fields = [attributes(one).get("value", "") for one in parsed(page).query("main input[name=q]")]
    assert fields == ['"<b>x']


def test_what_nearly_everything_says_is_counted_so_far_and_no_further(
    client: PageClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "MOST", 3)
    site = make.facility(session, name="Granskog")
    rooms = [make.cleanroom(session, site, code=f"G{number}", name="Tallrum") for number in range(3)]
    session.commit()
    exact = text(client.get("/search?q=tallrum"))
    assert ("3 hits" in exact, "More than" in exact) == (True, False)
    make.cleanroom(session, site, code="G9", name="Tallrum")
    session.commit()
    answer = client.get("/search?q=tallrum")
    assert "More than 3 hits" in text(answer)
    alone = client.get("/search?q=tallrum&kind=cleanrooms")
    assert links(alone) == [f"/facilities/{site.slug}/{room.slug}" for room in rooms]
    assert links(client.get("/search?q=tallrum&kind=cleanrooms&page=2")) == []
