"""Making sure that a real installation holds nothing invented."""

from flask import Flask
from sqlalchemy import exists, select

from portal.accounts.models import Organisation, User
from portal.config import Settings, SettingsError
from portal.facilities.models import Cleanroom
from portal.store import db


def refuse_demo_data(app: Flask) -> None:
    """Refuse to start where a production database holds demo people, organisations or cleanrooms.

    Raises `SettingsError` that says what to do.
    """
    settings: Settings = app.extensions["portal_settings"]
    if settings.demo:
        return
    with app.app_context():
        found = any(
            db.session.scalar(select(exists().where(table.is_demo)))
            for table in (User, Organisation, Cleanroom)
        )
    if found:
        raise SettingsError(
            "The database holds demo data, which a production setting refuses. Name an empty database in "
            "DATABASE_URL, or set PORTAL_MODE=demo."
        )
