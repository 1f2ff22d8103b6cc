"""The snapshots of functions that stand in migrations, each between two lines that frame it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_SNAPSHOT: Final = re.compile(
    r"^-- from \S*?(?P<name>[^\s/]+)\.sql .*\n(?P<text>(?:.*\n)*?)-- end of (?P=name) .*$"
    r"|^-- \S*?(?P<gone>[^\s/]+)\.sql is gone$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Snapshot:
    """A function as a migration makes it; `text` is None where the migration drops it."""

    name: str
    migration: str
    text: str | None


def newest_snapshots(migrations: Path) -> dict[str, Snapshot]:
    """The last snapshot of each function that has one."""
    return {
        snapshot.name: snapshot
        for path in sorted(migrations.glob("*.sql"))
        for snapshot in _snapshots(path)
    }


def _snapshots(path: Path) -> Iterator[Snapshot]:
    for found in _SNAPSHOT.finditer(_up_of(path)):
        yield Snapshot(found["name"] or found["gone"], path.name, found["text"])


def _up_of(path: Path) -> str:
    return path.read_bytes().decode().partition("\n-- migrate:down")[0]


def is_made_by_hand(migrations: Path, name: str) -> bool:
    """Whether the last statement of the migrations on a function makes it, rather than drops it."""
    pattern = rf"\b(CREATE|DROP)\s+(?:OR\s+REPLACE\s+)?FUNCTION\s+(?:public\.)?{re.escape(name)}\b"
    verbs = [
        verb.upper()
        for path in sorted(migrations.glob("*.sql"))
        for verb in re.findall(pattern, _up_of(path), re.IGNORECASE)
    ]
    return verbs[-1:] == ["CREATE"]


def of_file(file: Path, text: str) -> str:
    """The snapshot of a function's file, as `newest_snapshots` finds it."""
    return _framed(f"from {file.as_posix()}", file.stem, text)


def of_dropped(file: Path) -> str:
    """The line that says so."""
    return f"-- {file.as_posix()} is gone\n"


def of_migration(migration: str, name: str, text: str) -> str:
    """A function as it stands in an earlier migration, for the way down."""
    return _framed(f"{name} as in {migration}", name, text)


def _framed(origin: str, name: str, text: str) -> str:
    """The text between two lines, which keep sqlfluff from it: it reads the file instead."""
    return f"-- {origin} -- noqa: disable=all\n{text}-- end of {name} -- noqa: enable=all\n"
