"""The guide is whole: in both languages, with every picture there, and with the very words of the interface."""

import re

import pytest
from babel.messages.pofile import read_po
from werkzeug.exceptions import NotFound

from portal.help import guides
from portal.web.locale import LANGUAGES
from tests.client import PageClient
from tests.house.test_translations import SWEDISH, texts
from tests.journeys.guide import SHOTS

EVERY = [(name, language) for name in guides.NAMES for language in LANGUAGES]
BOLD = re.compile(r"\*\*(.+?)\*\*")
IMAGE = re.compile(r"!\[(.*?)\]\(pictures/(.+?)\)")


def words_of_the_interface(language: str) -> set[str]:
    """Return every text of the interface in a language."""
    with SWEDISH.open("rb") as file:
        catalog = read_po(file, locale="sv")
    return {
        text
        for message in catalog
        if message.id
        for text in texts(message.id if language == "en" else message.string)
    }


def test_every_file_is_a_guide_in_both_languages() -> None:
    for language in LANGUAGES:
        found = {path.stem for path in (guides.ROOT / language).glob("*.md")}
        assert found == set(guides.NAMES)


@pytest.mark.parametrize("name", guides.NAMES)
def test_both_languages_say_the_same_in_the_same_order(name: str) -> None:
    shapes = {
        language: [
            re.sub(r"[^#\-\d.!]", "", line.split(" ")[0]) + "".join(m[1] for m in IMAGE.findall(line))
            for line in guides.guide(name, language).text.splitlines()
            if line.startswith(("#", "- ", "!", "1.", "2.", "3."))
        ]
        for language in LANGUAGES
    }
    assert shapes["en"] == shapes["sv"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_bold_is_a_text_of_the_interface(language: str) -> None:
    known = words_of_the_interface(language)
    bold = {(name, text) for name in guides.NAMES for text in BOLD.findall(guides.guide(name, language).text)}
    assert bold
    assert {pair for pair in bold if pair[1] not in known} == set()


def test_every_picture_is_taken_by_a_journey_is_there_and_is_described() -> None:
    for language in LANGUAGES:
        shown = {
            image for name in guides.NAMES for _, image in IMAGE.findall(guides.guide(name, language).text)
        }
        assert shown == {f"{name}.png" for name in SHOTS}
        assert {path.name for path in (guides.ROOT / "pictures" / language).iterdir()} == shown
        described = [
            alt for name in guides.NAMES for alt, _ in IMAGE.findall(guides.guide(name, language).text)
        ]
        assert all(described)


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_every_guide_is_a_page_with_its_headings_and_pictures(
    client: PageClient, name: str, language: str
) -> None:
    client.get(f"/language/{language}")
    page = client.get(f"/help/{name}").get_data(as_text=True)
    found = guides.guide(name, language)
    assert found.title in page
    for anchor, words in found.headings:
        assert f'<h2 id="{anchor}">{words}</h2>' in page
    for picture in re.findall(r'src="(/help/pictures/[^"]+)"', page):
        answer = client.get(picture)
        assert (answer.status_code, answer.mimetype) == (200, "image/png")
        answer.close()


def test_the_list_leads_to_each(client: PageClient) -> None:
    page = client.get("/help").get_data(as_text=True)
    for name in guides.NAMES:
        assert f'href="/help/{name}"' in page


@pytest.mark.parametrize(
    "path", ["/help/nobody", "/help/pictures/en/..%2Feveryone.md", "/help/pictures/xx/founder-home.png"]
)
def test_what_is_no_guide_does_not_exist(client: PageClient, path: str) -> None:
    assert client.get(path).status_code == NotFound.code
