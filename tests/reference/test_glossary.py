import csv
import io
from collections.abc import Iterator

import pytest
from flask import Flask
from markupsafe import Markup

from portal.reference import glossary
from portal.reference.views import with_terms
from tests.client import PageClient
from tests.page import attributes, parsed
from tests.sheets import rows_of


@pytest.fixture
def english(app: Flask) -> Iterator[None]:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        yield


def found(text: str, language: str) -> list[tuple[str, str]]:
    return [(text[place.start : place.end], place.term.id) for place in glossary.places(text, language)]


def test_terms_are_found_as_words_of_their_own_and_the_longest_first() -> None:
    text = "The pre-GMP suite, a QP, two Cleanrooms and an aseptic process simulation; no catalogue, cat or gate-keeper."
    assert found(text, "en") == [
        ("pre-GMP", "pre_gmp"),
        ("QP", "qp"),
        ("Cleanrooms", "cleanroom"),
        ("aseptic process simulation", "aps"),
    ]
    assert found("Ett renrum, och en sakkunnig person", "sv") == [
        ("renrum", "cleanroom"),
        ("sakkunnig person", "qp"),
    ]


def test_a_short_form_stands_for_the_letters_of_its_name() -> None:
    short = {term.id: term.short_form for term in glossary.terms()}
    assert (short["gmp"], short["cdmo"], short["sctmp"]) == ("GMP", "CDMO", "sCTMP")
    assert short["neurology"] is None
    assert short["exit"] is None


def test_every_term_has_both_languages_and_an_area_and_none_claims_a_source_that_it_does_not_have() -> None:
    """The page says that all meanings are the portal's own wording."""
    for term in glossary.terms():
        assert all(term.name(language) and term.meaning(language) for language in ("en", "sv"))
        assert term.area in glossary.areas()
        assert term.confidence == "general"


@pytest.mark.usefixtures("english")
def test_a_term_is_explained_once_on_a_page() -> None:
    first, second = with_terms("A cleanroom beside a cleanroom."), with_terms("The cleanroom again.")
    assert first.count("popovertarget") == 1
    assert second == "The cleanroom again."


@pytest.mark.parametrize("language", ["en", "sv"])
def test_each_marked_term_is_explained_at_the_end_of_its_page(client: PageClient, language: str) -> None:
    answer = client.get("/", headers={"Accept-Language": language})
    page = parsed(answer.get_data(as_text=True))
    marked = [attributes(button)["popovertarget"] for button in page.query("button.ap-term")]
    explained = [attributes(meaning)["id"] for meaning in page.query("[popover]")]
    assert marked
    assert marked == explained
    said = page.query("#meaning-gmp")[0].to_text()
    assert {"en": "Good manufacturing practice (GMP)", "sv": "God tillverkningssed"}[language] in said


@pytest.mark.usefixtures("english")
def test_what_somebody_wrote_stays_text() -> None:
    marked = with_terms("<b>A cleanroom</b> & <script>")
    assert "&lt;b&gt;A " in marked
    assert "&lt;script&gt;" in marked
    assert with_terms(Markup("<b>cleanroom</b>")) == "<b>cleanroom</b>"
    assert with_terms(None) == ""


def test_the_glossary_is_filtered_sorted_and_exported_as_shown(client: PageClient) -> None:
    page = client.get("/glossary?area=regulatory&sort=-term").get_data(as_text=True)
    shown = [" ".join(row.to_text().split()) for row in parsed(page).query("tbody th")]
    assert shown == sorted(shown, key=str.casefold, reverse=True)
    assert any(name.startswith("Hospital exemption") for name in shown)
    sheet = client.get("/glossary.csv?area=regulatory&sort=-term").get_data().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(sheet)))
    assert len(rows) == len(shown) + 1
    assert rows[1][0].split(" (")[0] == shown[0].rsplit(" ", 1)[0] or rows[1][0] == shown[0]
    book = rows_of(client.get("/glossary.xlsx?area=regulatory&sort=-term").get_data())
    assert book == rows
    assert "No term matches" in client.get("/glossary?q=elephant").get_data(as_text=True)
    assert client.get("/glossary?area=hocus&sort=pocus&q=%00").status_code == 200
