"""The blueprint that the pages of accounts hang from."""

from flask import Blueprint

from portal.accounts.context import frame

bp = Blueprint("accounts", __name__)
bp.app_context_processor(frame)
