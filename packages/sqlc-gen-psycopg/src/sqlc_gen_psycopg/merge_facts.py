"""Corrects what sqlc sends with what the database knows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlc_gen_psycopg.database.facts import (
    ColumnFacts,
    CompositeFacts,
    Facts,
    TypeFacts,
)
from sqlc_gen_psycopg.request import UNNAMED, Column, Composite, Name, Query, Request, Table


def correct_request(request: Request, facts: Facts) -> Request:
    """The request with the types and nullabilities of `facts`, where there are any."""
    widths = {table.name: len(table.columns) for table in request.tables}
    return replace(
        request,
        tables=tuple(_correct_table(table, facts) for table in request.tables),
        queries=tuple(_correct_query(query, facts, widths) for query in request.queries),
        composites=tuple(map(_composite, facts.composites)),
    )


def _correct_table(table: Table, facts: Facts) -> Table:
    known = facts.tables.get(table.name, ())
    if len(known) != len(table.columns):
        return table
    columns = map(_correct_column, table.columns, known)
    return replace(table, columns=tuple(columns))


def _correct_query(query: Query, facts: Facts, widths: Mapping[Name, int]) -> Query:
    known = facts.queries.get((query.filename, query.name))
    if known is None:
        return query
    query = replace(query, reads_only=known.reads_only)
    if len(query.parameters) != len(known.parameters):
        return query
    columns = _correct_results(query.columns, known.columns, widths)
    if columns is None:
        return query
    return replace(
        query,
        columns=columns,
        parameters=tuple(
            _correct_parameter(parameter, kind, facts)
            for parameter, kind in zip(query.parameters, known.parameters, strict=True)
        ),
    )


def _correct_results(
    columns: Sequence[Column], known: Sequence[ColumnFacts], widths: Mapping[Name, int]
) -> tuple[Column, ...] | None:
    """The columns, of which an embedded one stands for several; None where they are others."""
    corrected: list[Column] = []
    position = 0
    for column in columns:
        if position == len(known):
            return None
        if column.embed_table is None:
            corrected.append(_correct_column(column, known[position]))
            position += 1
        else:
            table = known[position].table or column.embed_table
            end = position + widths.get(table, 0)
            corrected.append(_correct_embedded(column, table, known[position:end]))
            position = end
    return tuple(corrected) if position == len(known) else None


def _correct_embedded(column: Column, table: Name, known: Sequence[ColumnFacts]) -> Column:
    """The table is the one that the columns are of: sqlc leaves out its schema."""
    may_be_missing = any(fact.is_outer for fact in known)
    return replace(column, is_known=True, embed_table=table, not_null=not may_be_missing)


def _correct_parameter(parameter: Column, known: TypeFacts, facts: Facts) -> Column:
    """The server tells of no dimensions of an array; the column it is for does.

    Not every parameter for a column is of its type: a subscript is a number.
    """
    corrected = _correct_type(parameter, known)
    if not corrected.array_dims:
        return corrected
    table = facts.tables.get(parameter.table, ()) if parameter.table else ()
    dims = [fact.type.array_dims for fact in table if fact.name == parameter.original_name]
    return replace(corrected, array_dims=max([corrected.array_dims, *dims]))


def _correct_column(column: Column, known: ColumnFacts) -> Column:
    corrected = _correct_type(column, known.type)
    name = column.name or known.name.removeprefix(UNNAMED)
    return replace(corrected, name=name, not_null=not known.is_nullable)


def _correct_type(column: Column, known: TypeFacts) -> Column:
    return replace(
        column,
        type=known.name,
        array_dims=known.array_dims,
        domains=known.domains,
        is_known=True,
        is_text=known.is_text,
    )


def _composite(known: CompositeFacts) -> Composite:
    fields = (_field(name, kind) for name, kind in known.fields)
    return Composite(known.name, tuple(fields), known.comment)


def _field(name: str, kind: TypeFacts) -> Column:
    """A field of a composite; whatever its type, it can be NULL."""
    return Column(
        name=name,
        type=kind.name,
        not_null=False,
        array_dims=kind.array_dims,
        original_name=name,
        table=None,
        embed_table=None,
        is_slice=False,
        comment="",
        is_known=True,
        domains=kind.domains,
        is_text=kind.is_text,
    )
