"""Corrects what sqlc sends with what the database knows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from sqlc_gen_psycopg.database.facts import ColumnFacts, Facts, QueryFacts, TypeFacts
from sqlc_gen_psycopg.request import Column, Query, Request, Table


def correct_request(request: Request, facts: Facts) -> Request:
    """The request with the types and nullabilities of `facts`, where there are any."""
    widths = {table.name: len(table.columns) for table in request.tables}
    return replace(
        request,
        tables=tuple(_correct_table(table, facts) for table in request.tables),
        queries=tuple(_correct_query(query, facts, widths) for query in request.queries),
    )


def _correct_table(table: Table, facts: Facts) -> Table:
    known = facts.tables.get((table.schema or "public", table.name), ())
    if len(known) != len(table.columns):
        return table
    columns = map(_correct_column, table.columns, known)
    return replace(table, columns=tuple(columns))


def _correct_query(query: Query, facts: Facts, widths: dict[str, int]) -> Query:
    known = facts.queries.get((query.filename, query.name))
    if known is None or not _fits(query, known, widths):
        return query
    remaining = iter(known.columns)
    return replace(
        query,
        columns=tuple(_correct_result(column, remaining, widths) for column in query.columns),
        parameters=tuple(
            _correct_parameter(parameter, kind, facts)
            for parameter, kind in zip(query.parameters, known.parameters, strict=True)
        ),
    )


def _fits(query: Query, known: QueryFacts, widths: dict[str, int]) -> bool:
    width = sum(_width(column, widths) for column in query.columns)
    # A command without results may have columns nobody asked for.
    return width == len(known.columns) and len(query.parameters) == len(known.parameters)


def _width(column: Column, widths: dict[str, int]) -> int:
    return 1 if column.embed_table is None else widths.get(column.embed_table, 0)


def _correct_result(
    column: Column, remaining: Iterator[ColumnFacts], widths: dict[str, int]
) -> Column:
    known: Sequence[ColumnFacts] = list(islice(remaining, _width(column, widths)))
    if column.embed_table is not None:
        return replace(column, is_known=True, not_null=not any(fact.is_outer for fact in known))
    return _correct_column(column, known[0])


def _correct_parameter(parameter: Column, known: TypeFacts, facts: Facts) -> Column:
    """The server tells of no dimensions of a parameter; the column it is for does."""
    corrected = _correct_type(parameter, known)
    table = facts.tables.get((parameter.table_schema or "public", parameter.table or ""), ())
    dims = [fact.type.array_dims for fact in table if fact.name == parameter.original_name]
    return replace(corrected, array_dims=max([corrected.array_dims, *dims]))


def _correct_column(column: Column, known: ColumnFacts) -> Column:
    kind = TypeFacts("pg_catalog", "text") if known.type.is_read_as_text else known.type
    corrected = _correct_type(column, kind)
    return replace(corrected, not_null=not known.is_nullable, is_known=True)


def _correct_type(column: Column, known: TypeFacts) -> Column:
    return replace(
        column,
        type=known.name,
        is_array=known.array_dims > 0,
        array_dims=known.array_dims,
        is_known=True,
    )
