"""What a teaser gives away: names in whatever spelling, numbers by which anybody finds its project, and ways to reach its people."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from portal.core.errors import Reason

SHORTEST = 4
"""A shorter name stands in other words too often to warn of it."""

LEGAL_FORMS = re.compile(
    r"[\s,]+(?:aktiebolag|ab|publ|\(publ\)|hb|kb|a/s|as|asa|aps|oy|oyj|ehf|hf|ltd|limited|plc|llc|inc|corp|gmbh|ag|ug|"
    r"bv|b\.v\.|nv|n\.v\.|sa|s\.a\.|sas|srl|spa|sl)\.?$",
    re.IGNORECASE,
)

NUMBERS = re.compile(
    r"\bNCT ?\d{8}\b|\b20\d\d-\d{6}-\d\d(?:-\d\d)?\b|\bISRCTN ?\d{6,}\b|\bDRKS ?\d{6,}\b|\bACTRN ?\d{8,}p?\b|\bChiCTR[-\w]{6,}"
    r"|\b(?:PCT/)?(?:WO|EP|US|SE|DK|NO|FI|DE|GB|JP|CN)[ /]?\d[\d ,./]{4,}\d(?: ?[A-C]\d?\b)?"
    r"|\b(?i:patent(?:s|et)?(?: ?(?:application|ansökan))?(?: ?(?:no|nr|number|nummer)\.?)?):? ?\d[\d ,./-]{4,}\d"
    r"|\b10\.\d{4,9}/[^\s;,]+"
)
"""Numbers of trials, patents and publications."""

CONTACTS = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\bhttps?://\S+|\bwww\.\S+|\b[\w-]+\.(?:com|se|eu|dk|no|fi|org|bio|io)\b"
)
"""Addresses of mail and of pages."""


def given_away(teaser: str, *, names: Mapping[str, Iterable[str | None]]) -> Iterator[Reason]:
    """Yield each thing in a teaser that tells who is behind it: a name, by what it names, a number, or an address.

    A name is found in whatever case and spacing, an organisation also without its legal form, a person also by the last name.
    """
    text = unicodedata.normalize("NFKC", teaser)
    for what, found in names.items():
        for name in sorted({name for name in found if name}):
            if any(_stands_in(part, text) for part in _forms(what, name)):
                yield Reason("teaser_names", {"what": what, "name": name})
    for number in NUMBERS.finditer(text):
        yield Reason("teaser_has_number", {"number": number[0].strip()})
    for contact in CONTACTS.finditer(text):
        yield Reason("teaser_has_contact", {"contact": contact[0].rstrip(".,;)")})


def _forms(what: str, name: str) -> Iterator[str]:
    """Yield a name as it stands, and as people shorten it."""
    tidy = " ".join(unicodedata.normalize("NFKC", name).split())
    yield tidy
    if what == "organisation":
        yield LEGAL_FORMS.sub("", LEGAL_FORMS.sub("", tidy))
    if what == "person" and " " in tidy:
        yield tidy.rpartition(" ")[2]


def _stands_in(name: str, text: str) -> bool:
    if len(name) < SHORTEST:
        return False
    spelled = r"[\s\-‐‑–_]*".join(re.escape(part) for part in re.split(r"[\s\-‐‑–_]+", name))
    return re.search(rf"(?<!\w){spelled}s?(?!\w)", text, re.IGNORECASE) is not None
