"""From sqlc's request to the Python program."""

import re
from collections.abc import Sequence
from dataclasses import replace

from sqlc_gen_psycopg import names
from sqlc_gen_psycopg.annotations import Annotations, apply_marks, parse_comments
from sqlc_gen_psycopg.clashes import require_distinct_classes, require_distinct_modules
from sqlc_gen_psycopg.emit.bodies import COMMANDS
from sqlc_gen_psycopg.errors import GeneratorError
from sqlc_gen_psycopg.hints import did_you_mean
from sqlc_gen_psycopg.makers import with_makers
from sqlc_gen_psycopg.options import Options
from sqlc_gen_psycopg.program import (
    Embedded,
    Method,
    Module,
    Program,
    RowClass,
    Value,
)
from sqlc_gen_psycopg.prune_unused import without_unused
from sqlc_gen_psycopg.request import Column, Name, Query, Request, Table
from sqlc_gen_psycopg.schema_files import sql_files
from sqlc_gen_psycopg.statements import copy_statement, named_statement, qualified
from sqlc_gen_psycopg.type_mapping import PythonTypes

INSTEAD = {
    ":execlastid": "PostgreSQL has no last id; use :one with RETURNING",
    ":execresultrows": "use :execrows",
}
RESERVED_MODULES = ("enums", "models", "queries", "reads", "registration")


def build_program(request: Request, options: Options) -> Program:
    """Decide every class, method and type.

    Raises GeneratorError with file, line and query where SQL has no Python counterpart.
    """
    return _Builder(request, options).build()


def place_of(query: Query, request: Request) -> str:
    """Like `db/queries/accounts.sql:12`: the request has no lines, so look into the file."""
    marker = re.compile(rf"--\s*name:\s*{re.escape(query.name)}\s")
    for file in sql_files(request.query_paths):
        if file.name == query.filename:
            for number, line in enumerate(file.read_text("utf-8", "replace").splitlines(), 1):
                if marker.match(line):
                    return f"{file}:{number}"
    return query.filename


class _Builder:
    def __init__(self, request: Request, options: Options) -> None:
        self.request = request
        self.options = options
        self.types = PythonTypes(request, options)
        self.models = {table.name: self._model(table) for table in request.tables}

    def build(self) -> Program:
        filenames = sorted({query.filename for query in self.request.queries})
        program = Program(
            package=self.options.package,
            sqlc_version=self.request.sqlc_version,
            imports=tuple(sorted({o.py_import for o in self.options.overrides if o.py_import})),
            emit_sync=self.options.emit_sync_querier,
            emit_async=self.options.emit_async_querier,
            emit_str_enum=self.options.emit_str_enum,
            emit_frozen_models=self.options.emit_frozen_models,
            emit_querier_protocol=self.options.emit_querier_protocol,
            emit_sync_reads=self.options.emit_sync_reads,
            emit_async_reads=self.options.emit_async_reads,
            model_type=self.options.row_type,
            enums=tuple(sorted(self.types.enums.values(), key=lambda enum: enum.name)),
            models=tuple(sorted(self.models.values(), key=lambda model: model.name)),
            modules=tuple(self._module(filename) for filename in filenames),
        )
        require_distinct_modules(program.modules)
        self.types.require_known()
        self.types.require_use()
        composites = self.types.composites
        require_distinct_classes("enums", [("type", self.types.enums)])
        require_distinct_classes("models", [("type", composites), ("table", self.models)])
        program = replace(
            program,
            composites=tuple(composites.values()),
            registered=tuple(sorted(map(qualified, self.types.registered))),
        )
        return without_unused(program) if self.options.omit_unused_structs else program

    def _model(self, table: Table) -> RowClass:
        name = self._model_class(table.name.label)
        with self.types.at(lambda: f"table {table.name}"):
            return RowClass(name, self._fields(table.columns), table.comment, is_model=True)

    def _model_class(self, label: str) -> str:
        options = self.options
        excluded = (*options.inflection_exclude_table_names, *options.rename)
        if options.emit_exact_table_names or label in excluded:
            return names.schema_class(label, options)
        return names.class_name(names.singular(label))

    def _module(self, filename: str) -> Module:
        queries = [query for query in self.request.queries if query.filename == filename]
        methods = [self._located_method(query) for query in queries]
        self._require_distinct_methods(queries, methods)
        return Module(_module_name(filename), filename, with_makers(methods))

    def _require_distinct_methods(self, queries: list[Query], methods: list[Method]) -> None:
        taken: dict[str, Query] = {}
        for query, method in zip(queries, methods, strict=True):
            other = taken.setdefault(method.name, query)
            if other is not query:
                place, other_place = (place_of(one, self.request) for one in (query, other))
                raise GeneratorError(
                    f"{place}: {query.name} would be called {method.name!r}, "
                    f"as {other.name} of {other_place}; rename one"
                )

    def _located_method(self, query: Query) -> Method:
        with self.types.at(lambda: f"{place_of(query, self.request)}: {query.name}"):
            return self._method(query)

    def _method(self, query: Query) -> Method:
        if query.command not in COMMANDS:
            hint = INSTEAD.get(query.command, f"use one of {', '.join(COMMANDS)}")
            raise GeneratorError(f"{query.command} is not supported; {hint}")
        query, annotations = apply_marks(
            query,
            parse_comments(query.comments, [parameter.name for parameter in query.parameters]),
        )
        self._check_annotations(query, annotations)
        is_of_rows = query.command == ":copyfrom" or query.command.startswith(":batch")
        limit = 1 if is_of_rows else self.options.query_parameter_limit
        has_class = len(query.parameters) > limit
        parameters = self._parameters(query, are_fields=has_class)
        if is_of_rows and not parameters:
            raise GeneratorError(f"{query.command} needs parameters")
        description = annotations.description
        if self.options.emit_sql_as_comment:
            description = f"{description}\n\n{query.text}".strip()
        return Method(
            name=names.apart_from_annotations(names.snake_case(query.name)),
            query_name=query.name,
            command=query.command,
            constant=names.query_constant(query.name),
            sql=copy_statement(query) if query.command == ":copyfrom" else named_statement(query),
            description=description,
            parameters=parameters,
            parameters_class=f"{names.class_name(query.name)}Params" if has_class else None,
            result=self._result(query, annotations),
            is_required=annotations.is_required,
            stream_size=annotations.stream_size,
            reads_only=query.reads_only,
        )

    def _check_annotations(self, query: Query, annotations: Annotations) -> None:
        columns = {column.name for column in query.columns if column.embed_table is None}
        if wrong := sorted(annotations.columns - columns):
            raise GeneratorError(
                f"@nullable or @notnull names {wrong[0]!r}, which is no column of it"
                f"{did_you_mean(wrong[0], columns)}"
            )
        if annotations.is_required and query.command != ":one":
            raise GeneratorError("@required is for :one")
        if annotations.stream_size is not None and query.command != ":many":
            raise GeneratorError("@stream is for :many")
        if annotations.stream_size == 0:
            raise GeneratorError("@stream fetches at least one row at a time")

    def _parameters(self, query: Query, *, are_fields: bool) -> tuple[Value, ...]:
        if any(parameter.is_slice for parameter in query.parameters):
            raise GeneratorError(
                "PostgreSQL needs no sqlc.slice; write `= ANY (sqlc.arg(x)::type[])`"
            )
        given = [
            self.options.rename.get(parameter.name, parameter.name) or f"dollar_{number}"
            for number, parameter in enumerate(query.parameters, 1)
        ]
        spelled = [
            names.field(name, self.options.row_type) if are_fields else names.parameter_name(name)
            for name in given
        ]
        return tuple(
            Value(name, self.types.of(parameter), not parameter.not_null, parameter.array_dims)
            for name, parameter in zip(names.distinct(spelled), query.parameters, strict=True)
        )

    def _result(self, query: Query, annotations: Annotations) -> RowClass | Value | None:
        if query.command not in (":one", ":many", ":batchone", ":batchmany"):
            return None
        if not query.columns:
            raise GeneratorError(f"{query.command} needs a query that returns columns")
        for table in self.request.tables:
            if self._is_whole_row(query.columns, table) and not annotations.columns:
                return self.models[table.name]
        fields = self._fields(query.columns, annotations)
        if len(fields) == 1 and isinstance(fields[0], Value):
            return fields[0]
        if len(fields) == 1 and isinstance(fields[0], Embedded) and not fields[0].is_nullable:
            return fields[0].row
        return RowClass(f"{names.class_name(query.name)}Row", fields)

    def _is_whole_row(self, columns: Sequence[Column], table: Table) -> bool:
        """Whether the result is the table's row: all its columns, in order, no more nullable.

        A condition may make one less nullable; one class for all rows of a table is worth more.
        """
        return len(columns) == len(table.columns) and all(
            column.table == table.name
            and (column.name, column.array_dims > 0) == (known.name, known.array_dims > 0)
            and (column.not_null or not known.not_null)
            for column, known in zip(columns, table.columns, strict=True)
        )

    def _fields(
        self, columns: Sequence[Column], annotations: Annotations | None = None
    ) -> tuple[Value | Embedded, ...]:
        columns = [self._with_table(column) for column in columns]
        spelled = [
            self._embedded_name(column.embed_table)
            if column.embed_table is not None
            else names.field_name(column.name or f"column_{number}", self.options)
            for number, column in enumerate(columns, 1)
        ]
        return tuple(
            self._field(name, column, annotations)
            for name, column in zip(names.distinct(spelled), columns, strict=True)
        )

    def _with_table(self, column: Column) -> Column:
        """The column, if it is embedded with its table: sqlc leaves out the schema."""
        named = column.embed_table
        if named is None or (column.is_known and named in self.models):
            return column
        candidates = [table for table in self.models if table.local == named.local]
        if len(candidates) == 1:
            return replace(column, embed_table=candidates[0])
        what = "several tables; let the plugin ask the database" if candidates else "no table"
        raise GeneratorError(f"sqlc.embed({named}) is of {what}, or list its columns")

    def _embedded_name(self, table: Name) -> str:
        """As the model is called, the schema left out."""
        label = table.label if table.label in self.options.rename else table.local
        return names.snake_case(self._model_class(label))

    def _field(
        self, name: str, column: Column, annotations: Annotations | None
    ) -> Value | Embedded:
        if column.embed_table is not None:
            model = self.models[column.embed_table]
            return Embedded(name, model, is_nullable=column.is_known and not column.not_null)
        is_nullable = not column.not_null
        if annotations is not None:
            # sqlc calls every expression NOT NULL, which is often wrong: without the database only
            # a table's column is believed.
            is_nullable = is_nullable or (column.table is None and not column.is_known)
            is_nullable = column.name in annotations.nullable or (
                is_nullable and column.name not in annotations.notnull
            )
        return Value(
            name,
            self.types.of(column),
            is_nullable,
            column.array_dims,
            column.comment,
            is_registered=self.types.register(column),
        )


def _module_name(filename: str) -> str:
    """The module of a query file, beside those that are always written."""
    name = names.public(filename.removesuffix(".sql"))
    # Query is a class of the package itself.
    is_taken = name.lower() in RESERVED_MODULES or name == "Query"
    return f"{name}_" if is_taken else name
