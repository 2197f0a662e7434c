"""The yes and no of accounts."""

import time
from datetime import timedelta

import pytest

from portal.accounts.models import OrganisationKind
from portal.accounts.rules.people import (
    FOUNDED_KINDS,
    JUDGED,
    ROLES,
    invitation_is_open,
    managing_roles,
    may_manage,
    reasons_against_assistance,
    reasons_against_deactivation,
    reasons_against_ending,
    reasons_against_numbers,
    reasons_against_password,
    reasons_against_role,
    roles_to_offer,
    swedish_number_is_sound,
)
from portal.core.actors import Role
from tests.make import NOON


def codes(reasons: list[object]) -> list[str]:
    return [reason.code for reason in reasons]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("elevenchars", ["password_too_short"]),
        ("x" * 129, ["password_too_long"]),
        ("passwordpassword", ["password_easy_to_guess"]),
        ("qwertyuiopasdf", ["password_easy_to_guess"]),
        ("aaaaaaaaaaaaaaaaaaaa", ["password_easy_to_guess"]),
        ("eva.lindqvist", ["password_easy_to_guess"]),
        ("winter barley over the bridge", []),
        ("gräs under bron igår", []),
        ("x7Kp-2mQ9-vR4t", []),
    ],
)
def test_a_password_is_long_and_hard_to_guess(password: str, expected: list[str]) -> None:
    about = ["Eva Lindqvist", "eva.lindqvist@example.org"]
    assert codes([*reasons_against_password(password, about=about)]) == expected


def test_judging_a_password_never_takes_long() -> None:
    nasty = ("4@8({[</369&#!1/|0$5+7%2/" * 6)[:128]
    began = time.process_time()
    reasons_against_password(nasty, about=["a" * 200])
    assert time.process_time() - began < 2
    assert JUDGED < 24, "zxcvbn takes seconds for more characters of this sort"


def test_every_kind_of_organisation_has_roles_and_somebody_who_looks_after_it() -> None:
    assert set(ROLES) == {kind.value for kind in OrganisationKind}
    assert {role for roles in ROLES.values() for role in roles} == set(Role)
    assert all(managing_roles(kind) for kind in ROLES)
    assert all(Role.FOUNDER in ROLES[kind] for kind in FOUNDED_KINDS)


def test_who_judges_does_not_manage() -> None:
    assert not may_manage("facility_operator", {Role.QA, Role.QP})
    assert may_manage("facility_operator", {Role.QA, Role.FACILITY_MANAGER})


def test_only_administrators_make_administrators() -> None:
    assert Role.ADMINISTRATOR not in roles_to_offer("public_body", by_administrator=False)
    assert Role.ADMINISTRATOR in roles_to_offer("public_body", by_administrator=True)


@pytest.mark.parametrize(
    ("kind", "role", "held", "expected"),
    [
        ("company", Role.FOUNDER, False, []),
        ("company", Role.FOUNDER, True, ["role_held_already"]),
        ("company", Role.INVESTOR, False, ["role_not_of_this_kind"]),
        ("public_body", Role.ADMINISTRATOR, False, ["role_not_of_this_kind"]),
        ("facility_operator", Role.QP, False, []),
    ],
)
def test_a_role_belongs_to_kinds_of_organisations(
    kind: str, role: Role, held: bool, expected: list[str]
) -> None:
    assert codes([*reasons_against_role(kind, role, by_administrator=False, held=held)]) == expected


def test_the_last_who_looks_after_an_organisation_stays() -> None:
    def ending(role: Role, managers: int, administrators: int = 1) -> list[str]:
        return codes(
            [
                *reasons_against_ending(
                    "public_body" if role is Role.ADMINISTRATOR else "facility_operator",
                    role,
                    other_managers=managers,
                    other_administrators=administrators,
                )
            ]
        )

    assert ending(Role.FACILITY_MANAGER, 0) == ["last_manager"]
    assert ending(Role.FACILITY_MANAGER, 1) == []
    assert ending(Role.QA, 0) == []
    assert ending(Role.ADMINISTRATOR, 0, 0) == ["last_manager", "last_administrator"]
    assert ending(Role.ADMINISTRATOR, 2, 0) == ["last_administrator"]


def test_an_invitation_is_open_until_its_last_moment() -> None:
    def is_open(**values: object) -> bool:
        given = {
            "accepted_at": None,
            "revoked_at": None,
            "expires_at": NOON,
            "at": NOON - timedelta(seconds=1),
        }
        return invitation_is_open(**{**given, **values})  # type: ignore[arg-type]

    assert is_open()
    assert not is_open(at=NOON)
    assert not is_open(accepted_at=NOON)
    assert not is_open(revoked_at=NOON)


def test_nobody_shuts_out_themselves_or_the_last_administrator() -> None:
    assert codes([*reasons_against_deactivation(is_self=True, is_only_administrator=True)]) == [
        "cannot_deactivate_oneself"
    ]
    assert codes([*reasons_against_deactivation(is_self=False, is_only_administrator=True)]) == [
        "last_administrator"
    ]
    assert reasons_against_deactivation(is_self=False, is_only_administrator=False) == []


@pytest.mark.parametrize(
    ("is_self", "active", "is_administrator", "expected"),
    [
        (True, True, True, ["cannot_assist_oneself"]),
        (False, True, True, ["cannot_assist_administrator"]),
        (False, False, False, ["cannot_assist_inactive"]),
        (False, True, False, []),
    ],
)
def test_an_administrator_acts_for_others_who_are_none(
    is_self: bool, active: bool, is_administrator: bool, expected: list[str]
) -> None:
    reasons = reasons_against_assistance(is_self=is_self, active=active, is_administrator=is_administrator)
    assert codes([*reasons]) == expected


@pytest.mark.parametrize("number", ["5560360793", "2021001835", "2120000829"])
def test_real_swedish_numbers_are_sound(number: str) -> None:
    assert swedish_number_is_sound(number)


@pytest.mark.parametrize("number", ["5560360794", "556036079", "55603607933", "556036079x", "", "٥٥٦٠٣٦٠٧٩٣"])
def test_other_numbers_are_not(number: str) -> None:
    assert not swedish_number_is_sound(number)


@pytest.mark.parametrize(
    ("country", "number", "vat_number", "expected"),
    [
        ("SE", "5560360793", "SE556036079301", []),
        ("SE", "", "", []),
        ("SE", "1234567890", "", ["organisation_number_unsound"]),
        ("DK", "12345678", "DK12345678", []),
        ("SE", "", "556036079301", ["vat_number_unsound"]),
        ("SE", "", "SE556036079302", ["vat_number_unsound"]),
        ("SE", "1234567890", "SE1", ["organisation_number_unsound", "vat_number_unsound"]),
    ],
)
def test_numbers_are_checked_as_far_as_their_country_allows(
    country: str, number: str, vat_number: str, expected: list[str]
) -> None:
    assert codes([*reasons_against_numbers(country, number=number, vat_number=vat_number)]) == expected
