"""Rate limits: how many tries are allowed in a time."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class RateLimit:
    """`count` tries at once, and then one more each `period` / `count`.

    Tries are counted per the values of `by`: the client's `address`, the user who is the `caller`,
    or a field of the request.
    """

    name: str
    count: int
    period: timedelta
    by: tuple[str, ...] = ("address",)

    @property
    def interval(self) -> timedelta:
        """The time after which one more try is allowed."""
        return self.period / self.count
