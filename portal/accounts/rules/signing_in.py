"""The yes and no of signing in: how long it lasts, what must be shown again, from what it comes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from portal.core.errors import Reason

IDLE, LONGEST = timedelta(hours=12), timedelta(days=7)
"""How long a sign-in lasts without a request, and at most."""

FRESH = timedelta(minutes=15)
"""For how long nobody is asked again who has just shown who they are."""

SEEN_EVERY = timedelta(minutes=5)
"""How exactly it is kept when a sign-in was last used; each request would otherwise be a write."""

HALF_LASTS = timedelta(minutes=10)
"""How long after the password the second step may follow."""

CHALLENGE_LASTS = timedelta(minutes=5)
ADDRESS_CHANGE_LASTS = timedelta(days=1)
ENDED_ARE_KEPT = timedelta(days=90)
DEVICE_IS_KNOWN_FOR = timedelta(days=365)

RECOVERY_CODES = 10
MOST_PASSKEYS = 20


class Over(StrEnum):
    """Why a sign-in lasts no longer."""

    ENDED = "ended"
    IDLE = "idle"
    LONGEST = "longest"


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser and the system that it runs on, as far as it says so."""

    name: str | None = None
    system: str | None = None


BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
"""What a browser's own description holds, and what that is; the first one found holds."""


def browser_of(described: str) -> Browser:
    """Return the browser and system in what a browser says of itself, which may be untrue or nothing."""
    return Browser(_first(BROWSERS, described), _first(SYSTEMS, described))


def why_over(
    *, began_at: datetime, seen_at: datetime, ended_at: datetime | None, at: datetime
) -> Over | None:
    """Return why a sign-in lasts no longer, or None while it does."""
    if ended_at is not None:
        return Over.ENDED
    if at - began_at >= LONGEST:
        return Over.LONGEST
    return Over.IDLE if at - seen_at >= IDLE else None


def is_fresh(proven_at: datetime, *, at: datetime) -> bool:
    """Say whether somebody has shown lately enough who they are."""
    return at - proven_at < FRESH


def challenge_may_be_answered(asked_at: datetime, *, last_used_at: datetime | None, at: datetime) -> bool:
    """Say whether a passkey may answer a challenge: in time, and not one from before its last answer."""
    return at - asked_at < CHALLENGE_LASTS and (last_used_at is None or asked_at >= last_used_at)


def reasons_against_removing_second_factor(*, is_last: bool, is_needed: bool) -> list[Reason]:
    """Return what stands against doing without an app or a passkey."""
    return [Reason("second_factor_needed")] if is_last and is_needed else []


def reasons_against_passkey(*, held: int) -> list[Reason]:
    """Return what stands against another passkey."""
    return [Reason("too_many_passkeys", {"most": MOST_PASSKEYS})] if held >= MOST_PASSKEYS else []


def normal_code(typed: str) -> str:
    """Return a code without what people put between its characters."""
    return "".join(character for character in typed if character.isalnum()).lower()


def is_recovery_code(code: str) -> bool:
    """Say whether a code in its one form is a recovery code, and not one of an app."""
    return len(code) == RECOVERY_CODE_LENGTH


RECOVERY_CODE_LENGTH = 24


def _first(names: tuple[tuple[str, str], ...], described: str) -> str | None:
    return next((name for part, name in names if part in described), None)
