"""The blueprint that the room's views stand on."""

from flask import Blueprint

bp = Blueprint("matching", __name__)
