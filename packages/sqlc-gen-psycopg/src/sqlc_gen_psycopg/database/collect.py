"""Collects the facts of a project's queries from a database that has its schema."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

import psycopg

from sqlc_gen_psycopg.database.catalog import (
    Catalog,
    Connection,
    Relation,
    fetch_catalog,
    fetch_types,
)
from sqlc_gen_psycopg.database.facts import ColumnFacts, Facts, QueryFacts
from sqlc_gen_psycopg.database.nullability import analyse, analyse_column
from sqlc_gen_psycopg.database.pg_types import Types
from sqlc_gen_psycopg.database.read_only import is_read_only
from sqlc_gen_psycopg.database.scope import Nullability
from sqlc_gen_psycopg.errors import GeneratorError
from sqlc_gen_psycopg.pg_trees import (
    Description,
    Node,
    ResultColumn,
    TreeError,
    describe,
    fetch_trees,
    nodes_of,
    parse_node_tree,
)
from sqlc_gen_psycopg.request import Name, Query

_MISSING_GRANTS = """
SELECT format('GRANT TEMPORARY ON DATABASE %I TO %I', current_database(), current_user)
WHERE NOT has_database_privilege(current_database(), 'TEMPORARY')
UNION ALL
SELECT format('GRANT USAGE ON LANGUAGE sql TO %I', current_user)
WHERE NOT has_language_privilege('sql', 'USAGE')
"""

# Errors that an unknown tree can cause; a query that is nested too deep is one.
_NOT_UNDERSTOOD = (ValueError, LookupError, AssertionError, RecursionError)


def collect_facts(url: str, queries: Sequence[Query]) -> Facts:
    """What the database of `url` knows of the queries.

    A query that it cannot prepare is left out. Changes nothing in the database.
    Raises psycopg.Error when there is no connection, and GeneratorError where the role may not have
    queries parsed.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        found = describe(connection.pgconn, [query.text for query in queries])
        types = fetch_types(connection)
        described = [
            (query, description)
            for query, description in zip(queries, found, strict=True)
            if description is not None
        ]
        trees = _fetch_trees(connection, described, types)
        origins = {column.table for _, one in described for column in one.columns}
        texts = [tree for tree in trees if tree is not None]
        catalog = fetch_catalog(connection, types, texts, origins)
    facts = {
        (query.filename, query.name): _query_facts(query, description, tree, catalog)
        for (query, description), tree in zip(described, trees, strict=True)
    }
    return Facts(facts, types.composites(), _table_facts(catalog))


def _fetch_trees(
    connection: Connection, described: Sequence[tuple[Query, Description]], types: Types
) -> list[str | None]:
    named = [
        (
            query.text,
            [types.sql_name(oid) or "pg_catalog.unknown" for oid in description.parameters],
        )
        for query, description in described
    ]
    try:
        return fetch_trees(connection.pgconn, named)
    except TreeError as error:
        granted = "; ".join(grant for (grant,) in connection.execute(_MISSING_GRANTS))
        raise GeneratorError(
            "without a temporary function, which is rolled back, the database does not tell what "
            f"can be NULL: {error}{granted and f'; run {granted}'}"
        ) from None


def _query_facts(
    query: Query, description: Description, tree: str | None, catalog: Catalog
) -> QueryFacts:
    root = _root(tree)
    nullable_parameters = [not parameter.not_null for parameter in query.parameters]
    nullabilities = _nullabilities(root, catalog, nullable_parameters)
    if len(nullabilities) != len(description.columns):
        nullabilities = (Nullability(is_nullable=True),) * len(description.columns)
    return QueryFacts(
        columns=tuple(
            _column_facts(column, nullability, catalog)
            for column, nullability in zip(description.columns, nullabilities, strict=True)
        ),
        parameters=tuple(map(catalog.types.resolve, description.parameters)),
        reads_only=_reads_only(root, catalog),
    )


def _nullabilities(
    query: Node | None, catalog: Catalog, nullable_parameters: Sequence[bool]
) -> tuple[Nullability, ...]:
    """The columns of the query; none where it is not understood."""
    if query is not None:
        with suppress(*_NOT_UNDERSTOOD):
            return analyse(query, catalog, nullable_parameters)
    return ()


def _reads_only(query: Node | None, catalog: Catalog) -> bool:
    if query is not None:
        with suppress(*_NOT_UNDERSTOOD):
            return is_read_only(query, catalog)
    return False


def _root(tree: str | None) -> Node | None:
    """The only query of the tree; None where there is none that is understood."""
    if tree is not None:
        with suppress(*_NOT_UNDERSTOOD):
            [queries] = _lists(tree)
            [query] = nodes_of(queries)
            return query
    return None


def _lists(tree: str) -> tuple[tuple[Node, ...], ...]:
    value = parse_node_tree(tree)
    return tuple(nodes_of(item) for item in value) if isinstance(value, tuple) else ()


def _column_facts(column: ResultColumn, nullability: Nullability, catalog: Catalog) -> ColumnFacts:
    relation = catalog.relations.get(column.table)
    attribute = relation.attributes.get(column.attribute) if relation else None
    type_ = (
        catalog.types.resolve(attribute.type, attribute.dims)
        if attribute
        else catalog.types.resolve(column.type)
    )
    table = Name.of(relation.schema, relation.name) if relation else None
    return ColumnFacts(column.name, type_, nullability.is_nullable, nullability.is_outer, table)


def _table_facts(catalog: Catalog) -> Mapping[Name, tuple[ColumnFacts, ...]]:
    return {
        Name.of(relation.schema, relation.name): tuple(
            ColumnFacts(
                attribute.name,
                catalog.types.resolve(attribute.type, attribute.dims),
                _is_nullable(relation, number, catalog),
            )
            for number, attribute in relation.attributes.items()
        )
        for relation in catalog.relations.values()
        if not relation.is_of_system
    }


def _is_nullable(relation: Relation, number: int, catalog: Catalog) -> bool:
    with suppress(*_NOT_UNDERSTOOD):
        return analyse_column(relation, number, catalog).is_nullable
    return True
