"""The application for commands that need one, with a clear word where a setting is missing."""

import click
from flask import Flask

from portal.app import create_app
from portal.config import SettingsError, settings_from


def application() -> Flask:
    """Return the portal for this installation's settings; a missing one ends the command with exit code 2."""
    try:
        return create_app(settings_from())
    except SettingsError as error:
        raise click.UsageError(str(error)) from error
