"""Whatever happens is reacted to, or stands on the list of what happens silently."""

import sys
from importlib import import_module
from pkgutil import walk_packages

import portal
from portal.core.events import Event
from portal.jobs.handlers import HANDLERS
from tests.house.silent import SILENT


def every_event() -> set[type[Event]]:
    """Return every kind of event of the house that has a name."""
    for module in walk_packages(portal.__path__, "portal."):
        if module.name.endswith("events"):
            import_module(module.name)
    found, waiting = set(), list(Event.__subclasses__())
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        # A dataclass with slots is a copy of the class that it decorates; the original is nobody's.
        if "name" in vars(kind) and getattr(sys.modules[kind.__module__], kind.__name__) is kind:
            found.add(kind)
    return found


def test_every_event_has_a_handler_or_is_silent() -> None:
    names = {kind.name for kind in every_event()}
    assert names - HANDLERS.keys() == SILENT


def test_no_two_events_share_a_name() -> None:
    kinds = every_event()
    assert len({kind.name for kind in kinds}) == len(kinds)


def test_what_an_event_is_about_and_keeps_private_are_fields_of_it() -> None:
    wrong = {
        (kind.name, name)
        for kind in every_event()
        for name in (*kind.about, *kind.private)
        if name not in kind.__dataclass_fields__
    }
    assert wrong == set()
