"""Which files are taken, and under which name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.files.detecting import kind_of
from portal.files.rules import (
    KINDS,
    LONGEST_NAME,
    ending_of,
    largest_file,
    reasons_against,
    tidy_name,
)
from tests.files import samples


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (samples.PDF, "pdf"),
        (samples.PNG, "png"),
        (samples.JPEG, "jpeg"),
        (samples.DOCX, "docx"),
        (samples.workbook(), "xlsx"),
        (samples.PPTX, "pptx"),
        (samples.ODT, "odt"),
        (samples.ODS, "ods"),
        (samples.TEXT, "text"),
        (b"\xef\xbb\xbfa;b\r\n", "text"),
        (b"ID;name\n1;x\n", "text"),
    ],
)
def test_every_kind_is_known_by_its_bytes(content: bytes, kind: str) -> None:
    assert kind_of(content) == kind


@pytest.mark.parametrize(
    "content",
    [
        samples.PROGRAM,
        samples.PAGE,
        samples.PICTURE_WITH_SCRIPT,
        samples.WITH_MACROS,
        samples.archive({"readme.txt": b"x"}),
        samples.archive({"mimetype": b"application/epub+zip"}),
        samples.DOCX[:-30],
        b"PK\x03\x04 no archive",
        b"text with a \x00 in it",
        "Åäö".encode("latin-1"),
        b"\x7fELF\x02\x01\x01",
        b"#!/bin/sh\x00\nrm",
    ],
)
def test_what_is_not_taken_has_no_kind(content: bytes) -> None:
    assert kind_of(content) is None


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("C:\\Users\\eva\\report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("...hidden.pdf", "hidden.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
        ("  två   ord .pdf ", "två ord.pdf"),
        ('what?"<b>|.pdf', "what b.pdf"),
        ("", "file"),
        (".pdf", "pdf"),
        ("///", "file"),
        ("\u202efdp.exe", "fdp.exe"),
    ],
)
def test_a_name_is_tidied(given_name: str, kept: str) -> None:
    assert tidy_name(given_name) == kept


@given(st.text(max_size=400))
def test_a_tidied_name_fits_every_system_and_stays_as_it_is(given_name: str) -> None:
    name = tidy_name(given_name)
    assert 0 < len(name) <= LONGEST_NAME
    assert name.isprintable()
    assert not set(name) & set('/\\:*?"<>|')
    assert not name.startswith(".")
    assert tidy_name(name) == name


@pytest.mark.parametrize(
    ("name", "size", "kind", "code"),
    [
        ("a.pdf", 0, None, "file_empty"),
        ("a.pdf", 101, "pdf", "file_too_large"),
        ("a.exe", 10, None, "file_kind_not_taken"),
        ("a.exe", 10, "pdf", "file_kind_not_taken"),
        ("a", 10, "text", "file_kind_not_taken"),
        ("a.png", 10, "pdf", "file_not_what_it_says"),
        ("a.docx", 10, "xlsx", "file_not_what_it_says"),
    ],
)
def test_a_file_that_is_not_taken_is_told_why(name: str, size: int, kind: str | None, code: str) -> None:
    assert [reason.code for reason in reasons_against(name, size=size, largest=100, kind=kind)] == [code]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_whose_name_says_what_it_is_is_taken(kind: str) -> None:
    for ending in KINDS[kind][1]:
        name = f"Report.{ending.upper()}"
        assert ending_of(name) == ending
        assert reasons_against(name, size=100, largest=100, kind=kind) == []


def test_a_request_has_room_for_words_beside_the_file() -> None:
    assert largest_file(12 * 1024 * 1024) == 11 * 1024 * 1024
    assert largest_file(1024) == 512
