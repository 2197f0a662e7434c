"""A Chromium for tests, and a server on this machine for it to visit."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 60_000
"""How long a page may take to become what is expected of it, in milliseconds: a busy machine is slow, not wrong."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give the system's Chromium, or else the one that Playwright has fetched, without a window."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve an application on a free port of this machine, and give its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def awake(page: Page) -> Page:
    """Wait until every part of a page has its script, so that it answers to pointer and keys."""
    page.wait_for_load_state()
    page.wait_for_selector("[data-part]", state="detached")
    return page
