"""The blueprint of charges."""

from flask import Blueprint

bp = Blueprint("charges", __name__)
