import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.search.rules import (
    LONGEST_TERM,
    MOST_WORDS,
    excerpt,
    folded,
    has_all,
    terms_of,
    words_asked,
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ängelholm", {"angelholm"}),
        ("Brønshøj Æbelø", {"bronshoj", "aebelo"}),
        ("pre-GMP", {"pre", "gmp", "pregmp"}),
        ("SR-2026-0139", {"sr", "2026", "0139", "sr20260139"}),
        ("β-thalassaemia", {"β", "thalassaemia", "βthalassaemia"}),
        ("ﬁbrosis, STRASSE Straße", {"fibrosis", "strasse"}),
        ("  … –  ", set()),
    ],
)
def test_terms_are_words_without_case_and_diacritics(text: str, found: set[str]) -> None:
    assert terms_of([text]) == found


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("the room of P3", ("room", "p3")),
        ("ett RENRUM i Malmö", ("renrum", "malmo")),
        ("room Room ROOM", ("room",)),
        ("the", ("the",)),
        ("", ()),
        ("%_'\"\\", ()),
    ],
)
def test_a_question_is_the_words_that_tell_something(question: str, words: tuple[str, ...]) -> None:
    assert words_asked(question) == words


def test_a_question_has_an_end() -> None:
    assert len(words_asked(" ".join(f"w{number}" for number in range(100)))) == MOST_WORDS
    assert [len(word) for word in words_asked("x" * 1000)] == [LONGEST_TERM]


@given(st.text(max_size=80))
@example("ᴬϒϹ")  # letters whose plain form is a capital
def test_every_text_is_found_by_its_own_words(text: str) -> None:
    words = words_asked(text)
    assert has_all(terms_of([text]), words)
    assert all(folded(word) == word for word in words)


def test_an_excerpt_shows_where_the_word_is() -> None:
    text = "Nothing here. " * 40 + "Then förtjusande Åsa comes. " + "And more. " * 40
    shown = excerpt(text, ["fortjus"])
    assert "förtjusande" in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown) < 190
    assert excerpt("short  text", ["x"]) == "short text"


@given(st.text(max_size=600), st.text(max_size=10))
def test_an_excerpt_is_never_much_longer_than_asked(text: str, word: str) -> None:
    assert len(excerpt(text, [folded(word)])) <= 184
