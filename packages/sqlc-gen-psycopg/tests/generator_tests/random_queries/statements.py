"""Random INSERT, UPDATE, DELETE and MERGE with RETURNING, and WITH."""

from collections.abc import Sequence

from generator_tests.random_queries.forms import CHANGED
from generator_tests.random_queries.queries import Column, QueryWriter, Scope, Source, columns_of


class StatementWriter(QueryWriter):
    """Writes what returns rows: queries and changes."""

    def statement(self) -> str:
        """A query or a change."""
        kinds = (self._select_statement, self._select_statement, self._change, self._with)
        return self.random.choice(kinds)()

    def _select_statement(self) -> str:
        return self.query(self.types(), (), 3)

    def _with(self) -> str:
        types, name = self.types(), self.name()
        columns = tuple((f"c{number}", type_) for number, type_ in enumerate(types, 1))
        names = ", ".join(column for column, _ in columns)
        kind = self.pick(("", "", "MATERIALIZED", "change", "RECURSIVE"))
        source = Source(f"{name} AS r", tuple((f"r.{column}", type_) for column, type_ in columns))
        recursive = "RECURSIVE" if kind == "RECURSIVE" else ""
        inner = self._change(types) if kind == "change" else self.query(types, (), 2)
        if kind == "RECURSIVE":
            step = ", ".join(self.expression(type_, Scope(source.columns), 1) for type_ in types)
            inner = f"({inner}) UNION SELECT {step} FROM {name} AS r"
        hint = kind if kind == "MATERIALIZED" else ""
        outer = self.select(self.types(), (), 2, source)
        return f"WITH {recursive} {name} ({names}) AS {hint} ({inner}) {outer}"

    def _change(self, types: Sequence[str] | None = None) -> str:
        kinds = [self._insert, self._update, self._delete]
        if self.version >= 17:
            kinds.append(self._merge)
        return self.random.choice(kinds)(types or self.types())

    def _insert(self, types: Sequence[str]) -> str:
        required = f"{self.pick(('1', '2', '50'))}, 1, 'k', ARRAY[1]"
        if self.coin():
            rows = self.select(("integer", "text", "integer"), (), 2)
            values = f"SELECT {required}, s.* FROM ({rows}) AS s LIMIT 1"
        else:
            row = self.expand("{integer}, {text}, {integer}", Scope(()), 2)
            values = f"VALUES ({required}, {row})"
        target, table, last = columns_of("r"), self.pick(CHANGED), self.pick(("n", "d"))
        conflict = self.pick(("", "ON CONFLICT DO NOTHING", "UPDATE", "UPDATE"))
        if conflict == "UPDATE":
            excluded = tuple((f"excluded.{sql[2:]}", type_) for sql, type_ in target)
            scope = Scope(target + excluded)
            where = self.where(scope)
            conflict = f"ON CONFLICT (id) DO UPDATE SET {self._settings(scope)} WHERE {where}"
        returned = self._returned(types, target, ("new",))
        return (
            f"INSERT INTO {table} AS r (id, y, k, m, x, s, {last}) {values} {conflict}"
            f" RETURNING {returned}"
        )

    def _update(self, types: Sequence[str]) -> str:
        target, source = columns_of("r"), self.source((), 1)
        is_joined = self.coin()
        columns = target + (source.columns if is_joined else ())
        where = self.where(Scope(columns))
        returned = self._returned(types, columns, ("old", "new"))
        return (
            f"UPDATE {self.pick(CHANGED)} AS r SET {self._settings(Scope(columns))}"
            f" {f'FROM {source.sql}' if is_joined else ''} WHERE {where} RETURNING {returned}"
        )

    def _delete(self, types: Sequence[str]) -> str:
        target, source = columns_of("r"), self.source((), 2)
        columns = target + source.columns
        where = self.where(Scope(columns))
        returned = self._returned(types, columns, ("old", "new"))
        return (
            f"DELETE FROM {self.pick(CHANGED)} AS r USING {source.sql}"
            f" WHERE {where} RETURNING {returned}"
        )

    def _merge(self, types: Sequence[str]) -> str:
        target, source = columns_of("r"), self.source((), 1)
        columns = target + source.columns
        condition = self.expression("boolean", Scope(columns), 1)
        new = self.expand("coalesce({integer}, 1), {integer}, {text}", Scope(source.columns), 1)
        actions = {
            "MATCHED": (f"UPDATE SET {self._settings(Scope(columns))}", "DELETE", "DO NOTHING"),
            "NOT MATCHED": (
                f"INSERT (id, k, m, y, x, s) VALUES (60, 'k', '{{}}', {new})",
                "DO NOTHING",
            ),
            "NOT MATCHED BY SOURCE": (f"UPDATE SET {self._settings(Scope(target))}", "DELETE"),
        }
        kinds = self.random.sample(list(actions), self.number(1, len(actions)))
        whens = " ".join(f"WHEN {kind} THEN {self.pick(actions[kind])}" for kind in kinds)
        returned = self._returned(types, columns, ("old", "new"))
        return (
            f"MERGE INTO {self.pick(CHANGED)} AS r USING {source.sql} ON {condition} {whens}"
            f" RETURNING {returned}"
        )

    def _settings(self, scope: Scope) -> str:
        forms = (
            *(
                "x = {integer}",
                "y = coalesce({integer}, 1)",
                "s = {text}",
                "x = (SELECT r.x)",
                "n = DEFAULT",
            ),
            *(
                "s = (SELECT upper(r.s))",
                "x = (SELECT length(r.s))",
                "s = 'a'",
                "n = (SELECT r.x)",
                "x = 1",
                "a = {list}",
                "n = {query of integer}",
                "f = {boolean}",
            ),
        )
        chosen = self.random.sample(forms, self.number(1, 3))
        named = {form.split(" = ")[0]: form for form in chosen}
        return ", ".join(self.expand(form, scope, 1) for form in named.values())

    def _returned(
        self, types: Sequence[str], columns: tuple[Column, ...], rows: Sequence[str]
    ) -> str:
        if self.version >= 18:
            row = self.pick(rows)
            columns += tuple((f"{row}.{sql[2:]}", type_) for sql, type_ in columns_of("r"))
        return ", ".join(self.expression(type_, Scope(columns), 2) for type_ in types)
