"""The results of a run, stored in results.json."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from bench.ledger.figures import Compared, Figures

FILE: Final = Path(__file__).parent / "results.json"


@dataclass(frozen=True)
class Results:
    """All figures of one run.

    `transfers` are keyed by the accounts that are paid and then by the way of paying, of which the
    first is the baseline of the others. `reads` are keyed by the resource and then by the number of
    entries, few and many. `growing` lists the queries whose plans grow with the number of entries.
    """

    machine: str
    software: str
    settings: str
    transfers: Mapping[str, Mapping[str, Compared]]
    reads: Mapping[str, Mapping[str, Figures]]
    growing: Sequence[str]
    verification_s: float


_ADAPTER: Final = TypeAdapter(Results)


def read() -> Results:
    """The stored results."""
    return _ADAPTER.validate_json(FILE.read_bytes())


def write(results: Results) -> None:
    """Store the results."""
    FILE.write_bytes(_ADAPTER.dump_json(results, indent=2) + b"\n")
