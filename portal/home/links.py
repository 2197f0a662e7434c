"""Addresses of the booking pages, which the homes lead to."""

from flask import current_app, url_for

EXTENSION = "portal_home_links"
REQUESTS, REQUEST, NEW_REQUEST = "/requests", "/requests/<int:request_id>", "/requests/new"
OWN_BOOKINGS, OWN_BOOKING = "/my-bookings", "/my-bookings/<int:booking_id>"
INBOX, IN_INBOX = "/inbox", "/inbox/<int:request_id>"
BOOKINGS, BOOKING = "/bookings", "/bookings/<int:booking_id>"
CLOSURES, CALENDAR = "/closures", "/facilities/<slug>/calendar"
PROJECT = "/projects/<int:project_id>"


def address(rule: str, **values: object) -> str | None:
    """Return the address of the page that a rule names, or None where this portal has none."""
    endpoint = _endpoints().get(rule)
    return url_for(endpoint, **values) if endpoint else None  # type: ignore[arg-type]


def _endpoints() -> dict[str, str]:
    found: dict[str, str] = current_app.extensions.setdefault(EXTENSION, {})
    if not found:
        rules = current_app.url_map.iter_rules()
        found.update((rule.rule, rule.endpoint) for rule in rules if "GET" in (rule.methods or ()))
    return found
