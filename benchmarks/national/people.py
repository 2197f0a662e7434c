"""The organisations of the national portal and their people."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from benchmarks.national.book import Book
from portal.accounts.events import OrganisationRegistered
from portal.accounts.models import Membership, Organisation, OrganisationKind, RoleRequest, User
from portal.core.actors import Role
from portal.core.events import Event

DEVELOPERS, ADVISERS, INVESTORS, PROVIDERS = 400, 12, 60, 40
FIRST_NAMES = ["Anna", "Maja", "Sara", "Elin", "Karin", "Ida", "Nils", "Lars", "Erik", "Johan", "Omar", "Leila", "Petra", "Sofia", "Hugo", "Axel", "Ebba", "Tove", "Amir", "Jonas"]  # fmt: skip
LAST_NAMES = ["Andersson", "Berg", "Dahl", "Ek", "Forsberg", "Gran", "Holm", "Isaksson", "Jansson", "Khan", "Lind", "Moberg", "Nyman", "Olsson", "Persson", "Quist", "Rosén", "Sand", "Torn", "Wik"]  # fmt: skip
CITIES = ("Lund", "Malmö", "Göteborg", "Stockholm", "Uppsala", "Umeå", "Linköping", "Örebro")


@dataclass(slots=True)
class Happening:
    """An event of the story, when it happened, and who was told of it under which subject."""

    at: datetime
    event: Event
    told: tuple[int, ...] = ()
    subject: tuple[str, int] = ("", 0)


@dataclass(slots=True)
class Story:
    """Everything that was made so far, and what happened."""

    book: Book
    random: random.Random
    now: datetime
    begins: datetime
    password_hash: str
    happened: list[Happening] = field(default_factory=list)
    facts: dict[str, int] = field(default_factory=dict)

    def moment(self, first: datetime, last: datetime) -> datetime:
        """Return a working moment between two."""
        span = max(1, int((last - first).total_seconds()) // 60)
        return first + timedelta(minutes=self.random.randrange(span))


@dataclass(slots=True)
class Body:
    """An organisation and its people."""

    id: int
    people: list[int]


@dataclass(slots=True)
class Society:
    """All organisations by what they are."""

    developers: list[Body] = field(default_factory=list)
    advisers: list[Body] = field(default_factory=list)
    investors: list[Body] = field(default_factory=list)
    providers: list[Body] = field(default_factory=list)


def tell_of_society(story: Story) -> Society:
    """Make everybody but the facilities' people."""
    society = Society()
    for number in range(DEVELOPERS):
        kind = (OrganisationKind.COMPANY, OrganisationKind.ACADEMIC, OrganisationKind.HOSPITAL)[number % 3]
        size = 6 if number < 20 else story.random.randint(1, 4)
        body = organisation(story, f"Developer {number + 1}", kind, Role.FOUNDER, size)
        society.developers.append(body)
    for bodies, name, kind, role, many in (
        (society.advisers, "Adviser", OrganisationKind.PUBLIC_BODY, Role.ADVISER, ADVISERS),
        (society.investors, "Investor", OrganisationKind.INVESTOR, Role.INVESTOR, INVESTORS),
        (society.providers, "Provider", OrganisationKind.SUPPORT_PROVIDER, Role.SUPPORT_PROVIDER, PROVIDERS),
    ):
        bodies.extend(organisation(story, f"{name} {number + 1}", kind, role, 4) for number in range(many))
    region = organisation(story, "Region", OrganisationKind.PUBLIC_BODY, Role.ANALYST, 3)
    office = organisation(story, "Portal office", OrganisationKind.PUBLIC_BODY, Role.ADMINISTRATOR, 3)
    story.facts |= {
        "developer": society.developers[0].id,
        "founder": society.developers[0].people[0],
        "adviser": society.advisers[0].people[0],
        "investor": society.investors[0].people[0],
        "provider": society.providers[0].people[0],
        "analyst": region.people[0],
        "administrator": office.people[0],
    }
    for body in society.developers[:12]:
        person, asked = body.people[-1], story.moment(story.now - timedelta(days=9), story.now)
        number = story.book.add(
            RoleRequest,
            user_id=person,
            organisation_id=body.id,
            role=Role.ADVISER,
            why="I advise other groups of the university.",
            asked_at=asked,
        )
        story.facts.setdefault("role request", number)
    return society


def organisation(story: Story, name: str, kind: OrganisationKind, role: Role, size: int) -> Body:
    """Make an organisation with people in one role."""
    since = story.moment(story.begins, story.begins + timedelta(days=30))
    number = story.book.add(
        Organisation,
        name=f"Benchmark {name}",
        kind=kind,
        legal_name=f"Benchmark {name} AB",
        is_sme=kind is OrganisationKind.COMPANY,
        city=story.random.choice(CITIES),
        is_demo=True,
        created_at=since,
    )
    body = Body(number, [person(story, number, role, since=since) for _ in range(size)])
    registered = OrganisationRegistered(
        actor_id=body.people[0], organisation_id=number, organisation_name=f"Benchmark {name}", kind=kind
    )
    story.happened.append(Happening(since, registered))
    return body


def person(story: Story, organisation_id: int, role: Role, *, since: datetime) -> int:
    """Make a person with a role in an organisation."""
    number = story.book.next_id(User)
    story.book.add(
        User,
        email=f"person{number}@benchmark.example",
        name=f"{story.random.choice(FIRST_NAMES)} {story.random.choice(LAST_NAMES)}",
        password=story.password_hash,
        fs_uniquifier=f"benchmark-{number}",
        confirmed_at=since,
        created_at=since,
        signed_in_at=story.moment(story.now - timedelta(days=60), story.now),
        current_organisation_id=organisation_id,
        is_demo=True,
    )
    story.book.add(Membership, user_id=number, organisation_id=organisation_id, role=role, since=since)
    return number
