"""Comparing rows with what was made of them."""

from dataclasses import asdict
from typing import Any


def columns(row: Any) -> set[tuple[str, object]]:
    """The values of a row or of an outcome, which has the columns that the posting call gives."""
    return set(asdict(row).items())
