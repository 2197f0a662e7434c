"""The browser packages that the portal ships: fetched with npm, pinned, and checked file by file.

`python scripts/vendor.py` fetches every package anew and refuses a file that changed under an unchanged version.
`python scripts/vendor.py --check` fetches nothing and compares the shipped files with the recorded checksums.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
TEST_VENDOR = ROOT / "tests" / "vendor"
SVG = "http://www.w3.org/2000/svg"

MIT = """MIT License

Copyright (c) {holders}

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""

ICONS = (
    "alert-triangle",
    "arrow-right",
    "bell",
    "building",
    "calendar",
    "check",
    "chevron-down",
    "chevron-left",
    "chevron-right",
    "clock",
    "copy",
    "device-desktop",
    "dots",
    "download",
    "file-text",
    "filter",
    "info-circle",
    "language",
    "lock",
    "logout",
    "mail",
    "menu-2",
    "moon",
    "pencil",
    "plus",
    "printer",
    "search",
    "sun",
    "trash",
    "upload",
    "user",
    "x",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One npm package: its pinned version, its licence, and which of its files go where."""

    npm: str
    version: str
    licence: str
    folder: Path
    files: Mapping[str, str] = field(default_factory=dict)
    """Path in the package -> name in the folder."""
    icons: Sequence[str] = ()
    """Names of icons that go into one sprite."""
    mit_holders: str = ""
    """Who holds the copyright, for an MIT package that ships no licence file of its own."""


PACKAGES = (
    Package(
        npm="@tabler/core",
        version="1.6.1",
        licence="MIT",
        folder=VENDOR / "tabler",
        files={"dist/css/tabler.min.css": "tabler.min.css"},
        mit_holders="2018-2026 The Tabler Authors, codecalm.net Paweł Kuna",
    ),
    Package(
        npm="htmx.org",
        version="2.0.11",
        licence="0BSD",
        folder=VENDOR / "htmx",
        files={"dist/htmx.min.js": "htmx.min.js", "LICENSE": "LICENSE"},
    ),
    Package(
        npm="@fontsource-variable/inter",
        version="5.3.0",
        licence="OFL-1.1",
        folder=VENDOR / "inter",
        files={
            "files/inter-latin-wght-normal.woff2": "inter-variable.woff2",
            "files/inter-latin-ext-wght-normal.woff2": "inter-variable-ext.woff2",
            "LICENSE": "LICENSE",
        },
    ),
    Package(
        npm="@tabler/icons",
        version="3.52.0",
        licence="MIT",
        folder=VENDOR / "tabler-icons",
        files={"LICENSE": "LICENSE"},
        icons=ICONS,
    ),
    Package(
        npm="axe-core",
        version="4.14.1",
        licence="MPL-2.0",
        folder=TEST_VENDOR / "axe-core",
        files={
            "axe.min.js": "axe.min.js",
            "LICENSE": "LICENSE",
            "LICENSE-3RD-PARTY.txt": "LICENSE-3RD-PARTY.txt",
        },
    ),
)


class VendorError(Exception):
    """A package that is not what was pinned."""


def sprite(drawings: Mapping[str, bytes]) -> bytes:
    """Return one SVG file that holds each named drawing as a symbol `i-<name>`."""
    ET.register_namespace("", SVG)
    whole = ET.Element(f"{{{SVG}}}svg")
    for name, drawing in sorted(drawings.items()):
        source = ET.fromstring(drawing)  # noqa: S314 - the package is pinned by checksum
        kept = {key: source.attrib[key] for key in source.attrib if key not in {"width", "height", "class"}}
        symbol = ET.SubElement(whole, f"{{{SVG}}}symbol", {"id": f"i-{name}", **kept})
        symbol.extend(part for part in source if part.get("stroke") != "none")
    ET.indent(whole)
    return ET.tostring(whole, encoding="unicode").encode() + b"\n"


def fetched(package: Package, scratch: Path) -> dict[str, bytes]:
    """Return the files of a package under the names that they get here."""
    print(f"{package.npm} {package.version}")
    packed = subprocess.run(
        ["npm", "pack", "--silent", "--pack-destination", str(scratch), f"{package.npm}@{package.version}"],
        check=True,
        capture_output=True,
        text=True,
    )
    with tarfile.open(scratch / packed.stdout.split()[-1]) as archive:

        def content(path: str) -> bytes:
            member = archive.extractfile(f"package/{path}")
            if member is None:
                raise VendorError(f"{package.npm} holds no file {path}")
            return member.read()

        files = {name: content(path) for path, name in package.files.items()}
        if package.icons:
            drawings = {name: content(f"icons/outline/{name}.svg") for name in package.icons}
            files["icons.svg"] = sprite(drawings)
    if package.mit_holders:
        files["LICENSE"] = MIT.format(holders=package.mit_holders).encode()
    return files


def recorded(folder: Path) -> dict[str, dict[str, object]]:
    """Return what VERSIONS.json in a folder says of its packages, by name."""
    path = folder / "VERSIONS.json"
    if not path.exists():
        return {}
    packages: dict[str, dict[str, object]] = json.loads(path.read_text())
    return packages


def record_of(package: Package, files: Mapping[str, bytes]) -> dict[str, object]:
    """Return what VERSIONS.json keeps of a package."""
    checksums = {
        f"{package.folder.name}/{name}": hashlib.sha256(content).hexdigest()
        for name, content in sorted(files.items())
    }
    return {"version": package.version, "licence": package.licence, "sha256": checksums}


def refuse_changed_files(package: Package, new: dict[str, object], old: dict[str, object] | None) -> None:
    """Raise `VendorError` if upstream's files differ although the version is the same.

    The sprite may differ: which icons it holds is ours to choose.
    """
    if old is None or old["version"] != new["version"] or package.icons:
        return
    if old["sha256"] != new["sha256"]:
        raise VendorError(f"{package.npm} {package.version} is not what it was when it was pinned")


def fetch() -> None:
    """Fetch every package, replace its folder, and record the checksums."""
    versions: dict[Path, dict[str, dict[str, object]]] = {VENDOR: {}, TEST_VENDOR: {}}
    with tempfile.TemporaryDirectory() as scratch:
        for package in PACKAGES:
            files = fetched(package, Path(scratch))
            home = package.folder.parent
            record = record_of(package, files)
            refuse_changed_files(package, record, recorded(home).get(package.npm))
            versions[home][package.npm] = record
            shutil.rmtree(package.folder, ignore_errors=True)
            package.folder.mkdir(parents=True)
            for name, content in files.items():
                (package.folder / name).write_bytes(content)
    for home, packages in versions.items():
        (home / "VERSIONS.json").write_text(json.dumps(packages, indent=2, ensure_ascii=False) + "\n")


def problems() -> list[str]:
    """Return each way in which the shipped files differ from what is pinned and recorded."""
    found: list[str] = []
    for package in PACKAGES:
        home = package.folder.parent
        record = recorded(home).get(package.npm)
        if record is None or record["version"] != package.version:
            found.append(f"{package.npm} {package.version} is pinned but not the version that is shipped")
            continue
        expected = record["sha256"]
        shipped = {
            f"{package.folder.name}/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(package.folder.iterdir())
        }
        if shipped != expected:
            found.append(f"{package.folder.relative_to(ROOT)} does not hold the files that were recorded")
    return found


def main() -> int:
    """Fetch the packages, or check what is shipped; return 1 if something is wrong."""
    parser = argparse.ArgumentParser(description="Fetch or check the browser packages that the portal ships.")
    parser.add_argument("--check", action="store_true", help="compare the shipped files with their checksums")
    if not parser.parse_args().check:
        try:
            fetch()
        except (VendorError, OSError, KeyError, subprocess.CalledProcessError) as error:
            print(f"Nothing more was fetched: {error}", file=sys.stderr)
            return 1
    found = problems()
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
