"""The reviewed list of what DBML cannot say: each difference between it and the migrations."""

import difflib
import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from schema_docs.catalog.history import qualified
from schema_docs.dump import Dump, Key
from schema_docs.errors import DocsError

_HEAD: Final = """\
# What the migrations say and DBML cannot. `schema-docs verify-dbml` fails on any other difference,
# and on an entry that is no difference any more; `schema-docs generate-dbml` writes this file and
# keeps each `why`. Read its diff as you would read a migration. A function has a digest of what
# pg_dump writes of it, and its file where it has one.
"""
# The reasons to write where an entry has none yet.
_REASONS: Final = {
    "ACL": "DBML has no grants.",
    "COMMENT": "DBML has notes of tables, columns and labels only.",
    "CONSTRAINT": "DBML has no UNIQUE constraint over several columns, only a unique index.",
    "DOMAIN": "DBML has no domains.",
    "FUNCTION": "DBML has no functions.",
    "INDEX": "DBML draws as a unique index what is a constraint, and no index with conditions.",
    "SEQUENCE": "DBML has one kind of identity: BY DEFAULT.",
    "TRIGGER": "DBML has no triggers.",
    "VIEW": "DBML has no views.",
}
_REASON: Final = "DBML has no word for it."


@dataclass(frozen=True)
class Difference:
    """One object that differs: the lines only its drawing has, and those only the migrations.

    The text of a function stands in `file`, and `migrated` is a digest of it.
    """

    key: Key
    drawn: tuple[str, ...]
    migrated: tuple[str, ...]
    file: str = ""

    def __str__(self) -> str:
        lines = [f"- {line}" for line in self.drawn] + [f"+ {line}" for line in self.migrated]
        return "\n".join([str(self.key), *(f"    {line}" for line in lines)])


def compare(drawn: Dump, migrated: Dump, files: Mapping[str, str]) -> list[Difference]:
    """The objects that are not the same in both; `files` are those of functions, by their names."""
    keys = sorted(drawn.keys() | migrated.keys())
    found = (_difference(key, drawn.get(key, ()), migrated.get(key, ())) for key in keys)
    return [
        _without_text(difference, files) if difference.key.type == "FUNCTION" else difference
        for difference in found
        if difference.drawn or difference.migrated
    ]


def _without_text(function: Difference, files: Mapping[str, str]) -> Difference:
    digest = hashlib.sha256("\n".join(function.migrated).encode()).hexdigest()
    name = qualified(function.key.schema, function.key.name.partition("(")[0])
    return replace(function, migrated=(f"sha256 {digest}",), file=files.get(name, ""))


def _difference(key: Key, drawn: Sequence[str], migrated: Sequence[str]) -> Difference:
    matcher = difflib.SequenceMatcher(a=drawn, b=migrated, autojunk=False)
    changes = [change for change in matcher.get_opcodes() if change[0] != "equal"]
    return Difference(
        key,
        tuple(line for _, start, end, _, _ in changes for line in drawn[start:end]),
        tuple(line for _, _, _, start, end in changes for line in migrated[start:end]),
    )


def read_reviewed(path: Path) -> dict[Difference, str]:
    """The reviewed differences with their reasons.

    Raises DocsError where the file is no TOML or an entry is incomplete.
    """
    if not path.exists():
        return {}
    try:
        entries = tomllib.loads(path.read_text()).get("object", [])
        return {_of_entry(entry): entry["why"] for entry in entries}
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise DocsError(f"{path.name}: {error}") from None


def _of_entry(entry: Mapping[str, str]) -> Difference:
    key = Key(entry["type"], entry["schema"], entry["name"])
    drawn, migrated = (tuple(entry.get(side, "").splitlines()) for side in ("drawn", "migrated"))
    return Difference(key, drawn, migrated, entry.get("file", ""))


def format_differences(differences: Iterable[Difference], reasons: Mapping[Difference, str]) -> str:
    """The text of the file. An object that still differs keeps its reason."""
    by_key = {difference.key: why for difference, why in reasons.items()}
    entries = [format_entry(one, by_key.get(one.key)) for one in differences]
    return "\n".join([_HEAD, *entries])


def format_entry(difference: Difference, why: str | None = None) -> str:
    """The entry of one difference."""
    why = why or _REASONS.get(difference.key.type, _REASON)
    kind, schema, name = map(json.dumps, difference.key)
    lines = ["[[object]]", f"type = {kind}", f"schema = {schema}", f"name = {name}"]
    lines.append(f"why = {json.dumps(why)}")
    if difference.file:
        lines.append(f"file = {json.dumps(difference.file)}")
    for side, text in (("drawn", difference.drawn), ("migrated", difference.migrated)):
        if text:
            lines.append(f"{side} = {_literal(text)}")
    return "\n".join([*lines, ""])


def _literal(lines: Sequence[str]) -> str:
    text = "\n".join(lines)
    if "'''" in text or text.endswith("'"):
        return json.dumps(text)
    return f"'''\n{text}'''" if len(lines) > 1 else f"'''{text}'''"
