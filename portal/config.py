"""Settings: everything that one installation decides, read from the environment once, at the start."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from portal.core.actors import Role
from portal.files.storage import store_for
from portal.mail.transport import transport_for
from portal.matching.meaning import is_installed

MEBIBYTE = 1024 * 1024
NEED_SECOND_FACTOR = "administrator,qa,qp"
"""Whose roles need a second factor in production; in demo nobody's, so that one can look around."""

SUPERVISOR, COMPLAINTS = "Myndigheten för digital förvaltning (Digg)", "https://www.digg.se/tdosanmalan"
"""Who supervises the act on the accessibility of digital public services (2018:1937), and where one tells them."""

DATA_PROTECTION_AUTHORITY = "Integritetsskyddsmyndigheten (IMY)"
"""Who supervises in Sweden how personal data are handled."""

TELEPHONE = re.compile(r"\+?[0-9][0-9 -]{4,30}")

ROOT = Path(__file__).resolve().parent.parent


class Mode(StrEnum):
    """What an installation is for."""

    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


class TextSimilarity(StrEnum):
    """By what the ranking says how close a teaser and a thesis are."""

    WORDS = "words"
    MEANING = "meaning"
    """Words and sentence vectors; needs the extra `embeddings`."""


class SettingsError(Exception):
    """Something in the environment is missing or can't be; says what, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that one installation decides.

    Every field is documented, with its environment variable, in docs/production.md; a test keeps the two alike.
    """

    mode: Mode
    secret_key: str = field(repr=False)
    password_salt: str = field(repr=False)
    database_url: str = field(repr=False)
    base_url: str = "http://127.0.0.1:5000"
    instance: Path = ROOT / "instance"
    portal_name: str = "ATMP portal Skåne"
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str = "ATMP portal <no-reply@localhost>"
    files_url: str | None = field(default=None, repr=False)
    limits_url: str = field(default="memory://", repr=False)
    proxies: int = 0
    contact_email: str | None = None
    operator: str | None = None
    operator_address: str | None = None
    operator_telephone: str | None = None
    data_protection_contact: str | None = None
    data_protection_authority: str = DATA_PROTECTION_AUTHORITY
    legal_basis: str | None = None
    legal_basis_sv: str | None = None
    data_recipients: str | None = None
    data_recipients_sv: str | None = None
    data_retention: str | None = None
    data_retention_sv: str | None = None
    accessibility_assessed_on: date | None = None
    accessibility_updated_on: date | None = None
    accessibility_authority: str = SUPERVISOR
    accessibility_complaints_url: str = COMPLAINTS
    max_upload: int = 12 * MEBIBYTE
    text_similarity: TextSimilarity = TextSimilarity.WORDS
    second_factor_for: frozenset[Role] = frozenset()

    @property
    def trusted_hosts(self) -> list[str] | None:
        """Return the names under which the portal answers; in production only its own, and this machine's."""
        if self.mode is not Mode.PRODUCTION:
            return None
        return [urlsplit(self.base_url).hostname or "", "localhost", "127.0.0.1"]

    @property
    def secure(self) -> bool:
        """Say whether the portal is reached over HTTPS, so that cookies must not travel otherwise."""
        return self.base_url.startswith("https://")

    @property
    def demo(self) -> bool:
        """Say whether demo data and its sign-ins may exist here."""
        return self.mode is not Mode.PRODUCTION


def settings_from(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of this installation.

    Raises `SettingsError` naming every variable that is missing or can't be.
    """
    problems: list[str] = []

    def needed(name: str, *, why: str) -> str:
        value = environment.get(name, "").strip()
        if not value:
            problems.append(f"{name} is not set: {why}")
        return value

    def stated(name: str) -> str | None:
        return environment.get(name, "").strip() or None

    def number(name: str, default: int) -> int:
        value = environment.get(name, "").strip()
        if value and not value.isdecimal():
            problems.append(f"{name} is {value!r}: it must be a whole number, zero or more")
            return default
        return int(value) if value else default

    mode_word = environment.get("PORTAL_MODE", Mode.PRODUCTION.value)
    if mode_word not in set(Mode):
        problems.append(f"PORTAL_MODE is {mode_word!r}: it must be one of {', '.join(Mode)}")
    mode = Mode(mode_word) if mode_word in set(Mode) else Mode.PRODUCTION
    instance = Path(environment.get("PORTAL_INSTANCE", ROOT / "instance")).resolve()
    secret_key = needed("SECRET_KEY", why="it signs sessions; use at least 32 random characters")
    password_salt = needed(
        "SECURITY_PASSWORD_SALT", why="it salts passwords; use at least 32 random characters"
    )
    base_url = environment.get("PORTAL_BASE_URL", "http://127.0.0.1:5000").rstrip("/")
    if mode is Mode.PRODUCTION:
        database_url = needed(
            "DATABASE_URL", why="for instance postgresql+psycopg://user:password@host/portal"
        )
        problems.extend(
            f"{name} is too short: use at least 32 random characters"
            for name, value in (("SECRET_KEY", secret_key), ("SECURITY_PASSWORD_SALT", password_salt))
            if value and len(value) < 32
        )
        if not base_url.startswith("https://"):
            problems.append("PORTAL_BASE_URL must be the https:// address that people type")
    else:
        database_url = environment.get("DATABASE_URL") or f"sqlite:///{instance / 'portal.sqlite'}"
    complaints_url = environment.get("ACCESSIBILITY_COMPLAINTS_URL") or COMPLAINTS
    smtp_url = environment.get("SMTP_URL") or None
    files_url = environment.get("FILES_URL") or None
    problems.extend(_wrong_addresses(instance, smtp_url=smtp_url, files_url=files_url))
    telephone = stated("OPERATOR_TELEPHONE")
    problems.extend(_wrong_contacts(complaints_url=complaints_url, telephone=telephone))
    settings = Settings(
        mode=mode,
        secret_key=secret_key,
        password_salt=password_salt,
        database_url=database_url,
        base_url=base_url,
        instance=instance,
        portal_name=environment.get("PORTAL_NAME", "ATMP portal Skåne"),
        smtp_url=smtp_url,
        mail_from=environment.get("MAIL_FROM", "ATMP portal <no-reply@localhost>"),
        files_url=files_url,
        limits_url=environment.get("LIMITS_URL", "memory://"),
        proxies=number("PROXIES", 0),
        contact_email=stated("CONTACT_EMAIL"),
        operator=stated("PORTAL_OPERATOR"),
        operator_address=stated("OPERATOR_ADDRESS"),
        operator_telephone=telephone,
        data_protection_contact=stated("DATA_PROTECTION_CONTACT"),
        data_protection_authority=stated("DATA_PROTECTION_AUTHORITY") or DATA_PROTECTION_AUTHORITY,
        legal_basis=stated("LEGAL_BASIS"),
        legal_basis_sv=stated("LEGAL_BASIS_SV"),
        data_recipients=stated("DATA_RECIPIENTS"),
        data_recipients_sv=stated("DATA_RECIPIENTS_SV"),
        data_retention=stated("DATA_RETENTION"),
        data_retention_sv=stated("DATA_RETENTION_SV"),
        accessibility_assessed_on=_day(environment.get("ACCESSIBILITY_ASSESSED_ON"), problems),
        accessibility_updated_on=_day(environment.get("ACCESSIBILITY_UPDATED_ON"), problems),
        accessibility_authority=environment.get("ACCESSIBILITY_AUTHORITY") or SUPERVISOR,
        accessibility_complaints_url=complaints_url,
        max_upload=number("MAX_UPLOAD_MIB", 12) * MEBIBYTE,
        text_similarity=_similarity(environment.get("TEXT_SIMILARITY", ""), problems),
        second_factor_for=_roles(environment, mode, problems),
    )
    if problems:
        raise SettingsError("The portal can't start:\n" + "\n".join(f"- {problem}" for problem in problems))
    return settings


def _wrong_addresses(instance: Path, *, smtp_url: str | None, files_url: str | None) -> Iterator[str]:
    for check, url in ((transport_for, smtp_url), (store_for, files_url)):
        try:
            check(url, instance)
        except ValueError as error:
            yield str(error)


def _wrong_contacts(*, complaints_url: str, telephone: str | None) -> Iterator[str]:
    if not complaints_url.startswith("https://"):
        yield "ACCESSIBILITY_COMPLAINTS_URL must be an https:// address"
    if telephone and not TELEPHONE.fullmatch(telephone):
        yield f"OPERATOR_TELEPHONE is {telephone!r}: write one number, as +46 40 12 34 56"


def _day(written: str | None, problems: list[str]) -> date | None:
    """Return the day of the accessibility statement that is written, or None and a problem where it is no day."""
    try:
        return date.fromisoformat(written.strip()) if written else None
    except ValueError:
        problems.append(f"ACCESSIBILITY_ASSESSED_ON or _UPDATED_ON is {written!r}: write a day as 2027-01-31")
        return None


def _similarity(written: str, problems: list[str]) -> TextSimilarity:
    asked = written.strip() or TextSimilarity.WORDS.value
    if asked not in set(TextSimilarity):
        problems.append(f"TEXT_SIMILARITY is {written!r}: it must be one of {', '.join(TextSimilarity)}")
        return TextSimilarity.WORDS
    if asked == TextSimilarity.MEANING and not is_installed():
        problems.append("TEXT_SIMILARITY is 'meaning', which needs the extra: pip install '.[embeddings]'")
    return TextSimilarity(asked)


def _roles(environment: Mapping[str, str], mode: Mode, problems: list[str]) -> frozenset[Role]:
    default = NEED_SECOND_FACTOR if mode is Mode.PRODUCTION else ""
    written = {word.strip() for word in environment.get("SECOND_FACTOR_FOR", default).split(",")} - {""}
    wrong = written - set(Role)
    if wrong:
        problems.append(
            f"SECOND_FACTOR_FOR names {', '.join(sorted(wrong))}: it must be of {', '.join(Role)}, or empty"
        )
    return frozenset(Role(word) for word in written - wrong)
