"""Sums in another currency, for information, each with its dated rate."""

from collections.abc import Iterable, Mapping

from flask_babel import gettext as _

from portal.charges import words
from portal.charges.rules import Amount, Exchange, exchanged
from portal.charges.views.asking import Asked
from portal.web.filters import money


def in_other(amounts: Iterable[Amount], asked: Asked, rates: Mapping[str, Exchange]) -> list[str]:
    """Return what sums with VAT are in the currency that the address asks for, as sentences."""
    return [
        _in_other(amount, asked.currency, rates)
        for amount in amounts
        if asked.currency is not None and amount.currency != asked.currency
    ]


def _in_other(amount: Amount, currency: str, rates: Mapping[str, Exchange]) -> str:
    given, wanted = rates.get(amount.currency), rates.get(currency)
    if given is None or wanted is None:
        return _(
            "%(amount)s can’t be shown in %(currency)s: nobody has entered a rate for that day.",
            amount=money(amount.gross, amount.currency),
            currency=currency,
        )
    return _(
        "%(amount)s with VAT is %(other)s: %(rate)s.",
        amount=money(amount.gross, amount.currency),
        other=money(exchanged(amount.gross, given, wanted), currency),
        rate=words.exchange(given, wanted),
    )
