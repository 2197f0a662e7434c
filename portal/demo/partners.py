"""The invented investors and support providers, as their people state them."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal.core.actors import Actor, Role
from portal.demo.cast import Cast
from portal.partners import services
from portal.partners.models import Partner
from portal.partners.rules.values import APPLICANTS
from portal.reference import shipped, vocabulary

SEK_IN_MILLIONTHS = 88_000
COMPETING = {
    "demo_inv_oresund": ["oncology/oncolytic_virus"],
    "demo_inv_sallsynt": ["haematology/gene_modified_hsc"],
}
"""What two demo investors are invented to hold already, so that a conflict is seen in rankings and rounds."""
LISTS = {"product_class": "exclude_product_classes", "modality": "exclude_modalities"}


def state_all(session: Session, cast: Cast, *, at: datetime) -> dict[str, tuple[Partner, Actor]]:
    """Enter what every demo investor and provider looks for or gives, and a demo exchange rate."""
    when = at - timedelta(days=150)
    services.enter_rate(
        session,
        cast.people["demo_admin_1"],
        currency="SEK",
        millionths=SEK_IN_MILLIONTHS,
        day=when.date(),
        source="Demo rate, invented",
        at=when,
    )
    found = {}
    for collection, role in (
        ("demo_investors", Role.INVESTOR),
        ("demo_support_providers", Role.SUPPORT_PROVIDER),
    ):
        for row in shipped.records(collection):
            actor = _keeper(cast, row["id"], role)
            values = _investor(row) if role is Role.INVESTOR else _support(row)
            partner = services.enter_partner(
                session, actor, actor.organisation_id or 0, values, at=when, is_demo=True
            )
            found[row["id"]] = (partner, actor)
    return found


def _keeper(cast: Cast, organisation: str, role: Role) -> Actor:
    """Return the person who speaks for an organisation, or a stand-in of it where the facts name nobody."""
    named = next(
        (
            cast.people[row["id"]]
            for row in shipped.records("demo_people")
            if row.get("organisation") == organisation and row["role"] == role
        ),
        None,
    )
    return named or Actor(
        user_id=cast.people["demo_adviser_1"].user_id,
        organisation_id=cast.organisations[organisation],
        roles=frozenset({role}),
    )


def _common(row: dict[str, Any]) -> dict[str, Any]:
    hard: dict[str, list[str]] = {}
    words = []
    for word in row["exclusions"]:
        excluded = vocabulary.exclusion(word) or {}
        known = {LISTS[name]: list(values) for name, values in excluded.items() if name in LISTS}
        hard |= known
        if not known:
            words.append(word.replace("_", " "))
    return {
        "name": row["name"],
        "product_classes": row["product_classes"],
        "modalities": row["modalities"],
        "phases": row["phases"],
        "countries": row["geography"],
        "capacity": row["capacity_per_quarter"],
        "exclusions": ", ".join(words) or None,
        **hard,
    }


def _investor(row: dict[str, Any]) -> dict[str, Any]:
    return _common(row) | {
        "investor_kind": row["kind"],
        "text": row["thesis_en"],
        "text_sv": row["thesis_sv"],
        "indication_areas": row["indication_areas"],
        "ticket_min": row["ticket"]["min"],
        "ticket_max": row["ticket"]["max"],
        "ticket_currency": row["ticket"]["currency"],
        "lead_or_follow": row["lead_or_follow"],
        "competing": COMPETING.get(row["id"], []),
    }


def _support(row: dict[str, Any]) -> dict[str, Any]:
    return _common(row) | {
        "expert_kind": row["kind"],
        "text": row["offers_en"],
        "text_sv": row["offers_sv"],
        "serves": row["needs_served"],
        "organisation_kinds": [one for one in APPLICANTS if one in (row.get("organisation_kinds") or ())],
        "lead_time_days": (row.get("lead_time_days") or {}).get("likely"),
    }
