"""Progress of a command: a bar on a terminal, a few lines elsewhere."""

import sys
import time
from typing import Final

BAR_WIDTH: Final = 30
LINE_COUNT: Final = 4


class ProgressBar:
    """A bar on standard error that appears after `after_s`; no line is printed twice."""

    def __init__(self, *, after_s: float = 0, shows_lines: bool = True) -> None:
        self._shown_from = time.monotonic() + after_s
        self._shows_lines = shows_lines
        self._line_number = 0

    def show(self, done: float, label: str) -> None:
        """Show the progress; `done` is the completed part, from 0 to 1."""
        if sys.stderr.isatty():
            if time.monotonic() >= self._shown_from:
                self._draw(done, label)
        elif self._shows_lines and done * LINE_COUNT >= self._line_number:
            self._line_number += 1
            print(f"{done:4.0%} {label}", file=sys.stderr, flush=True)

    def _draw(self, done: float, label: str) -> None:
        filled = round(BAR_WIDTH * done)
        bar = "█" * filled + "░" * (BAR_WIDTH - filled)
        ending = "\n" if done >= 1 else ""
        print(f"\r{bar} {done:4.0%} {label:<20}", end=ending, file=sys.stderr, flush=True)
