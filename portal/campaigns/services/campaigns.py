"""Beginning a campaign, adding links to its chain one by one or as a series, ordering them, taking one out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.bookings import services as bookings
from portal.campaigns import queries
from portal.campaigns.events import CampaignBegun, LinkRemoved, LinksAdded
from portal.campaigns.models import Campaign, CampaignLink
from portal.campaigns.queries import Seen
from portal.campaigns.rules.standing import Standing
from portal.core.actors import Actor
from portal.core.errors import NotFound, Reason, Refused
from portal.ledger import record
from portal.projects.queries import own_project
from portal.projects.services.projects import reasons_against_archived

MOST_LINKS = 60


def begin_campaign(
    session: Session, actor: Actor, project_id: int, *, name: str, remark: str = "", at: datetime
) -> Campaign:
    """Begin a campaign of a project of the actor's organisation.

    Raises what `own_project` raises, and `Refused` for an archived project or a name that is taken.
    """
    project = own_project(session, actor, project_id, at=at, lock=True)
    reasons = reasons_against_archived(project)
    if queries.has_campaign_named(session, project_id, name):
        reasons.append(Reason("campaign_same_name", {"name": name}, field="name"))
    if reasons:
        raise Refused(reasons)
    campaign = Campaign(
        project_id=project.id,
        organisation_id=project.organisation_id,
        name=name,
        remark=remark,
        created_at=at,
        created_by_id=actor.user_id,
        changed_at=at,
    )
    session.add(campaign)
    session.flush()
    event = CampaignBegun(actor_id=actor.user_id, campaign_id=campaign.id, project_id=project.id, note=name)
    record(session, event, at=at)
    return campaign


def add_links(
    session: Session,
    actor: Actor,
    campaign_id: int,
    values: Mapping[str, Any],
    titles: Sequence[str],
    *,
    after_id: int | None = None,
    lag_days: int = 0,
    spacing_days: int = 0,
    shown_version: int | None = None,
    at: datetime,
) -> list[CampaignLink]:
    """Add a link for each title at the end of a chain; several are a series, `spacing_days` apart.

    `values` is what a draft says. Raises as `save_draft` does, and `Refused` for a name that another link has.
    """
    queries.own_campaign(session, actor, campaign_id, at=at)
    campaign = queries.lock_campaign(session, campaign_id, shown_version=shown_version)
    links = queries.links_of(session, [campaign_id])[campaign_id]
    taken = {one.request.title.lower() for one in links if one.standing is not Standing.LOST}
    reasons = [
        Reason("link_same_title", {"title": title}, field="title")
        for title in titles
        if title.lower() in taken
    ]
    if len(links) + len(titles) > MOST_LINKS:
        reasons.append(Reason("too_many_links", {"most": MOST_LINKS}))
    if reasons:
        raise Refused(reasons)
    _known(links, after_id)
    position = max((one.link.position for one in links), default=0)
    made = []
    for number, title in enumerate(titles):
        draft = bookings.save_draft(
            session, actor, None, {**values, "project_id": campaign.project_id, "title": title}, at=at
        )
        link = CampaignLink(
            campaign_id=campaign_id,
            position=position + number + 1,
            request_id=draft.id,
            after_id=None if number else after_id,
            lag_days=0 if number else lag_days,
            spacing_days=spacing_days if number else 0,
        )
        session.add(link)
        made.append(link)
    campaign.touch(at=at)
    session.flush()
    event = LinksAdded(
        actor_id=actor.user_id,
        campaign_id=campaign_id,
        project_id=campaign.project_id,
        request_ids=tuple(link.request_id for link in made),
    )
    record(session, event, at=at)
    return made


def order_link(
    session: Session,
    actor: Actor,
    campaign_id: int,
    link_id: int,
    *,
    after_id: int | None,
    lag_days: int,
    spacing_days: int,
    shown_version: int | None = None,
    at: datetime,
) -> CampaignLink:
    """Say how a link follows those before it.

    Raises `NotFound` for a link of another chain, and `Refused` where it would follow itself or a later one.
    """
    queries.own_campaign(session, actor, campaign_id, at=at)
    campaign = queries.lock_campaign(session, campaign_id, shown_version=shown_version)
    links = queries.links_of(session, [campaign_id])[campaign_id]
    link = _known(links, link_id)
    after = _known(links, after_id) if after_id is not None else None
    if link is None:
        raise NotFound
    if after is not None and after.position >= link.position:
        raise Refused([Reason("link_follows_later_one", field="after")])
    link.after_id, link.lag_days, link.spacing_days = after_id, lag_days, spacing_days
    campaign.touch(at=at)
    return link


def remove_link(
    session: Session,
    actor: Actor,
    campaign_id: int,
    link_id: int,
    *,
    shown_version: int | None = None,
    at: datetime,
) -> None:
    """Take a link out of a chain that was not sent yet, and discard its draft, or one that is lost.

    Raises `Refused` for a link that is asked for or booked: it is withdrawn or cancelled first.
    """
    queries.own_campaign(session, actor, campaign_id, at=at)
    campaign = queries.lock_campaign(session, campaign_id, shown_version=shown_version)
    links = queries.links_of(session, [campaign_id])[campaign_id]
    seen = next((one for one in links if one.link.id == link_id), None)
    if seen is None:
        raise NotFound
    if seen.standing not in {Standing.PLANNED, Standing.LOST}:
        raise Refused([Reason("link_not_removable", {"title": seen.request.title})])
    if seen.standing is Standing.PLANNED:
        bookings.discard_draft(session, actor, seen.request.id, at=at)
    session.execute(update(CampaignLink).where(CampaignLink.after_id == link_id).values(after_id=None))
    session.delete(seen.link)
    campaign.touch(at=at)
    event = LinkRemoved(
        actor_id=actor.user_id,
        campaign_id=campaign_id,
        project_id=campaign.project_id,
        request_id=seen.request.id,
    )
    record(session, event, at=at)


def _known(links: Sequence[Seen], link_id: int | None) -> CampaignLink | None:
    """Return a link of a chain by its id; raises `NotFound` for one of another chain."""
    if link_id is None:
        return None
    found = next((one.link for one in links if one.link.id == link_id), None)
    if found is None:
        raise NotFound
    return found
