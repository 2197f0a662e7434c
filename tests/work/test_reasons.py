"""Reasons survive being kept."""

import json
from datetime import date
from decimal import Decimal

from portal.core.errors import Reason
from portal.work.reasons import as_plain, reason_of
from tests.make import NOON


def test_a_reason_is_the_same_after_it_was_kept() -> None:
    values = {
        "at": NOON,
        "day": date(2027, 1, 4),
        "share": Decimal("0.5"),
        "names": ["a", "b"],
        "n": {"x": 1},
    }
    reason = Reason("taken", values, "start")
    assert reason_of(json.loads(json.dumps(as_plain(reason)))) == reason
