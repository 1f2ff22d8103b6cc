"""What a run of the bench found, kept in results.json."""

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

    `transfers` are by what is paid and then by who moves the money: the first of them is what the
    others are compared with. `reads` are by what is read and then by how many entries there are,
    few and many. `growing` is what grows in the plans of the queries among the many.
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
    """Those that are kept."""
    return _ADAPTER.validate_json(FILE.read_bytes())


def write(results: Results) -> None:
    """Keep these."""
    FILE.write_bytes(_ADAPTER.dump_json(results, indent=2) + b"\n")
