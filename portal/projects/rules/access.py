"""Who sees which field group of a project: four small tables, which the predicate over grants reads.

A founder sees the projects of their own organisation whole. Everybody else sees what stands in these tables: a teaser
because of the owner's visibility and the reader's role, anything more because of a grant, and of a grant only what its
reason may open, to those whose work it is. Analysts and administrators see no project: the first read aggregates, the
second act for somebody, on the record, where they must help.
"""

from collections.abc import Mapping

from portal.core.actors import Actor, Role
from portal.projects.rules.values import FieldGroup, GrantReason, Visibility

EVERYTHING = frozenset(FieldGroup)

TEASERS_BY_ROLE: Mapping[Role, frozenset[Visibility]] = {
    Role.ADVISER: frozenset(Visibility),
    Role.INVESTOR: frozenset({Visibility.INVESTORS, Visibility.PUBLIC}),
}
"""Whose teasers a role reads unasked; a published one is read by everybody."""

READERS: Mapping[GrantReason, frozenset[Role]] = {
    GrantReason.REQUEST: frozenset({Role.FACILITY_MANAGER, Role.QA, Role.QP}),
    GrantReason.CONSENT: frozenset({Role.ADVISER}),
    GrantReason.INTRODUCTION: frozenset({Role.INVESTOR, Role.SUPPORT_PROVIDER}),
    GrantReason.REFERRAL: frozenset({Role.SUPPORT_PROVIDER}),
}
"""Who in an organisation reads what was granted to it, so that a founder there does not read what its advisers may."""

OPENED_BY: Mapping[GrantReason, frozenset[FieldGroup]] = {
    GrantReason.REQUEST: frozenset(
        {FieldGroup.TEASER, FieldGroup.IDENTITY, FieldGroup.PROCESS, FieldGroup.BOOKINGS}
    ),
    GrantReason.CONSENT: EVERYTHING,
    GrantReason.INTRODUCTION: EVERYTHING - {FieldGroup.BOOKINGS},
    GrantReason.REFERRAL: EVERYTHING - {FieldGroup.BOOKINGS, FieldGroup.MONEY},
}
"""What a grant may open at most, whoever gave it: a facility never reads money, an investor never bookings."""

ON_DUTY = frozenset({Role.FACILITY_MANAGER, Role.QA, Role.QP})
"""Roles that count only with a duty at some facility."""


def owns(actor: Actor | None, organisation_id: int) -> bool:
    """Say whether the actor acts as a founder of this organisation."""
    return actor is not None and actor.organisation_id == organisation_id and Role.FOUNDER in actor.roles


def teasers_open_to(actor: Actor | None) -> frozenset[Visibility]:
    """Return the visibilities whose teasers the actor, or a visitor, reads without a grant."""
    roles = actor.roles if actor else frozenset[Role]()
    return frozenset({Visibility.PUBLIC}).union(*(TEASERS_BY_ROLE.get(role, frozenset()) for role in roles))


def reasons_read_by(actor: Actor | None, group: FieldGroup) -> frozenset[GrantReason]:
    """Return the reasons whose grants of this field group the actor reads for their organisation."""
    if actor is None or actor.organisation_id is None:
        return frozenset()
    working = (actor.roles - ON_DUTY) | {duty.role for duty in actor.duties}
    return frozenset(
        reason for reason in GrantReason if READERS[reason] & working and group in OPENED_BY[reason]
    )


def sees_funding_range(actor: Actor | None, groups: frozenset[FieldGroup]) -> bool:
    """Say whether the range of funding sought is shown: with money, and to investors and providers with the teaser."""
    if FieldGroup.MONEY in groups:
        return True
    told = {Role.INVESTOR, Role.SUPPORT_PROVIDER}
    return actor is not None and FieldGroup.TEASER in groups and bool(told & actor.roles)
