"""What fills the addresses of the access matrix, found in the data of the national portal."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from benchmarks.national import databases
from benchmarks.national.living import CHAIN, MARKED_STEP, OWN_STEP
from portal.accounts import links
from portal.accounts.models import User
from portal.bookings.forms.requests import write_window
from portal.bookings.models import Block, Booking, BookingState, Closure, RequestState, SlotRequest
from portal.calendars.addresses import token_of
from portal.calendars.models import CalendarFeed
from portal.campaigns.models import Campaign, CampaignLink, Run
from portal.campaigns.rules.runs import RunState
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom, Facility
from portal.gates.models import Dossier, GateItem
from portal.matching.models import Introduction
from portal.matching.rules.introductions import State
from portal.notifications.models import Message
from portal.notifications.stopping import stop_address
from portal.partners.models import Partner, PartnerKind
from portal.projects.models import Grant, GrantReason, Project, TeamMember
from portal.roadmap.models import Referral, Right
from portal.roadmap.rules.referrals import ReferralState
from portal.work.models import Job
from tests.house.world import Ground

STATES = {
    "draft": RequestState.DRAFT,
    "waiting": RequestState.WAITLISTED,
    "offered": RequestState.OFFERED,
    "rejected": RequestState.REJECTED,
}
INTRODUCED = {
    "shortlisted": State.SHORTLISTED,
    "asked for consent": State.CONSENT_ASKED,
    "sent": State.TEASER_SENT,
    "agreed": State.MUTUAL_YES,
    "introduced": State.INTRODUCED,
}
REFERRED = {"referral": ReferralState.ASKED, "accepted referral": ReferralState.ACCEPTED}
UNTOUCHED_STEP, STEP_TO_HELP, DIMENSION = "biodistribution", "regulatory_strategy", "technology"


def ground_in(session: Session) -> Ground:
    """Return the ground of the developer with most requests and of the facility with most rooms."""
    found = _Ground(session)
    for find in (
        found.places_and_people,
        found.projects,
        found.requests,
        found.bookings,
        found.messages,
        found.partners,
        found.introductions,
        found.referrals,
        found.gates,
        found.campaigns,
        found.runs,
        found.roadmap,
        found.calendars,
        found.mailed_links,
        found.long_work,
    ):
        find()
    return found.ground


class _Ground:
    """The records that somebody of each role may open, by the words of the matrix; a word without a record is missing."""

    def __init__(self, session: Session) -> None:
        """Begin with the people and the places that the making of the data noted."""
        self.session, self.facts = session, databases.facts()
        self.ground = Ground("benchmark", "benchmark")
        self.own = self.facts["developer"]
        self.facility = session.get_one(Facility, self.facts["facility"])
        self.rooms_here = select(Cleanroom.id).where(Cleanroom.facility_id == self.facility.id)
        self.own_projects = select(Project.id).where(
            Project.organisation_id == self.own, Project.archived_at.is_(None)
        )

    def at(self, place: str, **values: Any) -> None:
        self.ground.places[place] = values

    def find(self, question: Select[Any], **names: str | Callable[[Any], Any]) -> dict[str, Any]:
        """Return what the first row has under these names, or nothing where there is no row."""
        row = self.session.scalars(question.limit(1)).first()
        if row is None:
            return {}
        return {
            name: getattr(row, source) if isinstance(source, str) else source(row)
            for name, source in names.items()
        }

    def keep(self, place: str, found: Mapping[str, Any], **more: Any) -> None:
        """Let a word stand for what was found, if anything was."""
        if found:
            self.at(place, **found, **more)

    def places_and_people(self) -> None:
        site = {"slug": self.facility.slug}
        room = self.session.get_one(Cleanroom, self.facts["room"])
        for place in ("facility", "facility id"):
            self.at(place, **site, facility_id=self.facility.id)
        self.at("room", **site, room_slug=room.slug)
        self.at("room that shares", **site, room_slug=room.slug)
        self.at("licence", **site, licence_id=self.facts["licence"])
        self.at("segregation", **site)
        self.at("segregation rule", **site, rule_id="vector_with_nonvector_shared_air")
        self.at("checklist", **site, gate="gmp_entry")
        self.at("organisation", organisation_id=self.own)
        self.at("operator", organisation_id=self.facility.operator_id)
        self.at("person", user_id=self.facts["founder"])

    def projects(self) -> None:
        adviser = self.session.get_one(User, self.facts["adviser"])
        shown = select(Grant.project_id).where(
            Grant.reason == GrantReason.CONSENT,
            Grant.organisation_id == adviser.current_organisation_id,
        )
        asked_here = select(SlotRequest.project_id).where(
            SlotRequest.cleanroom_id.in_(self.rooms_here), SlotRequest.state == RequestState.APPROVED
        )
        wanted = self.own_projects.where(Project.id.in_(shown), Project.id.in_(asked_here))
        self.project = self.session.scalars(wanted.order_by(Project.id).limit(1)).one()
        for place in ("project", "spare project", "own project"):
            self.at(place, project_id=self.project)
        member = select(TeamMember).where(TeamMember.project_id == self.project)
        self.keep("team member", self.find(member, member_id="id"), project_id=self.project)

    def requests(self) -> None:
        mine = (
            select(SlotRequest).where(SlotRequest.organisation_id == self.own).order_by(SlotRequest.id.desc())
        )
        here = mine.order_by(None).order_by(
            SlotRequest.cleanroom_id.in_(self.rooms_here).desc(), SlotRequest.id
        )
        for place, state in STATES.items():
            self.keep(place, self.find(here.where(SlotRequest.state == state), request_id="id"))
        submitted = mine.where(
            SlotRequest.cleanroom_id.in_(self.rooms_here), SlotRequest.state == RequestState.SUBMITTED
        )
        self.keep("submitted", self.find(submitted, request_id="id"))
        request = self.session.scalars(submitted.limit(1)).one()
        if request.cleanroom and request.starts_at and request.ends_at:
            self.ground.values["window"] = write_window(
                request.cleanroom, Slot(request.starts_at, request.ends_at)
            )

    def bookings(self) -> None:
        here = (
            select(Booking)
            .join(Booking.block)
            .where(Block.cleanroom_id.in_(self.rooms_here))
            .order_by(Booking.id.desc())
        )
        mine = here.where(Booking.organisation_id == self.own, Booking.request_id.is_not(None))
        self.keep("booking", self.find(mine.where(Booking.state == BookingState.CONFIRMED), booking_id="id"))
        self.keep("own work", self.find(here.where(Booking.request_id.is_(None)), booking_id="id"))
        closure = select(Closure).join(Closure.block).where(Block.cleanroom_id.in_(self.rooms_here))
        self.keep("closure", self.find(closure, closure_id="id"))

    def messages(self) -> None:
        for who in ("founder", "manager"):
            sent = select(Message).where(Message.recipient_id == self.facts[who]).order_by(Message.id.desc())
            self.keep(f"message to the {who}", self.find(sent, message_id="id"))

    def partners(self) -> None:
        for place, who, kind in (
            ("thesis", "investor", PartnerKind.INVESTOR),
            ("offer", "provider", PartnerKind.SUPPORT),
        ):
            organisation = self.session.get_one(User, self.facts[who]).current_organisation_id
            stated = select(Partner).where(Partner.organisation_id == organisation, Partner.kind == kind)
            self.keep(place, self.find(stated, partner_id="id"))
        if "offer" in self.ground.places:
            self.at(
                "ask a provider", project_id=self.project, step_id=STEP_TO_HELP, **self.ground.places["offer"]
            )

    def introductions(self) -> None:
        """Of those with the statement of the investor who reads."""
        thesis = self.ground.places.get("thesis", {}).get("partner_id", 0)
        mine = select(Introduction).where(
            Introduction.project_id.in_(self.own_projects), Introduction.partner_id == thesis
        )
        for place, state in INTRODUCED.items():
            self.keep(place, self.find(mine.where(Introduction.state == state), introduction_id="id"))

    def referrals(self) -> None:
        offer = self.ground.places.get("offer", {}).get("partner_id", 0)
        sent = select(Referral).where(
            Referral.project_id.in_(self.own_projects), Referral.partner_id == offer
        )
        for place, state in REFERRED.items():
            self.keep(place, self.find(sent.where(Referral.state == state), referral_id="id"))

    def gates(self) -> None:
        dossier = (
            select(Dossier)
            .where(Dossier.facility_id == self.facility.id, Dossier.project_id.in_(self.own_projects))
            .order_by(Dossier.project_id != self.project, Dossier.id)
        )
        self.keep("gate", self.find(dossier, dossier_id="id"), gate="gmp_entry")
        item = select(GateItem).where(
            GateItem.dossier_id == self.ground.places.get("gate", {}).get("dossier_id", 0)
        )
        self.keep("gate item", self.find(item, dossier_id="dossier_id", item_id="item"))

    def campaigns(self) -> None:
        drafts = select(CampaignLink).join(Campaign).where(Campaign.name == CHAIN)
        found = self.find(drafts.order_by(CampaignLink.id.desc()), campaign_id="campaign_id", link_id="id")
        for place in ("campaign", "planned link", "campaign without windows"):
            self.keep(place, found)
        request = aliased(SlotRequest)
        asked = (
            select(CampaignLink)
            .join(request, CampaignLink.request_id == request.id)
            .where(request.state == RequestState.SUBMITTED, request.cleanroom_id.in_(self.rooms_here))
            .where(request.organisation_id == self.own)
        )
        self.keep("asked chain", self.find(asked, campaign_id="campaign_id"))

    def runs(self) -> None:
        for place, state in (("open run", RunState.OPEN), ("closed run", RunState.CLOSED)):
            run = (
                select(Run)
                .join(Run.booking)
                .join(Booking.block)
                .where(
                    Run.state == state,
                    Booking.organisation_id == self.own,
                    Block.cleanroom_id.in_(self.rooms_here),
                )
            )
            self.keep(place, self.find(run.order_by(Run.id.desc()), booking_id="booking_id"))

    def roadmap(self) -> None:
        self.at("dimension", project_id=self.project, dimension=DIMENSION)
        for place, step in (
            ("step", MARKED_STEP),
            ("untouched step", UNTOUCHED_STEP),
            ("own step", OWN_STEP),
        ):
            self.at(place, project_id=self.project, step_id=step)
        right = select(Right).where(Right.project_id == self.project)
        self.keep("right", self.find(right, right_id="id"), project_id=self.project)

    def calendars(self) -> None:
        feed = select(CalendarFeed).where(CalendarFeed.user_id == self.facts["founder"])
        self.keep("address of a feed", self.find(feed, token=token_of))

    def mailed_links(self) -> None:
        founder = self.session.get_one(User, self.facts["founder"])
        self.at("link that stops mail", token=stop_address(founder.id, None).rpartition("/")[2])
        self.at("link that confirms", token=links.confirmation_token(founder))
        self.at("link for a new password", token=links.reset_token(founder))

    def long_work(self) -> None:
        asked = select(Job).where(Job.owner_id == self.facts["founder"]).order_by(Job.id)
        self.keep("job", self.find(asked, job_id="id"))


__all__ = ["ground_in"]
