"""The door for any WSGI server: `gunicorn wsgi:app`."""

from portal.app import create_app
from portal.config import settings_from
from portal.demo.absence import refuse_demo_data

app = create_app(settings_from())
refuse_demo_data(app)
