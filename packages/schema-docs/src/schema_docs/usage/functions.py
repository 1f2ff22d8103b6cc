"""The uses of functions: PL/pgSQL is split by its grammar, and PostgreSQL parses each statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from psycopg import sql

from schema_docs.catalog.model import Catalog, Function, Relation, Trigger
from schema_docs.usage.plans import Plan, explain_with_types
from schema_docs.usage.plpgsql import Body, parse_bodies
from schema_docs.usage.results import result_columns
from schema_docs.usage.statements import Connection, Parsed, parse_statement
from schema_docs.usage.uses import TreeUses, uses_of_tree

_ARGUMENTS: Final = """
SELECT coalesce(name, ''), format_type(type, NULL)
FROM pg_proc, unnest(proargnames, coalesce(proallargtypes, proargtypes::oid[])) AS _ (name, type)
WHERE oid = %s
"""
_SEARCH: Final = """
SELECT set_config('search_path', coalesce(substr(setting, length('search_path=') + 1), %s), true)
FROM pg_proc
LEFT JOIN unnest(proconfig) AS _ (setting) ON starts_with(setting, 'search_path=')
WHERE oid = %s
"""
_TRIGGER_VARIABLES: Final = {
    "tg_name": "name", "tg_when": "text", "tg_level": "text", "tg_op": "text", "tg_relid": "oid",
    "tg_relname": "name", "tg_table_name": "name", "tg_table_schema": "name", "tg_nargs": "int",
    "tg_argv": "text[]",
}  # fmt: skip


class StatementPlan(NamedTuple):
    """A statement of a function, as written, and its plan."""

    statement: str
    plan: Plan


@dataclass(frozen=True)
class FunctionUses:
    """The uses of a function, the reasons why some are unknown, and its statements' plans."""

    found: TreeUses = field(default_factory=TreeUses)
    opaque: tuple[str, ...] = ()
    plans: tuple[StatementPlan, ...] = ()


@dataclass
class _Scope:
    """The variables that a statement can name, with their types; a record has none at first.

    `transitions` are the oids of tables that stand for the transition tables of a trigger on
    `table`.
    """

    name: str
    types: dict[str, str] = field(default_factory=dict[str, str])
    transitions: set[int] = field(default_factory=set[int])
    table: int = 0

    def of_table(self, found: TreeUses) -> TreeUses:
        """The uses, with those of transition tables as uses of the table."""
        uses = (
            use._replace(relation=self.table) if use.relation in self.transitions else use
            for use in found.uses
        )
        return replace(found, uses=frozenset(uses))


def uses_of_functions(connection: Connection, catalog: Catalog) -> Mapping[int, FunctionUses]:
    """The uses of each function, by its oid."""
    ours = [one for one in catalog.functions if one.language in ("plpgsql", "sql")]
    written = [one for one in ours if one.language == "plpgsql"]
    bodies = dict(zip(written, parse_bodies([one.definition for one in written]), strict=True))
    found = {
        one.oid: FunctionUses(opaque=(f"It is written in {one.language}.",))
        for one in catalog.functions
    }
    for function in ours:
        triggers = [one for one in catalog.triggers if one.function == function.oid]
        found[function.oid] = _Reader(connection, catalog, function, bodies).read(triggers)
    return found


class _Reader:
    def __init__(
        self,
        connection: Connection,
        catalog: Catalog,
        function: Function,
        bodies: Mapping[Function, Body | None],
    ) -> None:
        self.connection = connection
        self.catalog = catalog
        self.function = function
        self.body = bodies.get(function)
        self.opaque: dict[str, None] = {}
        self.plans: dict[str, Plan] = {}

    def read(self, triggers: Sequence[Trigger]) -> FunctionUses:
        with self.connection.transaction(force_rollback=True):
            self._set_search_path()
            return self._read(triggers)

    def _set_search_path(self) -> None:
        """Set the search path that the function has; by default its own schema is first."""
        default = sql.Identifier(self.function.schema).as_string(self.connection)
        self.connection.execute(_SEARCH, [f"{default}, public", self.function.oid])

    def _read(self, triggers: Sequence[Trigger]) -> FunctionUses:
        found = TreeUses()
        tables = {one.oid: one for one in self.catalog.relations}
        if self.function.language == "sql":
            found = self._sql_body()
        elif self.body is None:
            self.opaque["Its body could not be parsed."] = None
        else:
            # The types of NEW, OLD and transition tables are those of the trigger's table.
            places: Sequence[Trigger | None] = triggers or [None]
            for trigger in places:
                with self.connection.transaction(force_rollback=True):
                    table = tables[trigger.table] if trigger else None
                    found |= self._pieces(self._scope(trigger, table))
            if self.body.is_dynamic:
                self.opaque["It runs dynamic SQL (EXECUTE), which is not known beforehand."] = None
        plans = tuple(StatementPlan(*item) for item in self.plans.items())
        return FunctionUses(found, tuple(self.opaque), plans)

    def _sql_body(self) -> TreeUses:
        row = self.connection.execute(
            "SELECT prosqlbody::text, prosrc FROM pg_proc WHERE oid = %s", [self.function.oid]
        ).fetchone()
        assert row is not None
        scope = self._scope(None, None)
        if row[0]:
            return uses_of_tree(row[0])
        body = row[1].strip().removesuffix(";")
        parsed = parse_statement(self.connection, body, scope.types, scope.name)
        if parsed is None:
            self.opaque["Its body could not be parsed."] = None
            return TreeUses()
        self._plan(body, parsed, scope.types)
        return uses_of_tree(parsed.tree)

    def _scope(self, trigger: Trigger | None, table: Relation | None) -> _Scope:
        scope = _Scope(self.function.name, {"found": "boolean"})
        if trigger is not None and table is not None:
            row_type = sql.Identifier(table.schema, table.name)
            scope.types |= _TRIGGER_VARIABLES
            scope.types |= dict.fromkeys(("new", "old"), row_type.as_string(self.connection))
            scope.table = table.oid
            for name in filter(None, (trigger.new_table, trigger.old_table)):
                scope.transitions.add(self._transition_table(name, row_type))
        arguments = self.connection.execute(_ARGUMENTS, [self.function.oid]).fetchall()
        scope.types |= {name: type_ for name, type_ in arguments if name}
        for name, type_ in self.body.variables.items() if self.body else ():
            scope.types.setdefault(name, type_)
        return scope

    def _transition_table(self, name: str, table: sql.Identifier) -> int:
        transition = sql.Identifier("pg_temp", name)
        self.connection.execute(sql.SQL("CREATE TABLE {} (LIKE {})").format(transition, table))
        place = [transition.as_string(self.connection)]
        row = self.connection.execute("SELECT %s::regclass::oid", place).fetchone()
        assert row is not None
        return int(row[0])

    def _pieces(self, scope: _Scope) -> TreeUses:
        found = TreeUses()
        for piece in self.body.pieces if self.body else ():
            known = {name: type_ for name, type_ in scope.types.items() if type_ != "record"}
            parsed = parse_statement(self.connection, piece.statement, known, scope.name)
            if parsed is None:
                text = " ".join(piece.text.split())
                self.opaque[f"PostgreSQL cannot parse a statement: {text[:80]}"] = None
                continue
            found |= scope.of_table(uses_of_tree(parsed.tree))
            self._plan(piece.text, parsed, known)
            if piece.record and scope.types.get(piece.record) == "record":
                scope.types[piece.record] = self._record_type(piece.record, parsed.tree)
        return found

    def _plan(self, statement: str, parsed: Parsed, variables: Mapping[str, str]) -> None:
        plan = explain_with_types(self.connection, parsed.text, list(variables.values()))
        if plan is not None and plan.scans:
            self.plans[statement] = plan

    def _record_type(self, record: str, tree: str) -> str:
        """Create a composite type of a query's columns for a record; its name."""
        columns = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(type_))
            for name, type_ in result_columns(self.connection, tree)
        )
        name = sql.Identifier("pg_temp", f"record {record}")
        self.connection.execute(sql.SQL("CREATE TYPE {} AS ({})").format(name, columns))
        return name.as_string(self.connection)
