"""Who may state what, and what becomes of it."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.errors import NotAllowed, NotFound, Refused, Stale
from portal.ledger import Entry
from portal.partners import queries, services
from portal.partners.models import Partner, PartnerState
from portal.partners.queries import SupportFilter
from tests import make

STATED = {"name": "A fund", "text": "Words", "investor_kind": "public", "capacity": 2}


def names(session: Session) -> list[str]:
    return list(
        session.scalars(select(Entry.name).where(Entry.name.startswith("partner.")).order_by(Entry.id))
    )


def test_a_partner_states_its_own_and_it_counts_at_once(session: Session) -> None:
    actor = make.investor(session)
    partner = services.enter_partner(session, actor, actor.organisation_id or 0, STATED, at=make.NOON)
    assert partner.state is PartnerState.OPEN
    assert partner.serves == ["capital"]
    assert names(session) == ["partner.entered"]
    assert list(queries.open_partners(session)) == [partner]


def test_an_advisers_draft_counts_only_when_the_partner_confirms_it(session: Session) -> None:
    actor, adviser = make.investor(session), make.adviser(session)
    partner = services.enter_partner(session, adviser, actor.organisation_id or 0, STATED, at=make.NOON)
    assert partner.state is PartnerState.DRAFT
    assert list(queries.open_partners(session)) == []
    with pytest.raises(NotAllowed):
        services.confirm_partner(session, adviser, partner.id, version=partner.version, at=make.NOON)
    services.confirm_partner(session, actor, partner.id, version=partner.version, at=make.NOON)
    assert list(queries.open_partners(session)) == [partner]
    with pytest.raises(NotAllowed):
        services.edit_partner(session, adviser, partner.id, {}, version=partner.version, at=make.NOON)
    assert names(session) == ["partner.drafted", "partner.confirmed"]


def test_nobody_states_anything_for_somebody_else(session: Session) -> None:
    actor = make.investor(session)
    for stranger in (make.investor(session), make.provider(session), make.founder(session)):
        with pytest.raises(NotFound):
            services.enter_partner(session, stranger, actor.organisation_id or 0, STATED, at=make.NOON)


def test_a_partner_of_somebody_else_does_not_exist(session: Session) -> None:
    partner = make.partner(session, make.investor(session))
    for stranger in (make.investor(session), make.founder(session), make.administrator(session)):
        with pytest.raises(NotFound):
            queries.partner_to_see(session, stranger, partner.id)


def test_a_closed_partner_takes_part_in_nothing_until_it_is_reopened(session: Session) -> None:
    actor = make.provider(session)
    partner = make.partner(session, actor)
    services.close_partner(session, actor, partner.id, version=partner.version, at=make.NOON)
    assert list(queries.public_offers(session, SupportFilter())) == []
    with pytest.raises(NotFound):
        queries.public_offer(session, partner.id)
    with pytest.raises(Refused):
        services.close_partner(session, actor, partner.id, version=partner.version, at=make.NOON)
    services.reopen_partner(session, actor, partner.id, version=partner.version, at=make.NOON)
    assert list(queries.public_offers(session, SupportFilter())) == [partner]


def test_an_investors_thesis_is_in_no_public_catalogue(session: Session) -> None:
    partner = make.partner(session, make.investor(session))
    assert list(queries.public_offers(session, SupportFilter())) == []
    with pytest.raises(NotFound):
        queries.public_offer(session, partner.id)


def test_an_old_page_changes_nothing(session: Session) -> None:
    actor = make.investor(session)
    partner = make.partner(session, actor)
    before = partner.version
    services.edit_partner(session, actor, partner.id, {"capacity": 9}, version=before, at=make.NOON)
    with pytest.raises(Stale):
        services.edit_partner(session, actor, partner.id, {"capacity": 1}, version=before, at=make.NOON)
    assert session.get_one(Partner, partner.id).capacity == 9


def test_two_entries_of_one_organisation_do_not_share_a_name(session: Session) -> None:
    actor = make.investor(session)
    make.partner(session, actor, name="A fund")
    with pytest.raises(Refused) as refused:
        services.enter_partner(session, actor, actor.organisation_id or 0, STATED, at=make.NOON)
    assert [reason.code for reason in refused.value.reasons] == ["partner_name_taken"]


def test_the_catalogue_finds_support_by_need_phase_and_applicant(session: Session) -> None:
    wanted = SupportFilter(need="regulatory", phase="discovery", organisation_kind="academic")
    found = queries.programmes(session, wanted)
    assert found
    for fact in found:
        asked = fact.record["eligibility"]
        assert "regulatory" in fact.record["needs_served"]
        assert "discovery" in asked["phases"]
        assert "academic" in asked["organisation"]
    assert len(found) < len(queries.programmes(session))


def test_the_latest_rate_of_a_currency_counts_from_its_day(session: Session) -> None:
    admin = make.administrator(session)
    first, second = make.NOON.date().replace(day=2), make.NOON.date()
    for day, millionths in ((first, 88_000), (second, 90_000)):
        services.enter_rate(
            session, admin, currency="SEK", millionths=millionths, day=day, source="A bank", at=make.NOON
        )
    assert queries.rates(session, on=first) == {"EUR": 1.0, "SEK": 0.088}
    assert queries.rates(session, on=second) == {"EUR": 1.0, "SEK": 0.09}
    with pytest.raises(NotAllowed):
        services.enter_rate(
            session,
            make.investor(session),
            currency="SEK",
            millionths=1,
            day=first,
            source="Me",
            at=make.NOON,
        )
