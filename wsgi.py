"""The door for any WSGI server: `gunicorn wsgi:app`."""

from portal.app import create_app
from portal.config import settings_from

app = create_app(settings_from())
