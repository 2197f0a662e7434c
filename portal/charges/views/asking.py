"""What an address asks of a basis: a period, a customer, a currency; what can't be meant is left out, and said."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

import flask
from flask_babel import gettext as _

from portal.charges.rules import LONGEST_DAYS
from portal.partners.rules.values import CURRENCIES
from portal.web.asking import day_asked
from portal.web.filters import day
from portal.web.forms import tidy


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A period, and in which currency its sums are wanted besides their own."""

    first: date
    last: date
    currency: str | None
    ignored: list[str]

    @property
    def period(self) -> str:
        """Return the period in words."""
        return _("%(first)s to %(last)s", first=day(self.first), last=day(self.last))

    @property
    def mark(self) -> str:
        """Return the period as part of a file's name."""
        return f"{self.first}-{self.last}"


def read_period(today: date) -> Asked:
    """Return what the address asks for; without days, the present month and the one before."""
    ignored: list[str] = []
    this_month = today.replace(day=1)
    first = day_asked(flask.request.args, "from", _("From"), ignored) or (
        this_month - timedelta(days=1)
    ).replace(day=1)
    next_month = (this_month + timedelta(days=31)).replace(day=1)
    last = day_asked(flask.request.args, "to", _("To"), ignored) or max(first, next_month - timedelta(days=1))
    if last < first:
        ignored.append(_("To: the last day lies before the first, and was left out."))
        last = first
    if (last - first).days >= LONGEST_DAYS:
        last = first + timedelta(days=LONGEST_DAYS - 1)
        ignored.append(_("To: a year is shown at most, up to %(last)s.", last=day(last)))
    return Asked(first=first, last=last, currency=_one("currency", CURRENCIES), ignored=ignored)


def read_customer(known: Collection[int]) -> int | None:
    """Return the customer that the address asks for, if it is one of these."""
    found = _one("customer", {str(one) for one in known})
    return int(found) if found else None


def _one(name: str, known: Collection[str]) -> str | None:
    written = tidy(flask.request.args.get(name, ""))
    return written if written in known else None
