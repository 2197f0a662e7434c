"""Pages of people and organisations: joining, one's own account, organisations, administration."""

from portal.accounts.views import administration, joining, organisations, own
from portal.accounts.views.blueprint import bp

__all__ = ["administration", "bp", "joining", "organisations", "own"]
