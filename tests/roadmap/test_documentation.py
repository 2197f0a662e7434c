"""The steps that each kind of product gets stand in docs/roadmap.md, and change only where somebody sees it."""

from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path

import pytest

from portal.reference import shipped, vocabulary
from portal.roadmap.catalogue import shipped_catalogue
from portal.roadmap.rules.planning import reasons_against_steps
from portal.roadmap.rules.standing import may_apply
from portal.roadmap.rules.values import Instance, Project, Stated

PAGE = Path(__file__).resolve().parents[2] / "docs" / "roadmap.md"
BEGIN, END = "<!-- steps: begin -->", "<!-- steps: end -->"

Kind = tuple[str, bool, bool]


def kinds() -> Iterator[Kind]:
    """Yield each product class, with a genetically modified organism and without, orphan and not."""
    yield from product(vocabulary.ids("product_class"), (True, False), (True, False))


def instance(kind: Kind) -> Instance:
    """Return a company's project in Sweden about which nothing else is known."""
    product_class, gmo, orphan = kind
    states: dict[str, Stated] = {
        "product_class": product_class,
        "gmo": gmo,
        "orphan": orphan,
        "organisation_kind": "sme",
        "country": "SE",
    }
    return Instance(
        name="kind",
        today=date(2026, 11, 25),
        catalogue=shipped_catalogue(),
        project=Project(phase="discovery", states=states),
    )


def listed() -> str:
    """Return the table of steps and kinds, as the page has it: yes, may apply, or not."""
    against = {kind: reasons_against_steps(instance(kind)) for kind in kinds()}
    heads = [
        f"{product_class}{' GMO' if gmo else ''}{' orphan' if orphan else ''}"
        for product_class, gmo, orphan in kinds()
    ]
    lines = [f"| step | {' | '.join(heads)} |", f"|---|{'---|' * len(heads)}"]
    for step in shipped_catalogue().steps:
        cells = [mark(against[kind].get(step.id, ()), instance(kind).project) for kind in kinds()]
        name = shipped.record("roadmap_steps", step.id)["name"]["en"]
        lines.append(f"| {name} (`{step.id}`) | {' | '.join(cells)} |")
    return "\n".join(lines)


def mark(reasons: tuple[str, ...], project: Project) -> str:
    """Return how the page says that a step applies, may apply, or does not."""
    if not reasons:
        return "yes"
    return "open" if may_apply(reasons, project.states) else "–"


def test_the_documentation_lists_the_steps_of_each_kind(request: pytest.FixtureRequest) -> None:
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    written, after = rest.split(END)
    if request.config.getoption("--write-docs"):
        PAGE.write_text(f"{before}{BEGIN}\n{listed()}\n{END}{after}", encoding="utf-8")
    assert written.strip() == listed(), "look at what has changed, then run this test with --write-docs"


def test_every_kind_has_a_first_patient_an_authorisation_and_a_recommendation() -> None:
    for kind in kinds():
        against = reasons_against_steps(instance(kind))
        assert not {"fih_trial", "ec_decision", "nt_recommendation"} & set(against), kind


def test_kinds_differ_where_the_law_does() -> None:
    gmo, plain = ("GTMP", True, True), ("sCTMP", False, False)
    assert "gmo_deliberate_release" not in reasons_against_steps(instance(gmo))
    assert "gmo" in reasons_against_steps(instance(plain))["gmo_deliberate_release"]
    assert "orphan" in reasons_against_steps(instance(plain))["orphan_designation"]
    assert "combined_device_conformity" not in reasons_against_steps(instance(("combined", False, False)))
