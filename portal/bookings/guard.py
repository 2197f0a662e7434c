"""What makes the database itself refuse two blocks of one cleanroom that may not overlap.

Two guards: no two of booking, hold and closure overlap (`block_takes_the_room`), and no two of booking, hold and
changeover (`block_leaves_changeover`; a changeover may lie over a closure). PostgreSQL keeps them as exclusion
constraints, SQLite as triggers. The same statements serve the migrations and the tests.
"""

GUARDS = {
    "block_takes_the_room": ("booking", "hold", "closure"),
    "block_leaves_changeover": ("booking", "hold", "changeover"),
}


def guard_statements(dialect: str) -> list[str]:
    """Return the statements that put both guards on the table of blocks."""
    make = _triggers if dialect == "sqlite" else _exclusion
    return [statement for name, kinds in GUARDS.items() for statement in make(name, _listed(kinds))]


def _listed(kinds: tuple[str, ...]) -> str:
    return ", ".join(f"'{kind}'" for kind in kinds)


def _exclusion(name: str, kinds: str) -> list[str]:
    what = "int8range(cleanroom_id, cleanroom_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&"
    return [f"ALTER TABLE block ADD CONSTRAINT {name} EXCLUDE USING gist ({what}) WHERE (kind IN ({kinds}))"]


def _triggers(name: str, kinds: str) -> list[str]:
    own = {"INSERT": "-1", "UPDATE OF cleanroom_id, kind, starts_at, ends_at": "OLD.id"}
    return [
        f"CREATE TRIGGER {name}_{verb.split()[0].lower()} BEFORE {verb} ON block WHEN NEW.kind IN ({kinds}) "
        f"BEGIN SELECT RAISE(ABORT, '{name}') WHERE EXISTS (SELECT 1 FROM block AS other "
        f"WHERE other.cleanroom_id = NEW.cleanroom_id AND other.id <> {itself} AND other.kind IN ({kinds}) "
        f"AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at); END"
        for verb, itself in own.items()
    ]
