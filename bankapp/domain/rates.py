"""How often somebody may try."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class RateLimit:
    """`count` tries at once, and then one more each `period` / `count`.

    `by` says whom it counts apart: by the `address` asked from, by the user who is the `caller`, or
    by a field of the request.
    """

    name: str
    count: int
    period: timedelta
    by: tuple[str, ...] = ("address",)

    @property
    def interval(self) -> timedelta:
        """The time after which one more try is allowed."""
        return self.period / self.count
