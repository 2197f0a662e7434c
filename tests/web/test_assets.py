"""Static files: packed for browsers that take them so, kept for as long as their address does not change."""

import gzip

import pytest
from flask import Flask

from portal.web.assets import content_of
from tests.client import PageClient

TEXTS = ("css/portal.css", "vendor/tabler/tabler.min.css", "js/main.js", "vendor/tabler-icons/icons.svg")


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_goes_out_packed_and_unpacks_to_what_it_is(app: Flask, client: PageClient, name: str) -> None:
    plain = client.get(f"/static/{name}")
    packed = client.get(f"/static/{name}", headers={"Accept-Encoding": "br, gzip"})
    folder = str(app.static_folder)
    assert plain.get_data() == gzip.decompress(packed.get_data()) == content_of(folder, name)
    assert plain.headers.get("Content-Encoding") is None
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.get_data()) < len(plain.get_data()) * 0.8
    assert packed.mimetype == plain.mimetype
    assert all("Accept-Encoding" in answer.headers["Vary"] for answer in (plain, packed))
    assert packed.headers["ETag"] != plain.headers["ETag"]


def test_who_refuses_gzip_gets_a_text_as_it_is(client: PageClient) -> None:
    answer = client.get("/static/js/main.js", headers={"Accept-Encoding": "gzip;q=0"})
    assert answer.headers.get("Content-Encoding") is None


def test_a_text_that_has_not_changed_is_not_sent_again(client: PageClient) -> None:
    packs = {"Accept-Encoding": "gzip"}
    tag = client.get("/static/js/main.js", headers=packs).headers["ETag"]
    again = client.get("/static/js/main.js", headers={**packs, "If-None-Match": tag})
    assert again.status_code == 304
    assert again.get_data() == b""


@pytest.mark.parametrize("name", ["css/none.css", "../portal/app.css", "..%2fwsgi.py", "css"])
def test_what_is_no_static_file_is_not_found(client: PageClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_a_page_is_never_packed(client: PageClient) -> None:
    answer = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert answer.headers.get("Content-Encoding") is None
