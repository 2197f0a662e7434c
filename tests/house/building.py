"""The making of the world, through the services that real work uses."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, event, select
from sqlalchemy.orm import Session

from portal.accounts import links
from portal.accounts import services as accounts
from portal.accounts.models import (
    Authenticator,
    Membership,
    Organisation,
    OrganisationKind,
    Passkey,
    RoleRequest,
    SignIn,
    SignInMeans,
    User,
)
from portal.accounts.passwords import hashed
from portal.bookings import services as bookings
from portal.bookings.forms.requests import write_window
from portal.bookings.models import (
    ClosureKind,
    MoveProposal,
    RequestState,
    RunKind,
    SlotRequest,
    Subsidy,
    WorkMode,
)
from portal.bookings.roomtime import midnight
from portal.calendars import services as calendars
from portal.calendars.addresses import token_of
from portal.calendars.rules import Scope
from portal.campaigns import queries as chains
from portal.campaigns import services as campaigns
from portal.campaigns.rules.runs import Outcome, Record
from portal.core.actors import Actor, Role
from portal.core.errors import Reason
from portal.core.slots import Slot
from portal.facilities.models import (
    BookingUnit,
    CustomerKind,
    DutyRecord,
    ExtraHoliday,
    Grade,
    Licence,
    Rate,
    RoomKind,
    RunLimit,
    Training,
    VectorLevel,
)
from portal.files.services import Kept, announce
from portal.files.storage import current_store
from portal.gates import services as gates
from portal.jobs.handlers import HANDLERS
from portal.jobs.long_files import LONG_FILE
from portal.ledger import Delivery, Entry, Waiting
from portal.mail.messages import Message as Letter
from portal.mail.services import note_failure, post
from portal.matching import services as matching
from portal.matching.models import AdviserConflict, MatchRound
from portal.matching.queries import id_of
from portal.matching.rules.needs import PROPOSED, Asked
from portal.notifications.models import Message
from portal.notifications.rules import Topic
from portal.notifications.stopping import stop_address
from portal.partners import services as partners
from portal.partners.models import Partner
from portal.projects import services as projects
from portal.projects.models import FieldGroup, Phase, Project
from portal.projects.rules.team import TeamMemberFields
from portal.projects.rules.values import Visibility
from portal.roadmap import services as roadmap
from portal.roadmap.rules.market import MarketFacts, RightFacts, RightKind
from portal.roadmap.rules.marks import Mark, OwnStep
from portal.roadmap.rules.referrals import Verb
from portal.segregation import services as segregation
from portal.segregation.rules import Stance
from portal.signatures.queries import signatures_of
from portal.work import services as work
from tests import make
from tests.house.world import KIND_OF, KINDS, OWNERS, Ground, Person, Secret, World, mark

PASSWORD = "winter barley over the bridge"
ZONE = "Europe/Stockholm"


def _owner_of(number: int) -> str:
    """Return whose record an id says that it is."""
    return OWNERS[number // 100_000 % 100]


def build(session: Session) -> World:
    """Store the world and return it; there must be a request, for what it puts into words."""
    return _Builder(session).built()


class _Builder:
    """The making of the world; the present owner decides how new records are numbered."""

    def __init__(self, session: Session) -> None:
        """Begin now, with nothing."""
        self.session = session
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.today = self.now.astimezone(ZoneInfo(ZONE)).date()
        self.asked = self.now - timedelta(days=20)
        self.owner = "others"
        self.numbers: Counter[tuple[str, object]] = Counter()
        self.sign_ins: dict[Person, str] = {}
        self.amounts: dict[bytes, Secret] = {}
        self.ids: dict[bytes, Secret] = {}
        self.password_hash = hashed(PASSWORD)
        self.partner_places: dict[str, dict[str, Any]] = {}
        self.partner_values: dict[str, Any] = {}

    def built(self) -> World:
        """Store everything."""
        event.listen(self.session, "before_flush", self._number)
        self._bystanders()
        grounds = (
            _GroundBuilder(self, "alpha", "eff", "hush").built(),
            _GroundBuilder(self, "beta", "gee", "murmur").built(),
        )
        with self.own("others"):
            self._revise_catalogue(self.administrator)
        for ground, other in (grounds, grounds[::-1]):
            ground.places |= self.partner_places
            ground.values |= self.partner_values
            ground.values["other operator"] = other.values["operator"]
        self._work_out_round(grounds[0])
        counted = roadmap.figures_due(self.session, at=self.now)
        if counted is not None:
            roadmap.keep_figures(self.session, counted, at=self.now)
        self._teaser("gamma", Visibility.PUBLIC)
        self._teaser("delta", Visibility.INVESTORS)
        self._tell_everybody()
        self._messages(grounds)
        for ground in grounds:
            self._operations(ground)
        event.remove(self.session, "before_flush", self._number)
        self.session.commit()
        return World(self.now, grounds, self.sign_ins, self.amounts, self.ids)

    @contextmanager
    def own(self, owner: str) -> Iterator[None]:
        """Let new records be somebody's, and commit them."""
        before, self.owner = self.owner, owner
        yield
        self.session.commit()
        self.owner = before

    def organisation(self, owner: str, kind: OrganisationKind, **values: Any) -> Organisation:
        """Store an organisation that keeps everything about itself to itself."""
        secret = mark(owner, "company")
        return make.organisation(
            self.session,
            **{
                "name": f"{owner.title()} {mark(owner, 'organisation')}",
                "kind": kind,
                "legal_name": f"{owner.title()} {secret} AB",
                "invoice_reference": f"Cost centre {secret}",
                "city": secret,
                "created_at": self.now - timedelta(days=400),
                **values,
            },
        )

    def person(self, owner: str, where: Organisation | None, *roles: Role, who: Person | None = None) -> User:
        """Store somebody with roles in an organisation, and how they sign in."""
        self.numbers[owner, "people"] += 1
        number = self.numbers[owner, "people"]
        user = make.user(
            self.session,
            name=f"{owner.title()} Person {number} {mark(owner, 'person')}",
            email=f"{mark(owner, 'address').lower()}{number}@example.org",
            password=self.password_hash,
            current_organisation_id=where.id if where else None,
            created_at=self.now - timedelta(days=400),
            confirmed_at=self.now - timedelta(days=400),
        )
        for role in roles:
            assert where is not None
            self.session.add(
                Membership(
                    user_id=user.id, organisation_id=where.id, role=role, since=self.now - timedelta(days=400)
                )
            )
        self.session.flush()
        if who is not None:
            self.sign_ins[who] = make.sign_in(self.session, user)
        return user

    def _number(self, session: Session, *_context: object) -> None:
        for row in session.new:
            kind = KIND_OF.get(type(row))
            if kind is not None and row.id is None:
                owner = _owner_of(row.recipient_id) if isinstance(row, Message) else self.owner
                self.numbers[owner, type(row)] += 1
                place = tuple(KINDS).index(kind) * 10 + KINDS[kind].index(type(row))
                row.id = 70_000_000 + OWNERS.index(owner) * 100_000 + place * 1000
                row.id += self.numbers[owner, type(row)]
                self.ids[str(row.id).encode()] = Secret(owner, kind)

    def _bystanders(self) -> None:
        body = OrganisationKind.PUBLIC_BODY
        with self.own("advice"):
            advice = self.organisation("advice", body)
            colleague = self.person("advice", advice, Role.ADVISER, who=Person.ADVISER)
            self.colleague_id = colleague.id
            self._round(colleague, advice)
        with self.own("others"):
            self.person("others", None, who=Person.NOBODY)
            for number, (role, who) in enumerate(
                ((Role.ANALYST, Person.ANALYST), (Role.ADMINISTRATOR, Person.ADMINISTRATOR))
            ):
                where = self.organisation(
                    "others", body, name=f"Others {number} {mark('others', 'organisation')}"
                )
                person = self.person("others", where, role, who=who)
                if who is Person.ADMINISTRATOR:
                    self.administrator = Actor(
                        user_id=person.id, organisation_id=where.id, roles=frozenset({role})
                    )
        with self.own("fund"):
            self._investor()
        with self.own("help"):
            self._provider()

    def _revise_catalogue(self, administrator: Actor) -> None:
        roadmap.revise_step(
            self.session,
            administrator,
            "qtpp",
            "authority",
            value="An authority of our own",
            reason="It is known here.",
            at=self.now,
        )

    def _round(self, maker: User, where: Organisation) -> None:
        made = MatchRound(
            name=f"Round {mark('advice', 'words')}",
            per_project=3,
            made_by_id=maker.id,
            organisation_id=where.id,
            made_at=self.now,
        )
        self.session.add(made)
        self.session.flush()
        self.round = made
        conflict = AdviserConflict(user_id=maker.id, name="Declared", declared_at=self.now)
        self.session.add(conflict)
        self.session.flush()
        self.partner_places |= {"round": {"round_id": made.id}, "conflict": {"conflict_id": conflict.id}}

    def _work_out_round(self, ground: Ground) -> None:
        pair = {
            "project": str(ground.places["spare project"]["project_id"]),
            "partner": id_of(self.quiet.id),
        }
        cost = {"capacity": 1, "more_served": 1, "better_worst": 0.5, "more_total": 2.0}
        self.round.result = {
            "pairs": [{**pair, "score": 51.5}],
            "unserved": [{"project": pair["project"], "codes": ["NO_CAPACITY"]}],
            "costs": [{"partner": pair["partner"], **cost}],
            "total": 51.5,
            "worst": 51.5,
        }
        self.round.computed_at = self.now
        self.session.flush()
        ground.values["pair"] = f"{pair['project']}:{pair['partner']}"
        spare = self.session.get_one(Project, int(pair["project"]))
        thesis = self.session.get_one(Partner, self.partner_values["thesis"])
        ground.values |= {"addable": spare.reference, "addable partner": thesis.name}

    def _investor(self) -> None:
        where = self.organisation("fund", OrganisationKind.INVESTOR)
        person = self.person("fund", where, Role.INVESTOR, who=Person.INVESTOR)
        actor = Actor(user_id=person.id, organisation_id=where.id, roles=frozenset({Role.INVESTOR}))
        stated: dict[str, Any] = {
            "investor_kind": "venture_capital",
            "ticket_min": 2_000_000,
            "ticket_currency": "EUR",
        }
        thesis = self.partner("fund", actor, "Thesis", "thesis", **stated)
        closed = self.partner("fund", actor, "Closed", "thesis", **stated)
        partners.close_partner(self.session, actor, closed.id, version=closed.version, at=self.now)
        self.partner_places |= {
            "thesis": {"partner_id": thesis.id},
            "close thesis": {"partner_id": thesis.id, "verb": "close"},
            "reopen thesis": {"partner_id": closed.id, "verb": "reopen"},
            "closed thesis": {"partner_id": closed.id},
            "for the investor": {},
            "for the provider": {},
        }
        self.partner_values |= {"thesis": thesis.id, "investor": where.id, "thesis name": thesis.name}

    def _provider(self) -> None:
        where = self.organisation("help", OrganisationKind.SUPPORT_PROVIDER)
        person = self.person("help", where, Role.SUPPORT_PROVIDER, who=Person.PROVIDER)
        actor = Actor(user_id=person.id, organisation_id=where.id, roles=frozenset({Role.SUPPORT_PROVIDER}))
        self.provider = actor
        self.adviser = adviser = make.adviser(self.session)
        silent = make.provider(self.session)
        self.quiet = make.partner(self.session, silent, capacity=50, text="Xq advice.")
        for one in (adviser, silent):
            person = self.session.get_one(User, one.user_id)
            body = self.session.get_one(Organisation, one.organisation_id)
            person.name, body.name = (
                f"Xq {person.name}",
                f"Xq {body.name}",
            )  # so that one word finds everything
        offer = self.partner("help", actor, "Offer", "offer", serves=["regulatory"])
        draft = self.partner("help", adviser, "Draft", "draft", where=where, serves=["ip"])
        call = partners.note_call(
            self.session,
            adviser,
            "lv_scientific_advice",
            opens=None,
            closes=(self.now + timedelta(days=30)).date(),
            source="Their page",
            at=self.now,
        )
        self.partner_places |= {
            "call of a programme": {"programme_id": call.programme_id, "call_id": call.id},
            "offer": {"partner_id": offer.id},
            "draft offer": {"partner_id": draft.id},
            "confirm offer": {"partner_id": draft.id, "verb": "confirm"},
        }
        self.partner_values |= {"offer": offer.id, "provider": where.id}

    def partner(
        self, owner: str, actor: Actor, name: str, what: str, where: Organisation | None = None, **values: Any
    ) -> Partner:
        """Store a statement in which what is public, what advisers read and what nobody reads have marks."""
        stated = {
            "name": f"{name} {mark(owner, what)}",
            "text": f"Words {mark(owner, what)}",
            "capacity": 4,
            "contact": mark(owner, "contact"),
            "conflicts": [mark(owner, "conflict")] if where is None else [],
            **values,
        }
        organisation_id = where.id if where else actor.organisation_id
        assert organisation_id is not None
        at = self.now - timedelta(days=60)
        return partners.enter_partner(self.session, actor, organisation_id, stated, at=at)

    def _teaser(self, owner: str, visibility: Visibility) -> None:
        with self.own(owner):
            where = self.organisation(owner, OrganisationKind.COMPANY)
            founder = self.person(owner, where, Role.FOUNDER)
            actor = Actor(user_id=founder.id, organisation_id=where.id, roles=frozenset({Role.FOUNDER}))
            self.project(owner, actor, "Project", visibility=visibility.value)

    def project(self, owner: str, founder: Actor, name: str, **values: Any) -> Project:
        """Store a project in which every field group has a mark."""
        stated = {
            "name": f"{name} {mark(owner, 'project')}",
            "teaser": f"A cell therapy that {mark(owner, 'teaser')} describes.",
            "indication": f"A rare disease {mark(owner, 'project')}",
            "product_class": "GTMP",
            "modality": "gene_modified_hsc",
            "indication_area": "haematology",
            "gmo_class": 2,
            "vector_level": "lentiviral_retroviral",
            "vector": f"Vector {mark(owner, 'process')}",
            "process_class": "lv_rv",
            "bsl": 2,
            "orphan": True,
            "funding_min": 31_000_000 + 1_111 * (OWNERS.index(owner) + 1),
            "funding_max": 90_000_000,
            "funding_currency": "SEK",
            **values,
        }
        amount = f"{stated['funding_min']:,}".encode()
        self.amounts[amount] = Secret(owner, "money")
        return projects.register_project(
            self.session,
            founder,
            stated,
            phase=Phase.PRECLINICAL,
            phase_since=self.today - timedelta(days=300),
            at=self.now - timedelta(days=90),
        )

    def _tell_everybody(self) -> None:
        """Carry what happened to the inboxes, each message numbered as its recipient's."""
        for entry in self.session.scalars(select(Entry).join(Waiting).order_by(Entry.id)).all():
            with self.own(_owner_of(entry.id)):
                for handler in HANDLERS.get(entry.name, ()):
                    handler(self.session, entry, entry.at)
        self.session.execute(delete(Waiting))
        work.hold_lease(self.session, "clock", "host:1", lasts=timedelta(days=1), at=self.now)

    def _messages(self, grounds: Iterable[Ground]) -> None:
        for ground in grounds:
            for place, reader in (("founder", "founder"), ("manager", "manager")):
                message_id = self.session.scalars(
                    select(Message.id)
                    .where(
                        Message.recipient_id == ground.values[reader], Message.subject_kind == "slot_request"
                    )
                    .order_by(Message.id)
                ).first()
                ground.places[f"message to the {place}"] = {"message_id": message_id}
            self._put_one_away(ground)
            address = stop_address(ground.values["founder"], Topic.DEADLINES)
            ground.places["link that stops mail"] = {"token": address.rpartition("/")[2]}

    def _put_one_away(self, ground: Ground) -> None:
        mine = select(Message).where(Message.recipient_id == ground.values["founder"])
        message = self.session.scalars(mine.order_by(Message.id.desc())).first()
        assert message is not None
        message.read_at = message.archived_at = self.now
        ground.places["message that the founder put away"] = {"message_id": message.id}

    def _operations(self, ground: Ground) -> None:
        """Let a mail of a ground be given up, and something fail to be told."""
        session, now = self.session, self.now
        letter = f"{mark(ground.owner, 'words')}"
        address = f"{mark(ground.owner, 'address').lower()}9@example.org"
        mail = post(session, Letter(to=address, subject=letter, text=letter), at=now)
        note_failure(session, mail.id, error="550 no such user", final=True, at=now)
        entry = session.scalars(select(Entry).order_by(Entry.id)).first()
        assert entry is not None
        failed = Delivery(
            entry_id=entry.id, handler=f"portal.{ground.owner}.tell", attempts=3, last_error="KeyError: 'x'"
        )
        session.add(failed)
        session.flush()
        ground.places["mail that was given up"] = {"mail_id": mail.id}
        ground.places["failed delivery"] = {"delivery_id": failed.id}


class _GroundBuilder:
    """The making of one ground."""

    def __init__(self, world: _Builder, owner: str, operator: str, confidant: str) -> None:
        """Begin with nothing."""
        self.world, self.session = world, world.session
        self.owner, self.operator, self.confidant = owner, operator, confidant
        self.first = owner == "alpha"
        self.ground = Ground(owner, operator)
        self.day = 30

    def built(self) -> Ground:
        """Store everything."""
        with self.world.own(self.operator):
            self._facility()
        with self.world.own(self.confidant):
            self._confidants()
        with self.world.own(self.owner):
            self._developer()
            self._projects()
            self._roadmap()
            self._requests()
            self._introductions()
            self._referrals()
            self._campaigns()
            self._runs()
        with self.world.own(self.operator):
            self._own_work()
        return self.ground

    def at(self, place: str, **values: Any) -> None:
        """Keep what fills an address."""
        self.ground.places[place] = values

    # The facility

    def _facility(self) -> None:
        session, now, today = self.session, self.world.now, self.world.today
        self.body = self.world.organisation(
            self.operator, OrganisationKind.FACILITY_OPERATOR, name=f"{self.operator.title()} Operator"
        )
        self.site = make.facility(
            session,
            slug=self.operator,
            name=f"{self.operator.title()} Facility",
            operator=self.body,
            operator_name=f"{self.operator.title()} Operator",
            confidentiality_terms="What we read stays with us.",
            default_changeover_days=1,
            cancellation_steps=[{"days_before": 60, "percent": 50}],
        )
        self.rooms = [
            make.cleanroom(
                session,
                self.site,
                slug=f"{self.operator}_room_{number}",
                code=f"P{number}",
                name=f"Room {number}",
                open_weekdays=[1, 2, 3, 4, 5, 6, 7],
                is_bookable=number != 4,
                kind=RoomKind.GMP if number == 5 else RoomKind.PRE_GMP,
                qualified_until=today + timedelta(days=900),
            )
            for number in (1, 2, 3, 4, 5)
        ]
        rates = [
            Rate(
                cleanroom_id=room.id,
                customer_kind=CustomerKind.COMPANY,
                amount=self._rate,
                currency="SEK",
                valid_from=day,
            )
            for room in self.rooms
            for day in (today - timedelta(days=700), today + timedelta(days=365))
        ]
        licence = Licence(facility_id=self.site.id, kind="manufacturing", number="L-1")
        holiday = ExtraHoliday(facility_id=self.site.id, day=today + timedelta(days=500), name="Stocktaking")
        limit = RunLimit(
            facility_id=self.site.id,
            first_day=today + timedelta(days=700),
            last_day=today + timedelta(days=701),
            most_runs=9,
            name="Holiday weeks",
        )
        session.add_all([*rates, licence, holiday, limit])
        session.flush()
        self._people()
        budget = Subsidy(
            facility_id=self.site.id,
            programme="A programme",
            units=5,
            unit=BookingUnit.DAY,
            percent=50,
            first_day=today + timedelta(days=800),
            last_day=today + timedelta(days=900),
            made_at=self.world.now,
            made_by_id=self.qa.id,
        )
        session.add(budget)
        session.flush()
        site = {"slug": self.site.slug}
        room = {**site, "room_slug": self.rooms[0].slug}
        self.at("facility", **site)
        self.at("facility as CSV", **site, kind="csv")
        self.at("facility as XLSX", **site, kind="xlsx")
        self.at("facility id", facility_id=self.site.id)
        self.at("room", **room)
        self.at("retired room", **site, room_slug=self.rooms[3].slug)
        self.at("rate", **room, rate_id=rates[1].id)
        self.at("licence", **site, licence_id=licence.id)
        self.at("holiday", **site, holiday_id=holiday.id)
        self.at("run limit", **site, limit_id=limit.id)
        self.at("subsidy", **site, subsidy_id=budget.id)
        self.at("operator", organisation_id=self.body.id)
        request = RoleRequest(
            user_id=self.qa.id,
            organisation_id=self.body.id,
            role=Role.FACILITY_MANAGER,
            why=f"I run the night shift. {mark(self.operator, 'words')}",
            asked_at=now,
        )
        session.add(request)
        session.flush()
        self.at("role request", request_id=request.id)
        self.ground.values["version"] = self.site.version

    def _people(self) -> None:
        world, today = self.world, self.world.today
        manager = self._on_duty(Role.FACILITY_MANAGER, Person.MANAGER, Person.OTHER_MANAGER)
        colleague = self._on_duty(Role.FACILITY_MANAGER)
        self.qa = self._on_duty(Role.QA, Person.QA, Person.OTHER_QA)
        qp = self._on_duty(Role.QP, Person.QP)
        self._on_duty(
            Role.FACILITY_MANAGER,
            Person.DEPUTY,
            starts_on=today - timedelta(days=3),
            ends_on=today + timedelta(days=30),
            stands_in_for_id=manager.id,
        )
        self._on_duty(
            Role.FACILITY_MANAGER,
            Person.PAST_DEPUTY,
            starts_on=today - timedelta(days=30),
            ends_on=today - timedelta(days=2),
            stands_in_for_id=manager.id,
        )
        newcomer = world.person(self.operator, self.body, Role.FACILITY_MANAGER)
        self.manager = Actor(
            user_id=manager.id,
            organisation_id=self.body.id,
            roles=frozenset({Role.FACILITY_MANAGER}),
            duties=make.duties_at(self.site, Role.FACILITY_MANAGER),
        )
        self.quality = Actor(
            user_id=self.qa.id,
            organisation_id=self.body.id,
            roles=frozenset({Role.QA}),
            duties=make.duties_at(self.site, Role.QA),
        )
        duty = self.session.scalars(select(DutyRecord).where(DutyRecord.user_id == qp.id)).one()
        self.at("duty", slug=self.site.slug, duty_id=duty.id)
        self.at("duty for administrators", facility_id=self.site.id, duty_id=duty.id)
        self.ground.values |= {
            "manager": manager.id,
            "colleague": colleague.id,
            "newcomer": newcomer.id,
            "operator": self.body.id,
        }

    def _on_duty(self, role: Role, *who: Person, **values: Any) -> User:
        """Store somebody on duty, who is the first person at the first ground, and the second at the second."""
        name = who[0] if who and self.first else who[1] if len(who) > 1 and not self.first else None
        user = self.world.person(self.operator, self.body, role, who=name)
        first = {"starts_on": self.world.today - timedelta(days=400)}
        self.session.add(
            DutyRecord(facility_id=self.site.id, user_id=user.id, role=role, **{**first, **values})
        )
        self.session.flush()
        return user

    # The developer

    def _confidants(self) -> None:
        self.confidants = self.world.organisation(self.confidant, OrganisationKind.PUBLIC_BODY)
        who = Person.GRANTED_ADVISER if self.first else None
        person = self.world.person(self.confidant, self.confidants, Role.ADVISER, who=who)
        self.trusted = Actor(
            user_id=person.id, organisation_id=self.confidants.id, roles=frozenset({Role.ADVISER})
        )
        self.ground.values["confidants"] = self.confidants.id

    def _developer(self) -> None:
        session, now = self.session, self.world.now
        self.developer = self.world.organisation(self.owner, OrganisationKind.COMPANY)
        who = Person.FOUNDER if self.first else Person.OTHER_FOUNDER
        founder = self.world.person(self.owner, self.developer, Role.FOUNDER, who=who)
        second = self.world.person(self.owner, self.developer, Role.FOUNDER)
        roles = frozenset({Role.FOUNDER})
        self.founder = Actor(user_id=founder.id, organisation_id=self.developer.id, roles=roles)
        membership = session.scalars(select(Membership).where(Membership.user_id == second.id)).one()
        invitation, token = accounts.invite(
            session,
            self.founder,
            self.developer.id,
            email=f"{mark(self.owner, 'invited').lower()}@example.org",
            role=Role.FOUNDER,
            at=now - timedelta(days=1),
        )
        shut_out = self.world.person(self.owner, self.developer, Role.FOUNDER)
        shut_out.active = False
        fresh = self.world.person(self.owner, self.developer, Role.FOUNDER)
        fresh.confirmed_at = None
        self._long_work()
        session.flush()
        self.at("organisation", organisation_id=self.developer.id)
        self.at("own organisation")
        self.at("membership", membership_id=membership.id)
        self.at("invitation", invitation_id=invitation.id)
        self.at("link of the invitation", token=token)
        self.at("link that confirms", token=links.confirmation_token(fresh))
        self.at("link for a new password", token=links.reset_token(second))
        self.at("person", user_id=second.id)
        self.at("person who is shut out", user_id=shut_out.id)
        self._signing_in(founder)
        self.ground.values |= {
            "founder": founder.id,
            "developer": self.developer.id,
            "password": PASSWORD,
            "far day": self.world.today + timedelta(days=600),
            "later day": self.world.today + timedelta(days=90),
            "past day": self.world.today - timedelta(days=2),
            "meeting begins": f"{self.world.today + timedelta(days=10)}T10:00",
            "meeting ends": f"{self.world.today + timedelta(days=10)}T12:00",
            "second": second.id,
            "address": second.email,
            "invited": invitation.email,
        }

    def _long_work(self) -> None:
        session, now = self.session, self.world.now
        arguments = {"sheet_id": 1, "digest": mark(self.owner, "words")}
        failed = work.ask(session, "projects.import_sheet", self.founder, arguments, at=now)
        taken = work.take_job(session, "host:1", kinds=[failed.kind], at=now)
        assert taken is failed
        work.end_failed(session, failed.id, "host:1", [Reason("job_overtaken")], at=now)
        waiting = work.ask(
            session, "projects.import_sheet", self.founder, arguments, at=now + timedelta(minutes=1)
        )
        file_id = self._long_file(now)
        outcome = {
            "job_id": file_id,
            "name": "slot-requests.xlsx",
            "again": "/requests.xlsx",
            "sha256": "0" * 64,
            "until": (now + timedelta(hours=1)).isoformat(),
            "standing": [],
        }
        work.end_done(session, file_id, "host:1", outcome, at=now)
        self.at("long file", job_id=file_id)
        self.at("job", job_id=waiting.id)
        self.at("failed job", job_id=failed.id)

    def _long_file(self, now: datetime) -> int:
        arguments = {"address": "/requests.xlsx", "name": "slot-requests.xlsx", "language": "en"}
        job = work.ask(self.session, LONG_FILE, self.founder, arguments, total=3_000, at=now)
        assert work.take_job(self.session, "host:1", kinds=[LONG_FILE], at=now) is job
        return job.id

    def _signing_in(self, founder: User) -> None:
        session, now = self.session, self.world.now
        elsewhere = SignIn(
            user_id=founder.id,
            token_digest=f"elsewhere of {self.owner}",
            means=SignInMeans.CODE,
            is_strong=True,
            began_at=make.LATER,
            seen_at=make.LATER,
            proven_at=make.LATER,
        )
        passkey = Passkey(
            user_id=founder.id,
            name=f"Key {mark(self.owner, 'person')}",
            credential_id=self.owner.encode(),
            public_key=b"none",
            sign_count=1,
            transports=["internal"],
            added_at=now,
        )
        app = Authenticator(user_id=founder.id, secret="none", last_counter=1, added_at=now)
        session.add_all([elsewhere, passkey, app])
        session.flush()
        actor = Actor(user_id=founder.id)
        token = accounts.ask_for_address(session, actor, f"moves.{self.owner}@example.com", at=now)
        self.at("sign-in elsewhere", sign_in_id=elsewhere.id)
        self.at("passkey", passkey_id=passkey.id)
        self.at("person with a second factor", user_id=founder.id)
        self.at("link of the new address", token=token)

    def _projects(self) -> None:
        session, now = self.session, self.world.now
        self.main = self.world.project(self.owner, self.founder, "Main")
        spare = self.world.project(self.owner, self.founder, "Spare", needs=["capital"])
        resting = self.world.project(self.owner, self.founder, "Resting")
        archived = self.world.project(self.owner, self.founder, "Archived")
        projects.put_on_hold(
            session,
            self.founder,
            resting.id,
            since=self.world.today - timedelta(days=9),
            version=resting.version,
            at=now,
        )
        projects.archive_project(session, self.founder, archived.id, version=archived.version, at=now)
        person = mark(self.owner, "team")
        stated = TeamMemberFields(name=person, task="Process", email=f"{person.lower()}@example.org")
        member = projects.add_team_member(session, self.founder, self.main.id, stated, at=now)
        header = "name,product_class,modality,indication_area,phase"
        row = f"Sheet {mark(self.owner, 'project')},GTMP,gene_modified_hsc,haematology,discovery"
        sheet = projects.upload_sheet(session, self.founder, f"{header}\n{row}\n", at=now)
        projects.grant_to_adviser(
            session,
            self.founder,
            self.main.id,
            organisation_id=self.confidants.id,
            groups=set(FieldGroup) - {FieldGroup.TEASER, FieldGroup.BOOKINGS},
            until=None,
            at=now - timedelta(days=30),
        )
        session.flush()
        self.at("project", project_id=self.main.id)
        self.at("spare project", project_id=spare.id)
        self.at("resting project", project_id=resting.id)
        self.at("archived project", project_id=archived.id)
        self.at("team member", project_id=self.main.id, member_id=member.id)
        self.at("sheet", sheet_id=sheet.id)
        self.ground.values |= {
            "project": self.main.id,
            "project version": self.main.version,
            "spare version": spare.version,
            "resting version": resting.version,
            "archived version": archived.version,
            "member version": member.version,
        }

    def _roadmap(self) -> None:
        session, founder, project_id, now = self.session, self.founder, self.main.id, self.world.now
        secret = mark(self.owner, "roadmap")
        said = Mark(started=self.world.today - timedelta(days=9), owner=secret, remark=f"Remark {secret}")
        own = OwnStep(name=f"Step {secret}", track="cmc", least=1, likely=2, most=3)
        with roadmap.computed_at_the_end(session, at=now):
            roadmap.make_roadmap(session, founder, project_id, at=now)
            roadmap.mark_step(session, founder, project_id, "qtpp", said, version=0, at=now)
            roadmap.skip_step(
                session, founder, project_id, "dsmb", reason=f"Reason {secret}", version=0, at=now
            )
            roadmap.add_own_step(session, founder, project_id, own, at=now)
        matching.state_needs(
            session,
            founder,
            project_id,
            [
                Asked(kind=kind, words=f"Need {secret}", steps=("own_1",) if kind == "manufacturing" else ())
                for kind in PROPOSED[self.main.phase.value]
            ],
            funding={},
            version=self.main.version,
            at=now,
        )
        assessment = roadmap.assess(
            session, founder, project_id, "ip", level=3, evidence=f"Evidence {secret}", at=now
        )
        market = MarketFacts(
            value_story=f"Story {secret}", price_low=1, price_high=2, price_currency="SEK", patients=7
        )
        roadmap.state_market_access(session, founder, project_id, market, version=0, at=now)
        stated = RightFacts(kind=RightKind.FAMILY, title=f"Family {secret}", reference=f"PCT {secret}")
        right = roadmap.add_right(session, founder, project_id, stated, at=now)
        self.at("right", project_id=project_id, right_id=right.id)
        self.at("dimension", project_id=project_id, dimension="technology")
        self.at("assessment", project_id=project_id, assessment_id=assessment.id)
        self.at("roadmap as CSV", project_id=project_id, kind="csv")
        self.at("roadmap as XLSX", project_id=project_id, kind="xlsx")
        self.at("step", project_id=project_id, step_id="qtpp")
        self.at("untouched step", project_id=project_id, step_id="biodistribution")
        self.at("skipped step", project_id=project_id, step_id="dsmb")
        self.at("own step", project_id=project_id, step_id="own_1")
        self.ground.values["soon"] = self.world.today + timedelta(days=30)

    def _referrals(self) -> None:
        session, founder, now = self.session, self.founder, self.world.now
        offer, quiet = self.world.partner_values["offer"], self.world.quiet.id
        referred = self.world.project(self.owner, founder, "Referred").id
        with roadmap.computed_at_the_end(session, at=now):
            roadmap.make_roadmap(session, founder, referred, at=now)
        words = f"Help {mark(self.owner, 'asked')}"
        asked, agreed = (
            roadmap.ask_for_help(session, founder, referred, step, offer, words=words, groups=(), at=now)
            for step in ("regulatory_strategy", "itf_briefing")
        )
        keeper = self.world.provider
        for verb in (Verb.ACCEPT, Verb.SAY):
            roadmap.move_referral(
                session, keeper, agreed.id, verb, words=words, version=agreed.version, at=now
            )
        self.at("ask a provider", project_id=self.main.id, step_id="regulatory_strategy", partner_id=quiet)
        proposed = roadmap.propose_help(
            session, self.trusted, self.main.id, "itf_briefing", quiet, words="They know it.", at=now
        )
        for place, referral in (
            ("referral", asked),
            ("accepted referral", agreed),
            ("proposed referral", proposed),
        ):
            self.at(place, referral_id=referral.id)
        for word, referral in (
            ("accept", asked),
            ("refuse", asked),
            ("withdraw", asked),
            ("say", asked),
            ("complete", agreed),
            ("drop", proposed),
        ):
            self.at(f"{word} a referral", referral_id=referral.id, verb=word)

    # Whom it is to meet

    def _introductions(self) -> None:
        quiet, thesis = self.world.quiet.id, self.world.partner_values["thesis"]
        paired = [self.world.project(self.owner, self.founder, f"Paired {number}") for number in (1, 2, 3)]
        self._introduced("sent", self.main, thesis, "ask", "consent", "send")
        self._introduced("asked for consent", self.main, quiet, "ask")
        self._introduced("shortlisted", paired[0], quiet)
        self._introduced("ready", paired[0], thesis, "ask", "consent")
        paired[0].teaser = f"New words: {paired[0].teaser}"
        self._introduced("agreed", paired[1], quiet, "ask", "consent", "send", "agree")
        self._introduced("introduced", paired[2], quiet, "ask", "consent", "send", "agree", "introduce")
        wished = matching.wish(self.session, self.founder, paired[1].id, thesis, groups=(), at=self.world.now)
        self.at("wished", introduction_id=wished.id)
        for place, name, verb in (
            ("take up the wish", "wished", "shortlist"),
            ("ask consent", "shortlisted", "ask"),
            ("send", "ready", "send"),
            ("say yes", "sent", "agree"),
            ("take consent back", "sent", "withdraw"),
            ("introduce", "agreed", "introduce"),
            ("discuss", "introduced", "discuss"),
        ):
            self.at(place, **self.ground.places[name], verb=verb)
        self._shared(self.ground.places["introduced"]["introduction_id"])
        self._meeting(self.ground.places["agreed"]["introduction_id"])
        words = f"To ask {mark('advice', 'notes')}"
        note = matching.write_note(
            self.session,
            self.world.adviser,
            self.main.id,
            words=words,
            follow_up_on=self.world.today,
            at=self.world.now,
        )
        self.at("note", note_id=note.id)
        adviser = self.world.adviser
        matching.assign_case(
            self.session,
            adviser,
            self.main.id,
            adviser_id=adviser.user_id,
            reason=mark("advice", "notes"),
            version=None,
            at=self.world.now,
        )
        self.ground.values["colleague adviser"] = self.world.colleague_id

    def _shared(self, introduction_id: int) -> None:
        document = matching.add_document(
            self.session,
            self.founder,
            introduction_id,
            self._kept("report.txt"),
            title=f"Report {mark(self.owner, 'words')}",
            at=self.world.now,
        )
        self.at("document", introduction_id=introduction_id, document_id=document.id)
        for kind in ("csv", "xlsx"):
            self.at(f"openings as {kind.upper()}", introduction_id=introduction_id, kind=kind)

    def _meeting(self, introduction_id: int) -> None:
        session, now = self.session, self.world.now
        slot = Slot(now + timedelta(days=5), now + timedelta(days=5, hours=1))
        free = matching.state_free_time(
            session, self.founder, introduction_id, start=slot.start, end=slot.end, at=now
        )
        self.at("free time", introduction_id=introduction_id, free_time_id=free.id)
        matching.propose_meeting(
            session,
            self.world.adviser,
            introduction_id,
            slot=slot,
            place=f"Room {mark(self.owner, 'meeting')}",
            version=0,
            at=now,
        )

    def _kept(self, name: str) -> Kept:
        content = f"We agree. {mark(self.owner, 'process')}".encode()
        kept = Kept(sha256=sha256(content).hexdigest(), size=len(content), kind="text", name=name)
        announce(self.session, kept.sha256, size=kept.size, at=self.world.now)
        current_store().put(kept.sha256, content)
        return kept

    def _introduced(self, place: str, project: Project, partner_id: int, *verbs: str) -> None:
        session, at, adviser = self.session, self.world.now, self.world.adviser
        partner = session.get_one(Partner, partner_id)
        keeper = Actor(
            user_id=adviser.user_id,
            organisation_id=partner.organisation_id,
            roles=frozenset({Role.INVESTOR, Role.SUPPORT_PROVIDER}),
        )
        one = matching.shortlist(session, adviser, project.id, partner_id, at=at)
        steps = {
            "ask": lambda: matching.ask_consent(session, adviser, one.id, version=one.version, at=at),
            "consent": lambda: matching.give_consent(
                session, self.founder, one.id, groups=(), version=one.version, at=at
            ),
            "send": lambda: matching.send_teaser(session, adviser, one.id, version=one.version, at=at),
            "agree": lambda: matching.answer_yes(session, keeper, one.id, version=one.version, at=at),
            "introduce": lambda: matching.introduce(session, adviser, one.id, version=one.version, at=at),
        }
        for verb in verbs:
            steps[verb]()
        self.at(place, introduction_id=one.id)

    # What it asks for, and what became of it

    def _requests(self) -> None:
        session, now, manager = self.session, self.world.now, self.manager
        note = mark(self.owner, "words")
        draft = self._drafted()
        self.at("draft", request_id=draft.id)
        for place in ("submitted", "rival", "waiting", "asked", "offered", "rejected", "withdrawn"):
            self.at(place, request_id=self._submitted().id)
        ids = {place: values.get("request_id", 0) for place, values in self.ground.places.items()}
        bookings.waitlist_request(session, manager, ids["waiting"], note=note, at=now)
        bookings.ask_for_information(session, manager, ids["asked"], note=note, at=now)
        bookings.offer_window(
            session,
            manager,
            ids["offered"],
            cleanroom_id=self.rooms[1].id,
            slot=self.window(self._next_day()),
            note=note,
            at=now,
        )
        bookings.reject_request(session, manager, ids["rejected"], note=note, at=now)
        bookings.withdraw_request(session, self.founder, ids["withdrawn"], note=note, at=now)
        for place in ("booking", "moving booking", "booking to be moved"):
            self._booked(place)
        self._booked("conditional booking", condition=note, condition_until=now + timedelta(days=9))
        self._booked("present booking", day=0)
        self._booked("running booking", day=0, room=1)
        bookings.start_booking(session, manager, self.ground.places["running booking"]["booking_id"], at=now)
        self._moves(note)
        self._signed()
        self._gates(note)
        self._segregation()
        self._calendars()

    def _gates(self, note: str) -> None:
        session, now, today = self.session, self.world.now, self.world.today
        dossier = gates.open_dossier(session, self.founder, self.main.id, self.site.id, at=now)
        whole = {"dossier_id": dossier.id}
        kept = self._kept("agreement.txt")
        shown = gates.Given(title=f"Agreement {mark(self.owner, 'process')}", note=note, kept=kept)
        for item in ("gme_quality_agreement", "gme_tech_transfer_plan"):
            evidence = gates.give_evidence(session, self.founder, dossier.id, item, shown, at=now)
        waiver = gates.waive_item(
            session,
            self.quality,
            dossier.id,
            "gme_authority_advice",
            reason=note,
            until=today + timedelta(days=30),
            proof=make.proof(self.quality, at=now),
            today=today,
            at=now,
        )
        self.at("gate", **whole, gate="gmp_entry")
        self.at("gate item", **whole, item_id="gme_product_file")
        self.at("gate item to review", **whole, item_id="gme_quality_agreement", verb="accept")
        self.at("gate item to return", **whole, item_id="gme_tech_transfer_plan", verb="return")
        self.at("waived gate item", **whole, item_id="gme_authority_advice")
        self.at("signed waiver", **whole, item_id="gme_authority_advice", signature_id=waiver.signature_id)
        self.at("evidence", **whole, evidence_id=evidence.id)
        self.at("checklist", slug=self.site.slug, gate="gmp_entry")

    def _calendars(self) -> None:
        feed = calendars.make_feed(self.session, self.founder, Scope.PERSON, at=self.world.now)
        self.at("feed", feed_id=feed.id)
        self.at("address of a feed", token=token_of(feed))

    def _segregation(self) -> None:
        decided = segregation.decide_rule(
            self.session,
            self.quality,
            self.site.id,
            "vector_with_nonvector_shared_air",
            stance=Stance.SET_ASIDE,
            reason="No room here has open vector work.",
            proof=make.proof(self.quality, at=self.world.now),
            at=self.world.now,
        )
        self.at("segregation", slug=self.site.slug)
        self.at("segregation rule", slug=self.site.slug, rule_id=decided.rule_id)
        self.at("signed rule", slug=self.site.slug, signature_id=decided.signature_id)
        self.at("room that shares", slug=self.site.slug, room_slug=self.rooms[0].slug)

    def _signed(self) -> None:
        facility = self.rooms[0].facility
        facility.signs_pre_gmp = True
        at = self.world.asked + timedelta(days=1)
        self._booked("signed booking", proof=make.proof(self.manager, at=at))
        facility.signs_pre_gmp = False
        request_id = self.ground.places["request of the signed booking"]["request_id"]
        [signature] = signatures_of(self.session, "slot_request", [request_id])
        self.at("signature", request_id=request_id, signature_id=signature.id)

    def _moves(self, note: str) -> None:
        for place, booking, actor in (
            ("move proposed by the requester", "moving booking", self.founder),
            ("move proposed by the facility", "booking to be moved", self.manager),
        ):
            booking_id = self.ground.places[booking]["booking_id"]
            proposal = bookings.propose_move(
                self.session,
                actor,
                booking_id,
                cleanroom_id=self.rooms[2].id,
                slot=self.window(self._next_day()),
                why=note,
                at=self.world.now,
            )
            assert isinstance(proposal, MoveProposal)
            self.at(place, booking_id=booking_id, proposal_id=proposal.id, answer="accept")

    def _campaigns(self) -> None:
        now = self.world.now
        self._chain("campaign", "planned link", "One", "Two")
        asked = self._chain("asked chain", "asked link", "Three")
        campaigns.request_chain(
            self.session,
            self.founder,
            asked,
            accepted_terms={self.site.id: self.site.confidentiality_version},
            agreed={},
            at=now,
        )
        self.at("part of a chain", campaign_id=asked, facility_id=self.site.id)
        self.ground.values["terms"] = f"{self.site.id}-{self.site.confidentiality_version}"
        self._chain("campaign without windows", "link without a window", "Four", chooses=False)

    def _chain(self, place: str, link: str, *titles: str, chooses: bool = True) -> int:
        """Store a campaign; its name is its owner's, its links' titles are read by the facility too."""
        session, now = self.session, self.world.now
        name = f"{place} {mark(self.owner, 'roadmap')}"
        campaign = campaigns.begin_campaign(session, self.founder, self.main.id, name=name, at=now)
        values = self._draft_values(self.window(self._next_day()), at=now)
        added = campaigns.add_links(
            session,
            self.founder,
            campaign.id,
            {**values, "cleanroom_id": None, "starts_at": None, "ends_at": None},
            [f"{title} {mark(self.owner, 'work')}" for title in titles],
            at=now,
        )
        choices = [
            campaigns.Choice(
                link_id=one.id, cleanroom_id=self.rooms[0].id, slot=self.window(self._next_day())
            )
            for one in added
        ]
        if chooses:
            campaigns.choose_windows(session, self.founder, campaign.id, choices, at=now)
        session.flush()
        self.at(place, campaign_id=campaign.id)
        self.at(link, campaign_id=campaign.id, link_id=added[-1].id)
        return campaign.id

    def _runs(self) -> None:
        session, now, note = self.session, self.world.now, mark(self.owner, "words")
        self._booked("carried out booking", day=0, room=2)
        done = self.ground.places["carried out booking"]["booking_id"]
        bookings.start_booking(session, self.manager, done, at=now)
        bookings.complete_booking(session, self.manager, done, at=now)
        running = self.ground.places["running booking"]["booking_id"]
        said = Record(
            started_at=now - timedelta(hours=2),
            ended_at=now - timedelta(hours=1),
            operators=note,
            outcome=Outcome.SUCCESS,
            deviations=0,
            remarks=note,
        )
        content = f"The batch record. {note}".encode()
        kept = Kept(sha256=sha256(content).hexdigest(), size=len(content), kind="text", name="record.txt")
        announce(session, kept.sha256, size=kept.size, at=now)
        current_store().put(kept.sha256, content)
        for booking_id in (done, running):
            campaigns.record_run(session, self.founder, booking_id, said, at=now)
        attached = campaigns.attach_file(session, self.founder, done, kept, title=note, at=now)
        campaigns.close_run(
            session, self.quality, done, note=note, proof=make.proof(self.quality, at=now), at=now
        )
        run = chains.run_of(session, done)
        assert run is not None
        [signature] = signatures_of(session, "run", [run.id])
        self.at("open run", booking_id=running)
        self.at("run to close", booking_id=running, verb="close")
        self.at("closed run", booking_id=done)
        self.at("file of a run", booking_id=done, file_id=attached.id)
        self.at("signature of a run", booking_id=done, signature_id=signature.id)

    def _own_work(self) -> None:
        session, now = self.session, self.world.now
        booking = bookings.record_booking(
            session,
            self.manager,
            cleanroom_id=self.rooms[1].id,
            slot=self.window(self._next_day()),
            title=f"Own work {mark(self.operator, 'work')}",
            process_class="lv_rv",
            at=now,
        )
        closure = bookings.close_cleanroom(
            session,
            self.manager,
            cleanroom_id=self.rooms[1].id,
            slot=self.window(self._next_day()),
            kind=ClosureKind.MAINTENANCE,
            note=f"Filters {mark(self.operator, 'work')}",
            at=now,
        )
        self.at("own work", booking_id=booking.id)
        session.add(
            Training(
                cleanroom_id=self.rooms[0].id,
                user_id=self.manager.user_id,
                valid_until=self.world.today + timedelta(days=900),
            )
        )
        session.flush()
        self.at("closure", closure_id=closure.id)
        free = self._next_day()
        day = self.world.today + timedelta(days=free)
        room = self.rooms[0]
        self.at("own room")
        self.at("own project")
        self.ground.values |= {
            "room": room.id,
            "free day": day,
            "window": write_window(room, self.window(free)),
            "calendar": f"title,start,end\nA visit,{day},{day + timedelta(days=1)}\n",
        }

    def window(self, day: int) -> Slot:
        """Return the days that a request of this ground takes, so many days from now."""
        start = self.world.today + timedelta(days=day)
        return Slot(midnight(start, ZONE), midnight(start + timedelta(days=self._length), ZONE))

    @property
    def _length(self) -> int:
        return 3 if self.first else 4

    @property
    def _rate(self) -> int:
        return 613_737 if self.first else 717_171

    def _next_day(self) -> int:
        self.day += 9
        return self.day

    def _drafted(self, day: int | None = None, room: int = 0) -> SlotRequest:
        slot = self.window(self._next_day() if day is None else day)
        at = self.world.asked
        values = self._draft_values(slot, at=at, room=room)
        return bookings.save_draft(self.session, self.founder, None, values, at=at)

    def _draft_values(self, slot: Slot, *, at: datetime, room: int = 0) -> dict[str, Any]:
        return {
            "project_id": self.main.id,
            "run_kind": RunKind.PROCESS_DEVELOPMENT,
            "title": f"Runs {mark(self.owner, 'work')}",
            "kind": RoomKind.PRE_GMP,
            "grade": Grade.CNC,
            "bsl": 2,
            "vector_level": VectorLevel.LENTIVIRAL_RETROVIRAL,
            "gmo_class": 2,
            "process_class": "lv_rv",
            "equipment": [],
            "mode": WorkMode.CONTINUOUS,
            "duration": self._length,
            "duration_unit": BookingUnit.DAY,
            "earliest_start": (at + timedelta(days=1)).date(),
            "latest_end": None,
            "acceptable_facility_ids": None,
            "remark": f"Please keep them together. {mark(self.owner, 'words')}",
            "cleanroom_id": self.rooms[room].id,
            "starts_at": slot.start,
            "ends_at": slot.end,
        }

    def _submitted(self, day: int | None = None, room: int = 0) -> SlotRequest:
        draft = self._drafted(day, room)
        at = self.world.asked + timedelta(minutes=5)
        request = bookings.submit_request(self.session, self.founder, draft.id, terms_accepted=True, at=at)
        assert request.state is RequestState.SUBMITTED
        assert request.estimate is not None
        amount = int(request.estimate["amount"])
        if amount != self._rate:  # where holidays leave one day of the window, its price is the rate
            self.world.amounts[f"{amount / 100:,.2f}".encode()] = Secret(self.owner, "price")
        return request

    def _booked(self, place: str, *, day: int | None = None, room: int = 0, **values: Any) -> None:
        request = self._submitted(day, room)
        booking = bookings.approve_request(
            self.session,
            self.manager,
            request.id,
            note=mark(self.owner, "words"),
            at=self.world.asked + timedelta(days=1),
            **values,
        )
        self.at(place, booking_id=booking.id)
        self.at(f"request of the {place}", request_id=request.id)
