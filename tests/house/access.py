"""The access matrix: what every address answers to everybody, on their own ground and on somebody else's.

A line says which record fills the address, and who may; everybody else is turned away: a visitor to the page where one
signs in, and anybody who is signed in with a 404, as if there were nothing. `barred` are those who know the record and
are told with a 403 that this is not for them.

People are named by how they stand to the record: somebody of the first ground is a stranger on the second.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum, auto

from tests.house.forms import Typed
from tests.house.world import SEARCHED, Ground, Person

Write = Callable[[Ground], Typed]


class Who(StrEnum):
    """How somebody stands to a record, or in the portal where an address names no record."""

    VISITOR = auto()
    NOBODY = auto()
    OWNER = auto()
    OTHER_FOUNDER = auto()
    MANAGER = auto()
    DEPUTY = auto()
    PAST_DEPUTY = auto()
    QA = auto()
    QP = auto()
    OTHER_MANAGER = auto()
    OTHER_QUALITY = auto()
    OTHER_STAFF = auto()
    ADVISER = auto()
    GRANTED = auto()
    INVESTOR = auto()
    PROVIDER = auto()
    ANALYST = auto()
    ADMINISTRATOR = auto()


STANDING: Mapping[Person, tuple[Who, Who]] = {
    Person.VISITOR: (Who.VISITOR, Who.VISITOR),
    Person.NOBODY: (Who.NOBODY, Who.NOBODY),
    Person.FOUNDER: (Who.OWNER, Who.OTHER_FOUNDER),
    Person.OTHER_FOUNDER: (Who.OTHER_FOUNDER, Who.OWNER),
    Person.MANAGER: (Who.MANAGER, Who.OTHER_MANAGER),
    Person.OTHER_MANAGER: (Who.OTHER_MANAGER, Who.MANAGER),
    Person.DEPUTY: (Who.DEPUTY, Who.OTHER_MANAGER),
    Person.PAST_DEPUTY: (Who.PAST_DEPUTY, Who.OTHER_STAFF),
    Person.QA: (Who.QA, Who.OTHER_QUALITY),
    Person.OTHER_QA: (Who.OTHER_QUALITY, Who.QA),
    Person.QP: (Who.QP, Who.OTHER_QUALITY),
    Person.ADVISER: (Who.ADVISER, Who.ADVISER),
    Person.GRANTED_ADVISER: (Who.GRANTED, Who.ADVISER),
    Person.INVESTOR: (Who.INVESTOR, Who.INVESTOR),
    Person.PROVIDER: (Who.PROVIDER, Who.PROVIDER),
    Person.ANALYST: (Who.ANALYST, Who.ANALYST),
    Person.ADMINISTRATOR: (Who.ADMINISTRATOR, Who.ADMINISTRATOR),
}
"""How everybody stands to the records of the first ground, and of the second."""

ALL = frozenset(Who)
SIGNED_IN = ALL - {Who.VISITOR}
BELONGING = SIGNED_IN - {Who.NOBODY}
OWNER = frozenset({Who.OWNER})
FOUNDERS = OWNER | {Who.OTHER_FOUNDER}
MANAGERS = frozenset({Who.MANAGER, Who.DEPUTY})
STAFF = MANAGERS | {Who.QA, Who.QP}
QUALIFIERS = MANAGERS | {Who.QA}
ANY_MANAGERS = MANAGERS | {Who.OTHER_MANAGER}
ANY_STAFF = STAFF | {Who.OTHER_MANAGER, Who.OTHER_QUALITY}
OPERATORS = STAFF | {Who.PAST_DEPUTY}
ADVISERS = frozenset({Who.ADVISER, Who.GRANTED})
GRANTED = frozenset({Who.GRANTED})
TEASER_READERS = ADVISERS | {Who.INVESTOR, Who.PROVIDER}
ADMINISTRATOR = frozenset({Who.ADMINISTRATOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One address and method, and what it answers to whom.

    `on` names the page that offers the form; `types` is what somebody types into it, and `goes` says that the form then
    leads on. `in_vain` are those who may open such a page, and get nothing done with this form. `tells` is what the
    address itself lets its holder read.
    """

    endpoint: str
    method: str
    place: str | None
    may: frozenset[Who]
    barred: frozenset[Who] = frozenset()
    in_vain: frozenset[Who] = frozenset()
    on: tuple[str, str | None] | None = None
    types: Write | None = None
    goes: bool = True
    asks: Write | None = None
    tells: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """Return what the line is called where it fails."""
        return f"{self.method} {self.endpoint}" + (f" at {self.place}" if self.place else "")


def see(
    endpoint: str,
    place: str | None = None,
    *,
    may: frozenset[Who],
    barred: frozenset[Who] = frozenset(),
    asks: Write | None = None,
    tells: frozenset[str] = frozenset(),
) -> Line:
    """Return the line of a page or file; `asks` is what stands after the question mark."""
    return Line(endpoint=endpoint, method="GET", place=place, may=may, barred=barred, asks=asks, tells=tells)


def send(
    endpoint: str,
    place: str | None = None,
    *,
    may: frozenset[Who],
    barred: frozenset[Who] = frozenset(),
    in_vain: frozenset[Who] = frozenset(),
    on: str | None = "",
    of: str | None = None,
    types: Typed | Write | None = None,
    goes: bool = True,
    asks: Write | None = None,
    tells: frozenset[str] = frozenset(),
) -> Line:
    """Return the line of a form; `on` is the endpoint of the page that shows it, `of` the record of that page.

    The page is at the same address unless told otherwise; None stands for a form that people have only sometimes.
    """
    written = types if callable(types) else (lambda _ground: types or {})
    return Line(
        endpoint=endpoint,
        method="POST",
        place=place,
        may=may,
        barred=barred,
        in_vain=in_vain,
        on=None if on is None else (on or endpoint, of or place),
        types=written,
        goes=goes,
        asks=asks,
        tells=tells,
    )


REASON = "It is needed for the work."


def value(name: str) -> Callable[[Ground], str]:
    """Return what reads a value of a ground as text."""
    return lambda ground: str(ground.values[name])


def typing(**fields: str | Callable[[Ground], str]) -> Write:
    """Return what somebody types; a field that is written with two underscores has a dash there."""

    def written(ground: Ground) -> Typed:
        return {
            name.replace("__", "-"): found(ground) if callable(found) else found
            for name, found in fields.items()
        }

    return written


def _among(kind: str) -> Write:
    """Return what asks for everything of a kind that is called by a mark of the world, whosever it is."""
    return lambda _ground: {"q": "xq", "kind": kind}


FRAME = (
    see("static", "style sheet", may=ALL),
    see("web.healthy", may=ALL),
    see("web.offline", may=ALL),
    see("web.service_worker", may=ALL),
    see("web.language", "language", may=ALL),
    send("web.theme", may=ALL, on="home.start", types={"theme": "dark"}),
    see("home.start", may=ALL),
    see("help.index", may=ALL),
    see("help.show", "guide", may=ALL),
    see("help.picture", "picture of a guide", may=ALL),
    see("home.accessibility", may=ALL),
    see("home.contact", may=ALL),
    see("home.privacy", may=ALL),
    see("home.terms", may=ALL),
    see("home.robots", may=ALL),
    see("home.sitemap", may=ALL),
    see("reference.show_glossary", may=ALL),
    see("reference.glossary_file", "as CSV", may=ALL),
    see("reference.glossary_file", "as XLSX", may=ALL),
    see("search.show", may=ALL, asks=lambda _ground: {"q": "xq"}),
    *(see("search.show", f"search among {kind}", may=ALL, asks=_among(kind)) for kind in SEARCHED),
    see("home.show", "home of a founder", may=FOUNDERS),
    see("home.show", "home of a manager", may=ANY_MANAGERS | {Who.PAST_DEPUTY}),
    see("home.show", "home of QA", may=frozenset({Who.QA, Who.OTHER_QUALITY})),
    see("home.show", "home of an adviser", may=ADVISERS),
    see("home.show", "home of an investor", may=frozenset({Who.INVESTOR})),
    see("home.show", "home of a support provider", may=frozenset({Who.PROVIDER})),
    see("home.show", "home of an analyst", may=frozenset({Who.ANALYST})),
    see("home.show", "home of an administrator", may=ADMINISTRATOR),
)

MESSAGES = (
    see("notifications.messages", may=SIGNED_IN),
    see("notifications.messages_file", "as CSV", may=SIGNED_IN),
    see("notifications.messages_file", "as XLSX", may=SIGNED_IN),
    send("notifications.read_all", may=SIGNED_IN, on="notifications.messages"),
    send("notifications.archive_read", may=SIGNED_IN, on="notifications.messages"),
    send("notifications.archive", "message to the founder", may=OWNER, on="notifications.messages"),
    send(
        "notifications.restore",
        "message that the founder put away",
        may=OWNER,
        on="notifications.messages",
        asks=typing(show="archived"),
    ),
    see("notifications.preferences", may=SIGNED_IN),
    send(
        "notifications.preferences",
        may=SIGNED_IN,
        types={
            "requests": "at_once",
            "decisions": "digest",
            "bookings": "digest",
            "deadlines": "portal",
            "gates": "digest",
            "introductions": "at_once",
            "referrals": "at_once",
            "teasers": "weekly",
            "reminders": "none",
            "work": "none",
            "hour": "18",
        },
    ),
    see("notifications.stop", "link that stops mail", may=ALL),
    send("notifications.stopped", "link that stops mail", may=ALL, on="notifications.stop", goes=False),
    see("notifications.open_message", "message to the founder", may=OWNER),
    see("notifications.open_message", "message to the manager", may=frozenset({Who.MANAGER})),
)

OWNER_OR_ADMINISTRATOR = OWNER | {Who.ADMINISTRATOR}

LONG_WORK = (
    see("jobs.index", may=SIGNED_IN),
    see("jobs.index_file", "as CSV", may=SIGNED_IN),
    see("jobs.index_file", "as XLSX", may=SIGNED_IN),
    see("jobs.show", "job", may=OWNER_OR_ADMINISTRATOR),
    send("jobs.cancel", "job", may=OWNER_OR_ADMINISTRATOR, on="jobs.show"),
    send("jobs.again", "failed job", may=OWNER_OR_ADMINISTRATOR, on="jobs.show"),
    send("jobs.make_file", may=SIGNED_IN, on=None, types={"token": "what no list has offered"}),
    see("jobs.file", "long file", may=OWNER),
    see("jobs.healthy", may=ALL),
    see("jobs.overview", may=ADMINISTRATOR),
    send("jobs.send_now", may=ADMINISTRATOR, on="jobs.overview"),
    send("jobs.send_again", "mail that was given up", may=ADMINISTRATOR, on="jobs.overview"),
    send("jobs.deliver_again", "failed delivery", may=ADMINISTRATOR, on="jobs.overview"),
)

JOINING = (
    see("security.login", may=ALL),
    send(
        "security.login",
        may=ALL,
        types=lambda ground: {
            "email": str(ground.values["address"]),
            "password": str(ground.values["password"]),
        },
    ),
    send("security.logout", may=ALL, on="home.start"),
    send("security.login_with_passkey", may=ALL, on="security.login", goes=False),
    see("security.second_step", may=ALL),
    send("security.second_step", may=ALL, on=None, types={"code": "123456"}),
    send("accounts.passkey_challenge", "passkey to sign in with", may=ALL, on=None, goes=False),
    send("accounts.passkey_challenge", "new passkey", may=SIGNED_IN, on=None, goes=False),
    send("accounts.passkey_challenge", "passkey to show again", may=SIGNED_IN, on=None, goes=False),
    see("security.verify", may=SIGNED_IN),
    send(
        "security.verify",
        may=SIGNED_IN,
        types=lambda ground: {"proof_password": str(ground.values["password"])},
    ),
    see("accounts.register", may=ALL),
    send(
        "accounts.register",
        may=ALL,
        types={
            "name": "Eve Newcomer",
            "email": "eve.newcomer@example.com",
            "password": "seven green lamps on ice",
            "organisation_name": "Newcomer Labs",
            "kind": "company",
        },
    ),
    see("accounts.sent", may=ALL),
    see("accounts.resend", may=ALL),
    send("accounts.resend", may=ALL, types={"email": "somebody@example.com"}),
    see("accounts.confirm", "link that confirms", may=ALL, tells=frozenset({"address"})),
    send("accounts.confirm", "link that confirms", may=ALL),
    see("accounts.forgot", may=ALL),
    send("accounts.forgot", may=ALL, types={"email": "somebody@example.com"}),
    see("accounts.reset", "link for a new password", may=ALL),
    send(
        "accounts.reset",
        "link for a new password",
        may=ALL,
        types={"password": "seven green lamps on ice"},
    ),
    see(
        "accounts.join",
        "link of the invitation",
        may=ALL,
        tells=frozenset({"organisation", "invited", "person"}),
    ),
    send(
        "accounts.join",
        "link of the invitation",
        may=ALL,
        types={"name": "Eve Newcomer", "password": "seven green lamps on ice"},
        goes=False,
        tells=frozenset({"organisation", "invited", "person"}),
    ),
)

ACCOUNTS = (
    see("accounts.account", may=SIGNED_IN),
    send("accounts.account", may=SIGNED_IN, types={"name": "Another Name"}),
    see("accounts.change_password", may=SIGNED_IN),
    send(
        "accounts.change_password",
        may=SIGNED_IN,
        types=lambda ground: {
            "present": str(ground.values["password"]),
            "password": "seven green lamps on ice",
        },
    ),
    see("accounts.sign_in_settings", may=SIGNED_IN),
    send("accounts.sign_out_everywhere", may=SIGNED_IN, on="accounts.sign_in_settings"),
    send("accounts.end_sign_in", "sign-in elsewhere", may=OWNER, on="accounts.sign_in_settings"),
    see("accounts.add_authenticator", may=SIGNED_IN),
    send("accounts.add_authenticator", may=SIGNED_IN, on=None, types={"code": "123456"}, goes=False),
    send("accounts.remove_authenticator", may=FOUNDERS, on="accounts.sign_in_settings"),
    see("accounts.add_passkey", may=SIGNED_IN),
    send("accounts.add_passkey", may=SIGNED_IN, types={"name": "Blue key"}, goes=False),
    send("accounts.remove_passkey", "passkey", may=OWNER, on="accounts.sign_in_settings"),
    send("accounts.make_recovery_codes", may=FOUNDERS, on="accounts.sign_in_settings", goes=False),
    see("accounts.second_factor_needed", may=SIGNED_IN),
    see("accounts.change_address", may=SIGNED_IN),
    send("accounts.change_address", may=SIGNED_IN, types={"email": "eve.newcomer@example.com"}),
    see("accounts.take_address", "link of the new address", may=ALL),
    send("accounts.take_address", "link of the new address", may=ALL),
    see("accounts.switch", may=SIGNED_IN),
    send(
        "accounts.switch",
        "own organisation",
        may=OWNER,
        on=None,
        types=lambda ground: {"organisation_id": str(ground.values["developer"])},
    ),
    see("accounts.own_organisation", may=BELONGING),
    see("accounts.organisation", "organisation", may=OWNER | ADMINISTRATOR),
    see("accounts.organisation", "operator", may=OPERATORS | ADMINISTRATOR),
    see("accounts.edit_organisation", "organisation", may=OWNER | ADMINISTRATOR),
    see(
        "accounts.edit_organisation",
        "operator",
        may=MANAGERS | {Who.PAST_DEPUTY} | ADMINISTRATOR,
        barred=frozenset({Who.QA, Who.QP}),
    ),
    send(
        "accounts.edit_organisation",
        "organisation",
        may=OWNER | ADMINISTRATOR,
        types={"legal_name": "Another Name AB"},
    ),
    see("accounts.invite", "organisation", may=OWNER | ADMINISTRATOR),
    send(
        "accounts.invite",
        "organisation",
        may=OWNER | ADMINISTRATOR,
        types={"email": "eve.newcomer@example.com", "role": "founder"},
    ),
    send(
        "accounts.send_invitation_again",
        "invitation",
        may=OWNER | ADMINISTRATOR,
        on="accounts.organisation",
        of="organisation",
    ),
    send(
        "accounts.revoke_invitation",
        "invitation",
        may=OWNER | ADMINISTRATOR,
        on="accounts.organisation",
        of="organisation",
    ),
    send(
        "accounts.end_membership",
        "membership",
        may=OWNER | ADMINISTRATOR,
        on="accounts.organisation",
        of="organisation",
        types=lambda ground: {f"end-{ground.places['membership']['membership_id']}-reason": REASON},
    ),
    see("accounts.request_role", may=BELONGING),
    send("accounts.request_role", may=BELONGING, types={"role": "analyst", "why": REASON}, goes=False),
    send("accounts.end_assistance", may=frozenset(), on=None),
)

ADMINISTRATION = (
    see("accounts.people", may=ADMINISTRATOR),
    see("accounts.export_people", "as CSV", may=ADMINISTRATOR),
    see("accounts.person", "person", may=ADMINISTRATOR),
    send(
        "accounts.drop_second_factor",
        "person with a second factor",
        may=ADMINISTRATOR,
        on="accounts.person",
        types={"factor-reason": REASON},
    ),
    send(
        "accounts.give_role",
        "person",
        may=ADMINISTRATOR,
        on="accounts.person",
        types=lambda ground: {
            "give-organisation_id": str(ground.values["operator"]),
            "give-role": "qa",
            "give-reason": REASON,
        },
    ),
    send(
        "accounts.deactivate",
        "person",
        may=ADMINISTRATOR,
        on="accounts.person",
        types={"state-reason": REASON},
    ),
    send(
        "accounts.reactivate",
        "person who is shut out",
        may=ADMINISTRATOR,
        on="accounts.person",
        types={"state-reason": REASON},
    ),
    send(
        "accounts.assist",
        "person",
        may=ADMINISTRATOR,
        on="accounts.person",
        types={"assist-reason": REASON},
    ),
    see("accounts.organisations", may=ADMINISTRATOR),
    see("accounts.export_organisations", "as CSV", may=ADMINISTRATOR),
    see("accounts.new_organisation", may=ADMINISTRATOR),
    send(
        "accounts.new_organisation",
        may=ADMINISTRATOR,
        types={"name": "Newcomer Capital", "kind": "investor"},
    ),
    see("accounts.role_requests", may=ADMINISTRATOR),
    see("accounts.export_role_requests", "as CSV", may=ADMINISTRATOR),
    see("accounts.export_role_requests", "as XLSX", may=ADMINISTRATOR),
    send(
        "accounts.approve_role",
        "role request",
        may=ADMINISTRATOR,
        on="accounts.role_requests",
        of=None,
        types=lambda ground: {f"request-{ground.places['role request']['request_id']}-reason": REASON},
    ),
    send(
        "accounts.refuse_role",
        "role request",
        may=ADMINISTRATOR,
        on="accounts.role_requests",
        types=lambda ground: {f"request-{ground.places['role request']['request_id']}-reason": REASON},
    ),
    see("facilities.administer", may=ADMINISTRATOR),
    see("facilities.download_administered", "as CSV", may=ADMINISTRATOR),
    see("facilities.download_administered", "as XLSX", may=ADMINISTRATOR),
    see("facilities.administer_one", "facility id", may=ADMINISTRATOR),
    see("facilities.new_facility", may=ADMINISTRATOR),
    send(
        "facilities.add_facility",
        may=ADMINISTRATOR,
        on="facilities.new_facility",
        types=lambda ground: {
            "name": "A new facility",
            "city": "Lund",
            "operator_id": str(ground.values["operator"]),
        },
    ),
    send(
        "facilities.set_operator",
        "facility id",
        may=ADMINISTRATOR,
        on="facilities.administer_one",
        types=lambda ground: {"operator-operator_id": str(ground.values["other operator"])},
    ),
    send(
        "facilities.appoint",
        "facility id",
        may=ADMINISTRATOR,
        on="facilities.administer_one",
        types=lambda ground: {"user_id": str(ground.values["newcomer"]), "role": "qp"},
    ),
    send(
        "facilities.dismiss",
        "duty for administrators",
        may=ADMINISTRATOR,
        on="facilities.administer_one",
        of="facility id",
    ),
)

CATALOGUE = (
    see("facilities.catalogue", may=ALL),
    see("facilities.download_catalogue", "as CSV", may=ALL),
    see("facilities.download_catalogue", "as XLSX", may=ALL),
    see("facilities.show", "facility", may=ALL),
    see("facilities.show_cleanroom", "room", may=ALL),
    see("facilities.show_history", "facility", may=STAFF | ADMINISTRATOR),
    see("facilities.edit_facts", "facility", may=MANAGERS),
    send(
        "facilities.save_facts",
        "facility",
        may=MANAGERS,
        on="facilities.edit_facts",
        types={"note": "Open house in May."},
    ),
    see("facilities.edit_terms", "facility", may=MANAGERS),
    send(
        "facilities.save_terms",
        "facility",
        may=MANAGERS,
        on="facilities.edit_terms",
        types={"hold_working_days": "7"},
    ),
    see("facilities.licences", "facility", may=MANAGERS),
    see("facilities.licences_file", "facility as CSV", may=MANAGERS),
    see("facilities.licences_file", "facility as XLSX", may=MANAGERS),
    send(
        "facilities.add_licence",
        "facility",
        may=MANAGERS,
        on="facilities.licences",
        types={"number": "L-2"},
    ),
    see("facilities.edit_licence", "licence", may=MANAGERS),
    send(
        "facilities.save_licence",
        "licence",
        may=MANAGERS,
        on="facilities.edit_licence",
        types={"number": "L-3"},
    ),
    send(
        "facilities.remove_licence",
        "licence",
        may=MANAGERS,
        on="facilities.licences",
        of="facility",
    ),
    see("facilities.holidays", "facility", may=MANAGERS),
    send(
        "facilities.add_holiday",
        "facility",
        may=MANAGERS,
        on="facilities.holidays",
        types=lambda ground: {"day": str(ground.values["far day"]), "name": "Move"},
    ),
    send(
        "facilities.remove_holiday",
        "holiday",
        may=MANAGERS,
        on="facilities.holidays",
        of="facility",
    ),
    see("facilities.run_limits", "facility", may=MANAGERS),
    send(
        "facilities.add_run_limit",
        "facility",
        may=MANAGERS,
        on="facilities.run_limits",
        types=lambda ground: {
            "first_day": str(ground.values["far day"]),
            "last_day": str(ground.values["far day"]),
            "most_runs": "9",
            "name": "Move",
        },
    ),
    send(
        "facilities.remove_run_limit",
        "run limit",
        may=MANAGERS,
        on="facilities.run_limits",
        of="facility",
    ),
    see("facilities.people", "facility", may=MANAGERS),
    see("facilities.people_file", "facility as CSV", may=MANAGERS),
    see("facilities.people_file", "facility as XLSX", may=MANAGERS),
    send(
        "facilities.give_duty",
        "facility",
        may=MANAGERS,
        on="facilities.people",
        types=lambda ground: {"user_id": str(ground.values["newcomer"]), "role": "qp"},
    ),
    send("facilities.end_duty", "duty", may=MANAGERS, on="facilities.people", of="facility"),
    see("facilities.new_cleanroom", "facility", may=MANAGERS),
    send(
        "facilities.add_cleanroom",
        "facility",
        may=MANAGERS,
        on="facilities.new_cleanroom",
        types={"code": "P9", "name": "Room 9"},
    ),
    see("facilities.edit_cleanroom", "room", may=MANAGERS),
    send(
        "facilities.save_cleanroom",
        "room",
        may=MANAGERS,
        on="facilities.edit_cleanroom",
        types={"note": "Has a window."},
    ),
    send(
        "facilities.retire_cleanroom",
        "room",
        may=MANAGERS,
        on="facilities.edit_cleanroom",
        types={"retire-reason": REASON},
    ),
    send("facilities.reopen_cleanroom", "retired room", may=MANAGERS, on="facilities.edit_cleanroom"),
    see("facilities.qualification", "room", may=QUALIFIERS),
    send(
        "facilities.save_qualification",
        "room",
        may=QUALIFIERS,
        on="facilities.qualification",
        types=lambda ground: {"qualified_until": str(ground.values["far day"]), "reason": REASON},
    ),
    see("facilities.upkeep", "room", may=QUALIFIERS),
    send(
        "facilities.save_equipment",
        "room",
        may=QUALIFIERS,
        on="facilities.upkeep",
        types=lambda ground: {"valid_until": str(ground.values["far day"])},
    ),
    send(
        "facilities.save_training",
        "room",
        may=QUALIFIERS,
        on="facilities.upkeep",
        types=lambda ground: {"valid_until": str(ground.values["far day"])},
    ),
    send("facilities.save_trained_needed", "room", may=QUALIFIERS, on="facilities.upkeep"),
    see("facilities.rates", "room", may=MANAGERS),
    send(
        "facilities.add_rate",
        "room",
        may=MANAGERS,
        on="facilities.rates",
        types=lambda ground: {
            "customer_kind": "academic",
            "amount": "4000",
            "currency": "SEK",
            "valid_from": str(ground.values["far day"]),
        },
    ),
    send("facilities.withdraw_rate", "rate", may=MANAGERS, on="facilities.rates", of="room"),
    see("facilities.changeover", "room", may=MANAGERS),
    send(
        "facilities.save_changeover",
        "room",
        may=MANAGERS,
        on="facilities.changeover",
        types={"aav__lv_rv": "6"},
    ),
)

KNOWING = STAFF | ADVISERS | {Who.INVESTOR}
"""Who knows of the main project of a ground besides its owner: it was shown to the facility, advisers read teasers, and one was sent to the investor."""

PARTNER_PEOPLE = frozenset({Who.INVESTOR, Who.PROVIDER})
INVESTOR, PROVIDER = frozenset({Who.INVESTOR}), frozenset({Who.PROVIDER})

PARTNERS = (
    see("partners.catalogue", may=ALL),
    see("partners.download_catalogue", "as CSV", may=ALL),
    see("partners.download_catalogue", "as XLSX", may=ALL),
    see("partners.programme", "programme", may=ALL),
    send(
        "partners.note_call",
        "programme",
        may=ADVISERS | ADMINISTRATOR,
        on="partners.programme",
        types={"opens": "2026-01-02", "closes": "2026-03-04", "source": "Their page"},
    ),
    send(
        "partners.remove_call",
        "call of a programme",
        may=ADVISERS | ADMINISTRATOR,
        on="partners.programme",
        of="programme",
    ),
    see("partners.offer", "offer", may=ALL),
    see("partners.index", may=TEASER_READERS),
    see("partners.index_file", "as CSV", may=TEASER_READERS),
    see("partners.index_file", "as XLSX", may=TEASER_READERS),
    see("partners.enter", may=TEASER_READERS),
    send(
        "partners.enter",
        "for the investor",
        asks=typing(organisation=value("investor")),
        may=INVESTOR | ADVISERS,
        in_vain=PROVIDER,
        types={"name": "Another fund", "text": "Words", "investor_kind": "public", "capacity": "1"},
    ),
    send(
        "partners.enter",
        "for the provider",
        may=ADVISERS | PROVIDER,
        in_vain=INVESTOR,
        asks=typing(organisation=value("provider")),
        types={"name": "Another offer", "text": "Words", "serves": ["ip"], "capacity": "1"},
    ),
    see("partners.show", "thesis", may=ADVISERS | INVESTOR),
    see("partners.show", "draft offer", may=ADVISERS | PROVIDER),
    see("partners.edit", "thesis", may=INVESTOR, barred=ADVISERS),
    see("partners.edit", "draft offer", may=ADVISERS | PROVIDER),
    send("partners.edit", "thesis", may=INVESTOR, barred=ADVISERS, types={"text": "Other words"}),
    send("partners.edit", "draft offer", may=ADVISERS | PROVIDER, types={"text": "Other words"}),
    send("partners.move", "close thesis", may=INVESTOR, barred=ADVISERS, on="partners.show", of="thesis"),
    send(
        "partners.move",
        "reopen thesis",
        may=INVESTOR,
        barred=ADVISERS,
        on="partners.show",
        of="closed thesis",
    ),
    send(
        "partners.move",
        "confirm offer",
        may=PROVIDER,
        barred=ADVISERS,
        on="partners.show",
        of="draft offer",
    ),
    see("partners.upload", may=TEASER_READERS),
    send(
        "partners.upload",
        may=TEASER_READERS,
        goes=False,
        types={"content": "name,text,capacity,serves\nAn offer,Words,1,ip\n"},
    ),
    see("partners.rates", may=ADMINISTRATOR),
    send(
        "partners.rates",
        may=ADMINISTRATOR,
        types={"currency": "SEK", "per_unit": "0.0885", "day": "2026-01-02", "source": "A bank"},
    ),
)

MATCHING = (
    see("matching.desk", may=ADVISERS),
    see("matching.desk_file", "as CSV", may=ADVISERS),
    see("matching.desk_file", "as XLSX", may=ADVISERS),
    see("matching.matches", "project", may=OWNER | ADVISERS),
    send(
        "matching.shortlist",
        "spare project",
        may=ADVISERS,
        on="matching.matches",
        asks=lambda _ground: {"need": "capital"},
    ),
    send(
        "matching.keep_weights",
        "project",
        may=ADVISERS,
        on="matching.matches",
        asks=lambda _ground: {"w_text": "40"},
    ),
    send("matching.reset_weights", "project", may=ADVISERS, on=None),
    send("matching.wish", "spare project", may=OWNER, barred=ADVISERS, on="matching.matches"),
    see("matching.board", may=FOUNDERS | TEASER_READERS),
    see("matching.download", "as CSV", may=FOUNDERS | TEASER_READERS),
    see("matching.download", "as XLSX", may=FOUNDERS | TEASER_READERS),
    see("matching.show", "sent", may=OWNER | ADVISERS | INVESTOR),
    see("matching.show", "asked for consent", may=OWNER | ADVISERS),
    see("matching.show", "shortlisted", may=ADVISERS),
    see("matching.show", "wished", may=OWNER | ADVISERS),
    see("matching.show", "agreed", may=OWNER | ADVISERS),
    send(
        "matching.move",
        "take up the wish",
        may=ADVISERS,
        barred=OWNER,
        on="matching.show",
        of="wished",
    ),
    send("matching.move", "ask consent", may=ADVISERS, on="matching.show", of="shortlisted"),
    send("matching.move", "send", may=ADVISERS, barred=OWNER, on="matching.show", of="ready"),
    send(
        "matching.move",
        "say yes",
        may=INVESTOR,
        barred=OWNER | ADVISERS,
        on="matching.show",
        of="sent",
    ),
    send(
        "matching.move",
        "take consent back",
        may=OWNER,
        barred=ADVISERS | INVESTOR,
        on="matching.show",
        of="sent",
    ),
    send("matching.move", "introduce", may=ADVISERS, barred=OWNER, on="matching.show", of="agreed"),
    send("matching.move", "discuss", may=ADVISERS, barred=OWNER, on="matching.show", of="introduced"),
    send("matching.consent", "asked for consent", may=OWNER, on="matching.show"),
    send("matching.renew", "ready", may=OWNER, on="matching.show"),
    send(
        "matching.later",
        "sent",
        may=INVESTOR,
        on="matching.show",
        types=typing(until=value("later day")),
    ),
    send(
        "matching.decline",
        "sent",
        may=OWNER | ADVISERS | INVESTOR,
        on="matching.show",
        types={"reason": "too_early", "explained": "Come back with data."},
    ),
    send(
        "matching.outcome",
        "introduced",
        may=ADVISERS,
        on="matching.show",
        types=typing(outcome="supported", on=value("past day"), explained="Three meetings"),
    ),
    send(
        "matching.state_free_time",
        "agreed",
        may=OWNER,
        on="matching.show",
        types=typing(starts_at=value("meeting begins"), ends_at=value("meeting ends")),
    ),
    send("matching.drop_free_time", "free time", may=OWNER, on="matching.show", of="agreed"),
    send(
        "matching.propose_meeting",
        "agreed",
        may=OWNER | ADVISERS,
        on="matching.show",
        types=typing(starts_at=value("meeting begins"), minutes="45", place="Room 12"),
    ),
    send("matching.agree_to_meeting", "agreed", may=OWNER, on="matching.show"),
    send("matching.cancel_meeting", "agreed", may=OWNER | ADVISERS, on="matching.show"),
    send("matching.declare_conflict", may=ADVISERS, on="matching.desk", types={"name": "A company"}),
    send("matching.end_conflict", "conflict", may=frozenset({Who.ADVISER}), on="matching.desk"),
    see("matching.learning", may=ADVISERS),
    see("matching.download_learning", "as CSV", may=ADVISERS),
    see("matching.download_learning", "as XLSX", may=ADVISERS),
    see("matching.list_rounds", may=ADVISERS),
    see("matching.rounds_file", "as CSV", may=ADVISERS),
    see("matching.rounds_file", "as XLSX", may=ADVISERS),
    send(
        "matching.ask_for_round",
        may=ADVISERS,
        on="matching.list_rounds",
        types={"name": "Spring", "per_project": "3"},
    ),
    see("matching.show_round", "round", may=frozenset({Who.ADVISER})),
    send(
        "matching.add_pair",
        "round",
        may=frozenset({Who.ADVISER}),
        on="matching.show_round",
        types=typing(reference=value("addable"), partner_name=value("addable partner")),
    ),
    send(
        "matching.solve_again",
        "round",
        may=frozenset({Who.ADVISER}),
        on="matching.show_round",
        types=lambda _ground: {},
    ),
    send(
        "matching.apply_round",
        "round",
        may=frozenset({Who.ADVISER}),
        on="matching.show_round",
        types=typing(pairs=value("pair")),
    ),
    see("matching.needs", "project", may=OWNER | GRANTED),
    send("matching.state_needs", "spare project", may=OWNER, barred=ADVISERS, on="matching.needs"),
    see("matching.profile", "introduced", may=OWNER | ADVISERS),
    see("matching.profile_pdf", "introduced", may=OWNER | ADVISERS),
    see("matching.profile", "sent", may=frozenset()),
    see("matching.documents", "introduced", may=OWNER),
    see("matching.documents", "sent", may=frozenset()),
    see("matching.open_document", "document", may=OWNER),
    see("matching.download_log", "openings as CSV", may=OWNER),
    see("matching.download_log", "openings as XLSX", may=OWNER),
    send("matching.accept", "introduced", may=frozenset(), on=None),
    send(
        "matching.add_document",
        "introduced",
        may=OWNER,
        on="matching.documents",
        types=lambda _ground: {"file": (io.BytesIO(b"A report.\n"), "report.txt")},
    ),
    send("matching.remove_document", "document", may=OWNER, on="matching.documents", of="introduced"),
    send(
        "matching.write_note",
        "project",
        may=ADVISERS,
        on="matching.matches",
        types={"words": "Ask again"},
    ),
    send(
        "matching.assign",
        "project",
        may=ADVISERS,
        on="matching.matches",
        types=lambda ground: {
            "adviser_id": str(ground.values["colleague adviser"]),
            "reason": "Knows the field",
        },
    ),
    send("matching.end_note", "note", may=ADVISERS, on="matching.matches", of="project"),
)

PROJECTS = (
    see("projects.pipeline", may=ALL),
    see("projects.pipeline_csv", may=ALL),
    see("projects.index", may=FOUNDERS),
    see("projects.export", "as CSV", may=FOUNDERS),
    see("projects.export", "as XLSX", may=FOUNDERS),
    see("projects.teasers", may=TEASER_READERS),
    see("projects.teasers_file", "as CSV", may=TEASER_READERS),
    see("projects.teasers_file", "as XLSX", may=TEASER_READERS),
    see("projects.register", may=FOUNDERS),
    send(
        "projects.register",
        may=FOUNDERS,
        types={
            "name": "A new project",
            "product_class": "GTMP",
            "modality": "aav",
            "indication_area": "neurology",
            "phase": "discovery",
        },
    ),
    see("projects.show", "project", may=OWNER | KNOWING),
    see("projects.show", "spare project", may=OWNER | ADVISERS),
    see("projects.facts", "project", may=OWNER | STAFF | GRANTED),
    see("projects.history", "project", may=OWNER | STAFF | GRANTED),
    see("projects.team", "project", may=OWNER | STAFF | GRANTED),
    send(
        "projects.add_member",
        "project",
        may=OWNER,
        barred=KNOWING,
        on="projects.team",
        types={"name": "Eve Newcomer", "task": "Analytics"},
    ),
    see("projects.edit_member", "team member", may=OWNER, barred=KNOWING),
    send(
        "projects.edit_member",
        "team member",
        may=OWNER,
        barred=KNOWING,
        types={"task": "Analytics"},
    ),
    send(
        "projects.remove_member",
        "team member",
        may=OWNER,
        barred=KNOWING,
        on="projects.team",
        of="project",
    ),
    see("projects.edit", "project", may=OWNER, barred=KNOWING),
    send("projects.edit", "project", may=OWNER, barred=KNOWING, types={"vector": "AAV9"}),
    send(
        "projects.archive",
        "spare project",
        may=OWNER,
        barred=ADVISERS,
        on="projects.show",
    ),
    send("projects.restore", "archived project", may=OWNER, on="projects.show"),
    see("projects.phase", "project", may=OWNER, barred=KNOWING),
    send("projects.phase", "project", may=OWNER, barred=KNOWING, types={"phase": "phase_1"}),
    see("projects.correct_phase", "project", may=OWNER, barred=KNOWING),
    send("projects.correct_phase", "project", may=OWNER, barred=KNOWING, types={"phase": "discovery"}),
    send(
        "projects.withdraw_phase",
        "resting project",
        may=OWNER,
        barred=ADVISERS,
        on="projects.correct_phase",
    ),
    see("projects.rest", "project", may=OWNER, barred=KNOWING),
    send("projects.rest", "project", may=OWNER, barred=KNOWING),
    see("projects.resume", "resting project", may=OWNER, barred=ADVISERS),
    send("projects.resume", "resting project", may=OWNER, barred=ADVISERS),
    see("projects.access", "project", may=OWNER, barred=KNOWING),
    send(
        "projects.grant",
        "project",
        may=OWNER,
        barred=KNOWING,
        on="projects.access",
        types=lambda ground: {"organisation_id": str(ground.values["confidants"]), "groups": ["bookings"]},
    ),
    send(
        "projects.take_back",
        "project",
        may=OWNER,
        barred=KNOWING,
        on="projects.access",
        types=lambda ground: {"organisation_id": str(ground.values["confidants"]), "group": ""},
    ),
    see("projects.upload", may=FOUNDERS),
    send(
        "projects.upload",
        may=FOUNDERS,
        types={
            "content": "name,product_class,modality,indication_area,phase\nA,GTMP,aav,neurology,discovery\n"
        },
    ),
    see("projects.template", may=FOUNDERS),
    see("projects.preview", "sheet", may=OWNER),
    send("projects.confirm", "sheet", may=OWNER, on="projects.preview"),
)


PAST = frozenset({Who.PAST_DEPUTY, Who.OTHER_STAFF})
"""They still belong to the operator: lists open for them, and are empty."""

REQUESTS = (
    see("bookings.own_requests", may=FOUNDERS),
    see("bookings.own_requests_file", "as CSV", may=FOUNDERS),
    see("bookings.own_requests_file", "as XLSX", may=FOUNDERS),
    see("bookings.new_request", may=FOUNDERS),
    send(
        "bookings.new_request",
        "own project",
        may=OWNER,
        in_vain=frozenset({Who.OTHER_FOUNDER}),
        types=typing(project_id=value("project"), duration="3", title="Runs"),
    ),
    send(
        "bookings.fitting",
        "own project",
        may=OWNER,
        in_vain=frozenset({Who.OTHER_FOUNDER}),
        on=None,
        goes=False,
        types=typing(project_id=value("project"), run_kind="process_development", duration="3"),
    ),
    send(
        "bookings.requirements",
        "own project",
        may=OWNER,
        in_vain=frozenset({Who.OTHER_FOUNDER}),
        on=None,
        goes=False,
        types=typing(project_id=value("project"), run_kind="process_development"),
    ),
    see("bookings.show_request", "draft", may=OWNER),
    see("bookings.show_request", "submitted", may=OWNER),
    see("bookings.show_request", "waiting", may=OWNER),
    see("bookings.show_request", "offered", may=OWNER),
    see("bookings.show_request", "rejected", may=OWNER),
    see("bookings.edit_work", "draft", may=OWNER),
    send("bookings.edit_work", "draft", may=OWNER, types=typing(earliest_start=value("free day"))),
    see("bookings.signed_request", "signature", may=OWNER | STAFF),
    send("bookings.discard_draft", "draft", may=OWNER, on="bookings.show_request"),
    see("bookings.choose_window", "draft", may=OWNER),
    send(
        "bookings.keep_window",
        "draft",
        may=OWNER,
        on="bookings.choose_window",
        types=typing(window=value("window")),
    ),
    see("bookings.check_request", "draft", may=OWNER),
    send("bookings.submit_request", "draft", may=OWNER, on="bookings.check_request", types={"terms": "y"}),
    see("bookings.check_change", "submitted", may=OWNER, asks=typing(window=value("window"))),
    send(
        "bookings.change_window",
        "submitted",
        may=OWNER,
        on="bookings.check_change",
        asks=typing(window=value("window")),
    ),
    send(
        "bookings.answer_question",
        "asked",
        may=OWNER,
        on="bookings.show_request",
        types={"note": "Batch 12."},
    ),
    send("bookings.accept_offer", "offered", may=OWNER, on="bookings.show_request"),
    send("bookings.decline_offer", "offered", may=OWNER, on="bookings.show_request"),
    send("bookings.withdraw_request", "submitted", may=OWNER, on="bookings.show_request"),
    see("bookings.own_bookings", may=FOUNDERS),
    see("bookings.own_bookings_file", "as CSV", may=FOUNDERS),
    see("bookings.own_bookings_file", "as XLSX", may=FOUNDERS),
    see("bookings.show_own_booking", "booking", may=OWNER),
    send(
        "bookings.cancel_own_booking",
        "booking",
        may=OWNER,
        on="bookings.show_own_booking",
        types={"note": REASON},
    ),
    see("bookings.move_own_booking", "booking", may=OWNER),
    send(
        "bookings.move_own_booking",
        "booking",
        may=OWNER,
        types=typing(window=value("window"), why=REASON),
    ),
    send(
        "bookings.answer_move_of_own_booking",
        "move proposed by the facility",
        may=OWNER,
        on="bookings.show_own_booking",
    ),
    send(
        "bookings.withdraw_move_of_own_booking",
        "move proposed by the requester",
        may=OWNER,
        on="bookings.show_own_booking",
    ),
)

GATES = (
    see("gates.matrix", may=FOUNDERS | ANY_STAFF | PAST | ADVISERS),
    see("gates.matrix_file", "as CSV", may=FOUNDERS | ANY_STAFF | PAST | ADVISERS),
    see("gates.matrix_file", "as XLSX", may=FOUNDERS | ANY_STAFF | PAST | ADVISERS),
    see("gates.show", "gate", may=OWNER | STAFF | GRANTED),
    see("gates.item", "gate item", may=OWNER | STAFF | GRANTED),
    see("gates.item", "waived gate item", may=OWNER | STAFF | GRANTED),
    send(
        "gates.give_evidence",
        "gate item",
        may=OWNER,
        barred=STAFF | GRANTED,
        on="gates.item",
        types={"give-url": "https://files.example.org/product-file"},
    ),
    send(
        "gates.review",
        "gate item to review",
        may=frozenset({Who.QA}),
        barred=OWNER | MANAGERS | {Who.QP} | GRANTED,
        on="gates.item",
    ),
    send(
        "gates.review",
        "gate item to return",
        may=frozenset({Who.QA}),
        barred=OWNER | MANAGERS | {Who.QP} | GRANTED,
        on="gates.item",
        of="gate item to return",
        types={"review-note": REASON},
    ),
    send(
        "gates.waive",
        "gate item",
        may=frozenset({Who.QA}),
        barred=OWNER | MANAGERS | {Who.QP} | GRANTED,
        on="gates.item",
        types={"waive-reason": REASON, "waive-until": "2020-01-01"},
        goes=False,
    ),
    send(
        "gates.end_waiver",
        "waived gate item",
        may=frozenset({Who.QA}),
        barred=OWNER | MANAGERS | {Who.QP} | GRANTED,
        on="gates.item",
        types={"end-note": REASON},
    ),
    see("gates.evidence_file", "evidence", may=OWNER | STAFF | GRANTED),
    see("gates.signed_waiver", "signed waiver", may=OWNER | STAFF),
    see("gates.project", "project", may=OWNER | STAFF | GRANTED),
    send(
        "gates.open_dossier",
        "spare project",
        may=OWNER,
        barred=ADVISERS,
        on="gates.project",
        types=lambda ground: {"facility": str(ground.places["facility id"]["facility_id"])},
    ),
    see("gates.checklist", "checklist", may=STAFF),
    send(
        "gates.publish",
        "checklist",
        may=frozenset({Who.QA}),
        on="gates.checklist",
        types={"reason": REASON},
        goes=False,
    ),
)

SEGREGATION = (
    see("segregation.index", "segregation", may=STAFF),
    see("segregation.rule", "segregation rule", may=STAFF),
    send(
        "segregation.decide",
        "segregation rule",
        may=frozenset({Who.QA}),
        on="segregation.rule",
        types={"stance": "adopted", "reason": REASON},
        goes=False,
    ),
    see("segregation.sharing", "room that shares", may=frozenset({Who.QA})),
    send(
        "segregation.declare",
        "room that shares",
        may=frozenset({Who.QA}),
        on="segregation.sharing",
        types={"corridor": "north", "reason": REASON},
        goes=False,
    ),
    see("segregation.signed_rule", "signed rule", may=STAFF),
)

CALENDARS = (
    see("calendars.index", may=SIGNED_IN),
    send(
        "calendars.add",
        may=FOUNDERS | ANY_STAFF,
        in_vain=SIGNED_IN - FOUNDERS - ANY_STAFF,
        on="calendars.index",
        types={"what": "person"},
    ),
    send("calendars.revoke", "feed", may=OWNER, on="calendars.index"),
    send("calendars.choose", may=SIGNED_IN, on=None),
    see("calendars.feed", "address of a feed", may=ALL, tells=frozenset({"work", "booking ids"})),
)

CAMPAIGNS = (
    see("campaigns.index", may=FOUNDERS | ANY_STAFF | PAST | ADVISERS),
    see("campaigns.index_file", "whole campaigns as CSV", may=FOUNDERS | ANY_STAFF | PAST | ADVISERS),
    see("campaigns.index_file", "whole campaigns as XLSX", may=FOUNDERS | ANY_STAFF | PAST | ADVISERS),
    see("campaigns.index_file", "parts of campaigns as CSV", may=FOUNDERS | ANY_STAFF | PAST | ADVISERS),
    see("campaigns.index_file", "parts of campaigns as XLSX", may=FOUNDERS | ANY_STAFF | PAST | ADVISERS),
    see("campaigns.project", "project", may=OWNER | STAFF),
    send(
        "campaigns.begin",
        "project",
        may=OWNER,
        barred=KNOWING,
        on="campaigns.project",
        types={"name": "Another chain"},
    ),
    see("campaigns.show", "campaign", may=OWNER),
    see("campaigns.show", "asked chain", may=OWNER),
    see("campaigns.new_link", "campaign", may=OWNER),
    send(
        "campaigns.new_link",
        "campaign",
        may=OWNER,
        types=typing(duration="3", times="2", earliest_start=value("free day")),
    ),
    see("campaigns.edit_link", "planned link", may=OWNER),
    send("campaigns.edit_link", "planned link", may=OWNER, types={"lag_days": "7"}),
    send("campaigns.remove_link", "planned link", may=OWNER, on="campaigns.edit_link"),
    see("campaigns.windows", "campaign without windows", may=OWNER),
    send(
        "campaigns.take_windows",
        "campaign without windows",
        may=OWNER,
        on="campaigns.windows",
    ),
    see("campaigns.check_chain", "campaign", may=OWNER),
    send(
        "campaigns.request_chain",
        "campaign",
        may=OWNER,
        on="campaigns.check_chain",
        types=typing(terms=value("terms")),
    ),
    send(
        "campaigns.release",
        "asked chain",
        may=OWNER,
        on="campaigns.show",
        types={"note": REASON},
    ),
    see("campaigns.part", "asked chain", may=STAFF),
    see("campaigns.part", "campaign", may=frozenset()),
    send("campaigns.approve_part", "part of a chain", may=MANAGERS, on="campaigns.part", of="asked chain"),
    send(
        "campaigns.reject_part",
        "part of a chain",
        may=MANAGERS,
        on="campaigns.part",
        of="asked chain",
        types=lambda ground: {f"reject-{ground.places['part of a chain']['facility_id']}-note": REASON},
    ),
    see("campaigns.run", "open run", may=OWNER | STAFF),
    see("campaigns.run", "closed run", may=OWNER | STAFF),
    send(
        "campaigns.record_run",
        "open run",
        may=OWNER | MANAGERS | {Who.QA},
        barred=frozenset({Who.QP}),
        on="campaigns.run",
        types={"run-remarks": REASON},
    ),
    send(
        "campaigns.attach_file",
        "open run",
        may=OWNER | MANAGERS | {Who.QA},
        barred=frozenset({Who.QP}),
        on="campaigns.run",
        types=lambda _ground: {"file-file": (io.BytesIO(b"What we saw."), "seen.txt")},
    ),
    send(
        "campaigns.sign_run",
        "run to close",
        may=MANAGERS | {Who.QA},
        barred=OWNER | {Who.QP},
        on="campaigns.run",
        of="open run",
        goes=False,
    ),
    send(
        "campaigns.correct_run",
        "closed run",
        may=OWNER | MANAGERS | {Who.QA},
        barred=frozenset({Who.QP}),
        on="campaigns.run",
        types={"correct-deviations": "2", "correct-why": REASON},
    ),
    see("campaigns.run_file", "file of a run", may=OWNER | STAFF),
    see("campaigns.signed_run", "signature of a run", may=OWNER | STAFF),
)

DECIDING = (
    see("bookings.inbox", may=ANY_STAFF | PAST),
    see("bookings.inbox_file", "as CSV", may=ANY_STAFF | PAST),
    see("bookings.inbox_file", "as XLSX", may=ANY_STAFF | PAST),
    see("bookings.in_inbox", "submitted", may=STAFF),
    see("bookings.in_inbox", "rejected", may=STAFF),
    see("bookings.in_inbox", "draft", may=frozenset()),
    send("bookings.approve", "submitted", may=MANAGERS, on="bookings.in_inbox"),
    send("bookings.offer", "submitted", may=MANAGERS, on="bookings.in_inbox"),
    send("bookings.waitlist", "submitted", may=MANAGERS, on="bookings.in_inbox"),
    send(
        "bookings.ask",
        "submitted",
        may=MANAGERS,
        on="bookings.in_inbox",
        types=typing(ask__note="Which cell bank?"),
    ),
    send(
        "bookings.reject",
        "submitted",
        may=MANAGERS,
        on="bookings.in_inbox",
        types=typing(reject__note=REASON),
    ),
    send(
        "bookings.hand_over",
        "submitted",
        may=MANAGERS,
        on="bookings.in_inbox",
        types=typing(hand_over__colleague=value("colleague")),
    ),
)

RUNNING = (
    see("bookings.calendar", "facility", may=ALL),
    see("bookings.calendar_file", "facility as CSV", may=ALL),
    see("bookings.calendar_file", "facility as XLSX", may=ALL),
    see("bookings.calendar_data", "facility", may=ALL),
    see("bookings.facility_bookings", may=ANY_STAFF | PAST),
    see("bookings.download_bookings", "as CSV", may=ANY_STAFF | PAST),
    see("bookings.download_bookings", "as XLSX", may=ANY_STAFF | PAST),
    see("bookings.new_booking", may=ANY_MANAGERS | PAST),
    send(
        "bookings.record_booking",
        "own room",
        may=MANAGERS,
        in_vain=PAST | {Who.OTHER_MANAGER},
        on="bookings.new_booking",
        types=typing(
            cleanroom=value("room"),
            title="A walk-in",
            starts_on=value("free day"),
            ends_on=value("free day"),
        ),
    ),
    see("bookings.show_booking", "booking", may=STAFF),
    see("bookings.show_booking", "own work", may=STAFF),
    send("bookings.confirm_condition", "conditional booking", may=MANAGERS, on="bookings.show_booking"),
    send("bookings.start_booking", "present booking", may=MANAGERS, on="bookings.show_booking"),
    send("bookings.complete_booking", "running booking", may=MANAGERS, on="bookings.show_booking"),
    send("bookings.mark_no_show", "present booking", may=MANAGERS, on="bookings.show_booking"),
    send(
        "bookings.cancel_booking",
        "booking",
        may=MANAGERS,
        on="bookings.show_booking",
        types=typing(cancel__note=REASON),
    ),
    send("bookings.name_operators", "booking", may=QUALIFIERS, on="bookings.show_booking"),
    see("bookings.move_page", "booking", may=MANAGERS),
    see("bookings.move_page", "own work", may=MANAGERS),
    send(
        "bookings.ask_move",
        "booking",
        may=MANAGERS,
        on="bookings.move_page",
        goes=False,
        types=typing(move__cleanroom=value("room"), move__starts_on=value("free day")),
    ),
    send("bookings.undo_move", "booking", may=MANAGERS, on=None, goes=False),
    send(
        "bookings.move_booking",
        "booking",
        may=MANAGERS,
        on=None,
        types=typing(move__cleanroom=value("room"), move__starts_on=value("free day"), move__note=REASON),
    ),
    send(
        "bookings.move_booking",
        "own work",
        may=MANAGERS,
        on=None,
        types=typing(
            move__cleanroom=value("room"),
            move__starts_on=value("free day"),
            move__ends_on=value("free day"),
            move__note=REASON,
        ),
    ),
    send(
        "bookings.answer_move_here",
        "move proposed by the requester",
        may=MANAGERS,
        on="bookings.show_booking",
    ),
    see("bookings.closures", may=ANY_STAFF | PAST),
    see("bookings.closures_file", "as CSV", may=ANY_STAFF | PAST),
    see("bookings.closures_file", "as XLSX", may=ANY_STAFF | PAST),
    see("bookings.new_closure", may=ANY_MANAGERS | PAST),
    send(
        "bookings.close_cleanroom",
        "own room",
        may=MANAGERS,
        in_vain=PAST | {Who.OTHER_MANAGER},
        on="bookings.new_closure",
        types=typing(
            cleanroom=value("room"),
            starts_on=value("free day"),
            ends_on=value("free day"),
            kind="maintenance",
        ),
    ),
    see("bookings.show_closure", "closure", may=MANAGERS),
    send(
        "bookings.ask_closure",
        "closure",
        may=MANAGERS,
        on="bookings.show_closure",
        goes=False,
        types=typing(starts_on=value("free day"), ends_on=value("free day")),
    ),
    send(
        "bookings.move_closure",
        "closure",
        may=MANAGERS,
        on=None,
        types=typing(starts_on=value("free day"), ends_on=value("free day")),
    ),
    send("bookings.undo_closure_move", "closure", may=MANAGERS, on=None, goes=False),
    send("bookings.lift_closure", "closure", may=MANAGERS, on="bookings.show_closure"),
    see("bookings.import_calendar_page", may=ANY_MANAGERS | PAST),
    send(
        "bookings.preview_calendar",
        "own room",
        may=MANAGERS,
        in_vain=PAST | {Who.OTHER_MANAGER},
        on="bookings.import_calendar_page",
        goes=False,
        types=lambda ground: {
            "room": f"room-{ground.values['room']}",
            "file": (io.BytesIO(str(ground.values["calendar"]).encode()), "calendar.csv"),
        },
    ),
    send(
        "bookings.confirm_calendar",
        "own room",
        may=MANAGERS,
        in_vain=PAST | {Who.OTHER_MANAGER},
        on=None,
        goes=False,
        types=lambda ground: {
            "room": f"room-{ground.values['room']}",
            "content": str(ground.values["calendar"]),
            "digest": "that of another preview",
        },
    ),
)

STEPS = (
    see("roadmap.catalogue", may=ALL),
    see("roadmap.download_catalogue", "as CSV", may=ALL),
    see("roadmap.download_catalogue", "as XLSX", may=ALL),
    see("roadmap.step", "step of the catalogue", may=ALL),
    see("roadmap.to_verify", may=ADMINISTRATOR),
    send("roadmap.compute_all", may=ADMINISTRATOR, on="roadmap.to_verify"),
    see("roadmap.fields", "step of the catalogue", may=ADMINISTRATOR),
    see("roadmap.revise", "field of a step", may=ADMINISTRATOR),
    send(
        "roadmap.revise",
        "field of a step",
        may=ADMINISTRATOR,
        types={"value": "Somebody", "reason": REASON},
    ),
    send(
        "roadmap.restore",
        "field of a step",
        may=ADMINISTRATOR,
        on="roadmap.revise",
        types={"reason": REASON},
    ),
    see("roadmap.confirm", "step of the catalogue", may=ADMINISTRATOR),
    send("roadmap.confirm", "step of the catalogue", may=ADMINISTRATOR, types={"text_read": "A guideline"}),
)

PLANNERS = OWNER | GRANTED
KNOWERS = KNOWING - GRANTED
"""Who plans the main project of a ground, and who only knows that it is there."""

ROADMAPS = (
    see("roadmap.figures", may=frozenset({Who.ANALYST})),
    see("roadmap.figures_as", "as CSV", may=frozenset({Who.ANALYST})),
    see("roadmap.figures_as", "as XLSX", may=frozenset({Who.ANALYST})),
    see("roadmap.portfolio", may=ADVISERS),
    see("roadmap.portfolio_file", "as CSV", may=ADVISERS),
    see("roadmap.portfolio_file", "as XLSX", may=ADVISERS),
    see("roadmap.show", "project", may=PLANNERS),
    see("roadmap.show", "spare project", may=OWNER),
    send("roadmap.make", "spare project", may=OWNER, barred=ADVISERS, on="roadmap.show"),
    see("roadmap.roadmap_history", "project", may=PLANNERS),
    see("roadmap.readiness", "project", may=PLANNERS | {Who.INVESTOR}),
    see("roadmap.assess", "dimension", may=OWNER, barred=KNOWING),
    send(
        "roadmap.assess",
        "dimension",
        may=OWNER,
        barred=KNOWING,
        types={"level": "4", "evidence": "A report"},
    ),
    send(
        "roadmap.agree",
        "assessment",
        may=GRANTED,
        barred=OWNER | KNOWERS,
        on="roadmap.readiness",
        of="project",
    ),
    see("roadmap.download", "roadmap as CSV", may=PLANNERS),
    see("roadmap.download", "roadmap as XLSX", may=PLANNERS),
    see("roadmap.calendar", "project", may=PLANNERS),
    see("roadmap.market_access", "project", may=PLANNERS),
    see("roadmap.download_market_access", "roadmap as CSV", may=PLANNERS),
    see("roadmap.download_market_access", "roadmap as XLSX", may=PLANNERS),
    see("roadmap.state_market_access", "project", may=OWNER, barred=KNOWING),
    send("roadmap.state_market_access", "project", may=OWNER, barred=KNOWING, types={"patients": "40"}),
    see("roadmap.rights", "project", may=PLANNERS),
    see("roadmap.download_rights", "roadmap as CSV", may=PLANNERS),
    see("roadmap.download_rights", "roadmap as XLSX", may=PLANNERS),
    see("roadmap.state_freedom", "project", may=OWNER, barred=KNOWING),
    send("roadmap.state_freedom", "project", may=OWNER, barred=KNOWING, types={"finding": "under_way"}),
    see("roadmap.add_right", "project", may=OWNER, barred=KNOWING),
    send(
        "roadmap.add_right",
        "project",
        may=OWNER,
        barred=KNOWING,
        types={"kind": "family", "title": "A family"},
    ),
    see("roadmap.edit_right", "right", may=OWNER, barred=KNOWING),
    send("roadmap.edit_right", "right", may=OWNER, barred=KNOWING, types={"title": "Another title"}),
    send("roadmap.remove_right", "right", may=OWNER, barred=KNOWING, on="roadmap.rights", of="project"),
    see("roadmap.pdf", "project", may=PLANNERS),
    see("roadmap.questions", "project", may=PLANNERS, barred=KNOWERS),
    send(
        "roadmap.questions",
        "project",
        may=PLANNERS,
        barred=KNOWERS,
        types={"answer-animal_studies_in_sweden": "yes"},
    ),
    see("roadmap.done", "project", may=PLANNERS, barred=KNOWERS),
    send("roadmap.done", "project", may=PLANNERS, barred=KNOWERS, types={"done-biodistribution": "y"}),
    send("roadmap.baseline", "project", may=PLANNERS, barred=KNOWERS, on="roadmap.show"),
    see("roadmap.newer_catalogue", "project", may=PLANNERS, barred=KNOWERS),
    send("roadmap.newer_catalogue", "project", may=PLANNERS, barred=KNOWERS),
    see("roadmap.step_of_project", "step", may=PLANNERS),
    see("roadmap.step_of_project", "own step", may=PLANNERS),
    send(
        "roadmap.mark_step",
        "step",
        may=PLANNERS,
        barred=KNOWERS,
        on="roadmap.step_of_project",
        types={"remark": "Going well"},
    ),
    send(
        "roadmap.plan_step",
        "untouched step",
        may=PLANNERS,
        barred=KNOWERS,
        on=None,
        types=typing(version=lambda _ground: "0", not_before=value("soon")),
    ),
    send(
        "roadmap.skip_step",
        "untouched step",
        may=PLANNERS,
        barred=KNOWERS,
        on="roadmap.step_of_project",
        types={"skip-reason": REASON},
    ),
    send(
        "roadmap.take_up_step",
        "skipped step",
        may=PLANNERS,
        barred=KNOWERS,
        on="roadmap.step_of_project",
    ),
    see("roadmap.new_own_step", "project", may=PLANNERS, barred=KNOWERS),
    send(
        "roadmap.new_own_step",
        "project",
        may=PLANNERS,
        barred=KNOWERS,
        types={"name": "Move house", "track": "cmc", "least": "1", "likely": "2", "most": "3"},
    ),
    see("roadmap.edit_own_step", "own step", may=PLANNERS, barred=KNOWERS),
    send("roadmap.edit_own_step", "own step", may=PLANNERS, barred=KNOWERS, types={"most": "9"}),
    send(
        "roadmap.remove_own_step",
        "own step",
        may=PLANNERS,
        barred=KNOWERS,
        on="roadmap.step_of_project",
    ),
)

REFERRALS = (
    see("roadmap.support", "project", may=PLANNERS),
    see("roadmap.outline", "untouched step", may=PLANNERS),
    see("roadmap.ask_for_help", "ask a provider", may=OWNER, barred=KNOWING),
    send("roadmap.ask_for_help", "ask a provider", may=OWNER, barred=KNOWING, types={"words": "A briefing"}),
    see("roadmap.propose_help", "ask a provider", may=GRANTED, barred=ADVISERS - GRANTED),
    send(
        "roadmap.propose_help",
        "ask a provider",
        may=GRANTED,
        barred=ADVISERS - GRANTED,
        types={"words": "They have done it"},
    ),
    see("roadmap.referrals", may=FOUNDERS | PROVIDER | ADVISERS),
    see("roadmap.referrals_file", "as CSV", may=FOUNDERS | PROVIDER | ADVISERS),
    see("roadmap.referrals_file", "as XLSX", may=FOUNDERS | PROVIDER | ADVISERS),
    see("roadmap.referral", "proposed referral", may=OWNER | GRANTED),
    send(
        "roadmap.send_proposed",
        "proposed referral",
        may=OWNER,
        on="roadmap.referral",
        types={"words": "A briefing"},
    ),
    send(
        "roadmap.move_referral",
        "drop a referral",
        may=OWNER | GRANTED,
        on="roadmap.referral",
        of="proposed referral",
    ),
    see("roadmap.referral", "referral", may=OWNER | PROVIDER),
    see("roadmap.referral", "accepted referral", may=OWNER | PROVIDER),
    *(
        send(
            "roadmap.move_referral",
            f"{verb} a referral",
            may=may,
            barred=(OWNER | PROVIDER) - may,
            on="roadmap.referral",
            of="accepted referral" if verb == "complete" else "referral",
            types={} if verb in ("withdraw", "complete") else {"words": REASON},
        )
        for verb, may in (
            ("accept", PROVIDER),
            ("refuse", PROVIDER),
            ("withdraw", OWNER),
            ("say", OWNER | PROVIDER),
            ("complete", OWNER | PROVIDER),
        )
    ),
)

CHARGES = (
    see("charges.subsidies", "facility", may=MANAGERS),
    send(
        "charges.subsidies",
        "facility",
        may=MANAGERS,
        types=lambda ground: {
            "programme": "A programme",
            "units": "5",
            "unit": "day",
            "percent": "50",
            "first_day": ground.values["soon"].isoformat(),
            "last_day": ground.values["soon"].isoformat(),
        },
    ),
    send("charges.end_subsidy", "subsidy", may=MANAGERS, on="charges.subsidies", of="facility"),
    see("charges.of_facility", "facility", may=MANAGERS),
    see("charges.facility_file", "facility as CSV", may=MANAGERS),
    see("charges.facility_file", "facility as XLSX", may=MANAGERS),
    see("charges.facility_document", "facility", may=MANAGERS),
    see("charges.of_campaign", "asked chain", may=OWNER),
    see("charges.own", may=FOUNDERS),
    see("charges.own_file", "as CSV", may=FOUNDERS),
    see("charges.own_file", "as XLSX", may=FOUNDERS),
    see("charges.own_document", "own project", may=FOUNDERS),
)

TABLE: tuple[Line, ...] = (
    *FRAME,
    *MESSAGES,
    *LONG_WORK,
    *JOINING,
    *ACCOUNTS,
    *ADMINISTRATION,
    *CATALOGUE,
    *PARTNERS,
    *MATCHING,
    *PROJECTS,
    *REQUESTS,
    *GATES,
    *SEGREGATION,
    *CALENDARS,
    *CAMPAIGNS,
    *CHARGES,
    *DECIDING,
    *RUNNING,
    *STEPS,
    *ROADMAPS,
    *REFERRALS,
)
