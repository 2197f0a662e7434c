"""Reading a match instance: every mistake is listed with its path, and what may be absent may be absent."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from portal.core.reading import Unreadable
from portal.matching.casefile import read_case
from portal.matching.rules.values import Exclusions, Money
from portal.reference import vocabulary
from tests.matching.instances import Json, a_decline, a_partner, a_project, an_instance, case_of


def mistakes(value: object) -> list[str]:
    """Return the mistakes that reading finds, each in one line."""
    with pytest.raises(Unreadable) as caught:
        read_case(value if isinstance(value, str) else json.dumps(value))
    return [str(mistake) for mistake in caught.value.mistakes]


def test_everything_that_is_stated_is_read() -> None:
    case = case_of(an_instance(declined=[a_decline()], weights={"text": 1}, per_project=2))
    assert (case.name, case.as_of, case.per_project) == ("small", date(2026, 11, 24), 2)
    assert case.rates == {"EUR": 1.0, "SEK": 0.088}
    assert case.weights == {"text": 1.0}
    assert case.projects[0].needs[0].money == Money(3000000, 6000000, "EUR")
    assert case.projects[0].needs[1].by is None
    partner = case.partners[0]
    assert partner.modalities is None
    assert partner.indication_areas == frozenset({"neurology", "oncology"})
    assert partner.exclude.organisation == {"o7"}
    assert case.declined[0].on == date(2026, 5, 2)


def test_what_may_be_absent_stands_for_nothing_special() -> None:
    needed = {"id", "kind", "organisation", "serves", "capacity"}
    partner = {key: value for key, value in a_partner().items() if key in needed}
    optional = {"on_hold", "orphan", "paediatric", "text"}
    project = {key: value for key, value in a_project().items() if key not in optional}
    project["needs"] = [{"id": "n1", "kind": "capital"}]
    case = case_of(
        {"format": "match-instance/1", "as_of": "2026-11-24", "projects": [project], "partners": [partner]}
    )
    assert case.partners[0].product_classes is None
    assert case.partners[0].exclude == Exclusions()
    assert case.partners[0].ticket == Money()
    assert case.rates == {"EUR": 1.0}
    assert case.weights is None
    assert case.per_project == 3
    assert not case.projects[0].on_hold


def test_an_empty_list_is_nothing_and_not_no_restriction() -> None:
    assert case_of(an_instance(partners=[a_partner(phases=[])])).partners[0].phases == frozenset()


def test_no_restriction_and_nothing_are_told_apart_in_what_a_partner_serves_too() -> None:
    partners = [a_partner("i1", serves=None), a_partner("i2", serves=[])]
    free, nothing = case_of(an_instance(partners=partners)).partners
    assert free.serves == frozenset(vocabulary.ids("need"))
    assert nothing.serves == frozenset()


def with_partner(**changes: Any) -> Json:
    """Return an instance whose partner has these changes."""
    return an_instance(partners=[a_partner(**changes)])


def with_need(**changes: Any) -> Json:
    """Return an instance whose first need has these changes."""
    project = a_project()
    project["needs"][0] |= changes
    return an_instance(projects=[project])


@pytest.mark.parametrize(
    ("instance", "path", "part"),
    [
        ([], "", "list"),
        (an_instance(format="match-instance/2"), "format", "match-instance/1"),
        (an_instance(as_of="24/11/2026"), "as_of", "24/11/2026"),
        (an_instance(as_of="20261124"), "as_of", "20261124"),
        (an_instance(colour="red"), "colour", "per_project"),
        (an_instance(per_project=0), "per_project", "0"),
        (an_instance(rates={"EUR": 1, "SEK": 0}), "rates.SEK", "has to be more than 0"),
        (an_instance(rates={"EUR": 2}), "rates.EUR", "has to be 1: rates say what one unit is worth in euro"),
        (an_instance(weights={"text": -1}), "weights.text", "-1"),
        (an_instance(weights={"luck": 1}), "weights.luck", "history"),
        (an_instance(projects=[a_project(phase="phase_9")]), "projects[0].phase", "preclinical"),
        (an_instance(projects=[a_project(product_class="gtmp")]), "projects[0].product_class", "sCTMP"),
        (an_instance(projects=[a_project(organisation_kind="x")]), "projects[0].organisation_kind", "sme"),
        (an_instance(projects=[a_project(modality="CAR-T")]), "projects[0].modality", "small letters"),
        (an_instance(projects=[a_project(country="Sweden")]), "projects[0].country", "Sweden"),
        (an_instance(projects=[a_project(), a_project()]), "projects", "2 entries with the id p1"),
        (an_instance(projects=[a_project(id="")]), "projects[0].id", "empty"),
        (an_instance(projects=[a_project(needs=None)]), "projects[0].needs", "list"),
        (an_instance(projects=[a_project(on_hold="no")]), "projects[0].on_hold", "true or false"),
        (with_need(min=-1), "projects[0].needs[0].min", "-1"),
        (
            with_need(min=7000000),
            "projects[0].needs[0].min",
            "is more than max; the smaller amount comes first",
        ),
        (with_need(currency=None), "projects[0].needs[0].currency", "is missing; an amount needs one"),
        (with_need(currency="USD"), "projects[0].needs[0].currency", "there are rates for EUR, SEK"),
        (with_need(by="2027-02-30"), "projects[0].needs[0].by", "2027-02-30"),
        (with_need(kind="luck"), "projects[0].needs[0].kind", "reimbursement"),
        (with_partner(kind="friend"), "partners[0].kind", "support"),
        (with_partner(ticket={"min": -5, "max": 1, "currency": "EUR"}), "partners[0].ticket.min", "-5"),
        (with_partner(ticket={"lowest": 5}), "partners[0].ticket.lowest", "currency"),
        (with_partner(phases=["phase_1", "phase_9"]), "partners[0].phases[1]", "phase_9"),
        (with_partner(capacity=-1), "partners[0].capacity", "-1"),
        (with_partner(capacity=1.5), "partners[0].capacity", "1.5"),
        (with_partner(opens="2027-02-01"), "partners[0].closes", "lies before opens"),
        (with_partner(conflicts="o9"), "partners[0].conflicts", "list"),
        (with_partner(exclude={"phase": []}), "partners[0].exclude.phase", "organisation"),
        (an_instance(declined=[a_decline(reason="")]), "declined[0].reason", "empty"),
        (an_instance(declined=[{}]), "declined[0].project", "missing"),
    ],
)
def test_each_mistake_is_named_with_its_path(instance: object, path: str, part: str) -> None:
    found = mistakes(instance)
    assert any(one.startswith(f"{path}: " if path else "") and part in one for one in found), found


def test_every_mistake_is_listed_at_once() -> None:
    instance = an_instance(
        as_of=None,
        projects=[a_project(phase=1), a_project("p2", needs=[{"id": "n1", "kind": "luck"}])],
        partners=[a_partner(capacity="many", serves="capital")],
        declined=[a_decline(on="yesterday")],
    )
    assert [mistake.split(":")[0] for mistake in mistakes(instance)] == [
        "projects[0].phase",
        "projects[1].needs[0].kind",
        "partners[0].serves",
        "partners[0].capacity",
        "as_of",
        "declined[0].on",
    ]


def test_a_decline_may_name_who_is_not_there_any_more() -> None:
    assert case_of(an_instance(declined=[a_decline(project="gone", partner="gone")])).declined


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "-0.5", "true", '"3"'])
def test_a_weight_is_a_plain_number(number: str) -> None:
    written = json.dumps(an_instance()).replace('"weights": null', f'"weights": {{"text": {number}}}')
    assert [one.split(":")[0] for one in mistakes(written)] == ["weights.text"]


def test_a_number_of_any_length_is_read_or_refused_in_words() -> None:
    written = json.dumps(an_instance()).replace('"weights": null', f'"weights": {{"text": 1{"0" * 400}}}')
    assert [one.split(":")[0] for one in mistakes(written)] == ["weights.text"]


@pytest.mark.parametrize("break_it", [lambda text: text[:-1], lambda _: "", lambda text: text + "x"])
def test_what_is_not_json_is_said_to_be_so(break_it: Callable[[str], str]) -> None:
    assert mistakes(break_it(json.dumps(an_instance())))[0].startswith("is not JSON")
