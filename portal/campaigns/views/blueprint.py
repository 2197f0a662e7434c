"""The blueprint of campaigns and runs."""

from flask import Blueprint

bp = Blueprint("campaigns", __name__)
