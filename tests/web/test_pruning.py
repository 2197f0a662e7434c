"""Of the library's style sheet nothing goes missing that a page names."""

import re
from pathlib import Path

import pytest

from portal.web.pruning import Vocabulary, pruned
from tests.client import PageClient

ROOT = Path(__file__).resolve().parents[2]
SHEET = (ROOT / "static/vendor/tabler/tabler.min.css").read_text()
CLASS = re.compile(r"\.([A-Za-z_][\w-]*)")


@pytest.mark.parametrize(
    ("sheet", "kept"),
    [
        (".btn{color:red}.card{color:blue}", ".btn{color:red}"),
        (".btn,.card .btn,a{color:red}", ".btn,a{color:red}"),
        (".btn:not(.card){color:red}", ".btn:not(.card){color:red}"),
        (":is(.btn,.card) p{color:red}", ":is(.btn,.card) p{color:red}"),
        (".is-firm{color:red}.as-firm{color:red}", ".is-firm{color:red}"),
        ("@media print{.card{color:red}.btn{color:red}}", "@media print{.btn{color:red}}"),
        ("@media print{.card{color:red}}", ""),
        ("@keyframes card{from{top:0}to{top:1px}}", "@keyframes card{from{top:0}to{top:1px}}"),
        ('@charset "UTF-8";:root{--a:1}', '@charset "UTF-8";:root{--a:1}'),
        ('.btn{content:"}"}.card{content:"{"}', '.btn{content:"}"}'),
        ("/* .btn{} */.btn{color:red}", ".btn{color:red}"),
        ('[data-theme="a,b"] .btn,.card{color:red}', '[data-theme="a,b"] .btn{color:red}'),
    ],
)
def test_a_rule_stays_if_something_on_a_page_can_match_it(sheet: str, kept: str) -> None:
    assert pruned(sheet, Vocabulary(['<a class="btn is-{{ kind }}">'])) == kept


def test_who_knows_every_word_keeps_the_whole_sheet() -> None:
    whole, kept = (
        "".join(re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL).split())
        for sheet in (SHEET, pruned(SHEET, Vocabulary([SHEET])))
    )
    assert kept == whole


def test_the_licence_of_the_library_goes_out_with_it() -> None:
    assert "Licensed under MIT" in pruned(SHEET, Vocabulary([""]))


def test_every_class_that_a_template_names_goes_out_as_the_library_wrote_it(client: PageClient) -> None:
    sent = client.get("/static/vendor/tabler/tabler.min.css").get_data(as_text=True)
    templates = " ".join(path.read_text() for path in ROOT.glob("templates/**/*.html"))
    named = {
        word for value in re.findall(r'class="([^"]*)"', templates) for word in re.findall(r"[\w-]+", value)
    }
    known = named & set(CLASS.findall(SHEET))
    assert known > {"btn", "form-control", "table"}
    assert known <= set(CLASS.findall(sent))
    assert len(sent) < len(SHEET) / 2
