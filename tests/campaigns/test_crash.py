"""A chain is approved whole or not at all: a process that approves chains is killed again and again, in the middle of one."""

import random
from collections import defaultdict
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.bookings.models import SlotRequest
from portal.campaigns import queries
from portal.campaigns.models import Campaign, CampaignLink
from portal.campaigns.rules.standing import Standing
from portal.core.clock import now
from portal.ledger import Entry, seal_waiting, verify
from tests import make
from tests.bookings.stage import Stage
from tests.engines import ENGINES
from tests.killing import run_and_kill

KILLS, SHORT, EACH = 100, 3, 8
WEEKS = (make.slot(11, 16), make.slot(18, 23), make.slot(25, 30), make.slot(1, 6, 2), make.slot(8, 13, 2))


@pytest.mark.prove
@pytest.mark.parametrize("engine", ENGINES)
def test_a_chain_is_approved_whole_or_not_at_all_whenever_it_is_killed(
    engine: str, tmp_path: Path, proving: bool
) -> None:
    stage = Stage.built(engine, tmp_path, rivals=1, connections=2)
    chance = random.Random(7)
    acknowledged: set[int] = set()
    kills = KILLS if proving else SHORT
    in_the_middle = 0
    for _ in range(kills):
        said, killed = run_and_kill(
            "tests.campaigns.decider",
            stage.url,
            stage.manager,
            asked_chains(stage),
            tmp_path,
            answers=chance.randrange(EACH // 2),
            then=chance.uniform(0, 0.1),
        )
        acknowledged |= said.keys()
        in_the_middle += killed
    with Session(stage.engine) as session:
        chains = queries.links_of(session, session.scalars(select(Campaign.id)).all())
        standings = {key: {one.standing for one in links} for key, links in chains.items()}
        assert all(found in ({Standing.BOOKED}, {Standing.ASKED}) for found in standings.values()), standings
        whole = {key for key, found in standings.items() if found == {Standing.BOOKED}}
        assert acknowledged <= whole
        told: dict[int, set[int]] = defaultdict(set)
        for entry in session.scalars(select(Entry).where(Entry.name == "campaign.part_approved")):
            told[entry.facts["campaign_id"]] |= set(entry.facts["request_ids"])
        assert told == {key: {one.request.id for one in chains[key]} for key in whole}
        while seal_waiting(session, at=now()):
            session.commit()
        assert verify(session) == []
    stage.engine.dispose()
    print(f"{engine}: {kills} kills, {in_the_middle} in the middle, {len(whole)} of {len(chains)} approved")
    assert in_the_middle >= kills // 2


def asked_chains(stage: Stage) -> list[int]:
    """Store chains of five weeks that can all be approved, because each wants a cleanroom of its own."""
    with Session(stage.engine) as session:
        first = session.get_one(SlotRequest, stage.request_ids[0])
        assert first.cleanroom is not None
        asker = make.founder(session, first.organisation)
        made = []
        for _ in range(EACH):
            room = make.cleanroom(session, first.cleanroom.facility)
            campaign = Campaign(
                project_id=first.project_id,
                organisation_id=first.organisation_id,
                name=f"Chain in {room.code}",
                created_at=make.NOON,
                created_by_id=asker.user_id,
                changed_at=make.NOON,
            )
            session.add(campaign)
            session.flush()
            for position, week in enumerate(WEEKS):
                request = make.slot_request(session, room, week, by=asker, project=first.project)
                session.add(CampaignLink(campaign_id=campaign.id, position=position, request_id=request.id))
            made.append(campaign.id)
        session.commit()
        return made
