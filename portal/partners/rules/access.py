"""Who keeps, drafts and reads what a partner states."""

from portal.core.actors import Actor, Role
from portal.partners.rules.values import KEEPERS, PartnerKind, PartnerState


def keeps(actor: Actor, *, organisation_id: int, kind: PartnerKind) -> bool:
    """Say whether the actor speaks for a partner of this kind in this organisation."""
    return actor.organisation_id == organisation_id and KEEPERS[kind] in actor.roles


def may_draft(actor: Actor) -> bool:
    """Say whether the actor may write drafts for partners."""
    return Role.ADVISER in actor.roles


def may_note_calls(actor: Actor) -> bool:
    """Say whether the actor may note when a shipped programme takes applications: advisers and administrators."""
    return Role.ADVISER in actor.roles or actor.is_administrator


def may_read_all(actor: Actor) -> bool:
    """Say whether the actor reads every partner's statement: an adviser, who matches."""
    return Role.ADVISER in actor.roles


def may_edit(actor: Actor, *, organisation_id: int, kind: PartnerKind, state: PartnerState) -> bool:
    """Say whether the actor may change a statement: its partner always, an adviser while it is a draft."""
    if keeps(actor, organisation_id=organisation_id, kind=kind):
        return True
    return state is PartnerState.DRAFT and may_draft(actor)
