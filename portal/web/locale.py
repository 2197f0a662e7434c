"""In which language, time zone and theme a reader sees the portal."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.support import NullTranslations
from flask import Flask, g, request
from flask_babel import Babel, Domain, force_locale, get_locale
from flask_login import current_user

from portal.web.cookies import kept

LANGUAGES = {"en": "English", "sv": "Svenska"}
THEMES = ("auto", "light", "dark")
LANGUAGE_COOKIE, THEME_COOKIE = "language", "theme"
HOME_ZONE = "Europe/Stockholm"


class Words(Domain):
    """The portal's words in each language; a page asks for them at every sentence, so that finding them must cost little."""

    def __init__(self, *, domain: str) -> None:
        """Begin with no language."""
        super().__init__(domain=domain)
        self._known: dict[Locale | None, NullTranslations] = {}

    def get_translations(self) -> NullTranslations:
        """Return the words in the reader's language."""
        locale = get_locale()
        found = self._known.get(locale)
        if found is None:
            found = self._known[locale] = super().get_translations()
        return found


def init_app(app: Flask) -> None:
    """Choose language and zone for each request: the person's own, then the cookie, then the browser's."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "en")
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", "translations")
    babel = Babel(app, locale_selector=_chosen_language, timezone_selector=time_zone)
    babel.domain_instance = Words(domain="messages")
    # Jinja looks up what `_` stands for anew at each of its calls, of which a page has thousands.
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"]


def language() -> str:
    """Return the code of the language in which is written now: the reader's, chosen once for a page."""
    locale = get_locale()
    return "en" if locale is None else str(locale.language)


def _chosen_language() -> str:
    chosen = kept(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return chosen
    if current_user and current_user.is_authenticated and current_user.language in LANGUAGES:
        return str(current_user.language)
    return request.accept_languages.best_match(list(LANGUAGES), default="en") or "en"


def theme() -> str:
    """Return the theme that the reader chose here or in their account, or "auto" where the system's holds."""
    chosen = kept(THEME_COOKIE)
    if chosen not in THEMES and current_user and current_user.is_authenticated:
        chosen = current_user.theme
    return str(chosen) if chosen in THEMES else "auto"


def time_zone() -> str:
    """Return the name of the reader's time zone."""
    if "reader_zone" in g:
        return str(g.reader_zone)
    if current_user and current_user.is_authenticated:
        return str(current_user.time_zone)
    return HOME_ZONE


@contextmanager
def read_by(language: str, zone: str) -> Iterator[None]:
    """Write for somebody who is not the visitor: in their language, and by the clock on their wall."""
    before = g.get("reader_zone")
    g.reader_zone = zone
    try:
        with force_locale(language):
            yield
    finally:
        g.pop("reader_zone")
        if before is not None:
            g.reader_zone = before


def local(moment: datetime, zone: str) -> datetime:
    """Return a moment as the clock on the wall of a zone shows it."""
    return moment.astimezone(ZoneInfo(zone))


def from_local(wall: datetime, zone: str) -> datetime:
    """Return the moment in UTC at which a zone's wall clock shows a naive time."""
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
