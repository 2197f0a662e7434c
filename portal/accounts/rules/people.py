"""The yes and no of accounts: passwords, which roles an organisation has, who manages it, what may end."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from zxcvbn import zxcvbn

from portal.core.actors import Role
from portal.core.errors import Reason

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 128
JUDGED = 20
"""How much of a password is judged: what begins well stays good, and judging long ones takes seconds."""

HARD_TO_GUESS = 3
"""Of zxcvbn's scores from 0 to 4: more than a hundred million guesses."""

WORDS_OF_THE_PORTAL = (
    *("atmp", "atmp portal", "cleanroom", "renrum", "gmp", "pre-gmp", "facility", "founder", "region skåne"),
    *("skane", "lund", "testa center", "ccrm", "northx", "cellerator", "gene therapy", "cell therapy"),
)
"""What anybody would try first here; in a password these words count for nothing."""

INVITATION_LASTS = timedelta(days=14)
ASSISTANCE_LASTS = timedelta(hours=1)

FOUNDED_KINDS = ("company", "academic", "hospital")
"""What somebody may register by themselves; an organisation of any other kind is made by an administrator."""

ROLES: dict[str, tuple[Role, ...]] = {
    "company": (Role.FOUNDER,),
    "academic": (Role.FOUNDER,),
    "hospital": (Role.FOUNDER,),
    "facility_operator": (Role.FACILITY_MANAGER, Role.QA, Role.QP),
    "investor": (Role.INVESTOR,),
    "support_provider": (Role.SUPPORT_PROVIDER, Role.ADVISER, Role.ANALYST),
    "public_body": (Role.ADVISER, Role.ANALYST, Role.ADMINISTRATOR),
}
"""The roles that members of an organisation may hold, by its kind."""

NOT_MANAGING = frozenset({Role.QA, Role.QP})
"""Roles that judge an organisation's work and do not run it."""


def roles_of(kind: str) -> tuple[Role, ...]:
    """Return the roles that members of such an organisation may hold."""
    return ROLES[kind]


def managing_roles(kind: str) -> frozenset[Role]:
    """Return the roles whose holders look after such an organisation: its facts, its members, its invitations."""
    return frozenset(roles_of(kind)) - NOT_MANAGING


def roles_to_offer(kind: str, *, by_administrator: bool) -> tuple[Role, ...]:
    """Return the roles that somebody may offer to others; only administrators make administrators."""
    return tuple(role for role in roles_of(kind) if by_administrator or role is not Role.ADMINISTRATOR)


def may_manage(kind: str, held: Collection[Role]) -> bool:
    """Say whether the roles that somebody holds in an organisation let them look after it."""
    return not managing_roles(kind).isdisjoint(held)


def reasons_against_password(password: str, *, about: Iterable[str] = ()) -> list[Reason]:
    """Return what makes a password unfit; `about` is what others know of its owner."""
    if len(password) < SHORTEST_PASSWORD:
        return [Reason("password_too_short", {"least": SHORTEST_PASSWORD}, "password")]
    if len(password) > LONGEST_PASSWORD:
        return [Reason("password_too_long", {"most": LONGEST_PASSWORD}, "password")]
    known = [word for text in (*WORDS_OF_THE_PORTAL, *about) for word in _ways_to_write(text)]
    if zxcvbn(password[:JUDGED], user_inputs=known)["score"] < HARD_TO_GUESS:
        return [Reason("password_easy_to_guess", {}, "password")]
    return []


def reasons_against_role(kind: str, role: Role, *, by_administrator: bool, held: bool) -> list[Reason]:
    """Return what stands against giving or offering somebody a role in an organisation of this kind."""
    if role not in roles_to_offer(kind, by_administrator=by_administrator):
        return [Reason("role_not_of_this_kind", {"role": role.value}, "role")]
    if held:
        return [Reason("role_held_already", {"role": role.value}, "role")]
    return []


def invitation_is_open(
    *, accepted_at: datetime | None, revoked_at: datetime | None, expires_at: datetime, at: datetime
) -> bool:
    """Say whether an invitation can still be accepted."""
    return accepted_at is None and revoked_at is None and at < expires_at


def reasons_against_ending(
    kind: str, role: Role, *, other_managers: int, other_administrators: int
) -> list[Reason]:
    """Return what stands against ending a membership, given how many others manage the organisation or the portal.

    `other_managers` counts memberships with a managing role that would remain, one's own other ones included.
    """
    reasons = []
    if role in managing_roles(kind) and other_managers == 0:
        reasons.append(Reason("last_manager"))
    if role is Role.ADMINISTRATOR and other_administrators == 0:
        reasons.append(Reason("last_administrator"))
    return reasons


def reasons_against_deactivation(*, is_self: bool, is_only_administrator: bool) -> list[Reason]:
    """Return what stands against shutting somebody out."""
    if is_self:
        return [Reason("cannot_deactivate_oneself")]
    return [Reason("last_administrator")] if is_only_administrator else []


def reasons_against_assistance(*, is_self: bool, active: bool, is_administrator: bool) -> list[Reason]:
    """Return what stands against acting for somebody."""
    if is_self:
        return [Reason("cannot_assist_oneself")]
    if is_administrator:
        return [Reason("cannot_assist_administrator")]
    return [] if active else [Reason("cannot_assist_inactive")]


def swedish_number_is_sound(number: str) -> bool:
    """Say whether ten digits are a Swedish organisation number, by their check digit."""
    if len(number) != 10 or not number.isascii() or not number.isdigit():
        return False
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(number)]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def reasons_against_numbers(country: str, *, number: str, vat_number: str) -> list[Reason]:
    """Return what is wrong with an organisation number and a VAT number; empty ones are not known, and not wrong."""
    reasons = []
    if number and country == "SE" and not swedish_number_is_sound(number):
        reasons.append(Reason("organisation_number_unsound", {"number": number}, "number"))
    if vat_number and not _vat_number_is_sound(vat_number):
        reasons.append(Reason("vat_number_unsound", {"number": vat_number}, "vat_number"))
    return reasons


def _vat_number_is_sound(number: str) -> bool:
    country, rest = number[:2], number[2:]
    if not (country.isalpha() and country.isascii() and country.isupper() and 4 <= len(rest) <= 13):
        return False
    if not (rest.isalnum() and rest.isascii()):
        return False
    return country != "SE" or (rest.endswith("01") and swedish_number_is_sound(rest[:-2]))


def _ways_to_write(text: str) -> list[str]:
    words = text.replace("@", " ").split()
    return [text, "".join(words), *words] if words else []
