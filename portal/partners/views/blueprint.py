"""The blueprint that the room's views stand on."""

from flask import Blueprint

bp = Blueprint("partners", __name__)
