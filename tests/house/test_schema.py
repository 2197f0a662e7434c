"""The migrations give the same tables, checks and guards as the models say, on both engines."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect, text

from portal.store import Base, prepare_engine
from portal.store.migrations import alembic_config
from tests.engines import ENGINES, new_database

GUARDS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": (
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'x' UNION ALL "
        "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
    ),
}


def guards(connection: Connection) -> set[tuple[str, str]]:
    """Return what the database refuses by itself: triggers and exclusion constraints."""
    rows = connection.execute(text(GUARDS[connection.dialect.name]))
    return {(str(name), " ".join(str(words).split())) for name, words in rows}


def checks(connection: Connection) -> set[tuple[str, str | None, str]]:
    """Return the check constraints of every table."""
    inspector = inspect(connection)
    return {
        (table, check["name"], " ".join(str(check["sqltext"]).split()))
        for table in inspector.get_table_names()
        for check in inspector.get_check_constraints(table)
    }


@pytest.mark.parametrize("engine_name", ENGINES)
def test_the_migrations_give_what_the_models_say(engine_name: str, tmp_path: Path) -> None:
    migrated = create_engine(new_database(engine_name, tmp_path))
    made = create_engine(new_database(engine_name, tmp_path))
    for engine in (migrated, made):
        prepare_engine(engine)
    Base.metadata.create_all(made)
    with migrated.connect() as connection:
        command.upgrade(alembic_config(connection), "head")
        connection.commit()
    with migrated.connect() as left, made.connect() as right:
        context = MigrationContext.configure(left, opts={"compare_type": True})
        different = [
            change
            for change in compare_metadata(context, Base.metadata)
            if getattr(change[1], "name", "") not in {"block_takes_the_room", "block_leaves_changeover"}
        ]
        assert different == []
        assert guards(left) == guards(right)
        assert checks(left) == checks(right)
    for engine in (migrated, made):
        engine.dispose()


IN_USE = """
INSERT INTO organisation (id, name, kind, is_sme, country, is_demo, created_at, version)
VALUES (1, 'Old Lab', 'company', :no, 'SE', :no, :at, 1);
INSERT INTO "user" (id, email, name, active, fs_uniquifier, created_at, language, time_zone, is_demo)
VALUES (1, 'old@example.org', 'Old Hand', :yes, 'old', :at, 'en', 'Europe/Stockholm', :no);
INSERT INTO membership (user_id, organisation_id, role, since) VALUES (1, 1, 'founder', :at)
"""


@pytest.mark.parametrize("engine_name", ENGINES)
def test_a_portal_that_people_use_is_brought_to_the_present_schema(engine_name: str, tmp_path: Path) -> None:
    engine = create_engine(new_database(engine_name, tmp_path))
    prepare_engine(engine)
    with engine.connect() as connection:
        command.upgrade(alembic_config(connection), "0009")
        connection.commit()
        for statement in IN_USE.split(";"):
            values = {"yes": True, "no": False, "at": "2026-01-01 12:00:00.000000"}
            connection.execute(text(statement), values)
        connection.commit()
        command.upgrade(alembic_config(connection), "head")
        connection.commit()
    with engine.connect() as connection:
        names = connection.execute(
            text(
                "SELECT organisation.name FROM membership "
                "JOIN organisation ON organisation.id = membership.organisation_id"
            )
        )
        assert names.scalars().all() == ["Old Lab"]
        if engine_name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    engine.dispose()
