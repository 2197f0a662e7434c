"""Pages of people and organisations: joining, one's own account, organisations, administration."""

from portal.accounts.views import administration, joining, organisations, own, own_security, signing_in
from portal.accounts.views.blueprint import bp
from portal.accounts.views.signing_in import security

__all__ = [
    "administration",
    "bp",
    "joining",
    "organisations",
    "own",
    "own_security",
    "security",
    "signing_in",
]
