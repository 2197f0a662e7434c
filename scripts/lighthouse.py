"""What Lighthouse says of the portal: every role's home, and the pages that anyone may read, as docs/lighthouse.md.

`python scripts/lighthouse.py` starts a portal of its own with demo data; `--address` measures one that runs already, in
demo mode. Needs Chromium and npm, which fetches the pinned Lighthouse; `--lighthouse` names one that is there already.
It is a tool for people and no part of `make test`: its figures depend on what else the machine does.
"""

import argparse
import http.cookiejar
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "lighthouse.md"
PINNED = "12.8.2"
DEMO_PASSWORD = "atmp-portal-demo"  # noqa: S105  (every demo portal shows it)
AIM = 95
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
ROLES = ("founder", "manager", "qa", "qp", "adviser", "investor", "provider", "analyst", "admin")
PUBLIC = (
    "/",
    "/facilities",
    "/facilities/lund_pre_gmp",
    "/pipeline",
    "/support",
    "/steps",
    "/glossary",
    "/help",
)
CHROMIUM = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


Report = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Measured:
    """The scores of a page, and the audits that took points from them."""

    page: str
    scores: dict[str, int]
    lost: tuple[str, ...]
    version: str
    browser: str


def main() -> None:
    """Measure every page and write down what came out; the exit code says whether all reach the aim."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--address", help="a portal in demo mode that runs already")
    parser.add_argument("--lighthouse", default=f"npx --yes lighthouse@{PINNED}", help="how to call it")
    parser.add_argument(
        "--tries", type=int, default=3, help="so often a page below the aim is measured again"
    )
    parser.add_argument("--only", action="append", help="a role or a path; may be given again")
    arguments = parser.parse_args()
    command = arguments.lighthouse.split()
    with _portal(arguments.address) as address:
        found = [
            _best_of(arguments.tries, command, address, page)
            for page in (*PUBLIC, *ROLES)
            if not arguments.only or page in arguments.only
        ]
    if not arguments.only:
        PAGE.write_text(_written(found, tries=arguments.tries), encoding="utf-8")
    sys.exit(any(score < AIM for one in found for score in one.scores.values()))


@contextmanager
def _portal(address: str | None) -> Iterator[str]:
    """Give the address of a portal in demo mode."""
    if address is not None:
        yield address.rstrip("/")
        return
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PORTAL_MODE": "demo", "PORTAL_INSTANCE": folder}
        for setting in ("DATABASE_URL", "PORTAL_BASE_URL"):
            environment.pop(setting, None)
        run = [sys.executable, "-m", "portal.cli", "run", "--port", str(port)]
        portal = subprocess.Popen(run, env=environment, cwd=ROOT)
        try:
            yield _when_it_answers(f"http://127.0.0.1:{port}", portal)
        finally:
            portal.terminate()
            portal.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _when_it_answers(address: str, portal: subprocess.Popen[bytes]) -> str:
    for _ in range(600):
        if portal.poll() is not None:
            raise SystemExit("The portal did not start.")
        try:
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310  (our own address)
        except (urllib.error.URLError, TimeoutError):
            time.sleep(1)
        else:
            return address
    raise SystemExit("The portal did not answer.")


def _best_of(tries: int, command: Sequence[str], address: str, page: str) -> Measured:
    """Return the best of so many measurements, of one alone where that reaches the aim; one that fails is made again."""
    found: list[Measured] = []
    for _ in range(tries):
        try:
            found.append(_measured(command, address, page))
        except subprocess.CalledProcessError as failed:
            sys.stderr.write(f"{page}: {failed}\n")
        if found and min(found[-1].scores.values()) >= AIM:
            break
    if not found:
        raise SystemExit(f"{page} could not be measured.")
    best = max(found, key=lambda one: sum(one.scores.values()))
    sys.stdout.write(f"{page}: {best.scores} {'; '.join(best.lost)}\n")
    sys.stdout.flush()
    return best


def _measured(command: Sequence[str], address: str, page: str) -> Measured:
    """Return what Lighthouse says of a public page, or of the home of a role."""
    is_public = page.startswith("/")
    asked = CATEGORIES if is_public else CATEGORIES[:3]
    headers = {} if is_public else {"Cookie": _signed_in(address, f"{page}@demo.example")}
    done = subprocess.run(
        [
            *command,
            address + (page if is_public else "/"),
            "--quiet",
            "--output=json",
            f"--only-categories={','.join(asked)}",
            f"--chrome-flags={CHROMIUM}",
            f"--extra-headers={json.dumps(headers)}",
        ],
        check=True,
        stdout=subprocess.PIPE,
        env={**os.environ, "CHROME_PATH": os.environ.get("CHROME_PATH") or shutil.which("chromium") or ""},
    )
    report = json.loads(done.stdout)
    return Measured(
        page=page,
        scores={name: round(100 * (report["categories"][name]["score"] or 0)) for name in asked},
        lost=tuple(_lost(report)),
        version=report["lighthouseVersion"],
        browser=report["environment"]["hostUserAgent"],
    )


def _lost(report: Report) -> Iterator[str]:
    """Say which audits that count were not passed in full."""
    audits = report["audits"]
    for category in report["categories"].values():
        for reference in category["auditRefs"]:
            audit = audits[reference["id"]]
            if reference["weight"] and audit["score"] is not None and audit["score"] < 1:
                yield " ".join([audit["title"], audit.get("displayValue", "")]).strip()


def _signed_in(address: str, email: str) -> str:
    """Sign in as a demo person and return the cookies to send."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = browser.open(f"{address}/login").read().decode()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    if token is None:
        raise SystemExit("The page where one signs in has no token.")
    typed = {"email": email, "password": DEMO_PASSWORD, "csrf_token": token[1]}
    answer = browser.open(f"{address}/login", urllib.parse.urlencode(typed).encode())
    if answer.url.endswith("/login"):
        raise SystemExit(f"{email} can't sign in: is this portal in demo mode?")
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def _written(found: Sequence[Measured], *, tries: int) -> str:
    """Return the page of docs."""
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    browser = re.search(r"Chrome/[\d.]+", found[0].browser)
    how = (
        f"`python scripts/lighthouse.py`, {datetime.now(UTC):%Y-%m-%d}: Lighthouse {found[0].version}, "
        f"{browser[0] if browser else 'Chromium'}, its default phone on a slow line, gunicorn on the same machine; "
        f"a page below the aim was measured up to {tries} times; load at the end {load} on {os.cpu_count()} cores. The aim is {AIM}; search engines see only public pages."
    )
    heads = "| page | performance | accessibility | best practices | search | what took points |"
    lines = ["# Lighthouse", "", how, "", heads, "| --- | ---: | ---: | ---: | ---: | --- |"]
    for one in found:
        name = f"`{one.page}`" if one.page.startswith("/") else f"home of {one.page}"
        scores = " | ".join(str(one.scores.get(category, "–")) for category in CATEGORIES)
        lines.append(f"| {name} | {scores} | {'; '.join(one.lost) or '–'} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
