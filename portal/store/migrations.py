"""Alembic's settings for a connection that is open already."""

from pathlib import Path

from alembic.config import Config
from sqlalchemy import Connection

ROOT = Path(__file__).resolve().parent.parent.parent


def alembic_config(connection: Connection) -> Config:
    """Return the settings with which alembic migrates the database of this connection."""
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["connection"] = connection
    return config
