"""What administrators do: organisations of any kind, roles with a reason, shutting out, acting for somebody."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts import queries
from portal.accounts.events import (
    AssistanceBegan,
    AssistanceEnded,
    OrganisationRegistered,
    PersonDeactivated,
    PersonReactivated,
    RoleApproved,
    RoleEvent,
    RoleGiven,
    RoleRefused,
)
from portal.accounts.models import Organisation, OrganisationKind, RoleRequest, RoleRequestState, User
from portal.accounts.rules.people import (
    ASSISTANCE_LASTS,
    reasons_against_assistance,
    reasons_against_deactivation,
    reasons_against_numbers,
    reasons_against_role,
)
from portal.accounts.services.adding import add_or_refuse
from portal.accounts.services.belonging import OrganisationFacts
from portal.accounts.services.joining import give_role
from portal.accounts.services.signing_in import begin_acting, end_all_sign_ins, stop_acting
from portal.core.actors import Actor, Role
from portal.core.errors import NotFound, Reason, Refused
from portal.ledger.services import record


def add_organisation(
    session: Session, actor: Actor, facts: OrganisationFacts, *, kind: OrganisationKind, at: datetime
) -> Organisation:
    """Store an organisation of any kind, without members; raises `Refused` for a name that is taken."""
    _administers(actor)
    reasons = reasons_against_numbers(
        facts.country, number=facts.number or "", vat_number=facts.vat_number or ""
    )
    taken = Reason("organisation_name_taken", {"name": facts.name}, "name")
    if queries.organisation_named(session, facts.name) is not None:
        reasons.append(taken)
    if reasons:
        raise Refused(reasons)
    organisation = add_or_refuse(session, Organisation(**asdict(facts), kind=kind, created_at=at), taken)
    record(
        session,
        OrganisationRegistered(
            actor_id=actor.user_id,
            organisation_id=organisation.id,
            organisation_name=organisation.name,
            kind=kind.value,
        ),
        at=at,
    )
    return organisation


def add_role(
    session: Session,
    actor: Actor,
    *,
    user_id: int,
    organisation_id: int,
    role: Role,
    reason: str,
    at: datetime,
) -> User:
    """Give a person a role in an organisation; raises `Refused` where the organisation has no such role, or it is held."""
    _administers(actor)
    user = session.get(User, user_id)
    organisation = session.get(Organisation, organisation_id, with_for_update=True)
    if user is None:
        raise NotFound
    if organisation is None:
        raise Refused([Reason("organisation_unknown", {}, "organisation_id")])
    held = role in queries.roles_held(session, user_id, organisation_id)
    reasons = reasons_against_role(organisation.kind, role, by_administrator=True, held=held)
    if reasons:
        raise Refused(reasons)
    give_role(session, user, organisation, role, at=at)
    record(
        session,
        RoleGiven(
            actor_id=actor.user_id,
            organisation_id=organisation_id,
            user_id=user_id,
            role=role.value,
            reason=reason,
        ),
        at=at,
    )
    return user


def approve_role(
    session: Session, actor: Actor, request_id: int, *, reason: str, at: datetime
) -> RoleRequest:
    """Give the role that a person asked for; raises `Refused` where it is decided already, or the actor's own."""
    request = _request_to_decide(session, actor, request_id)
    held = request.role in queries.roles_held(session, request.user_id, request.organisation_id)
    reasons = reasons_against_role(request.organisation.kind, request.role, by_administrator=True, held=held)
    if reasons:
        raise Refused(reasons)
    give_role(session, request.user, request.organisation, request.role, at=at)
    return _decide(session, actor, request, RoleRequestState.APPROVED, reason=reason, at=at)


def refuse_role(session: Session, actor: Actor, request_id: int, *, reason: str, at: datetime) -> RoleRequest:
    """Refuse the role that a person asked for; raises as `approve_role` does."""
    request = _request_to_decide(session, actor, request_id)
    return _decide(session, actor, request, RoleRequestState.REFUSED, reason=reason, at=at)


def deactivate(session: Session, actor: Actor, user_id: int, *, reason: str, at: datetime) -> User:
    """Shut a person out at once; raises `Refused` for oneself and for the last administrator."""
    _administers(actor)
    others = queries.count_other_administrators(
        session, user_id
    )  # holds them all, before the person: no deadlock
    user = session.get(User, user_id, with_for_update=True)
    if user is None or not user.active:
        raise NotFound
    only = others == 0 and queries.is_administrator(session, user_id)
    reasons = reasons_against_deactivation(is_self=user_id == actor.user_id, is_only_administrator=only)
    if reasons:
        raise Refused(reasons)
    user.active = False
    end_all_sign_ins(session, user, at=at)
    record(session, PersonDeactivated(actor_id=actor.user_id, user_id=user_id, reason=reason), at=at)
    return user


def reactivate(session: Session, actor: Actor, user_id: int, *, reason: str, at: datetime) -> User:
    """Let a person in again."""
    _administers(actor)
    user = session.get(User, user_id, with_for_update=True)
    if user is None or user.active:
        raise NotFound
    user.active = True
    record(session, PersonReactivated(actor_id=actor.user_id, user_id=user_id, reason=reason), at=at)
    return user


def begin_assistance(
    session: Session, actor: Actor, user_id: int, *, sign_in_id: int, reason: str, at: datetime
) -> User:
    """Let an administrator, in the sign-in that they are at, act for a person for an hour; return the person.

    Raises `Refused` for oneself, for another administrator, and for a person who is shut out.
    """
    _administers(actor)
    user = session.get(User, user_id)
    if user is None:
        raise NotFound
    reasons = reasons_against_assistance(
        is_self=user_id == actor.user_id,
        active=user.active,
        is_administrator=queries.is_administrator(session, user_id),
    )
    if reasons:
        raise Refused(reasons)
    until = at + ASSISTANCE_LASTS
    record(
        session,
        AssistanceBegan(actor_id=actor.user_id, user_id=user_id, until=until, reason=reason),
        at=at,
    )
    begin_acting(session, sign_in_id, user_id=user_id, until=until)
    return user


def end_assistance(session: Session, *, administrator_id: int, sign_in_id: int, at: datetime) -> int | None:
    """Let an administrator act for nobody any more; return the id of the person for whom they did."""
    user_id = stop_acting(session, sign_in_id)
    if user_id is not None:
        record(session, AssistanceEnded(actor_id=administrator_id, user_id=user_id), at=at)
    return user_id


def _administers(actor: Actor) -> None:
    if not actor.is_administrator:
        raise NotFound


def _request_to_decide(session: Session, actor: Actor, request_id: int) -> RoleRequest:
    _administers(actor)
    request = session.get(RoleRequest, request_id, with_for_update=True)
    if request is None:
        raise NotFound
    if request.state is not RoleRequestState.WAITING:
        raise Refused([Reason("role_request_decided", {"state": request.state.value})])
    if request.user_id == actor.user_id:
        raise Refused([Reason("own_role_request")])
    return request


def _decide(
    session: Session,
    actor: Actor,
    request: RoleRequest,
    state: RoleRequestState,
    *,
    reason: str,
    at: datetime,
) -> RoleRequest:
    request.state, request.decision_reason = state, reason
    request.decided_at, request.decided_by_id = at, actor.user_id
    kind: type[RoleEvent] = RoleApproved if state is RoleRequestState.APPROVED else RoleRefused
    record(
        session,
        kind(
            actor_id=actor.user_id,
            role_request_id=request.id,
            organisation_id=request.organisation_id,
            user_id=request.user_id,
            role=request.role.value,
            reason=reason,
        ),
        at=at,
    )
    return request
