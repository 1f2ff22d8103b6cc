"""Rate limits that are counted in the memory of this process."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from bankapp import tuning
from bankapp.domain.rates import RateLimit

_ROUNDING_S: Final = 1e-6  # the sum of many intervals is not quite their product


class ProcessRates:
    """Tries of users against the limits that are `per_process`, by the process's own clock.

    GCRA, as the query TakeRateLimit does it: each try postpones the time of being free. The users
    who tried last are remembered.
    """

    def __init__(
        self,
        now_s: Callable[[], float] = time.monotonic,
        user_count_max: int = tuning.RATED_USER_COUNT_MAX,
    ) -> None:
        self._now_s = now_s
        self._user_count_max = user_count_max
        self._rates: dict[str, _Rate] = {}

    def take(self, limit: RateLimit, username: str, try_count: int = 1) -> float:
        """Count tries; returns 0, or the seconds to wait, and then counts nothing."""
        rate = self._rates.get(limit.name)
        if rate is None:
            rate = self._rates[limit.name] = _Rate(
                limit.interval.total_seconds(), limit.period.total_seconds() + _ROUNDING_S
            )
        now_s = self._now_s()
        free_at_s = max(now_s, rate.free_at_s.get(username, 0.0)) + try_count * rate.interval_s
        if free_at_s - now_s > rate.burst_s:
            return free_at_s - now_s - rate.burst_s
        rate.free_at_s[username] = free_at_s
        rate.free_at_s.move_to_end(username)
        if len(rate.free_at_s) > self._user_count_max:
            rate.free_at_s.popitem(last=False)
        return 0.0


@dataclass(slots=True)
class _Rate:
    interval_s: float
    burst_s: float
    free_at_s: OrderedDict[str, float] = field(default_factory=OrderedDict[str, float])
