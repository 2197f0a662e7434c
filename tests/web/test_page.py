"""The check that every page goes through finds what it is there to find."""

import pytest

from tests.page import check_page, shape_of

SOUND = (
    '<!DOCTYPE html><html lang="en"><head><title>Requests</title></head><body><h1 id="top">Requests</h1>'
    '<form><label for="words">Words</label><input id="words" name="words"><label>Day <input name="day"></label>'
    '</form><a href="#top">Up</a></body></html>'
)


def test_a_sound_page_passes() -> None:
    check_page(SOUND, "/sound")


@pytest.mark.parametrize(
    ("sound", "broken", "says"),
    [
        ("<h1 ", "<h1>Again</h1><h1 ", "one h1"),
        ("<title>Requests</title>", "<title> </title>", "has a title"),
        ('<label for="words">Words</label>', "Words ", "without a label"),
        ('<a href="#top">', '<a id="top" href="#top">', "ids twice"),
        ('<a href="#top">', '<a href="#gone">', "link to nowhere"),
        ('<a href="#top">', '<a style="color: red" href="#top">', "inline style"),
        ("<form>", "<script>alert(1)</script><form>", "inline script"),
        ("</head>", "<style>h1 { color: red }</style></head>", "style element"),
        ("</form>", "</form></div>", "unexpected"),
    ],
)
def test_a_page_with_a_fault_is_refused(sound: str, broken: str, says: str) -> None:
    assert sound in SOUND
    with pytest.raises(AssertionError, match=says):
        check_page(SOUND.replace(sound, broken), "/broken")


@pytest.mark.parametrize(
    ("sound", "other"),
    [
        ('<p id="a1"></p><p id="a2"></p>', '<p id="a1"></p><p id="a1"></p>'),
        ('<p id="a7"></p><a href="#a7">7</a>', '<p id="a7"></p><a href="#a8">7</a>'),
        ("<h2>1</h2>", "<h1>1</h1>"),
        ("<p>1</p>", "<p>1</p></div>"),
    ],
)
def test_a_page_that_is_built_differently_is_looked_at_again(sound: str, other: str) -> None:
    check_page(SOUND.replace("</form>", f"</form>{sound}"), "/sound")
    with pytest.raises(AssertionError):
        check_page(SOUND.replace("</form>", f"</form>{other}"), "/broken")


@pytest.mark.parametrize(
    ("sound", "other"),
    [
        ('<p id="a7">Seven</p><a href="#a7">up</a>', '<p id="a12">Twelve</p><a href="#a12">down</a>'),
        ('<input type="hidden" value="a">', '<input type="hidden" value="b">'),
        ('<p aria-label="Person 7" class="c1 n1">', '<p aria-label="Person 12" class="c1 n3">'),
    ],
)
def test_pages_that_are_built_alike_have_one_shape(sound: str, other: str) -> None:
    assert shape_of(sound) == shape_of(other)


@pytest.mark.parametrize(
    ("sound", "other"),
    [
        ("<p>a</p>", "<p></p>"),
        ("<p>a</p>", "<p>&a</p>"),
        ('<p title="a > b" class="c">', '<p title="a > b" class="d">'),
        ("<p title='\"' class='c'>", "<p title='\"' class='d'>"),
        ('<p id="a7"><p id="a8">', '<p id="a8"><p id="a8">'),
        ("<h1>", "<h2>"),
    ],
)
def test_pages_that_are_built_differently_have_two(sound: str, other: str) -> None:
    assert shape_of(sound) != shape_of(other)
