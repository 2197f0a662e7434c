"""Making sure that a real installation holds nothing invented."""

from flask import Flask
from sqlalchemy import exists, select

from portal.accounts.models import Organisation, User
from portal.facilities.models import Cleanroom
from portal.store import db


class DemoDataFound(Exception):
    """A real installation holds invented data; says what to do."""


def refuse_demo_data(app: Flask) -> None:
    """Refuse to start where a production database holds demo people, organisations or cleanrooms.

    Raises `DemoDataFound` that says what to do.
    """
    if app.extensions["portal_settings"].demo:
        return
    with app.app_context():
        found = any(
            db.session.scalar(select(exists().where(table.is_demo)))
            for table in (User, Organisation, Cleanroom)
        )
    if found:
        raise DemoDataFound(
            "The database holds demo data, which a production setting refuses. Name an empty database in "
            "DATABASE_URL, or set PORTAL_MODE=demo."
        )
