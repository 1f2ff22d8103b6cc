"""Writes migrations that make functions what their files say, and take that back."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from schema_docs.errors import DocsError
from schema_docs.functions import snapshots
from schema_docs.functions.snapshots import Snapshot
from schema_docs.functions.source import (
    FunctionSource,
    Text,
    file_of,
    functions_with_file,
    parse,
    read_files,
    undo,
)

_VERSION: Final = "%Y%m%d%H%M%S"
_LINE_LENGTH_MAX: Final = 100
_REASON_WORD_COUNT_MIN: Final = 5
_INDENT: Final = " " * 4


@dataclass(frozen=True)
class _Change:
    """A function before and after a migration, None where there is none.

    `snapshot` is where `before` stands. A function that was made by hand has none yet.
    """

    file: Path
    before: FunctionSource | None
    after: FunctionSource | None
    snapshot: Snapshot | None
    is_made_by_hand: bool

    @property
    def up(self) -> str:
        if self.after is None:
            assert self.before is not None
            return snapshots.of_dropped(self.file) + _deliberate(_drop(self.before))
        preparation = _deliberate(_preparation(self.before, self.after))
        return preparation + snapshots.of_file(self.file, self.after.text)

    @property
    def down(self) -> str:
        name = self.file.stem
        if self.before is None or self.snapshot is None:
            assert self.after is not None
            return (
                f"-- {name} stays as it was made\n" if self.is_made_by_hand else _drop(self.after)
            )
        snapshot = snapshots.of_migration(self.snapshot.migration, name, self.before.text)
        return _preparation(self.after, self.before) + snapshot


def write_migration(
    name: str,
    functions: Sequence[str],
    directory: Path,
    migrations: Path,
    now: datetime,
    *,
    why: str,
) -> Path:
    """Write the next migration, which makes these functions what their files say.

    It begins with `why`. A function whose file is gone is dropped. Without functions the migration
    does nothing yet. Returns its path. Raises DocsError.
    """
    if not re.fullmatch(r"\w+", name, re.ASCII):
        given = f"{name!r} is none" if name else "there is none"
        raise DocsError(f"a migration needs a name of one word, such as add_fees: {given}")
    if len(why.split()) < _REASON_WORD_COUNT_MIN:
        raise DocsError(
            f"a migration begins with a sentence of {_REASON_WORD_COUNT_MIN} words or more that "
            f"says why: {why!r} is none"
        )
    changes = _changes(list(dict.fromkeys(functions)), directory, migrations)
    up = "\n".join(change.up for change in changes) or "\n"
    down = "\n".join(change.down for change in reversed(changes)) or "\n"
    path = migrations / f"{_next_version(migrations, now)}_{name}.sql"
    reason = textwrap.fill(why, _LINE_LENGTH_MAX, initial_indent="-- ", subsequent_indent="-- ")
    path.write_bytes(f"{reason}\n\n-- migrate:up\n{up}\n-- migrate:down\n{down}".encode())
    return path


def _changes(names: Sequence[str], directory: Path, migrations: Path) -> list[_Change]:
    known = snapshots.newest_snapshots(migrations)
    current = {name: known[name] for name in names if name in known and known[name].text}
    files = functions_with_file(directory)
    _require_known(names, directory, [*files, *current])
    after = read_files(directory, [name for name in names if name in files])
    _require_changed(after, current, directory)
    before = parse([Text(one.migration, name, one.text or "") for name, one in current.items()])
    return [
        _Change(
            file=file_of(directory, name),
            before=before.get(name),
            after=after.get(name),
            snapshot=current.get(name),
            is_made_by_hand=name not in known and snapshots.is_made_by_hand(migrations, name),
        )
        for name in names
    ]


def _require_known(names: Sequence[str], directory: Path, known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            listed = ", ".join(sorted(set(known))) or "none"
            raise DocsError(f"there is no {file_of(directory, name)}; known functions: {listed}")


def _require_changed(
    after: Mapping[str, FunctionSource], current: Mapping[str, Snapshot], directory: Path
) -> None:
    for name, source in after.items():
        if name in current and current[name].text == source.text:
            raise DocsError(
                f"{file_of(directory, name)} is what {current[name].migration} has: "
                "there is nothing to migrate"
            )


def _preparation(old: FunctionSource | None, new: FunctionSource) -> str:
    """What must be done to a function before the text of another can be run."""
    if old is None:
        return ""
    if old.signature != new.signature:
        return f"{_drop(old)}\n"
    gone = [detail for detail in reversed(old.details) if detail not in new.details]
    return "".join(f"{undo(detail)};\n" for detail in gone)


def _drop(function: FunctionSource) -> str:
    types = ", ".join(function.argument_types)
    line = f"DROP FUNCTION {function.name}({types});\n"
    if len(line) <= _LINE_LENGTH_MAX:
        return line
    wrapped = textwrap.indent(textwrap.fill(types, _LINE_LENGTH_MAX - len(_INDENT)), _INDENT)
    return f"DROP FUNCTION {function.name}(\n{wrapped}\n);\n"


def _deliberate(statements: str) -> str:
    """The statements for the way up, where squawk warns of a function that is dropped."""
    is_drop = statements.startswith("DROP FUNCTION")
    return f"-- squawk-ignore ban-drop-function\n{statements}" if is_drop else statements


def _next_version(migrations: Path, now: datetime) -> str:
    """The time, or the second after that of the newest migration where that is later."""
    newest = max((path.name.partition("_")[0] for path in migrations.glob("*.sql")), default="")
    if re.fullmatch(r"\d{14}", newest):
        after = datetime.strptime(newest, _VERSION).replace(tzinfo=now.tzinfo)
        now = max(now, after + timedelta(seconds=1))
    return now.strftime(_VERSION)
