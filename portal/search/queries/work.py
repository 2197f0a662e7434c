"""Campaigns, runs, gates, introductions, referrals, market access, rights and messages: who may open which, and which have a word."""

from collections.abc import Callable, Mapping

from sqlalchemy import Select, and_, false, func, or_, select, true
from sqlalchemy.orm import joinedload

from portal.bookings.models import Block, Booking, SlotRequest
from portal.campaigns import queries as campaigns
from portal.campaigns.models import Campaign, CampaignLink, Run
from portal.core.actors import Actor, Role
from portal.facilities.models import Cleanroom, Facility
from portal.gates import queries as gates
from portal.gates.models import Dossier
from portal.matching.models import Introduction
from portal.matching.queries import visible_introductions
from portal.notifications.models import Message
from portal.partners import queries as partners
from portal.partners.models import Partner
from portal.projects.models import Project
from portal.projects.queries import visible_projects
from portal.projects.queries.access import is_own
from portal.projects.rules.values import FieldGroup
from portal.roadmap.models import MarketAccess, Referral, ReferralMessage, Right
from portal.roadmap.queries import read_by, shows_confidential, visible_referrals
from portal.search.models import Shelf
from portal.search.queries.asked import Asker, Condition, Kind, Question, Word, on
from portal.search.queries.records import (
    booking_has,
    books_or_runs,
    may_open_booking,
    may_open_request,
    of_project,
    project_has,
    request_has,
    room_has,
)

CanAsk = Callable[[Actor | None], bool]


def _has_role(*roles: Role) -> CanAsk:
    return lambda actor: actor is not None and bool(actor.roles & set(roles))


def _of_partner(word: Word) -> Condition:
    """Return the condition on `Partner` that it is called so; what else it states is not everybody's to read."""
    return on(Shelf.PARTNER, Partner.id, Word(word.begins, in_name=True))


def _may_open_campaign(asker: Asker) -> Condition:
    if asker.actor is None:
        return false()
    return or_(campaigns.shown_to(asker.actor, at=asker.at), campaigns.has_part_for(asker.actor))


def _campaign_has(asker: Asker, word: Word) -> Condition:
    """Return the condition that a campaign has a word; a facility reads what is asked of it, not what its founder calls the whole."""
    if asker.actor is None:
        return false()
    whole = campaigns.shown_to(asker.actor, at=asker.at)
    called = or_(
        on(Shelf.CAMPAIGN_REFERENCE, Campaign.id, word), and_(whole, on(Shelf.CAMPAIGN, Campaign.id, word))
    )
    if word.in_name:
        return called
    asked = (
        select(CampaignLink.campaign_id)
        .join(CampaignLink.request)
        .where(may_open_request(asker), request_has(asker, word))
    )
    return or_(called, of_project(asker, word), Campaign.id.in_(asked))


def _may_open_run(asker: Asker) -> Condition:
    actor = asker.actor
    if actor is None:
        return false()
    mine = Booking.organisation_id == actor.organisation_id if Role.FOUNDER in actor.roles else false()
    return or_(mine, may_open_booking(asker))


def _run_has(asker: Asker, word: Word) -> Condition:
    own = on(Shelf.RUN, Run.id, word)
    return own if word.in_name else or_(own, booking_has(asker, word))


def _may_open_gate(asker: Asker) -> Condition:
    return false() if asker.actor is None else gates.shown_to(asker.actor, at=asker.at)


def _gate_has(asker: Asker, word: Word) -> Condition:
    return or_(project_has(asker, word), on(Shelf.FACILITY, Dossier.facility_id, word))


def _may_open_introduction(asker: Asker) -> Condition:
    return false() if asker.actor is None else visible_introductions(asker.actor)


def _introduction_has(asker: Asker, word: Word) -> Condition:
    return or_(project_has(asker, word), _of_partner(word))


def _may_open_referral(asker: Asker) -> Condition:
    return false() if asker.actor is None else visible_referrals(asker.actor, at=asker.at)


def _referral_has(asker: Asker, word: Word) -> Condition:
    own = on(Shelf.REFERRAL, Referral.id, word)
    if word.in_name or asker.actor is None:
        return own
    written = (
        select(ReferralMessage.referral_id)
        .join(Referral, Referral.id == ReferralMessage.referral_id)
        .where(read_by(asker.actor, at=asker.at), on(Shelf.REFERRAL_MESSAGE, ReferralMessage.id, word))
    )
    return or_(own, project_has(asker, word), _of_partner(word), Referral.id.in_(written))


def _may_open_confidential(asker: Asker) -> Condition:
    return false() if asker.actor is None else shows_confidential(asker.actor, at=asker.at)


def _market_access_has(asker: Asker, word: Word) -> Condition:
    return or_(on(Shelf.MARKET_ACCESS, MarketAccess.id, word), of_project(asker, word))


def _right_has(asker: Asker, word: Word) -> Condition:
    own = on(Shelf.RIGHT, Right.id, word)
    return own if word.in_name else or_(own, of_project(asker, word))


def _may_open_message(asker: Asker) -> Condition:
    return false() if asker.actor is None else Message.recipient_id == asker.actor.user_id


def _message_has(asker: Asker, word: Word) -> Condition:
    """Return the condition that what a message is about has a word, and that its reader may see it."""
    if word.in_name or asker.actor is None:
        return true()
    return or_(
        *(
            and_(Message.subject_kind == kind, Message.subject_id.in_(ids))
            for kind, ids in _subjects(asker, asker.actor, word).items()
        )
    )


def _subjects(asker: Asker, actor: Actor, word: Word) -> Mapping[str, Select[int]]:
    """Return the ids of everything that has a word and that the actor may open, by what messages call its kind."""
    projects = select(Project.id).where(project_has(asker, word))
    found: dict[str, Select[int]] = {
        "teaser": projects.where(visible_projects(actor, at=asker.at, group=FieldGroup.TEASER)),
        "introduction": select(Introduction.id)
        .join(Introduction.project)
        .join(Introduction.partner)
        .where(_may_open_introduction(asker), _introduction_has(asker, word)),
        "partner": select(Partner.id).where(partners.seen_by(actor), on(Shelf.PARTNER, Partner.id, word)),
        "facility": select(Facility.id).where(on(Shelf.FACILITY, Facility.id, word)),
        "dossier": select(Dossier.id)
        .join(Dossier.project)
        .where(_may_open_gate(asker), _gate_has(asker, word)),
    }
    if books_or_runs(actor):
        found["slot_request"] = select(SlotRequest.id).where(
            may_open_request(asker), request_has(asker, word)
        )
        found["booking"] = (
            select(Booking.id).join(Booking.block).where(may_open_booking(asker), booking_has(asker, word))
        )
        found["cleanroom"] = select(Cleanroom.id).where(
            Cleanroom.facility_id.in_(actor.facility_ids), room_has(asker, word)
        )
    if actor.roles & {Role.FOUNDER, Role.SUPPORT_PROVIDER, Role.ADVISER}:
        found["referral"] = (
            select(Referral.id)
            .join(Referral.project)
            .join(Referral.partner)
            .where(_may_open_referral(asker), _referral_has(asker, word))
        )
        found["rights"] = projects.where(is_own(actor))
    return found


OF_CONFIDENTIAL = _has_role(Role.FOUNDER, Role.ADVISER, Role.INVESTOR, Role.SUPPORT_PROVIDER)

QUESTIONS: Mapping[Kind, Question] = {
    Kind.CAMPAIGN: Question(
        Campaign,
        _may_open_campaign,
        _campaign_has,
        (Campaign.id.desc(),),
        (joinedload(Campaign.project).joinedload(Project.organisation),),
        (Campaign.project,),
        lambda actor: books_or_runs(actor) or (actor is not None and Role.ADVISER in actor.roles),
        by_project=True,
    ),
    Kind.RUN: Question(
        Run,
        _may_open_run,
        _run_has,
        (Block.starts_at.desc(), Run.id.desc()),
        (
            joinedload(Run.booking, innerjoin=True)
            .joinedload(Booking.block)
            .joinedload(Block.cleanroom)
            .joinedload(Cleanroom.facility),
            joinedload(Run.booking, innerjoin=True).joinedload(Booking.request),
            joinedload(Run.booking, innerjoin=True).joinedload(Booking.project),
        ),
        (Run.booking, Booking.block),
        books_or_runs,
        by_project=True,
    ),
    Kind.GATE: Question(
        Dossier,
        _may_open_gate,
        _gate_has,
        (Dossier.id.desc(),),
        (
            joinedload(Dossier.project).joinedload(Project.organisation),
            joinedload(Dossier.facility),
        ),
        (Dossier.project,),
        lambda actor: books_or_runs(actor) or (actor is not None and Role.ADVISER in actor.roles),
        by_project=True,
    ),
    Kind.INTRODUCTION: Question(
        Introduction,
        _may_open_introduction,
        _introduction_has,
        (Introduction.updated_at.desc(), Introduction.id.desc()),
        (
            joinedload(Introduction.project).joinedload(Project.organisation),
            joinedload(Introduction.partner),
        ),
        (Introduction.project, Introduction.partner),
        OF_CONFIDENTIAL,
        by_project=True,
    ),
    Kind.REFERRAL: Question(
        Referral,
        _may_open_referral,
        _referral_has,
        (Referral.updated_at.desc(), Referral.id.desc()),
        (
            joinedload(Referral.project).joinedload(Project.organisation),
            joinedload(Referral.partner),
        ),
        (Referral.project, Referral.partner),
        _has_role(Role.FOUNDER, Role.SUPPORT_PROVIDER, Role.ADVISER),
        by_project=True,
    ),
    Kind.MARKET_ACCESS: Question(
        MarketAccess,
        _may_open_confidential,
        _market_access_has,
        (MarketAccess.id.desc(),),
        (joinedload(MarketAccess.project),),
        (MarketAccess.project,),
        OF_CONFIDENTIAL,
        by_project=True,
    ),
    Kind.RIGHT: Question(
        Right,
        _may_open_confidential,
        _right_has,
        (func.lower(Right.title), Right.id),
        (joinedload(Right.project),),
        (Right.project,),
        OF_CONFIDENTIAL,
        by_project=True,
    ),
    Kind.MESSAGE: Question(
        Message,
        _may_open_message,
        _message_has,
        (Message.id.desc(),),
        (joinedload(Message.entry),),
        can_ask=lambda actor: actor is not None,
        by_project=True,
    ),
}
