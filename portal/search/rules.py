"""Words as they are compared, and what somebody asks for."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

LONGEST_TERM = 40
MOST_WORDS = 8
LONGEST_QUESTION = 200
WORD = re.compile(r"[^\W_]+")
LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i"})
"""Letters that are not taken apart into a plain one and a sign."""
COMMON = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "by",
        "for",
        "from",
        "in",
        "is",
        "of",
        "on",
        "or",
        "the",
        "to",
        "with",
        "av",
        "att",
        "de",
        "den",
        "det",
        "en",
        "ett",
        "för",
        "från",
        "i",
        "med",
        "och",
        "om",
        "på",
        "som",
        "till",
        "är",
    ]
)
"""Words that nearly every text has; they are not looked for where anything else is asked."""


def folded(text: str) -> str:
    """Return a text in small letters and without diacritics; folding it again changes nothing."""
    small = unicodedata.normalize("NFKD", text).casefold()
    apart = unicodedata.normalize("NFKD", small)
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).translate(LETTERS)


def terms_of(texts: Iterable[str]) -> set[str]:
    """Return the terms of texts: every word, and what is written in one with dashes or dots also as one word."""
    return {term[:LONGEST_TERM] for text in texts for term in _terms(folded(text))}


def words_asked(question: str) -> tuple[str, ...]:
    """Return the words of a question that must all be found, the first of each only once."""
    found = dict.fromkeys(word[:LONGEST_TERM] for word in WORD.findall(folded(question[:LONGEST_QUESTION])))
    telling = [word for word in found if word not in FOLDED_COMMON]
    return tuple(telling or found)[:MOST_WORDS]


def has_all(terms: Iterable[str], words: Iterable[str]) -> bool:
    """Say whether each word is the beginning of some term."""
    known = tuple(terms)
    return all(any(term.startswith(word) for term in known) for word in words)


def excerpt(text: str, words: Iterable[str], *, length: int = 180) -> str:
    """Return the part of a text in which the first of the words is found, or its beginning."""
    plain = " ".join(text.split())
    if len(plain) <= length:
        return plain
    asked = tuple(words)
    starts = (match.start() for match in WORD.finditer(plain) if folded(match[0]).startswith(asked))
    begin = max(0, next(starts, 0) - length // 3)
    if begin:
        begin = plain.find(" ", begin) + 1
    part = plain[begin : begin + length]
    end = begin + len(part)
    if end < len(plain):
        part = part[: part.rfind(" ")] if " " in part else part
    return f"{'… ' if begin else ''}{part}{' …' if end < len(plain) else ''}"


def _terms(text: str) -> Iterator[str]:
    for chunk in text.split():
        words = WORD.findall(chunk)
        yield from words
        if len(words) > 1:
            yield "".join(words)


FOLDED_COMMON = frozenset(folded(word) for word in COMMON)
