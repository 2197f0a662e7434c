"""The blueprint that the homes stand on; it also gives every page its frame."""

from flask import Blueprint

from portal.home.navigation import frame

bp = Blueprint("home", __name__)
bp.app_context_processor(frame)
