"""Who may know which secret: everything that anybody's pages may ever show them."""

from collections.abc import Mapping

from tests.house.world import KINDS, OWNERS, Person, Secret

PUBLIC = frozenset({"public ids"})
TEASER = frozenset({"teaser", "project ids"})
NAMED = frozenset({"organisation", "account ids"})
WORK = frozenset({"words", "work", "price", "booking ids"})
SHOWN = (
    TEASER
    | WORK
    | {"organisation", "person", "project", "team", "process", "account ids", "message ids", "gate ids"}
)
"""What a request shows the facility, and what is said and agreed about it."""
COUNTERPART = frozenset({"person", "account ids"})
"""Who decided on a request, and whose access somebody may take back."""
CHARGED = SHOWN | {"company"}
"""What a manager reads besides: whom an invoice names."""
STAFF = {"alpha": SHOWN, "eff": None}
MANAGERS = {"alpha": CHARGED, "eff": None}
STAFF_ABROAD = {"beta": SHOWN, "gee": None}
MANAGERS_ABROAD = {"beta": CHARGED, "gee": None}
ADVISERS = dict.fromkeys(("alpha", "beta", "delta"), TEASER | {"introduction ids", "meeting"})
SENT = TEASER | {"money", "introduction ids"}
"""What an investor reads of a teaser that was sent, before both have said yes."""
MET = {"fund": NAMED | {"thesis", "partner ids"}, "help": frozenset({"account ids", "person"})}
"""What a founder reads of those who fit, of whom a teaser was sent to, and of who accepted to help."""
MATCHED = NAMED | {"thesis", "offer", "draft", "contact", "partner ids"}
"""What advisers read of partners; never their conflicts."""
PARTNERS = dict.fromkeys(("fund", "help"), MATCHED)
HELPED = TEASER | NAMED | {"money", "person", "project", "team", "asked", "referral ids"}
"""What a provider reads of those who asked for its help: the teaser and what it was asked, and more once it accepted."""
COLLEAGUES = frozenset({"person", "account ids"})
"""What advisers read of one another: who could take a project over."""
CONFIDANTS = dict.fromkeys(("advice", "hush", "murmur"), NAMED)
PROPOSER = NAMED | {"person"}
"""What a founder reads of the adviser who proposes whom to ask for help."""

KNOWN: Mapping[Person, Mapping[str, frozenset[str] | None]] = {
    Person.VISITOR: {},
    Person.NOBODY: {},
    Person.FOUNDER: {"alpha": None, "eff": COUNTERPART, **CONFIDANTS, "hush": PROPOSER, **MET},
    Person.OTHER_FOUNDER: {"beta": None, "gee": COUNTERPART, **CONFIDANTS, "murmur": PROPOSER, **MET},
    Person.MANAGER: MANAGERS,
    Person.DEPUTY: MANAGERS,
    Person.QA: STAFF,
    Person.QP: STAFF,
    Person.OTHER_MANAGER: MANAGERS_ABROAD,
    Person.OTHER_QA: STAFF_ABROAD,
    Person.PAST_DEPUTY: {
        "eff": NAMED | {"company", "person", "address", "message ids"},
        "alpha": frozenset({"booking ids"}),  # what they were told while they stood in
    },
    Person.ADVISER: {"advice": None, "hush": COLLEAGUES, "murmur": COLLEAGUES, **ADVISERS, **PARTNERS},
    Person.GRANTED_ADVISER: {
        "hush": None,
        "advice": frozenset({"notes"}) | COLLEAGUES,
        "murmur": COLLEAGUES,
        **ADVISERS,
        **PARTNERS,
        "alpha": SENT
        | {"organisation", "person", "project", "team", "process", "roadmap", "gate ids", "words", "meeting"}
        | {"referral ids"},
    },
    Person.INVESTOR: {
        "fund": None,
        "alpha": SENT,
        "beta": SENT,
        "delta": TEASER | {"money"},
        "gamma": TEASER | {"money"},
    },
    Person.PROVIDER: {"help": None, "gamma": TEASER | {"money"}, "alpha": HELPED, "beta": HELPED},
    Person.ANALYST: {},
    Person.ADMINISTRATOR: {
        owner: NAMED | {"company", "person", "address", "invited", "words", "job ids"} for owner in OWNERS
    },
}
"""By person and whose secret it is, what they may know; None is everything."""

OF_EVERYBODY = {"gamma": TEASER, "help": frozenset({"offer", "organisation", "partner ids"})}
"""What is published."""

OWN = {Person.NOBODY, Person.ANALYST, Person.ADMINISTRATOR}
"""Who belongs to the others, whose secrets are their own."""


def knows(person: Person, secret: Secret) -> bool:
    """Say whether somebody may know a secret."""
    if secret.what in PUBLIC or secret.what in OF_EVERYBODY.get(secret.owner, ()):
        return True
    if secret.owner == "others":
        return person in OWN
    if secret.owner not in KNOWN[person]:
        return False
    known = KNOWN[person][secret.owner]
    return known is None or secret.what in known


assert set(KINDS) >= {"gate ids", "account ids", "project ids", "booking ids", "message ids", "public ids"}
