"""What functions use: PL/pgSQL is taken apart by its own grammar, each statement parsed in turn."""

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
    """A statement of a function as it is written, and how it is run."""

    statement: str
    plan: Plan


@dataclass(frozen=True)
class FunctionUses:
    """What a function uses, what cannot be seen of it, and the plans of its statements."""

    found: TreeUses = field(default_factory=TreeUses)
    blind: tuple[str, ...] = ()
    plans: tuple[StatementPlan, ...] = ()


@dataclass
class _Scope:
    """The names a statement can use: variables with their types, some still without one.

    `transitions` are tables that stand for the transition tables of the trigger's `table`.
    """

    name: str
    types: dict[str, str] = field(default_factory=dict[str, str])
    transitions: set[int] = field(default_factory=set[int])
    table: int = 0

    def of_table(self, found: TreeUses) -> TreeUses:
        """The same uses, those of transition tables as uses of the table."""
        uses = (
            use._replace(relation=self.table) if use.relation in self.transitions else use
            for use in found.uses
        )
        return replace(found, uses=frozenset(uses))


def uses_of_functions(connection: Connection, catalog: Catalog) -> Mapping[int, FunctionUses]:
    """What each function uses, by its number."""
    ours = [one for one in catalog.functions if one.language in ("plpgsql", "sql")]
    written = [one for one in ours if one.language == "plpgsql"]
    bodies = dict(zip(written, parse_bodies([one.definition for one in written]), strict=True))
    found = {
        one.oid: FunctionUses(blind=(f"It is written in {one.language}.",))
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
        self.blind: dict[str, None] = {}
        self.plans: dict[str, Plan] = {}

    def read(self, triggers: Sequence[Trigger]) -> FunctionUses:
        with self.connection.transaction(force_rollback=True):
            self._search_as_it_does()
            return self._read(triggers)

    def _search_as_it_does(self) -> None:
        """Look for names where the function does; by default in its own schema first."""
        default = sql.Identifier(self.function.schema).as_string(self.connection)
        self.connection.execute(_SEARCH, [f"{default}, public", self.function.oid])

    def _read(self, triggers: Sequence[Trigger]) -> FunctionUses:
        found = TreeUses()
        tables = {one.oid: one for one in self.catalog.relations}
        if self.function.language == "sql":
            found = self._sql_body()
        elif self.body is None:
            self.blind["Its body could not be parsed."] = None
        else:
            # What NEW, OLD and transition tables are follows from where the trigger is.
            places: Sequence[Trigger | None] = triggers or [None]
            for trigger in places:
                with self.connection.transaction(force_rollback=True):
                    table = tables[trigger.table] if trigger else None
                    found |= self._pieces(self._scope(trigger, table))
            if self.body.is_dynamic:
                self.blind["It runs dynamic SQL (EXECUTE), which nobody can see beforehand."] = None
        plans = tuple(StatementPlan(*item) for item in self.plans.items())
        return FunctionUses(found, tuple(self.blind), plans)

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
            self.blind["Its body could not be parsed."] = None
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
                self.blind[f"A statement is not understood: {text[:80]}"] = None
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
        """A type for a record that takes the rows of a query."""
        columns = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(type_))
            for name, type_ in result_columns(self.connection, tree)
        )
        name = sql.Identifier("pg_temp", f"record {record}")
        self.connection.execute(sql.SQL("CREATE TYPE {} AS ({})").format(name, columns))
        return name.as_string(self.connection)
