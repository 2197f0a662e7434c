"""The closeness of texts: two languages, shipped weights, and nothing that depends on who else is there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.matching.lexicon import concepts, shipped_lexicon
from portal.matching.rules.everyday_words import EVERYDAY_NAMES
from portal.matching.rules.text import (
    Closeness,
    Concept,
    Lexicon,
    english_stem,
    is_swedish,
    swedish_stem,
    words,
)
from tests.matching.instances import texts, unhurried

anything = st.text(max_size=60)


def closeness(one: str, other: str) -> float:
    """Return how close one text is to another, by the shipped lexicon."""
    return float(Closeness(shipped_lexicon(), [other]).to(one)[0])


@unhurried
@given(anything | texts, anything | texts)
def test_closeness_lies_between_0_and_1_and_is_the_same_both_ways(one: str, other: str) -> None:
    assert 0 <= closeness(one, other) <= 1
    assert closeness(one, other) == pytest.approx(closeness(other, one))


@unhurried
@given(texts)
def test_a_text_is_closest_to_itself_in_whatever_case_and_with_whatever_marks(text: str) -> None:
    expected = 1.0 if shipped_lexicon().vector(text) else 0.0
    assert closeness(text, f"  {text.upper()}!! ") == pytest.approx(expected)


@unhurried
@given(texts, st.lists(texts, max_size=4), st.lists(texts, max_size=4))
def test_other_texts_change_nothing(text: str, before: list[str], after: list[str]) -> None:
    among = Closeness(shipped_lexicon(), [*before, "a vector for the brain", *after]).to(text)
    assert among[len(before)] == closeness(text, "a vector for the brain")


@pytest.mark.parametrize(
    ("english", "swedish"),
    [
        ("gene therapy", "genterapi"),
        ("We back gene editing of blood stem cells.", "Vi satsar på genredigering av blodstamceller."),
        ("off-the-shelf products", "allogena produkter"),
        ("rare disease", "särläkemedel"),
        ("one lipid nanoparticle", "lipidnanopartikel"),
        ("clean rooms", "renrum"),
        ("Diseases of the brain", "Sjukdomar i hjärnan"),
    ],
)
def test_a_swedish_teaser_meets_an_english_thesis(english: str, swedish: str) -> None:
    assert closeness(swedish, english) > 0
    assert closeness(swedish, english) > closeness(swedish, "cartilage of the knee")


THESES = {
    "eyes": "We invest in gene therapy for inherited retinal disease and rare eye disorders in children.",
    "brain": "Engineered T cells against solid tumours such as glioblastoma and brain cancer.",
    "skin": "Tissue-engineered skin, scaffolds and cultured keratinocytes for burns and wounds.",
    "lungs": "Mesenchymal stem cells for acute lung injury and respiratory failure.",
    "blood": "Gene editing of haematopoietic stem cells for sickle cell disease and other blood disorders.",
    "bowel": "Cell therapy for inflammatory bowel disease and fistulas.",
}


@pytest.mark.parametrize(
    ("teaser", "thesis"),
    [
        ("En behandling för barn med ärftlig näthinnesjukdom som leder till blindhet.", "eyes"),
        ("Egna T-celler som byggs om mot hjärntumörer hos vuxna, i en dos.", "brain"),
        ("Odlade hudceller på ett biologiskt material för svåra brännsår.", "skin"),
        ("Stamceller från navelsträng mot lungsvikt vid svår infektion.", "lungs"),
        ("Patientens egna celler, rättade i laboratoriet, mot sicklecellsjukdom.", "blood"),
        ("En engångsbehandling av svårläkta fistlar vid tarmsjukdom.", "bowel"),
    ],
)
def test_swedish_compounds_meet_the_english_thesis_that_they_speak_of_before_all_others(
    teaser: str, thesis: str
) -> None:
    close = dict(zip(THESES, Closeness(shipped_lexicon(), list(THESES.values())).to(teaser), strict=True))
    assert max(close, key=lambda name: close[name]) == thesis
    assert close[thesis] > 0.1


def test_what_every_teaser_says_brings_no_thesis_closer() -> None:
    assert (
        closeness(
            "A new project makes its first year clear.", "We work with clear projects, first of all new."
        )
        == 0
    )
    assert closeness("Ett nytt projekt med tydliga behov.", "Nya projekt, tydligt arbete.") == 0


def test_everyday_names_stand_with_concepts_and_none_is_empty() -> None:
    assert all(words(name) for names in EVERYDAY_NAMES.values() for name in names)
    known = {concept.id for concept in concepts() if concept.names is not EVERYDAY_NAMES.get(concept.id)}
    own = {
        "children",
        "inherited",
        "t_cell",
        "stem_cell",
        "umbilical_cord",
        "fat_tissue",
        "university",
        "one_dose",
    }
    assert EVERYDAY_NAMES.keys() - known == own


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("AAV", "adeno-associated virus vector"),
        ("iPSC", "induced pluripotent stem cell"),
        ("FTO", "freedom to operate"),
    ],
)
def test_a_short_form_meets_the_full_name(short: str, full: str) -> None:
    assert closeness(short, full) > 0
    assert closeness(short.lower(), full) > 0


def test_a_short_form_that_is_an_everyday_word_counts_only_in_capitals() -> None:
    assert closeness("the CAT", "Committee for Advanced Therapies") > 0
    assert closeness("the cat", "Committee for Advanced Therapies") == 0


def test_every_name_of_every_shipped_concept_leads_to_it() -> None:
    lexicon = shipped_lexicon()
    for concept in concepts():
        for name in concept.names:
            if words(name):
                assert f"~{concept.id}" in lexicon.vector(name), f"{concept.id}: {name}"


def test_words_that_stand_in_every_text_bring_nothing_closer() -> None:
    assert closeness("the best of what we have", "and that is why you will be with us") == 0


def test_a_rare_word_brings_two_texts_closer_than_a_common_one() -> None:
    assert closeness("patient cerebellum", "cerebellum") > closeness("patient cerebellum", "patient")


def test_a_word_written_again_counts_more_but_less_than_twice() -> None:
    lexicon = Lexicon([])
    once, twice = lexicon.vector("lung bone"), lexicon.vector("lung lung bone")
    assert once["lung"] / once["bone"] < twice["lung"] / twice["bone"] < 2


def test_a_concept_is_one_token_beside_the_words_for_it() -> None:
    lexicon = Lexicon([Concept("brain", ("brain", "hjärna"))])
    assert set(lexicon.vector("hjärnan är sjuk")) == {"~brain", swedish_stem("hjärna"), "sjuk"}
    assert lexicon.named("Brain") == (("brain", "Brain"), ("~brain", "Brain"))


def test_the_longest_name_does_not_hide_the_one_inside() -> None:
    lexicon = Lexicon([Concept("vector", ("vector",)), Concept("viral", ("viral vector",))])
    assert {"~vector", "~viral"} <= set(lexicon.vector("viral vectors"))


def test_shared_words_are_named_as_the_first_text_writes_them_most_telling_first() -> None:
    theses = Closeness(shipped_lexicon(), ["bone", "patients, cerebellum, vectors"])
    shared = theses.shared_words("A vector for the Cerebellum, in patients", 1)
    assert set(shared) == {"vector", "Cerebellum", "patients"}
    assert shared.index("Cerebellum") < shared.index("patients")
    assert theses.shared_words("lung", 0) == ()


@pytest.mark.parametrize(
    ("word", "stem"),
    [("cells", "cell"), ("therapies", "therapy"), ("virus", "virus"), ("gene", "gene"), ("loss", "loss")],
)
def test_english_plurals_lose_their_ending(word: str, stem: str) -> None:
    assert english_stem(word) == stem


@pytest.mark.parametrize(
    "forms",
    [
        ("cell", "celler", "cellerna", "cellen", "cellens"),
        ("hjärna", "hjärnan", "hjärnans", "hjärnor", "hjärnorna"),
        ("allogen", "allogena", "allogent"),
        ("prövning", "prövningar", "prövningen", "prövningarna"),
    ],
)
def test_swedish_forms_of_a_word_meet(forms: tuple[str, ...]) -> None:
    assert len({swedish_stem(form) for form in forms}) == 1


@unhurried
@given(st.text(alphabet="abcdeghinorstäå", max_size=12))
def test_a_stem_has_no_stem_of_its_own(word: str) -> None:
    assert swedish_stem(swedish_stem(word)) == swedish_stem(word)


def test_the_language_is_told_by_its_small_words() -> None:
    assert is_swedish(words("Vi söker bolag som arbetar med celler")) is True
    assert is_swedish(words("We look for companies that work with cells")) is False
    assert is_swedish(words("AAV")) is None
