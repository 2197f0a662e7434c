"""Registering, inviting, belonging and administering, with their traces in the ledger."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts import queries, services
from portal.accounts.models import (
    Invitation,
    Membership,
    Organisation,
    OrganisationKind,
    RoleRequestState,
    User,
)
from portal.accounts.rules.people import INVITATION_LASTS
from portal.accounts.services import NewOrganisation, NewPerson, OrganisationFacts, OwnSettings
from portal.core.actors import Actor, Role
from portal.core.errors import NotAllowed, NotFound, Refused, Stale
from portal.ledger.models import Entry
from tests import make
from tests.make import NOON

EVA = NewPerson(email="Eva@example.org", name="Eva Lind", password_hash="hash")
CELLS = NewOrganisation(name="Lund Cells AB", kind=OrganisationKind.COMPANY)


def names(session: Session) -> list[str]:
    return list(session.scalars(select(Entry.name).order_by(Entry.id)))


def refused(error: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in error.value.reasons]


def kind_of(session: Session, kind: OrganisationKind) -> Organisation:
    return make.organisation(session, kind=kind)


class TestRegistering:
    def test_who_registers_becomes_founder_of_their_own_organisation(self, session: Session) -> None:
        user = services.register(session, EVA, CELLS, at=NOON)
        actor = queries.actor_of(session, user.id)
        assert (user.email, user.confirmed_at, actor.roles) == (
            "eva@example.org",
            None,
            frozenset({Role.FOUNDER}),
        )
        assert names(session) == ["person.registered", "organisation.registered", "organisation.role_given"]

    def test_name_and_address_lie_beside_the_ledger_where_they_can_be_erased(self, session: Session) -> None:
        services.register(session, EVA, CELLS, at=NOON)
        entry = session.scalars(select(Entry).where(Entry.name == "person.registered")).one()
        assert set(entry.facts) == {"user_id"}
        assert {value.field: value.field_group for value in entry.private_values} == {
            "person_name": "person",
            "email": "person",
        }

    def test_a_known_address_changes_nothing_but_takes_the_name_of_the_organisation(
        self, session: Session
    ) -> None:
        known = make.user(session, email="eva@example.org", name="Eva")
        assert services.register(session, EVA, CELLS, at=NOON) is known
        assert known.name == "Eva"
        home = queries.organisation_named(session, CELLS.name)
        assert home is not None, "else a second try with the same name would tell"
        assert queries.members(session, home.id) == []
        assert session.scalar(select(func.count(User.id))) == 1
        assert names(session) == ["organisation.registered"]

    @pytest.mark.parametrize("name", ["Lund Cells AB", "LUND CELLS ab"])
    def test_a_known_organisation_is_refused_whosever_the_address_is(
        self, session: Session, name: str
    ) -> None:
        make.organisation(session, name="Lund Cells AB")
        make.user(session, email="known@example.org")
        for email in ("new@example.org", "known@example.org"):
            with pytest.raises(Refused) as error:
                services.register(
                    session,
                    NewPerson(email=email, name="X", password_hash="hash"),
                    NewOrganisation(name=name, kind=OrganisationKind.COMPANY),
                    at=NOON,
                )
            assert refused(error) == ["organisation_exists"]

    def test_other_kinds_do_not_register_themselves(self, session: Session) -> None:
        with pytest.raises(Refused) as error:
            services.register(
                session, EVA, NewOrganisation(name="Fund", kind=OrganisationKind.INVESTOR), at=NOON
            )
        assert refused(error) == ["kind_not_registered"]

    def test_confirming_is_news_once(self, session: Session) -> None:
        user = make.user(session, confirmed_at=None)
        assert services.confirm(session, user, at=NOON)
        assert not services.confirm(session, user, at=NOON + timedelta(days=1))
        assert user.confirmed_at == NOON
        assert names(session) == ["person.confirmed"]


class TestOwnAccount:
    def test_a_new_password_ends_every_sign_in(self, session: Session) -> None:
        user = make.user(session)
        before = user.fs_uniquifier
        services.change_password(session, user.id, password_hash="other", at=NOON)
        assert user.fs_uniquifier != before
        assert names(session) == ["person.password_changed"]

    def test_a_reset_shows_that_the_address_is_theirs(self, session: Session) -> None:
        user = make.user(session, confirmed_at=None)
        services.reset_password(session, user.id, password_hash="other", at=NOON)
        assert user.confirmed_at == NOON
        assert names(session) == ["person.confirmed", "person.password_changed"]

    def test_settings_are_recorded_only_where_they_change(self, session: Session) -> None:
        actor = make.founder(session)
        user = session.get_one(User, actor.user_id)
        same = OwnSettings(name=user.name, language="sv", time_zone="Europe/Stockholm", theme="dark")
        services.edit_own_account(session, actor, same, at=NOON)
        services.edit_own_account(session, actor, same, at=NOON)
        (entry,) = session.scalars(select(Entry))
        assert entry.private_values[0].value == {"value": {"language": ["en", "sv"], "theme": [None, "dark"]}}

    def test_nobody_acts_for_an_organisation_that_they_do_not_belong_to(self, session: Session) -> None:
        actor, other = make.founder(session), make.organisation(session)
        with pytest.raises(NotFound):
            services.switch_organisation(session, actor, other.id)

    def test_a_person_switches_between_their_organisations(self, session: Session) -> None:
        actor = make.founder(session)
        fund = kind_of(session, OrganisationKind.INVESTOR)
        session.add(
            Membership(user_id=actor.user_id, organisation_id=fund.id, role=Role.INVESTOR, since=NOON)
        )
        services.switch_organisation(session, actor, fund.id)
        assert queries.actor_of(session, actor.user_id).roles == {Role.INVESTOR}

    def test_an_ended_membership_leaves_no_role(self, session: Session) -> None:
        actor = make.founder(session)
        session.scalars(select(Membership)).one().ended_at = NOON
        assert queries.actor_of(session, actor.user_id) == Actor(user_id=actor.user_id)


class TestInviting:
    def invited(self, session: Session, email: str = "new@example.org") -> tuple[Actor, Invitation, str]:
        actor = make.founder(session)
        assert actor.organisation_id is not None
        offer, token = services.invite(
            session, actor, actor.organisation_id, email=email, role=Role.FOUNDER, at=NOON
        )
        return actor, offer, token

    def test_a_new_person_joins_by_the_link(self, session: Session) -> None:
        actor, offer, token = self.invited(session)
        user = services.accept_as_new_person(
            session, token, name="Nils", password_hash="hash", language="sv", at=NOON
        )
        joined = queries.actor_of(session, user.id)
        assert (joined.organisation_id, joined.roles) == (actor.organisation_id, frozenset({Role.FOUNDER}))
        assert (user.email, user.confirmed_at) == (offer.email, NOON)
        assert names(session) == [
            "organisation.member_invited",
            "person.registered",
            "person.confirmed",
            "organisation.invitation_accepted",
        ]

    def test_the_token_is_not_stored(self, session: Session) -> None:
        _actor, offer, token = self.invited(session)
        assert token not in offer.token_digest
        assert len(offer.token_digest) == 64

    def test_a_person_with_an_account_joins_and_acts_there(self, session: Session) -> None:
        user = make.user(session, email="new@example.org")
        actor, _offer, token = self.invited(session)
        services.accept_invitation(session, token, user.id, at=NOON)
        assert queries.actor_of(session, user.id).organisation_id == actor.organisation_id

    def test_a_link_works_once(self, session: Session) -> None:
        user = make.user(session, email="new@example.org")
        _actor, _offer, token = self.invited(session)
        services.accept_invitation(session, token, user.id, at=NOON)
        with pytest.raises(Refused) as error:
            services.accept_invitation(session, token, user.id, at=NOON)
        assert refused(error) == ["invitation_void"]

    def test_a_link_works_for_a_fortnight(self, session: Session) -> None:
        user = make.user(session, email="new@example.org")
        _actor, _offer, token = self.invited(session)
        with pytest.raises(Refused) as error:
            services.accept_invitation(session, token, user.id, at=NOON + INVITATION_LASTS)
        assert refused(error) == ["invitation_void"]

    def test_a_link_works_for_nobody_else(self, session: Session) -> None:
        other = make.user(session, email="other@example.org")
        _actor, _offer, token = self.invited(session)
        with pytest.raises(Refused) as error:
            services.accept_invitation(session, token, other.id, at=NOON)
        assert refused(error) == ["invitation_for_another"]
        assert queries.roles_held(session, other.id, _offer.organisation_id) == frozenset()

    def test_an_address_with_an_account_is_not_registered_again(self, session: Session) -> None:
        _actor, _offer, token = self.invited(session)
        make.user(session, email="new@example.org")
        with pytest.raises(Refused) as error:
            services.accept_as_new_person(
                session, token, name="N", password_hash="hash", language="en", at=NOON
            )
        assert refused(error) == ["invitation_needs_sign_in"]

    def test_an_unknown_link_is_not_found(self, session: Session) -> None:
        with pytest.raises(NotFound):
            services.accept_invitation(session, "guess", make.user(session).id, at=NOON)

    def test_the_same_person_is_not_invited_twice(self, session: Session) -> None:
        actor, _offer, _token = self.invited(session)
        assert actor.organisation_id is not None
        with pytest.raises(Refused) as error:
            services.invite(
                session, actor, actor.organisation_id, email="NEW@example.org", role=Role.FOUNDER, at=NOON
            )
        assert refused(error) == ["invited_already"]

    def test_an_expired_invitation_makes_way_for_a_new_one(self, session: Session) -> None:
        actor, offer, _token = self.invited(session)
        assert actor.organisation_id is not None
        later = NOON + INVITATION_LASTS
        services.invite(session, actor, actor.organisation_id, email=offer.email, role=Role.FOUNDER, at=later)
        assert offer.revoked_at == later
        assert len(queries.open_invitations(session, actor.organisation_id)) == 1

    def test_sending_again_makes_the_old_link_void(self, session: Session) -> None:
        user = make.user(session, email="new@example.org")
        actor, offer, old = self.invited(session)
        later = NOON + timedelta(days=30)
        _offer, new = services.send_invitation_again(session, actor, offer.id, at=later)
        with pytest.raises(NotFound):
            services.accept_invitation(session, old, user.id, at=later)
        services.accept_invitation(session, new, user.id, at=later)

    def test_a_revoked_invitation_is_void(self, session: Session) -> None:
        user = make.user(session, email="new@example.org")
        actor, offer, token = self.invited(session)
        services.revoke_invitation(session, actor, offer.id, at=NOON)
        with pytest.raises(Refused):
            services.accept_invitation(session, token, user.id, at=NOON)
        with pytest.raises(NotFound):
            services.send_invitation_again(session, actor, offer.id, at=NOON)

    def test_a_stranger_neither_invites_nor_revokes(self, session: Session) -> None:
        actor, offer, _token = self.invited(session)
        stranger = make.founder(session)
        assert actor.organisation_id is not None
        with pytest.raises(NotFound):
            services.invite(
                session, stranger, actor.organisation_id, email="x@example.org", role=Role.FOUNDER, at=NOON
            )
        with pytest.raises(NotFound):
            services.revoke_invitation(session, stranger, offer.id, at=NOON)

    def test_who_does_not_manage_does_not_invite(self, session: Session) -> None:
        operator = kind_of(session, OrganisationKind.FACILITY_OPERATOR)
        judge = make.member(session, operator, Role.QA)
        with pytest.raises(NotAllowed):
            services.invite(session, judge, operator.id, email="x@example.org", role=Role.QA, at=NOON)

    def test_only_roles_of_the_kind_are_offered(self, session: Session) -> None:
        actor = make.founder(session)
        assert actor.organisation_id is not None
        with pytest.raises(Refused) as error:
            services.invite(
                session, actor, actor.organisation_id, email="x@example.org", role=Role.ANALYST, at=NOON
            )
        assert refused(error) == ["role_not_of_this_kind"]


class TestOrganisations:
    FACTS = OrganisationFacts(name="Lund Cells AB", legal_name="Lund Cells AB", number="5560360793")

    def test_a_founder_edits_their_own(self, session: Session) -> None:
        actor = make.founder(session)
        assert actor.organisation_id is not None
        changed = services.edit_organisation(
            session, actor, actor.organisation_id, self.FACTS, version=1, at=NOON
        )
        assert (changed.number, changed.version) == ("5560360793", 2)
        assert names(session) == ["organisation.edited"]

    def test_nobody_overwrites_what_they_have_not_seen(self, session: Session) -> None:
        actor = make.founder(session)
        assert actor.organisation_id is not None
        services.edit_organisation(session, actor, actor.organisation_id, self.FACTS, version=1, at=NOON)
        with pytest.raises(Stale):
            services.edit_organisation(session, actor, actor.organisation_id, self.FACTS, version=1, at=NOON)

    def test_names_and_numbers_are_checked_together(self, session: Session) -> None:
        actor, other = make.founder(session), make.organisation(session)
        assert actor.organisation_id is not None
        facts = OrganisationFacts(name=other.name, number="123", vat_number="SE1")
        with pytest.raises(Refused) as error:
            services.edit_organisation(session, actor, actor.organisation_id, facts, version=1, at=NOON)
        assert refused(error) == [
            "organisation_number_unsound",
            "vat_number_unsound",
            "organisation_name_taken",
        ]

    def test_strangers_do_not_know_of_it(self, session: Session) -> None:
        organisation = make.organisation(session)
        for ask in (queries.organisation_to_see, queries.organisation_to_manage):
            with pytest.raises(NotFound):
                ask(session, make.founder(session), organisation.id)

    def test_the_last_founder_stays(self, session: Session) -> None:
        actor = make.founder(session)
        membership = session.scalars(select(Membership)).one()
        with pytest.raises(Refused) as error:
            services.end_membership(session, actor, membership.id, reason="done", at=NOON)
        assert refused(error) == ["last_manager"]

    def test_a_founder_who_is_shut_out_does_not_count(self, session: Session) -> None:
        home = make.organisation(session)
        actor = make.founder(session, home)
        make.member(session, home, Role.FOUNDER, active=False)
        own = session.scalars(select(Membership).where(Membership.user_id == actor.user_id)).one()
        with pytest.raises(Refused):
            services.end_membership(session, actor, own.id, reason="done", at=NOON)

    def test_one_of_two_founders_leaves(self, session: Session) -> None:
        home = make.organisation(session)
        actor, _other = make.founder(session, home), make.founder(session, home)
        own = session.scalars(select(Membership).where(Membership.user_id == actor.user_id)).one()
        services.end_membership(session, actor, own.id, reason="done", at=NOON)
        assert own.ended_at == NOON
        assert names(session) == ["organisation.membership_ended"]
        with pytest.raises(NotFound):
            services.end_membership(session, actor, own.id, reason="twice", at=NOON)

    def test_who_left_can_come_back(self, session: Session) -> None:
        home = make.organisation(session)
        actor, other = make.founder(session, home), make.founder(session, home)
        own = session.scalars(select(Membership).where(Membership.user_id == actor.user_id)).one()
        services.end_membership(session, actor, own.id, reason="done", at=NOON)
        user = session.get_one(User, actor.user_id)
        _offer, token = services.invite(session, other, home.id, email=user.email, role=Role.FOUNDER, at=NOON)
        services.accept_invitation(session, token, user.id, at=NOON)
        assert queries.roles_held(session, user.id, home.id) == {Role.FOUNDER}

    def test_a_stranger_ends_nothing(self, session: Session) -> None:
        make.founder(session)
        membership = session.scalars(select(Membership)).one()
        with pytest.raises(NotFound):
            services.end_membership(session, make.founder(session), membership.id, reason="x", at=NOON)

    def test_qa_does_not_end_the_manager(self, session: Session) -> None:
        operator = kind_of(session, OrganisationKind.FACILITY_OPERATOR)
        make.member(session, operator, Role.FACILITY_MANAGER)
        judge = make.member(session, operator, Role.QA)
        managers = select(Membership).where(Membership.role == Role.FACILITY_MANAGER)
        with pytest.raises(NotAllowed):
            services.end_membership(session, judge, session.scalars(managers).one().id, reason="x", at=NOON)


class TestAskingForRoles:
    def asked(self, session: Session) -> tuple[Actor, int]:
        operator = kind_of(session, OrganisationKind.FACILITY_OPERATOR)
        actor = make.member(session, operator, Role.FACILITY_MANAGER)
        request = services.request_role(session, actor, role=Role.QA, why="we have nobody", at=NOON)
        return actor, request.id

    def test_an_administrator_approves_with_a_reason(self, session: Session) -> None:
        actor, request_id = self.asked(session)
        administrator = make.administrator(session)
        decided = services.approve_role(session, administrator, request_id, reason="checked", at=NOON)
        assert (decided.state, decided.decision_reason) == (RoleRequestState.APPROVED, "checked")
        assert queries.actor_of(session, actor.user_id).roles == {Role.FACILITY_MANAGER, Role.QA}
        assert names(session) == ["organisation.role_requested", "organisation.role_approved"]

    def test_or_refuses(self, session: Session) -> None:
        actor, request_id = self.asked(session)
        services.refuse_role(session, make.administrator(session), request_id, reason="no", at=NOON)
        assert queries.actor_of(session, actor.user_id).roles == {Role.FACILITY_MANAGER}

    def test_once(self, session: Session) -> None:
        _actor, request_id = self.asked(session)
        administrator = make.administrator(session)
        services.refuse_role(session, administrator, request_id, reason="no", at=NOON)
        with pytest.raises(Refused) as error:
            services.approve_role(session, administrator, request_id, reason="yes", at=NOON)
        assert refused(error) == ["role_request_decided"]

    def test_nobody_else_decides(self, session: Session) -> None:
        actor, request_id = self.asked(session)
        with pytest.raises(NotFound):
            services.approve_role(session, actor, request_id, reason="mine", at=NOON)

    def test_not_on_ones_own(self, session: Session) -> None:
        administrator = make.administrator(session)
        request = services.request_role(session, administrator, role=Role.ANALYST, why="x", at=NOON)
        with pytest.raises(Refused) as error:
            services.approve_role(session, administrator, request.id, reason="mine", at=NOON)
        assert refused(error) == ["own_role_request"]

    def test_the_same_role_is_asked_for_once(self, session: Session) -> None:
        actor, _request_id = self.asked(session)
        with pytest.raises(Refused) as error:
            services.request_role(session, actor, role=Role.QA, why="again", at=NOON)
        assert refused(error) == ["role_requested_already"]

    def test_a_company_has_no_investors(self, session: Session) -> None:
        with pytest.raises(Refused) as error:
            services.request_role(session, make.founder(session), role=Role.INVESTOR, why="x", at=NOON)
        assert refused(error) == ["role_not_of_this_kind"]


class TestAdministering:
    def test_an_organisation_of_any_kind_is_added(self, session: Session) -> None:
        administrator = make.administrator(session)
        fund = services.add_organisation(
            session,
            administrator,
            OrganisationFacts(name="Fund"),
            kind=OrganisationKind.INVESTOR,
            at=NOON,
        )
        assert fund.kind is OrganisationKind.INVESTOR
        with pytest.raises(Refused) as error:
            services.add_organisation(
                session,
                administrator,
                OrganisationFacts(name="FUND"),
                kind=OrganisationKind.INVESTOR,
                at=NOON,
            )
        assert refused(error) == ["organisation_name_taken"]

    def test_a_role_is_given_with_a_reason(self, session: Session) -> None:
        administrator, user = make.administrator(session), make.user(session)
        fund = kind_of(session, OrganisationKind.INVESTOR)
        services.add_role(
            session,
            administrator,
            user_id=user.id,
            organisation_id=fund.id,
            role=Role.INVESTOR,
            reason="met them",
            at=NOON,
        )
        actor = queries.actor_of(session, user.id)
        assert (actor.organisation_id, actor.roles) == (fund.id, frozenset({Role.INVESTOR}))

    def test_nobody_but_administrators_does_any_of_it(self, session: Session) -> None:
        actor, user = make.founder(session), make.user(session)
        assert actor.organisation_id is not None
        attempts: list[Callable[[], object]] = [
            lambda: services.deactivate(session, actor, user.id, reason="x", at=NOON),
            lambda: services.reactivate(session, actor, user.id, reason="x", at=NOON),
            lambda: services.begin_assistance(session, actor, user.id, sign_in_id=1, reason="x", at=NOON),
            lambda: services.drop_second_factor(session, actor, user.id, reason="x", at=NOON),
            lambda: services.add_organisation(
                session, actor, OrganisationFacts(name="X"), kind=OrganisationKind.INVESTOR, at=NOON
            ),
            lambda: services.add_role(
                session,
                actor,
                user_id=user.id,
                organisation_id=actor.organisation_id or 0,
                role=Role.FOUNDER,
                reason="x",
                at=NOON,
            ),
        ]
        for attempt in attempts:
            with pytest.raises(NotFound):
                attempt()
        assert session.scalar(select(func.count(Entry.id))) == 0

    def test_who_is_shut_out_is_signed_out(self, session: Session) -> None:
        administrator, user = make.administrator(session), make.user(session)
        before = user.fs_uniquifier
        services.deactivate(session, administrator, user.id, reason="left", at=NOON)
        assert (user.active, user.fs_uniquifier == before) == (False, False)
        services.reactivate(session, administrator, user.id, reason="back", at=NOON)
        assert user.active

    def test_the_last_administrator_stays(self, session: Session) -> None:
        administrator = make.administrator(session)
        other = make.administrator(session)
        own = select(Membership).where(Membership.user_id == other.user_id)
        services.deactivate(session, administrator, other.user_id, reason="left", at=NOON)
        with pytest.raises(Refused):
            services.deactivate(session, other, administrator.user_id, reason="x", at=NOON)
        mine = select(Membership).where(Membership.user_id == administrator.user_id)
        with pytest.raises(Refused) as error:
            services.end_membership(
                session, administrator, session.scalars(mine).one().id, reason="x", at=NOON
            )
        assert "last_administrator" in refused(error)
        assert session.scalars(own).one().ended_at is None


class TestLists:
    def test_people_are_found_by_name_address_organisation_role_and_state(self, session: Session) -> None:
        home = make.organisation(session, name="Lund Cells AB")
        make.member(session, home, Role.FOUNDER, name="Eva", email="eva@example.org")
        make.user(session, name="Nils 100%", email="nils@example.org", active=False)
        make.user(session, name="Ola", email="ola@example.org", confirmed_at=None)

        def found(**asked: object) -> list[str]:
            return [user.name for user in queries.people(session, **asked).rows]  # type: ignore[arg-type]

        assert found() == ["Eva", "Nils 100%", "Ola"]
        assert found(text="EXAMPLE") == ["Eva", "Nils 100%", "Ola"]
        assert found(text="cells") == ["Eva"]
        assert found(text="%") == ["Nils 100%"]
        assert found(role=Role.FOUNDER) == ["Eva"]
        assert found(state=queries.PersonState.DEACTIVATED) == ["Nils 100%"]
        assert found(state=queries.PersonState.UNCONFIRMED) == ["Ola"]
        assert found(state=queries.PersonState.ACTIVE) == ["Eva"]

    def test_a_page_after_the_last_is_the_last(self, session: Session) -> None:
        for _ in range(52):
            session.add(
                Organisation(
                    name=f"Organisation {_:02}",
                    kind=OrganisationKind.COMPANY,
                    country="SE",
                    created_at=NOON,
                )
            )
        session.flush()
        page = queries.organisations(session, page=9)
        assert (page.number, page.pages, page.total, len(page.rows)) == (2, 2, 52, 2)
