"""How roles, kinds of organisation and countries are called; the wording is the shared vocabulary's, handed over by the app."""

from collections.abc import Callable
from functools import cache

from babel import Locale
from flask import Flask, current_app
from flask_babel import get_locale
from flask_babel import gettext as _

from portal.accounts.models import OrganisationKind, SignInMeans
from portal.core.actors import Role

Wording = Callable[[str, str, str], str]
EXTENSION = "portal_accounts_wording"
NOT_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


def init_app(app: Flask, wording: Wording) -> None:
    """Say how a word of a list is called in a language: `wording("role", "founder", "sv")`."""
    app.extensions[EXTENSION] = wording


def role_label(role: Role) -> str:
    """Return how a role is called in the reader's language."""
    return _word("role", role.value)


def kind_label(kind: OrganisationKind) -> str:
    """Return how a kind of organisation is called in the reader's language."""
    return _word("organisation_kind", kind.value)


def country_label(code: str) -> str:
    """Return how a country is called in the reader's language; an unknown code stands for itself."""
    return dict(country_choices()).get(code, code)


def country_choices() -> list[tuple[str, str]]:
    """Return all countries as pairs of code and name, in the alphabet of the reader's language."""
    return _countries(str(get_locale()))


def browser_label(name: str | None, system: str | None) -> str:
    """Return what a browser is called, as far as it said so."""
    if name and system:
        return _("%(browser)s on %(system)s", browser=name, system=system)
    return name or system or _("A browser that does not say what it is")


def means_label(means: SignInMeans) -> str:
    """Return with what somebody has signed in."""
    return {
        SignInMeans.PASSWORD: _("with the password"),
        SignInMeans.CODE: _("with the password and a code"),
        SignInMeans.RECOVERY_CODE: _("with the password and a recovery code"),
        SignInMeans.PASSKEY: _("with a passkey"),
        SignInMeans.INVITATION: _("by an invitation"),
    }[means]


@cache
def _countries(language: str) -> list[tuple[str, str]]:
    names: dict[str, str] = dict(Locale.parse(language).territories)
    found = [
        (code, name)
        for code, name in names.items()
        if len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES
    ]
    return sorted(found, key=lambda pair: _in_alphabet(pair[1], language))


def _in_alphabet(name: str, language: str) -> str:
    last = {"å": "z1", "ä": "z2", "ö": "z3"} if language.startswith("sv") else {"å": "a", "ä": "a", "ö": "o"}
    return "".join(last.get(letter, letter) for letter in name.casefold())


def _word(list_name: str, word: str) -> str:
    wording: Wording = current_app.extensions[EXTENSION]
    return wording(list_name, word, str(get_locale()))
