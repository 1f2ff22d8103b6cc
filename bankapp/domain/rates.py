"""Rate limits: how many tries are allowed in a time."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class RateLimit:
    """`count` tries at once, and then one more each `period` / `count`.

    Tries are counted per the values of `by`: the client's `address`, the user who is the `caller`,
    the `session`, or a field of the request. The database counts them, for all processes together.
    A limit that is `per_process` is counted in the memory of each process instead, which takes no
    round trip, and is forgotten when the process ends. `only` says which tries count, where not all
    do; the operation itself counts those.
    """

    name: str
    count: int
    period: timedelta
    by: tuple[str, ...] = ("address",)
    per_process: bool = False
    only: str = ""

    @property
    def interval(self) -> timedelta:
        """The time after which one more try is allowed."""
        return self.period / self.count
