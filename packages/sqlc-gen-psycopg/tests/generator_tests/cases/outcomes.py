"""How cases end, and the report of many."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeVar

Item = TypeVar("Item")
PARALLEL_COUNT: Final = 2
DETAIL_CHARS_MAX: Final = 400


class Verdict(Enum):
    """How a case ended, from good to bad."""

    OK = "ok"
    CAUTIOUS = "CAUTIOUS"  # an annotation has `| None` though the case expects none
    FAILS = "FAILS"  # PostgreSQL refuses to run the query
    OTHER = "OTHER"  # another annotation than the case expects
    TYPES = "TYPES"  # a type checker complains
    UNSOUND = "UNSOUND"  # a value is not as it is annotated
    ERROR = "ERROR"  # the generator refuses, or what it has written cannot be used
    REFUSED = "refused by sqlc"
    INTENDED = "refused on purpose"  # by the generator, which says what to write instead
    FAULT = "FAULT"  # the bank does not behave as expected
    UNPLAYED = "could not be played"

    @property
    def badness(self) -> int:
        return list(Verdict).index(self)


@dataclass(frozen=True)
class Outcome:
    """How the case called `name` ended; `package` is the one that was generated for it."""

    name: str
    verdict: Verdict
    detail: str = ""
    package: str = ""


def play(groups: Iterable[Callable[[], Sequence[Outcome]]]) -> list[Outcome]:
    """Run groups of cases, two at a time, and print the cases that are not ok."""
    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(PARALLEL_COUNT) as executor:
        for future in as_completed([executor.submit(group) for group in groups]):
            outcomes += future.result()
            for outcome in future.result():
                show(outcome)
    return outcomes


def grouped(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """The items in their order, up to `size` of them in each group."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def show(outcome: Outcome) -> None:
    """Print an outcome, unless it is ok."""
    if outcome.verdict is not Verdict.OK:
        detail = " ".join(outcome.detail.split())
        if len(detail) > DETAIL_CHARS_MAX:  # sqlc quotes the schema before it says what is wrong
            detail = f"… {detail[-DETAIL_CHARS_MAX:]}"
        print(f"{outcome.verdict.value}: {outcome.name}: {detail}", flush=True)


def counted(outcomes: Sequence[Outcome]) -> str:
    """The number of cases of each verdict."""
    counts = Counter(outcome.verdict for outcome in outcomes)
    parts = [f"{counts[verdict]} {verdict.value}" for verdict in Verdict if counts[verdict]]
    return f"{len(outcomes)} cases: {', '.join(parts)}"
