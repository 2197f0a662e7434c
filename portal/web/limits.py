"""Rate limits on what can be guessed at or worn out, shared by workers and hosts through Valkey or Redis by setting.

Should the shared store be out of reach, each worker counts for itself until it is back: nobody is shut out by an outage,
and nobody guesses freely during one.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import TypeVar

from flask import Flask, Response, make_response, request
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user
from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter, RateLimiter

from portal.core.errors import PortalError
from portal.web.errors import page

logger = logging.getLogger(__name__)
T = TypeVar("T")


def network() -> str:
    """Return from where the request comes: an address, or the part of one of version 6 that one household shares."""
    written = get_remote_address()
    try:
        address = ip_address(written)
    except ValueError:
        return written
    return str(IPv6Address(int(address) >> 64 << 64)) if isinstance(address, IPv6Address) else written


def _who() -> str:
    if current_user and current_user.is_authenticated:
        return f"user:{current_user.id}"
    return f"address:{network()}"


limiter = Limiter(
    key_func=_who,
    default_limits=[],
    headers_enabled=True,
    in_memory_fallback_enabled=True,
)


class TooOften(PortalError):
    """Somebody has guessed too often, and may go on after some seconds; `ways_out` are sentences for who is no guesser."""

    def __init__(self, seconds: int, ways_out: tuple[str, ...] = ()) -> None:
        """Keep how long to wait."""
        self.seconds, self.ways_out = seconds, ways_out
        super().__init__(f"wait {seconds} s")


@dataclass(slots=True)
class Guesses:
    """Wrong guesses of one kind, counted by a key; with each window that is full, the wait is longer."""

    name: str
    limits: str
    _items: list[RateLimitItem] = field(init=False)

    def __post_init__(self) -> None:
        """Read the limits."""
        self._items = parse_many(self.limits)

    def seconds_to_wait(self, key: object) -> int:
        """Return for how long this key must wait; 0 if it need not."""
        if not limiter.enabled:
            return 0

        def longest(strategy: RateLimiter) -> float:
            full = [item for item in self._items if not strategy.test(item, self.name, str(key))]
            return max(
                (strategy.get_window_stats(item, self.name, str(key)).reset_time for item in full),
                default=0.0,
            )

        until = _counting(longest)
        return max(1, ceil(until - time.time())) if until else 0

    def check(self, key: object, *, ways_out: Callable[[], tuple[str, ...]] = tuple) -> None:
        """Raise `TooOften` where this key must wait."""
        seconds = self.seconds_to_wait(key)
        if seconds:
            raise TooOften(seconds, ways_out())

    def count(self, key: object) -> None:
        """Count a wrong guess."""
        if limiter.enabled:
            _counting(lambda strategy: [strategy.hit(item, self.name, str(key)) for item in self._items])


def init_app(app: Flask, storage: str) -> None:
    """Count in the given storage; `memory://` counts in this worker alone."""
    app.config["RATELIMIT_STORAGE_URI"] = storage
    if storage.startswith("redis"):  # a store that does not answer must not hold up who signs in
        app.config["RATELIMIT_STORAGE_OPTIONS"] = {"socket_connect_timeout": 1, "socket_timeout": 1}
    limiter.init_app(app)
    app.register_error_handler(TooOften, _too_often)


_alone = FixedWindowRateLimiter(MemoryStorage())


def _counting(work: Callable[[RateLimiter], T]) -> T:
    try:
        return work(limiter.limiter)
    except Exception:  # whatever the store's client raises when it is out of reach
        logger.exception("the store of rate limits is out of reach; this worker counts alone")
        return work(_alone)


def _too_often(error: TooOften) -> ResponseReturnValue:
    logger.warning("%s of %s was too often for %s", request.method, request.endpoint, network())
    minutes = ceil(error.seconds / 60)
    wait = ngettext("You can try again in %(num)s minute.", "You can try again in %(num)s minutes.", minutes)
    response: Response = make_response(page(429, [wait, *error.ways_out]))
    response.headers["Retry-After"] = str(error.seconds)
    return response
