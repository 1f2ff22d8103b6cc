"""The changes of each migration: the difference of the catalogs before and after it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from schema_docs.catalog.model import RELATION_KINDS, Catalog, Column, Identity

# Comments that linters read.
_FOR_PROGRAMS: Final = re.compile(r"--\s*(?:squawk-ignore|sqlfluff:|noqa\b)")


@dataclass(frozen=True)
class State:
    """An object at one time. `table` is the name that its table had then."""

    kind: str
    table: str
    name: str
    definition: str


@dataclass(frozen=True)
class Change:
    """A change of an object. `before` is None for a new one, `after` for a dropped one."""

    identity: Identity
    before: State | None
    after: State | None

    @property
    def state(self) -> State:
        state = self.after or self.before
        assert state is not None
        return state

    @property
    def verb(self) -> str:
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        return "renamed" if self.before.name != self.after.name else "changed"


@dataclass(frozen=True)
class Migration:
    """A migration; `reason` is the comment above its SQL."""

    name: str
    reason: str
    text: str
    changes: tuple[Change, ...]

    @property
    def title(self) -> str:
        """Its name without the version, in words."""
        return self.name.partition("_")[2].replace("_", " ")


Snapshot = Mapping[Identity, State]


def describe_migration(path: Path, before: Snapshot, after: Snapshot) -> Migration:
    """The migration between two snapshots."""
    text = path.read_text()
    head = text.partition("-- migrate:up")[0]
    lines = [line for line in head.splitlines() if not _FOR_PROGRAMS.match(line)]
    reason = " ".join(line.removeprefix("--").strip() for line in lines)
    return Migration(path.stem, reason.strip(), text, tuple(compare(before, after)))


def compare(before: Snapshot, after: Snapshot) -> list[Change]:
    """The changes: dropped objects in the order of `before`, then others in that of `after`."""
    gone = [Change(key, state, None) for key, state in before.items() if key not in after]
    kept = [
        Change(key, before.get(key), state)
        for key, state in after.items()
        if before.get(key) != state
    ]
    return gone + kept


def snapshot(catalog: Catalog) -> Snapshot:
    """The state of every object of a catalog."""
    names = {one.oid: qualified(one.schema, one.name) for one in catalog.relations}
    states: dict[Identity, State] = {}
    for relation in catalog.relations:
        text = _text(relation.definition or "", relation.comment)
        kind = RELATION_KINDS[relation.kind]
        name = names[relation.oid]
        states[Identity("pg_class", relation.oid)] = State(kind, name, name, text)
    for column in catalog.columns:
        table = names[column.table]
        states[column.identification] = State("column", table, column.name, describe_column(column))
    parts = (
        ("constraint", "pg_constraint", catalog.constraints),
        ("index", "pg_index", [one for one in catalog.indexes if one.constraint is None]),
        ("trigger", "pg_trigger", catalog.triggers),
        ("policy", "pg_policy", catalog.policies),
    )
    for kind, source, objects in parts:
        for one in objects:
            text = _text(one.definition, getattr(one, "comment", ""))
            states[Identity(source, one.oid)] = State(kind, names[one.table], one.name, text)
    return {**states, **_free(catalog), **_grants(catalog, names)}


def _free(catalog: Catalog) -> dict[Identity, State]:
    """The states of objects that belong to no table."""
    states: dict[Identity, State] = {}
    for type_ in catalog.types:
        text = _text(type_.definition or ", ".join(type_.labels), type_.comment)
        kind = {"e": "enum", "d": "domain"}.get(type_.kind, "type")
        name = qualified(type_.schema, type_.name)
        states[Identity("pg_type", type_.oid)] = State(kind, "", name, text)
    for function in catalog.functions:
        text = _text(function.definition, function.comment)
        name = qualified(function.schema, function.name)
        states[Identity("pg_proc", function.oid)] = State("function", "", name, text)
    return states


def _grants(catalog: Catalog, names: Mapping[int, str]) -> dict[Identity, State]:
    columns = {(one.table, one.number): one.name for one in catalog.columns}
    functions = {one.oid: qualified(one.schema, one.name) for one in catalog.functions}
    states: dict[Identity, State] = {}
    for grant in catalog.grants:
        place = names if grant.catalog == "pg_class" else functions
        if grant.oid not in place:
            continue
        table = names.get(grant.oid, "") if grant.catalog == "pg_class" else ""
        name = f"{grant.grantee} on {place[grant.oid]}"
        if grant.column:
            name += f".{columns[grant.oid, grant.column]}"
        identity = Identity(grant.catalog, grant.oid, f"{grant.column} {grant.grantee}")
        states[identity] = State("grant", table, name, grant.privileges)
    return states


def describe_column(column: Column) -> str:
    """A column's definition, as in CREATE TABLE, and its comment."""
    parts = [column.type]
    if not column.is_nullable:
        parts.append("NOT NULL")
    if column.identity:
        kind = {"a": "ALWAYS", "d": "BY DEFAULT"}[column.identity]
        parts.append(f"GENERATED {kind} AS IDENTITY")
    elif column.generated:
        kind = {"s": "STORED", "v": "VIRTUAL"}[column.generated]
        parts.append(f"GENERATED ALWAYS AS ({column.default}) {kind}")
    elif column.default is not None:
        parts.append(f"DEFAULT {column.default}")
    return _text(" ".join(parts), column.comment)


def _text(definition: str, comment: str) -> str:
    return "\n".join(filter(None, [definition, f"-- {comment}" if comment else ""]))


def qualified(schema: str, name: str) -> str:
    """A name, with its schema unless that is `public`."""
    return name if schema == "public" else f"{schema}.{name}"


def first_migrations(migrations: Sequence[Migration]) -> Mapping[Identity, str]:
    """The name of the migration that created each object."""
    made: dict[Identity, str] = {}
    for migration in migrations:
        for change in migration.changes:
            if change.before is None:
                made[change.identity] = migration.name
    return made
