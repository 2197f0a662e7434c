"""Rate limits on what can be guessed at or worn out, shared by workers and hosts through Valkey or Redis by setting."""

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user


def _who() -> str:
    if current_user and current_user.is_authenticated:
        return f"user:{current_user.id}"
    return f"address:{get_remote_address()}"


limiter = Limiter(key_func=_who, default_limits=[], headers_enabled=True)


def init_app(app: Flask, storage: str) -> None:
    """Count in the given storage; `memory://` counts in this worker alone."""
    app.config["RATELIMIT_STORAGE_URI"] = storage
    limiter.init_app(app)
