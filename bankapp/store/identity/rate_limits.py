"""Rate limits: how often something is tried."""

from bankapp.domain.rates import RateLimit
from bankapp.store.engine.transaction import Transactions
from gen.rate_limits import TakeRateLimitRow


class RateLimits:
    """The transactions on rate limits."""

    def __init__(self, transactions: Transactions) -> None:
        self._run_statement = transactions.run_statement

    async def take(self, limit: RateLimit, key: str) -> TakeRateLimitRow:
        """Count one more try under the key, and tell whether it is allowed."""
        return await self._run_statement(
            lambda q: q.rate_limits.take_rate_limit(
                key=key, attempt_interval=limit.interval, burst_interval=limit.period
            )
        )
