"""Organisations and who belongs to them: facts, invitations, memberships, requests for roles."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts import queries
from portal.accounts.events import (
    InvitationEvent,
    InvitationRevoked,
    InvitationSentAgain,
    MemberInvited,
    MembershipEnded,
    OrganisationEdited,
    RoleRequested,
)
from portal.accounts.models import Invitation, Membership, Organisation, RoleRequest, User
from portal.accounts.rules.people import (
    INVITATION_LASTS,
    reasons_against_ending,
    reasons_against_numbers,
    reasons_against_role,
)
from portal.accounts.services.adding import add_or_refuse, apply
from portal.accounts.tokens import digest_of, new_token
from portal.core.actors import Actor, Role
from portal.core.errors import NotFound, Reason, Refused, Stale
from portal.ledger.services import record


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationFacts:
    """What is kept of an organisation besides its members."""

    name: str
    legal_name: str | None = None
    number: str | None = None
    vat_number: str | None = None
    invoice_reference: str | None = None
    is_sme: bool = False
    country: str = "SE"
    city: str | None = None
    website: str | None = None
    requires_second_factor: bool = False


def edit_organisation(
    session: Session,
    actor: Actor,
    organisation_id: int,
    facts: OrganisationFacts,
    *,
    version: int | None,
    at: datetime,
) -> Organisation:
    """Change facts of an organisation that the actor looks after.

    Raises `NotFound`, `NotAllowed`, `Stale` where somebody was quicker, and `Refused` for a name that is taken or
    numbers that cannot be.
    """
    organisation = queries.organisation_to_manage(session, actor, organisation_id)
    if version is not None and version != organisation.version:
        raise Stale({"version": organisation.version})
    reasons = reasons_against_numbers(
        facts.country, number=facts.number or "", vat_number=facts.vat_number or ""
    )
    namesake = queries.organisation_named(session, facts.name)
    if namesake is not None and namesake.id != organisation.id:
        reasons.append(Reason("organisation_name_taken", {"name": facts.name}, "name"))
    if reasons:
        raise Refused(reasons)
    changes = apply(organisation, asdict(facts))
    if changes:
        add_or_refuse(session, organisation, Reason("organisation_name_taken", {"name": facts.name}, "name"))
        record(
            session,
            OrganisationEdited(actor_id=actor.user_id, organisation_id=organisation.id, changes=changes),
            at=at,
        )
    return organisation


def invite(
    session: Session, actor: Actor, organisation_id: int, *, email: str, role: Role, at: datetime
) -> tuple[Invitation, str]:
    """Offer somebody a role in an organisation that the actor looks after; return the invitation and its link's token.

    Raises `NotFound`, `NotAllowed`, and `Refused` with every reason at once.
    """
    organisation = queries.organisation_to_manage(session, actor, organisation_id)
    email = email.lower()
    person = queries.person_by_email(session, email)
    held = person is not None and role in queries.roles_held(session, person.id, organisation.id)
    reasons = reasons_against_role(
        organisation.kind, role, by_administrator=actor.is_administrator, held=held
    )
    earlier = [
        invitation
        for invitation in queries.open_invitations(session, organisation.id)
        if (invitation.email, invitation.role) == (email, role)
    ]
    if any(at < invitation.expires_at for invitation in earlier):
        reasons.append(Reason("invited_already", {"email": email}, "email"))
    if reasons:
        raise Refused(reasons)
    for invitation in earlier:  # expired: void already, and making way for the new one
        invitation.revoked_at = at
    session.flush()
    token = new_token()
    invitation = add_or_refuse(
        session,
        Invitation(
            organisation=organisation,
            email=email,
            role=role,
            token_digest=digest_of(token),
            invited_by_id=actor.user_id,
            invited_at=at,
            expires_at=at + INVITATION_LASTS,
        ),
        Reason("invited_already", {"email": email}, "email"),
    )
    record(session, _told(MemberInvited, actor, invitation), at=at)
    return invitation, token


def send_invitation_again(
    session: Session, actor: Actor, invitation_id: int, *, at: datetime
) -> tuple[Invitation, str]:
    """Give an open or expired invitation a new link and a new term; the old link is void. Raises as `invite` does."""
    invitation = _pending_invitation(session, actor, invitation_id)
    token = new_token()
    invitation.token_digest = digest_of(token)
    invitation.expires_at = at + INVITATION_LASTS
    record(session, _told(InvitationSentAgain, actor, invitation), at=at)
    return invitation, token


def revoke_invitation(session: Session, actor: Actor, invitation_id: int, *, at: datetime) -> Invitation:
    """Take an invitation back; its link is void from now on. Raises as `invite` does."""
    invitation = _pending_invitation(session, actor, invitation_id)
    invitation.revoked_at = at
    record(session, _told(InvitationRevoked, actor, invitation), at=at)
    return invitation


def end_membership(
    session: Session, actor: Actor, membership_id: int, *, reason: str, at: datetime
) -> Membership:
    """End a membership: one's own, or one of an organisation that the actor looks after.

    Raises `NotFound`, `NotAllowed`, and `Refused` where nobody would be left to look after the organisation or the
    portal.
    """
    membership = session.get(Membership, membership_id)
    if membership is None or membership.ended_at is not None:
        raise NotFound
    if membership.user_id == actor.user_id:
        organisation = session.get_one(Organisation, membership.organisation_id, with_for_update=True)
    else:
        organisation = queries.organisation_to_manage(session, actor, membership.organisation_id)
    session.refresh(membership)
    if membership.ended_at is not None:
        raise NotFound
    reasons = reasons_against_ending(
        organisation.kind,
        membership.role,
        other_managers=queries.count_other_managers(session, organisation, membership),
        other_administrators=queries.count_other_administrators(
            session, membership.user_id, but=membership.id
        ),
    )
    if reasons:
        raise Refused(reasons)
    membership.ended_at = at
    record(
        session,
        MembershipEnded(
            actor_id=actor.user_id,
            organisation_id=organisation.id,
            user_id=membership.user_id,
            role=membership.role.value,
            reason=reason,
        ),
        at=at,
    )
    return membership


def request_role(session: Session, actor: Actor, *, role: Role, why: str, at: datetime) -> RoleRequest:
    """Ask an administrator for a role in the organisation that the actor acts for.

    Raises `Refused` for a role that such an organisation does not have, that is held, or that was asked for already.
    """
    if actor.organisation_id is None:
        raise NotFound
    organisation = queries.organisation_to_see(session, actor, actor.organisation_id)
    held = role in queries.roles_held(session, actor.user_id, organisation.id)
    reasons = reasons_against_role(organisation.kind, role, by_administrator=True, held=held)
    if reasons:
        raise Refused(reasons)
    request = add_or_refuse(
        session,
        RoleRequest(
            user=session.get_one(User, actor.user_id),
            organisation=organisation,
            role=role,
            why=why,
            asked_at=at,
        ),
        Reason("role_requested_already", {"role": role.value}, "role"),
    )
    record(
        session,
        RoleRequested(
            actor_id=actor.user_id,
            role_request_id=request.id,
            organisation_id=organisation.id,
            user_id=actor.user_id,
            role=role.value,
            reason=why,
        ),
        at=at,
    )
    return request


def _pending_invitation(session: Session, actor: Actor, invitation_id: int) -> Invitation:
    invitation = session.get(Invitation, invitation_id)
    if invitation is None:
        raise NotFound
    queries.organisation_to_manage(session, actor, invitation.organisation_id)
    session.refresh(invitation, with_for_update=True)
    if invitation.accepted_at is not None or invitation.revoked_at is not None:
        raise NotFound
    return invitation


def _told(kind: type[InvitationEvent], actor: Actor, invitation: Invitation) -> InvitationEvent:
    return kind(
        actor_id=actor.user_id,
        organisation_id=invitation.organisation_id,
        invitation_id=invitation.id,
        role=invitation.role.value,
        email=invitation.email,
    )
