"""The items of a gate: the shipped base, and what a facility made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from portal.core.actors import Role
from portal.gates.models import Checklist
from portal.gates.rules import Gate, Item
from portal.projects.models import Project
from portal.reference import shipped

Row = Mapping[str, Any]
OWN = "own_"
COMPARED = ("name", "evidence", "owner_role", "reviewer_role", "blocking", "valid_months", "applies_when")
HOURS = 24


@dataclass(frozen=True, slots=True)
class Listed:
    """A gate's items as they hold at a facility, and the version that says so; version 0 is the shipped base."""

    gate: Gate
    rows: tuple[Row, ...]
    version: int

    @property
    def adopted(self) -> bool:
        """Say whether the facility's QA has published it as its own."""
        return self.version > 0

    @property
    def items(self) -> list[Item]:
        """Return the items as the rules take them."""
        return [as_item(self.gate, row) for row in self.rows]

    def row(self, item_id: str) -> Row | None:
        """Return an item by its id, or None."""
        return next((row for row in self.rows if row["id"] == item_id), None)


@dataclass(frozen=True, slots=True)
class Changes:
    """What one version of a checklist changed from the one before it."""

    added: tuple[Row, ...]
    removed: tuple[Row, ...]
    changed: tuple[tuple[Row, Row], ...]

    @property
    def any(self) -> bool:
        """Say whether anything changed."""
        return bool(self.added or self.removed or self.changed)


@cache
def base(gate: Gate) -> Listed:
    """Return the shipped items of a gate."""
    rows = [row for row in shipped.records("gate_items") if row["gate"] == gate.value]
    return Listed(gate, tuple({name: row[name] for name in row if name != "gate"} for row in rows), 0)


def base_version() -> str | None:
    """Return the version of the facts that are shipped."""
    return shipped.version("gmp_rules")


def listed(gate: Gate, published: Checklist | None) -> Listed:
    """Return a gate's items at a facility: as its QA published them last, or the base."""
    return base(gate) if published is None else Listed(gate, tuple(published.items), published.version)


def as_item(gate: Gate, row: Row) -> Item:
    """Return an item as the rules take it."""
    return Item(
        id=row["id"],
        gate=gate,
        owner_role=Role(row["owner_role"]),
        reviewer_role=Role(row["reviewer_role"]),
        blocking=bool(row["blocking"]),
        valid_months=row.get("valid_months"),
        applies_when=row.get("applies_when"),
        confidence=str(row.get("confidence") or "general"),
    )


def changes(before: Sequence[Row], after: Sequence[Row]) -> Changes:
    """Return what the later of two lists changed."""
    old, new = ({row["id"]: row for row in rows} for rows in (before, after))
    return Changes(
        added=tuple(row for key, row in new.items() if key not in old),
        removed=tuple(row for key, row in old.items() if key not in new),
        changed=tuple(
            (old[key], row)
            for key, row in new.items()
            if key in old and any(old[key].get(field) != row.get(field) for field in COMPARED)
        ),
    )


def facts_of(project: Project | Any) -> dict[str, Any]:
    """Return a project's facts, or those columns of it, as the conditions of items name them; None is unknown."""
    donor = {None: None, True: "autologous", False: "allogeneic"}[project.autologous]
    modified = True if project.product_class.value == "GTMP" else None
    if modified is None and project.gmo_class == 0 and project.vector_level == "none":
        modified = False
    return {
        "vector": project.vector_level,
        "gmo_class": project.gmo_class,
        "process_state": project.process_state,
        "donor_relation": donor,
        "starting_material": project.starting_material,
        "animal_origin": project.animal_origin,
        "cell_bank": project.cell_bank,
        "gene_modified": modified,
        "cell_type": None,
        "combined_device": project.device,
        "shelf_life_days": None if project.shelf_life_hours is None else project.shelf_life_hours / HOURS,
    }
