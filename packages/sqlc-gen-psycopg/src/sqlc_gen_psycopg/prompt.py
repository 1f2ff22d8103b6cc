"""Prints at the prompt where sqlc was called.

sqlc itself drops what a plugin prints, unless the plugin fails.
"""

from contextlib import suppress
from pathlib import Path

_TERMINAL = Path("/dev/tty")


def say_at_prompt(text: str) -> None:
    """Print to the terminal of the process; nothing where it has none, as in CI."""
    with suppress(OSError), _TERMINAL.open("w") as terminal:
        terminal.write(f"sqlc-gen-psycopg: {text}\n")
