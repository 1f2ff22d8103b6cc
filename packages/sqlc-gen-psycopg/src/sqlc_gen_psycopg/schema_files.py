"""The SQL files that sqlc reads, and the database that it makes of those of the schema."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

# A migration ends where one of these begins a line: goose, sql-migrate, tern, dbmate.
_DOWN: Final = (
    b"-- +goose down",
    b"-- +migrate down",
    b"---- create above / drop below ----",
    b"-- migrate:down",
)
_PSQL_COMMAND: Final = re.compile(rb"\\[A-Za-z!?;].*")
# sqlc reads no further than a line that is longer.
_LINE_BYTES_MAX: Final = 65_535


def sql_files(paths: Sequence[str]) -> list[Path]:
    """The files that sqlc takes for these paths, in its order: of a folder those right in it.

    Files whose name begins with a dot or ends in `.down.sql` do not count, nor do files that are
    not there: sqlc names them relative to its configuration, which may be in another folder.
    """
    found: list[Path] = []
    for path in paths:
        is_pattern = any(sign in path for sign in "*?[]")
        for match in _matches(path) if is_pattern else [Path(path)]:
            found += sorted(match.iterdir()) if match.is_dir() else [match]
    return [file for file in found if _is_taken(file)]


def managed_database(schema_paths: Sequence[str]) -> str | None:
    """The name of the database that sqlc makes of the schema with `managed: true`.

    None where the files of the schema are not there, seen from the current directory.
    """
    files = sql_files(schema_paths)
    if not files:
        return None
    # FNV-1 with 64 bits, as Go's hash/fnv.New64 does it.
    number = 0xCBF29CE484222325
    for file in files:
        for byte in _migration(file.read_bytes()):
            number = number * 0x100000001B3 % 2**64 ^ byte
    return f"sqlc_managed_{number:016x}"


def _matches(pattern: str) -> list[Path]:
    root = Path(pattern).anchor
    # To sqlc ** is * and [^a] is Python's [!a].
    pattern = pattern.removeprefix(root).replace("**", "*").replace("[^", "[!")
    return sorted(Path(root).glob(pattern))


def _is_taken(file: Path) -> bool:
    name = file.name
    is_up = name.endswith(".sql") and not name.endswith(".down.sql")
    return is_up and not name.startswith(".") and file.is_file()


def _migration(content: bytes) -> bytes:
    """The part of a file that sqlc runs."""
    kept: list[bytes] = []
    for line in _lines(content):
        if line.lower().startswith(_DOWN):
            break
        kept.append(line)
    return b"\n".join(
        line for line in _lines(b"\n".join(kept)) if not _PSQL_COMMAND.fullmatch(line)
    )


def _lines(content: bytes) -> list[bytes]:
    """The lines as Go's bufio.Scanner gives them."""
    lines = content.split(b"\n")
    if not lines[-1]:
        lines.pop()
    too_long = (at for at, line in enumerate(lines) if len(line) > _LINE_BYTES_MAX)
    return [line.removesuffix(b"\r") for line in lines[: next(too_long, len(lines))]]
