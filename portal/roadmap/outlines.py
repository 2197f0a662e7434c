"""Writing an outline as a text document that any office program opens and edits."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from odfdo import Document, Header, List, Paragraph, Span, Style

DOCUMENT_TYPE = "application/vnd.oasis.opendocument.text"
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
BOLD, TEXT = "Stated", "Text_20_body"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A chapter of an outline: what it is about, what is known as pairs, what is listed, and what is to be written."""

    title: str
    words: Sequence[str] = ()
    pairs: Sequence[tuple[str, str]] = ()
    items: Sequence[str] = ()
    to_write: Sequence[str] = ()


def written_outline(title: str, chapters: Sequence[Chapter], *, language: str) -> bytes:
    """Return an outline as an OpenDocument text, in a language that its spelling checker knows."""
    document = Document("text")
    document.language = {"sv": "sv-SE"}.get(language, "en-GB")
    document.meta.title = _plain(title)
    document.insert_style(Style("text", name=BOLD, bold=True), automatic=True)
    body = document.body
    body.clear()
    body.append(Header(1, _plain(title), style="Heading_20_1"))
    for chapter in chapters:
        body.append(Header(2, _plain(chapter.title), style="Heading_20_2"))
        for words in chapter.words:
            body.append(Paragraph(_plain(words), style=TEXT))
        for label, value in chapter.pairs:
            body.append(_pair(_plain(label), _plain(value)))
        if chapter.items:
            body.append(List([_plain(item) for item in chapter.items]))
        for label in chapter.to_write:
            body.append(_pair(_plain(label), "…"))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _pair(label: str, value: str) -> Paragraph:
    paragraph = Paragraph(style=TEXT)
    paragraph.append(Span(f"{label}:", style=BOLD))
    paragraph.append_plain_text(f" {value}")
    return paragraph


def _plain(words: str) -> str:
    """Return words without what a document cannot hold."""
    return NOT_IN_XML.sub("", words)
