"""What the rooms above have to say of a request or booking, as links on its pages; this room asks, and knows none of them."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app
from markupsafe import Markup
from sqlalchemy.orm import Session

from portal.bookings.models import Booking, SlotRequest
from portal.core.actors import Actor

EXTENSION = "portal_booking_links"


@dataclass(frozen=True, slots=True)
class Belonging:
    """Something that a request or booking belongs to, or that belongs to it."""

    label: str
    words: str
    url: str

    @property
    def row(self) -> tuple[str, Markup]:
        """Return it as a row of a list of facts."""
        return self.label, Markup('<a href="{}">{}</a>').format(self.url, self.words)


Finder = Callable[[Session, Actor, SlotRequest | None, Booking | None], list[Belonging]]


def register(app: Flask, finder: Finder) -> None:
    """Let a room above say what it knows."""
    app.extensions.setdefault(EXTENSION, []).append(finder)


def belongings(
    session: Session, actor: Actor, request: SlotRequest | None, booking: Booking | None
) -> list[tuple[str, Markup]]:
    """Return what the rooms above have to say of a request and its booking to a reader who may see both, as facts."""
    finders: list[Finder] = current_app.extensions.get(EXTENSION, [])
    return [one.row for finder in finders for one in finder(session, actor, request, booking)]
