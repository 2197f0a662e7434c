"""What is sent to an address of the matrix: the whole form, as its page offers it to somebody who may."""

from collections.abc import Iterator
from urllib.parse import urlencode

from tests.house.access import STANDING, Line
from tests.house.forms import Form, Typed, forms_on
from tests.house.walker import Walker
from tests.house.world import Ground, Person


def address_of(walker: Walker, line: Line, ground: Ground) -> str:
    """Return the path of a line on a ground, with what stands after its question mark where it is a page."""
    path = walker.address(line.endpoint, ground.places.get(line.place or "", {}), line.method)
    return path + asked(line, ground) if line.method == "GET" else path


def asked(line: Line, ground: Ground) -> str:
    """Return what stands after the question mark of a line's page."""
    return "" if line.asks is None else f"?{urlencode(line.asks(ground))}"


def whole_form(walker: Walker, line: Line, number: int) -> Typed:
    """Return the form of a line with what somebody who may types into it."""
    form = offered(walker, line, number)
    assert line.types is not None
    return {**(form.values if form else {}), **line.types(walker.world.grounds[number])}


def offered(walker: Walker, line: Line, number: int) -> Form | None:
    """Return the form of a line from the page that offers it to somebody; None for a form that no page has."""
    if line.on is None:
        return None
    found: Form | None = walker.forms.get((line.name, number))
    if found is None:
        ground = walker.world.grounds[number]
        endpoint, place = line.on
        path = walker.address(endpoint, ground.places.get(place or "", {})) + asked(line, ground)
        found = next(_forms_for(walker, line, number, path), None)
        assert found is not None, f"{path} offers nobody a form for {address_of(walker, line, ground)}"
        walker.forms[line.name, number] = found
    return found


def who_may(line: Line, number: int = 0) -> Person | None:
    """Return somebody who may, or None where nobody may."""
    return next((person for person in Person if STANDING[person][number] in line.may), None)


def _forms_for(walker: Walker, line: Line, number: int, path: str) -> Iterator[Form]:
    target = address_of(walker, line, walker.world.grounds[number])
    for reader in Person:
        if STANDING[reader][number] in line.may:
            for form in forms_on(walker.fetch(reader, path).text, path):
                if target in form.targets and form.method == "POST":
                    yield form
